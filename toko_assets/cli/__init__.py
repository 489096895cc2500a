"""The `toko` command: a file a subject."""

from toko_assets.cli.commands import main

__all__ = ["main"]
