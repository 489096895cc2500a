"""The `toko` command, with one file per subject."""


def main() -> None:
    """Run the command. Imported only now: parts of this package run where no other package is installed."""
    from toko_assets.cli.commands import main

    main()
