"""`toko backup` and `toko restore-backup`: save an installation to one file, and bring it back."""
