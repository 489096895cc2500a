"""The `toko` command: a file a subject."""

from toko_assets.cli.main import main

__all__ = ["main"]
