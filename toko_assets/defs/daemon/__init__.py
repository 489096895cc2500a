"""Dagster's daemon with a watcher of the backup folder: `python -m toko_assets.defs.daemon -w WORKSPACE`.

It takes the place of `dagster-daemon run`, and does the same. Only one daemon may run.
"""
