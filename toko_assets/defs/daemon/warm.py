"""What the fork server imports before the first run: Dagster and the chain, not the code location with its settings."""

from toko_assets.common.process import tune_process

tune_process()  # before other imports: pyarrow reads its setting when it is imported


import toko_assets.defs.code_location  # noqa: E402, F401
