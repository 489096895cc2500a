"""Whatever button somebody forges: nothing of others is shown or changed, and customers see one level."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr

from tests.toko_bot.bot.pages import served_catalog
from tests.toko_bot.bot.shop import COST, INDOMIE, SUGAR, UNPRICED, publish_shop
from toko_bot.handlers.quotations.desk import Outcome, QuotationDesk, Visitor
from toko_bot.replies.buttons import Quote, read_data, unit_hash
from toko_bot.replies.quotations import pages, words
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.search.lists import read_list
from toko_core.state.database import StateDatabase
from toko_core.state.quotations.store import Quotations

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
STAFF, OWNER = Visitor(101, "Budi", True, False, None), Visitor(102, "Siti", True, True, None)
ANI, TONO = Visitor(201, "Ani", False, False, 2), Visitor(202, "Tono", False, False, 1)
LIST = "indomie goreng 3 pcs\ngula pasir 5\nteh tanpa harga"
ACTIONS = sorted({value for name, value in vars(pages).items() if name.isupper() and isinstance(value, str)
                  and len(value) == 1 and value.isalpha()})  # fmt: skip
TEXT_ACTIONS = [action for action in ACTIONS if action != pages.PICTURE]
VALUES = ["", "1", "2", "3", "5", "0", "99999", "100000", "1,5", "x", unit_hash("DUS"), unit_hash("PCS"),
          product_hash("MIE001"), product_hash("GULA1"), product_hash("?")]  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("shop")
    publish_shop(folder, [INDOMIE, SUGAR, UNPRICED])
    return served_catalog(folder / "catalog", folder / "copy")


class Shop:
    """A shop with a state database, in which people come to the desk."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served = served
        self.state = StateDatabase(f"sqlite:///{folder}/state.db")
        token = SecretStr("123456789:" + "A" * 35)
        self.settings = BotSettings(telegram_bot_token=token, toko_data_dir=folder, shop_name="Toko <b>")
        self.store = Quotations(self.state, self.settings.zone)
        self.now = NOW

    def desk(self, visitor: Visitor) -> QuotationDesk:
        return QuotationDesk(self.store, self.served, self.settings, visitor, self.now)

    def ask(self, visitor: Visitor, text: str = LIST, message: int = 1) -> int:
        """Send a list, and return the id of its quotation."""
        self.desk(visitor).create(read_list(text), message)
        return self.store.newest(1)[0].id

    def press(self, visitor: Visitor, action: str, quotation: int, place: int = 0, value: str = "") -> Outcome:
        pressed = Quote(action, quotation, place, value)
        assert read_data(pressed.encode()) == pressed
        assert len(pressed.encode().encode()) <= 64
        return self.desk(visitor).press(pressed)


