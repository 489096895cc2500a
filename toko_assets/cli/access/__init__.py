"""Who may do what: the commands `toko people` and `toko keys`."""
