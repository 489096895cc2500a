"""Repeatable measurements: `toko bench`. This package is not installed with the others."""
