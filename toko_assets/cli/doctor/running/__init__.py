"""Checks what runs besides commands: the parts of `toko up`, or the containers."""
