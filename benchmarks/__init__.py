"""Measurements that anybody can repeat: `toko bench`. Not part of the installed packages."""
