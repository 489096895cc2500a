"""The module that Dagster loads: the code location of the shop that the environment and `.env` describe."""

from toko_assets.common.process import tune_process

tune_process()  # before other imports: pyarrow reads its setting when it is imported

from toko_assets.common.settings import load_settings, load_telegram_settings  # noqa: E402
from toko_assets.defs.code_location import build_defs  # noqa: E402

defs = build_defs(load_settings(), load_telegram_settings())