@pytest.fixture
def shop(served: Served, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(served, tmp_path)
    yield shop
    shop.state.close()


def everything(outcome: Outcome) -> str:
    """All that somebody sees of an outcome, with the labels of the buttons."""
    page, parts = outcome.page, [outcome.alert or "", outcome.prompt or "", *outcome.texts]
    if page is not None:
        rows = page.markup.inline_keyboard if page.markup else ()
        parts += [page.text, *(button.text for row in rows for button in row)]
    return "\n".join(parts)


def test_no_forged_button_shows_or_changes_a_quotation_of_somebody_else(shop: Shop) -> None:
    others = [shop.ask(STAFF), shop.ask(TONO), shop.ask(OWNER)]
    before = [shop.store.find(quotation) for quotation in others]
    assert len(ACTIONS) == 16
    for quotation in (*others[:2], 999):
        for action in set(ACTIONS) - {pages.RECENT}:
            for place in range(4):
                for value in VALUES if place else VALUES[:6]:
                    assert shop.press(ANI, action, quotation, place, value) == Outcome(alert=words.GONE)
        assert "tidak ada" in everything(shop.desk(ANI).reply(quotation, 1, "9"))
    for number in ("1", "2/2026", "3", "0", "-1", "²", "9" * 30):
        assert shop.desk(ANI).open_number(number).page == shop.desk(ANI).open_number("77").page
        assert "tidak ada" in everything(shop.desk(ANI).reply_to_number(number, "gula 3"))
    assert [shop.store.find(quotation) for quotation in others] == before
    assert "Belum ada" in everything(shop.press(ANI, pages.RECENT, 0, 3))


def test_a_customer_sees_one_level_and_nobody_sees_cost_whatever_is_pressed(shop: Shop) -> None:
    own, rng = shop.ask(ANI), Random(5)
    seen = []
    for _ in range(300):
        place, value = rng.randint(0, 4), rng.choice(VALUES)
        seen.append(everything(shop.press(ANI, rng.choice(TEXT_ACTIONS), own, place, value)))
        if rng.random() < 0.05:
            seen.append(
                everything(shop.desk(ANI).reply(own, rng.randint(0, 3), rng.choice(["3 dus", "indomie 2", "gula"])))
            )
    quotation = shop.store.find(own)
    assert quotation is not None
    assert quotation.level == 2
    together = "\n".join(seen).replace(".", "")
    assert "3050,5" in together
    assert "Rp3150" not in together
    assert "× 3150" not in together
    assert "Harga: level" not in together
    seen += [everything(shop.press(OWNER, action, own, 1)) for action in ACTIONS]
    assert COST not in "\n".join(seen).replace(".", "")
    assert "104480" not in "\n".join(seen).replace(".", "")


def test_somebody_whose_level_was_changed_gets_the_prices_of_the_new_one_for_their_own_only(shop: Shop) -> None:
    own, of_staff = shop.ask(ANI), shop.ask(STAFF)
    assert "3.150" in everything(shop.press(replace(ANI, level=1), pages.VIEW, own))
    trainee = replace(STAFF, user_id=103, level=2)
    assert shop.press(trainee, pages.VIEW, of_staff).alert == words.GONE
    assert "3.050,5" in everything(shop.press(replace(STAFF, level=2), pages.VIEW, of_staff))


def test_an_expired_quotation_says_so_and_is_shared_with_new_prices_only(shop: Shop) -> None:
    own = shop.ask(STAFF, "gula pasir 5\nindomie goreng 2 dus")
    shop.now = NOW + timedelta(days=6)
    assert words.EXPIRED not in everything(shop.press(STAFF, pages.VIEW, own))
    assert shop.press(STAFF, pages.TEXT, own).texts
    shop.now = NOW + timedelta(days=8)
    assert words.EXPIRED in everything(shop.press(STAFF, pages.VIEW, own))
    for action in (pages.SHARE, pages.TEXT, pages.PICTURE):
        assert shop.press(STAFF, action, own).alert == words.EXPIRED_SHARE
    assert words.EXPIRED not in everything(shop.press(STAFF, pages.TAKE, own))
    (text,) = shop.press(STAFF, pages.TEXT, own).texts
    assert text.startswith("*Toko <b>*\n")
    assert "Tanggal 8 Des 2026, berlaku s.d. 15 Des 2026" in text


def test_two_presses_of_one_button_change_a_line_once(shop: Shop) -> None:
    own = shop.ask(STAFF)
    for _ in range(2):
        assert "4 PCS" in everything(shop.press(STAFF, pages.NUMBER, own, 1, "4"))
    assert "Rp3.150" not in everything(shop.press(STAFF, pages.REMOVE, own, 1))
    assert shop.press(STAFF, pages.REMOVE, own, 1).alert == words.LINE_GONE
    assert shop.press(STAFF, pages.NUMBER, own, 1, "4").alert == words.LINE_GONE


def test_every_message_about_100_lines_fits_telegram(shop: Shop) -> None:
    own = shop.ask(STAFF, "\n".join(f"gula pasir {number}" for number in range(2, 103)))
    outcomes = [shop.press(STAFF, action, own, page) for action in (pages.VIEW, pages.EDIT) for page in range(8)]
    outcomes += [shop.press(STAFF, action, own) for action in (pages.TEXT, pages.PICTURE)]
    assert all(len(outcome.page.text) < 4096 for outcome in outcomes if outcome.page)
    assert len(outcomes[-1].pictures) == 5
    assert all(len(text) < 4096 for text in outcomes[-2].texts)
    assert sum(text.count("BKS ×") for text in outcomes[-2].texts) == 100


def test_a_reply_with_another_name_keeps_the_quantity_and_an_unusable_one_changes_nothing(shop: Shop) -> None:
    own = shop.ask(STAFF, "indomie goreng 3 dus\ngula pasir 5")
    for text in ("0", "0 dus", "1000000", "100.000 dus"):
        assert words.BAD_NUMBER in everything(shop.desk(STAFF).reply(own, 1, text))
    assert words.NOT_REPLACED in everything(shop.desk(STAFF).reply(own, 1, "zzqqxx"))
    assert "3 DUS × Rp115.000 = <b>Rp345.000</b>" in everything(shop.press(STAFF, pages.OPEN_LINE, own, 1))
    assert "tidak dijual per dus" in everything(shop.desk(STAFF).reply(own, 1, "gula pasir gulaku")), "not three packs"
    assert "12 BKS × Rp17.200" in everything(shop.desk(STAFF).reply(own, 2, "12"))


def test_a_quantity_for_a_line_whose_product_is_not_clear_keeps_what_was_typed(shop: Shop) -> None:
    own = shop.ask(STAFF, "zzqqxx 2\ngula pasir 5")
    said = everything(shop.desk(STAFF).reply(own, 1, "12 dus"))
    assert "zzqqxx 2" in said
    assert "Jumlahnya sekarang 12 dus." in said
    quotation = shop.store.find(own)
    assert quotation is not None
    assert (quotation.lines[0].asked, quotation.lines[0].number, quotation.lines[0].unit) == (
        "zzqqxx 2",
        Decimal(12),
        "dus",
    )


def test_a_line_that_says_no_usable_quantity_asks_for_it(shop: Shop) -> None:
    own = shop.ask(STAFF, "indomie goreng special 0 dus\ngula pasir 5")
    shop.press(STAFF, pages.CHOOSE, own, 1, product_hash("MIE001"))
    assert words.OPEN_NUMBER in everything(shop.press(STAFF, pages.VIEW, own))
    assert shop.press(STAFF, pages.TEXT, own).alert == words.open_share(1)
    assert "2 DUS × Rp115.000" in everything(shop.desk(STAFF).reply(own, 1, "2"))


def test_a_rounded_unit_price_is_not_multiplied(shop: Shop) -> None:
    shop.settings = shop.settings.model_copy(update={"price_rounding": 500})
    own = shop.ask(STAFF, "indomie goreng special 10 pcs\ngula pasir 5")
    assert "10 PCS @ Rp3.500 = <b>Rp31.500</b>" in everything(shop.press(STAFF, pages.OPEN_LINE, own, 1))
    (text,) = shop.press(STAFF, pages.TEXT, own).texts
    assert "10 PCS @ Rp3.500 = Rp31.500" in text
    assert "5 BKS × Rp17.500 = Rp87.500" in text
