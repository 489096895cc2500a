"""A quotation outlives the bot that made it, says which prices have changed, and opens for nobody else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.telegram import Message, Person, TelegramServer
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import BUDI, SITI, running_bot
from tests.toko_bot.bot.shop import COST, INDOMIE, SUGAR, UNSOLD, publish_shop, with_price
from toko_core.people import Role
from toko_core.people.store import People
from toko_core.state.database import FILE, StateDatabase

ANI, TONO = 301, 302
LIST = "indomie goreng 3 pcs, gula pasir 5"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """Two customers, of the second level and of the first one."""
    state = StateDatabase(f"sqlite:///{tmp_path}/data/state/{FILE}")
    people = People(state, {SITI}, {BUDI})
    people.add(ANI, None, Role.CUSTOMER, level=2, name="Ani")
    people.add(TONO, None, Role.CUSTOMER, level=1, name="Tono")
    yield people
    state.close()


def table(message: Message) -> list[str]:
    (lines,) = message.formatted("pre")
    return lines.splitlines()


def test_a_quotation_outlives_its_bot_and_opens_for_nobody_else(tmp_path: Path, people: People) -> None:
    data = tmp_path / "data"
    publish_shop(data, [INDOMIE, SUGAR, UNSOLD])
    with TelegramServer() as server:
        ani, tono = server.user(ANI, "Ani"), server.user(TONO, "Tono")
        budi, siti = server.user(BUDI, "Budi"), server.user(SITI, "Siti")
        with running_bot(server, data, tmp_path / "first"):
            made = ani.ask(LIST)
            assert table(made)[1] == "   3 PCS × 3.050,5       9.152"
            assert not any("Harga:" in label for label in made.labels), "customers have one level"
            of_budi = budi.ask(LIST)
            assert table(of_budi)[1] == "   3 PCS × 3.150         9.450"

        publish_shop(data, [with_price(INDOMIE, "3250"), with_price(SUGAR, "18000"), UNSOLD])
        with running_bot(server, data, tmp_path / "second"):  # another replica, or the same after a restart
            again = press(budi, "✏️ Ubah", of_budi)
            assert table(again) == table(of_budi), "it keeps the prices that were quoted"
            assert re.search(
                r"Harga berubah sejak \d+ \w+ \d{4}\n1\. Rp3\.150 → Rp3\.250 \(\+3,2%\)\n2\. Rp17\.500 → Rp18\.000",
                again.text,
            )
            taken = press(budi, "🔄 Pakai harga baru", press(budi, "✅ Selesai", again))
            assert "   3 PCS × 3.250         9.750" in table(taken)
            assert "berubah" not in taken.text

            _nobody_else_opens(tono, made, of_budi)
            assert "Dibuat oleh Ani" in budi.ask("/penawaran 1").text, "staff open those of customers"
            assert "· Ani" in siti.ask("/penawaran").text
            assert "tidak ada" in ani.ask("/penawaran 2").text

            people.change(ANI, None, level=1)  # the next press shows no price of the old level
            shown = press(ani, "✏️ Ubah", made)
            assert "3.050,5" not in shown.text
            assert "   3 PCS × 3.250         9.750" in table(shown)

            people.remove(ANI, None)
            assert ani.press("✅ Selesai", shown).answered().alert
            assert "Penawaran" not in ani.ask("/penawaran").text

            for file in (data / "state").glob(f"{FILE}*"):
                file.write_bytes(b"damaged")
            assert "sedang tidak bisa dibuka" in budi.ask(LIST).text
            assert "sedang tidak bisa dibuka" in budi.press("📤 Bagikan", taken).answered().text
            assert "INDOMIE" in budi.ask("indomie").text, "searches go on"
    for person in (ani, tono, budi, siti):
        for event in person.events:
            assert COST not in event.text.replace(".", "")


def _nobody_else_opens(tono: Person, of_ani: Message, of_budi: Message) -> None:
    own = tono.ask(LIST)
    for button in [*of_ani.buttons, of_budi.buttons[0]]:
        answer = tono.forge(button.data, own).answered()
        assert (answer.alert, answer.text) == (True, "Penawaran ini tidak ada lagi.")
    assert "tidak ada" in tono.ask("/penawaran 1").text
