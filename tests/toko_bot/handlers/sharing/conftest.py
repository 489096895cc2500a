"""A bot with people of every role, who share products and open links, without a network."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import GROUPS, INDOMIE, LOSS, SUGAR, UNPRICED, UNSOLD, Item, publish_shop
from toko_core.people import Role

ANI, TONO, GROUP = 201, 202, -1001
"""Customers of level 2 and 1, and a group of the staff."""
SHOP = "Toko <b>Maju</b>\n&\u202e Co"
HOSTILE = Item(
    "<i>1</i>", "<b>TEH</b>\n*Total Rp1* &amp; \u202e/sync @admin",
    [("<u>\u202e", "1", None, None, "1", "9000")], rak="RAK9", stock=[("TOKO", "77")],
    fields={"keterangan": "CATATAN RAHASIA"},
)  # fmt: skip
NOODLES = replace(INDOMIE, fields={"keterangan": "CATATAN RAHASIA"})


@pytest.fixture(scope="package")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectBot]:
    folder = tmp_path_factory.mktemp("sharing")
    publish_shop(
        folder, [NOODLES, SUGAR, HOSTILE, LOSS, UNPRICED, UNSOLD], reference={"customer_groups": GROUPS}
    )  # fmt: skip
    with direct_bot(
        folder, owner_users=str(SITI), allowed_users=str(BUDI), allowed_chats=str(GROUP), shop_name=SHOP
    ) as bot:
        people = bot.bot.services.people
        siti = people.find(SITI)
        assert siti is not None
        people.add(ANI, siti, Role.CUSTOMER, level=2, stock=False)
        people.add(TONO, siti, Role.CUSTOMER, level=1, stock=True)
        yield bot


@pytest.fixture
def siti(bot: DirectBot) -> Chat:
    """An owner."""
    return Chat(bot, bot.server.user(SITI, "Siti"))


@pytest.fixture
def budi(bot: DirectBot) -> Chat:
    """A member of the staff."""
    return Chat(bot, bot.server.user(BUDI, "Budi"))


@pytest.fixture
def ani(bot: DirectBot) -> Chat:
    """A customer of level 2."""
    return Chat(bot, bot.server.user(ANI, "Ani"))


@pytest.fixture
def tono(bot: DirectBot) -> Chat:
    """A customer of level 1."""
    return Chat(bot, bot.server.user(TONO, "Tono"))
