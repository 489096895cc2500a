"""The chain from an iPOS 5 backup to the published catalogue, as a Dagster code location and the `toko` command."""
