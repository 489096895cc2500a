"""The pages that the bot builds from a catalogue, without Telegram."""

import asyncio
import re
import shutil
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from toko_bot.replies.product_page import product_page
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog, Served
from toko_core.catalog.store import CURRENT
from toko_core.people import View

TAG = re.compile(r"<[^>]+>")


class _NoObserver:
    def serving(self, products: int, data_time: object) -> None:
        pass

    def rejected(self) -> None:
        pass


def served_catalog(catalogs: Path, folder: Path) -> Served:
    """The catalogue that CURRENT names, loaded as the bot loads it, from a copy in a new folder.

    DuckDB opens a file in one process only with one configuration, and the chain has its own.
    """
    folder.mkdir()
    for file in (catalogs / CURRENT, catalogs / (catalogs / CURRENT).read_text().strip()):
        shutil.copy(file, folder)
    live = LiveCatalog(folder, ZoneInfo("Asia/Jakarta"), _NoObserver())
    problem = asyncio.run(live.poll())
    live.close()
    assert live.served is not None, problem
    return live.served


def product_text(served: Served, query: str, *, owner: bool = False, asked: bool = False) -> list[str]:
    """The lines of the page of the product that a query finds first, as people see them.

    `asked`: the page knows the query, as after a search.
    """
    settings = BotSettings(telegram_bot_token=SecretStr("7000000001:" + "A" * 35))
    (hit, *_) = served.catalog.search(query, 1)
    row = next(row for row in range(len(served.catalog.products)) if served.catalog.products[row] == hit.product)
    return unescape(
        TAG.sub("", product_page(served, settings, row, view=View(cost=owner), query=query if asked else None).text)
    ).splitlines()
