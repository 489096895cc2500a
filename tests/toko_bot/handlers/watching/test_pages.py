"""Favourites and the morning message, as people set them in their chat."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tests.servers.telegram import Message
from tests.toko_bot.bot.directly import Chat
from tests.toko_bot.bot.shop import BARCODE, COST, INDOMIE, SUGAR
from tests.toko_bot.handlers.watching.conftest import ANI, Shop
from toko_bot.replies.watching import words
from toko_core.catalog.product_hashes import product_hash
from toko_core.state import engines
from toko_core.state.watching.watches import MOST_WATCHES, Marks

STAR, BELL = "☆ Favorit", "🔔 Kabari"


def opened(chat: Chat, query: str = "indomie goreng special 85gr") -> Message:
    return chat.press("1", chat.ask(query))


def test_a_star_lists_the_product_in_favorit_with_its_price_of_now(budi: Chat) -> None:
    assert budi.ask("/favorit").text.startswith("Belum ada favorit.")
    product = opened(budi)
    assert product.labels[-2:] == [STAR, BELL]
    marked = budi.press(STAR, product)
    assert (marked.text, marked.labels[:-2]) == (product.text, product.labels[:-2])
    assert marked.labels[-2:] == ["★ Favorit", BELL]

    found = budi.ask("/favorit")
    assert found.text.splitlines()[:4] == [
        "★ Favorit: 1 barang", "", "1. INDOMIE GORENG SPECIAL 85GR",
        "mulai Rp3.050,5/PCS · DUS(40) Rp115.000 · stok 127,5",
    ]  # fmt: skip
    again = budi.press("1", found)
    assert again.labels[-2:] == ["★ Favorit", BELL]
    budi.press("★ Favorit", again)
    assert budi.press("‹ Kembali", again).text.startswith("Belum ada favorit.")


def test_a_button_pressed_twice_or_on_an_old_message_does_what_it_says(budi: Chat) -> None:
    product = opened(budi)
    star = product.find_button(STAR)
    for _ in range(2):
        assert budi.alert(star, product) == ""
        assert budi.press("-", product).labels[-2:] == ["★ Favorit", BELL]
    bell = product.find_button(BELL)
    assert [budi.alert(bell, product) for _ in range(2)] == [words.NOTIFIED, ""]
    assert budi.press("-", product).labels[-2:] == ["★ Favorit", "🔕 Jangan kabari"]
    assert budi.ask("/favorit").text.splitlines()[2] == "1. INDOMIE GORENG SPECIAL 85GR 🔔"


def test_a_scanned_product_has_the_buttons_too_and_shows_the_marks(budi: Chat, shop: Shop) -> None:
    assert budi.ask("8991002101630").labels[-2:] == [STAR, BELL]
    shop.watches.mark(101, SUGAR.kodeitem, Marks(favourite=True), datetime.now(UTC))
    assert budi.ask("8991002101630").labels[-2:] == ["★ Favorit", BELL]


def test_a_product_has_the_buttons_wherever_it_is_opened_from(budi: Chat, siti: Chat) -> None:
    budi.press(STAR, opened(budi))
    budi.press("INDOMIE GORENG SPECIAL 85GR", budi.ask("/start"))
    assert budi.person.messages[-1].labels[-2:] == ["★ Favorit", BELL]
    siti.alert(f"zs{BARCODE}", siti.ask("/dicari"))
    assert siti.person.messages[-1].labels[-2:] == [STAR, BELL]


def test_no_product_and_no_start_waits_until_a_locked_state_database_is_free(
    budi: Chat, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 30.0)  # SQLite gives up later than a slow machine answers
    product, state = opened(budi), shop.bot.bot.services.state
    budi.press(STAR, product)
    state.close()
    state.engine.dispose()
    assert state.file is not None
    with closing(sqlite3.connect(state.file, isolation_level=None)) as other:
        (mode,) = other.execute("PRAGMA journal_mode = DELETE").fetchone()  # as on a network disk
        assert mode == "delete"
        other.execute("BEGIN EXCLUSIVE")
        assert opened(budi).text == product.text
        assert "INDOMIE GORENG SPECIAL 85GR" in budi.ask("/start").labels
        assert state.problem is None, "it was waited for until SQLite gave up"
    assert opened(budi).labels[-2:] == ["★ Favorit", BELL]
    state.close()


def test_everybody_sees_their_own_favourites_at_the_prices_of_their_role(budi: Chat, siti: Chat, ani: Chat) -> None:
    for chat in (siti, ani):
        chat.press(STAR, opened(chat))
    assert budi.ask("/favorit").text.startswith("Belum ada favorit.")
    assert "Rp3.050,5/PCS" in ani.ask("/favorit").text
    assert "mulai" not in ani.ask("/favorit").text
    assert "stok" not in ani.ask("/favorit").text
    for chat in (siti, ani):
        assert COST not in chat.ask("/favorit").text.replace(".", "")
    ani.send("/start")
    assert {"favorit", "pagi"} <= ani.menu


def test_favourites_have_pages_and_a_limit(budi: Chat, shop: Shop) -> None:
    now = datetime.now(UTC)
    shop.watches.mark(101, INDOMIE.kodeitem, Marks(favourite=True), now)
    for number in range(MOST_WATCHES - 1):
        shop.watches.mark(101, f"HILANG{number}", Marks(favourite=True), now)
    assert budi.alert(STAR_OF_SUGAR, opened(budi)) == words.too_many(MOST_WATCHES)
    found = budi.ask("/favorit")
    assert "99 barang lain sudah tidak ada di data terbaru." in found.text
    kept = budi.press("🗑 Hapus yang sudah tidak ada (99)", found)
    assert kept.text.startswith("★ Favorit: 1 barang")
    assert kept.labels == ["1"]
    assert budi.alert(STAR_OF_SUGAR, found) == ""


STAR_OF_SUGAR = f"wf1{product_hash(SUGAR.kodeitem)}"


def test_the_hour_of_the_morning_message_is_chosen_with_a_button(ani: Chat) -> None:
    choice = ani.ask("/pagi")
    assert choice.labels == ["05.00", "06.00", "07.00", "08.00", "09.00", "10.00", "✓ Tidak usah"]
    chosen = ani.press("07.00", choice)
    assert chosen.text.endswith("Sekarang: jam 07.00. Mau diganti?")
    assert "✓ 07.00" in chosen.labels
    assert "✓ Tidak usah" in ani.press("Tidak usah", chosen).labels
    for data in ("wp1", "wp19", "wz", "w"):
        assert ani.alert(data, choice)


def test_groups_have_no_favourites(shop: Shop, budi: Chat) -> None:
    group = shop.bot.server.group(-1001, "Karyawan", budi.person)
    inside = Chat(shop.bot, shop.bot.server.user(101, inside=group))
    for command in ("/favorit", "/pagi"):
        assert inside.ask(command).text == words.PRIVATE_ONLY
    product = inside.press("1", inside.ask("/harga indomie goreng special"))
    assert not {STAR, BELL} & set(product.labels)
    assert inside.alert(STAR_OF_SUGAR, product) == words.PRIVATE_ONLY
    assert shop.watches.of(101) == []


def test_who_lost_access_can_press_nothing(shop: Shop, ani: Chat) -> None:
    product = opened(ani)
    shop.people.remove(ANI, None)
    assert "sudah berakhir" in ani.alert(STAR, product)
    assert shop.watches.of(ANI) == []


def test_without_the_state_database_products_open_and_favourites_say_so(budi: Chat, shop: Shop) -> None:
    """The last test of this file: the database stays damaged."""
    product = opened(budi)
    state = shop.bot.bot.services.state
    assert state.file is not None
    state.close()
    for file in state.file.parent.glob(f"{state.file.name}*"):
        file.unlink()
    state.file.write_bytes(b"damaged" * 1000)
    assert budi.ask("/favorit").text == words.NOT_AVAILABLE
    assert budi.alert(STAR_OF_SUGAR, product) == words.NOT_AVAILABLE
    assert opened(budi).labels[-2:] == [STAR, BELL]
    assert "Rp17.500" in budi.ask("8991002101630").text
