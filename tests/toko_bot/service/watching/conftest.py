from tests.toko_bot.handlers.watching.conftest import ani, budi, running, shop, siti

__all__ = ["ani", "budi", "running", "shop", "siti"]
