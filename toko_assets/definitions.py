"""The module that Dagster loads: the code location of the shop that the environment and `.env` describe."""

from toko_assets.common.process import tune_process

tune_process()  # before other imports: pyarrow reads its setting when it is imported

from toko_assets.common.data_disk import close_to_others  # noqa: E402
from toko_assets.common.settings import load_settings, load_telegram_settings  # noqa: E402
from toko_assets.defs.code_location import build_defs  # noqa: E402

settings = load_settings()
close_to_others(settings)
defs = build_defs(settings, load_telegram_settings())
