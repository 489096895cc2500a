"""What the fork server imports before the first run: Dagster and the chain, not the code location with its settings."""

from toko_assets.common.process import tune_process

tune_process()  # before other imports: pyarrow reads its setting when it is imported

import __main__  # noqa: E402

# DuckDB takes a program without a file for a notebook, and would draw progress bars into the daemon's log.
has_no_file = not hasattr(__main__, "__file__")
if has_no_file:
    __main__.__file__ = __file__
import duckdb  # noqa: E402, F401

if has_no_file:
    del __main__.__file__

import dagster._cli.api  # noqa: E402, F401

import toko_assets.defs.code_location  # noqa: E402, F401
