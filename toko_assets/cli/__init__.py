"""The `toko` command, with one file per subject."""

from toko_assets.cli.commands import main

__all__ = ["main"]
