"""Lists of results fit a phone: the project's judged searches and made-up ones, in a shop with prices of every kind.

`python -m tests.toko_bot.bot.phone` measures the same with the real bot, 20,000 products, and any searches.
"""

from pathlib import Path
from statistics import median

import pytest
from pydantic import SecretStr

from benchmarks.search.names import sample_names
from tests.toko_bot.bot.pages import served_catalog
from tests.toko_bot.bot.phone import HITS, SCREEN, SEED, ListSize, busy_shop, made_up, measure, read_queries
from tests.toko_bot.bot.shop import publish_shop
from toko_bot.handlers.search import LONGEST_QUERY
from toko_bot.replies.buttons import Results
from toko_bot.replies.layout import plain_text
from toko_bot.replies.lists import results_page
from toko_bot.replies.phone.lines import MOST_LINES
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.people import View

JUDGED = Path(__file__).parents[2] / "toko_core" / "search" / "judged.jsonl"
NAMES = sample_names(1500, SEED)
SETTINGS = BotSettings(telegram_bot_token=SecretStr("7000000001:" + "A" * 35))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("phone")
    items, reference = busy_shop(NAMES)
    publish_shop(folder, items, reference=reference)
    return served_catalog(folder / "catalog", folder / "copy")


def size_of(served: Served, query: str, page: int = 1) -> tuple[ListSize | None, int]:
    answer, found, _ = results_page(served, SETTINGS, Results(page, query), View())
    rows = answer.markup.inline_keyboard if answer.markup else ()
    return measure(query, plain_text(answer.text), [[button.text for button in row] for row in rows]), found


def test_lists_are_short_and_have_five_hits_and_the_best_with_its_button_is_on_one_screen(served: Served) -> None:
    sizes = []
    for query in [*read_queries(JUDGED), *made_up(NAMES)]:
        size, found = size_of(served, query)
        if size is not None:
            sizes.append(size)
            assert size.hits == min(HITS, found), query
            assert size.longest_hit <= 3, query
            assert size.to_button <= SCREEN, query
    assert len(sizes) > 100
    assert median(size.lines for size in sizes) <= 20
    assert max(size.lines for size in sizes) <= MOST_LINES


@pytest.mark.parametrize("page", [1, 2])
def test_the_longest_query_shortens_the_hits(served: Served, page: int) -> None:
    query = " ".join(NAMES)[:LONGEST_QUERY].strip()
    size, _ = size_of(served, query, page)
    assert size is not None
    assert size.lines <= MOST_LINES
    assert size.hits == HITS
