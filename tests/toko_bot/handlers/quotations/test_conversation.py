"""A list is answered with a quotation, which is changed, shared and opened again."""

import re

import pytest

from tests.servers.telegram import Message, Person
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import RunningBot
from tests.toko_bot.bot.shop import COST

LIST = "Pagi, minta:\n1. indomie goreng 3 dus\n2. gula pasir 12\nbiskuit kelapa apel 2 gr 2"


def table(message: Message) -> list[str]:
    (lines,) = message.formatted("pre")
    return lines.splitlines()


def number_of(message: Message) -> str:
    found = re.match(r"🧾 Penawaran (\d+/\d{4})\n", message.text)
    assert found is not None, message.text
    return found[1]


def test_a_list_is_answered_with_a_table_that_fits_a_phone_and_adds_up(budi: Person) -> None:
    answer = budi.ask(LIST)
    assert table(answer) == [
        "1. INDOMIE GORENG SPECIAL 85GR",
        "   3 DUS × 115.000     345.000",
        "2. Gula Pasir <Gulaku> & Co",
        "   1kg *premium*",
        "   12 BKS × 17.200     206.400",
        "3. BISKUIT KELAPA Apel 2 GR",
        "   2 BKS × 2.002         4.004",
        "──────────────────────────────",
        "TOTAL                Rp555.404",
    ]
    assert all(len(line) <= 30 for line in table(answer))
    assert "berlaku s.d." in answer.text.splitlines()[1]
    assert answer.labels[:3] == ["✏️ Ubah", "➕ Tambah", "📤 Bagikan"]
    assert COST not in answer.text.replace(".", "")


def test_one_line_with_commas_is_a_list_too_and_a_search_stays_a_search(budi: Person) -> None:
    assert len(table(budi.ask("indomie goreng 3 dus, gula pasir 5"))) == 7
    for search in ("indomie goreng, 3 dus", "biskuit kelapa", "gula pasir\n12 bungkus"):
        assert "Penawaran" not in budi.ask(search).text


def test_unclear_lines_ask_one_after_the_other_and_then_the_table_comes(budi: Person) -> None:
    answer = budi.ask("biskuit kelapa 2\nsabun rugi 2 lusin\ngula pasir 5")
    assert answer.labels[0] == "❓ Perjelas (2)"
    assert "TOTAL                 Rp87.500" in table(answer)
    asked = press(budi, "❓ Perjelas (2)", answer)
    assert "1. BISKUIT KELAPA" in asked.text
    assert asked.labels == ["1", "2", "3", "4", "5", "🗑 Hapus", "‹ Kembali"]
    unit = press(budi, "1", asked)
    assert "tidak dijual per lusin" in unit.text
    done = press(budi, "2 PCS Rp4.000", unit)
    assert table(done)[-1].startswith("TOTAL")
    assert "belum jelas" not in done.text
    assert "2 PCS × 4.000         8.000" in table(done)[3]


def test_the_quantity_the_unit_and_the_product_of_a_line_can_be_changed(budi: Person) -> None:
    answer = budi.ask("gula pasir 11\nindomie goreng 2 dus")
    line = press(budi, "1", press(budi, "✏️ Ubah", answer))
    assert "11 BKS × Rp17.500 = Rp192.500" in line.text
    more = press(budi, "＋", line)
    assert "12 BKS × Rp17.200 = Rp206.400" in more.text, "the next tier's price"
    budi.forge(line.find_button("＋").data, more).answered()  # type: ignore[union-attr] # pressed twice
    assert "12 BKS" in more.text
    other = press(budi, "2", press(budi, "‹ Kembali", more))
    pieces = press(budi, "PCS", other)
    assert "2 PCS × Rp3.150 = Rp6.300" in pieces.text
    budi.send("1,5 dus", reply_to=pieces)
    replied = budi.next_message()
    assert "1,5 DUS × Rp115.000 = Rp172.500" in replied.text
    budi.send("sabun rugi 4", reply_to=replied)
    replaced = budi.next_message()
    assert "SABUN RUGI BESAR\n4 PCS × Rp4.000 = Rp16.000" in replaced.text
    choices = press(budi, "🔁 Ganti barang", replaced)
    assert "Yang mana?" in choices.text
    whole = press(budi, "🗑 Hapus", replaced)
    assert [line for line in table(whole) if line[:1].isdigit()] == ["1. Gula Pasir <Gulaku> & Co"]


def test_lines_are_added_by_a_reply(budi: Person) -> None:
    answer = budi.ask("gula pasir 11\nindomie goreng 2 dus")
    budi.press("➕ Tambah", answer).answered()
    prompt = budi.next_message()
    assert prompt.markup == {"force_reply": True, "input_field_placeholder": "gula 1 kg 5"}
    budi.send("sabun rugi besar 2, biskuit kelapa apel 2 gr 3", reply_to=prompt)
    assert len([line for line in table(budi.next_message()) if line[:1].isdigit()]) == 4
    budi.send("sabun rugi besar", reply_to=answer)
    added = budi.next_message()
    assert number_of(added) == number_of(answer)
    assert "5. SABUN RUGI BESAR" in table(added)


def test_an_edited_list_changes_its_quotation(budi: Person) -> None:
    budi.skip()
    sent = budi.send("gula pasir 11\nindomie goreng 2 dus")
    answer = budi.next_message()
    budi.edit(sent, "gula pasir 40\nindomie goreng 2 dus")
    changed = budi.next_edit(of=answer)
    assert number_of(changed) == number_of(answer)
    assert "   40 BKS × 16.900     676.000" in table(changed)


def test_staff_choose_the_level_of_all_prices(budi: Person) -> None:
    answer = budi.ask("indomie goreng 3\ngula pasir 5")
    levels = press(budi, "💰 Harga: level 1 ▾", answer)
    changed = press(budi, "level 2", levels)
    assert "   3 PCS × 3.050,5       9.152" in table(changed)
    assert "Harga: level 2" in changed.text
    assert table(changed)[-1] == "TOTAL                 Rp96.652"


def test_rounded_lines_and_the_total_add_up_with_a_line_of_its_own(budi: Person) -> None:
    answer = budi.ask("indomie goreng 1\nindomie goreng 1\ngula pasir 2")
    changed = press(budi, "level 2", press(budi, "💰 Harga: level 1 ▾", answer))
    assert [line.split()[-1] for line in table(changed)] == [
        "85GR", "3.051", "85GR", "3.051", "Co", "*premium*", "35.000", "─" * 30, "−1", "Rp41.101",
    ]  # fmt: skip


def test_a_quotation_is_shared_as_plain_text_and_as_a_picture(budi: Person) -> None:
    answer = budi.ask("gula pasir 12\nindomie goreng 3 dus")
    shared = press(budi, "📤 Bagikan", answer)
    budi.press("📝 Teks", shared).answered()
    text = budi.next_message()
    assert text.entities == ()
    assert [line for line in text.text.splitlines() if "berlaku" not in line] == [
        "*Toko*",
        f"Penawaran {number_of(answer)}",
        "",
        "1. Gula Pasir <Gulaku> & Co 1kg *premium*",
        "    12 BKS × Rp17.200 = Rp206.400",
        "2. INDOMIE GORENG SPECIAL 85GR",
        "    3 DUS × Rp115.000 = Rp345.000",
        "*Total Rp551.400*",
    ]
    budi.press("🖼 Gambar", shared).answered()
    assert budi.next_message().photo is not None


def test_what_is_not_clear_is_not_shared(budi: Person) -> None:
    answer = budi.ask("biskuit kelapa 2\ngula pasir 5")
    pressed = budi.press("📤 Bagikan", answer).answered()
    assert (pressed.alert, pressed.text) == (True, "Masih ada 1 barang yang belum jelas. Perjelas atau hapus dulu.")


def test_a_long_list_of_hostile_names_has_pages_and_a_limit(budi: Person) -> None:
    answer = budi.ask("\n".join(["raksasa"] * 40 + ["gula pasir 1"] * 90))
    assert "30 lagi tidak ikut" in answer.text
    assert "1/5" in answer.labels
    assert len(answer.text) < 4096
    last = press(budi, "›", answer)
    assert table(last)[0].startswith("21. ")
    editing = press(budi, "✏️ Ubah", last)
    assert "21" in editing.labels
    line = press(budi, "21", editing)
    assert "&<>&<>" in line.text
    assert "RAKSASA" in press(budi, "1", line).text


def test_recent_quotations_are_listed_and_opened(budi: Person, siti: Person) -> None:
    assert "Belum ada penawaran" in budi.ask("/penawaran").text
    made = [number_of(budi.ask(f"gula pasir {number}\nindomie goreng 2 dus")) for number in range(1, 8)]
    listed = budi.ask("/penawaran")
    assert listed.text.splitlines()[0] == "🧾 Penawaran (7)"
    assert listed.labels == ["1", "2", "3", "4", "5", "1/2", "›"]
    assert f"1. {made[-1]}" in listed.text
    assert number_of(press(budi, "7", press(budi, "›", listed))) == made[0]
    assert number_of(budi.ask(f"/penawaran {made[3]}")) == made[3]
    assert number_of(budi.ask(f"/penawaran {made[3].split('/')[0]}")) == made[3]
    assert "tidak ada" in budi.ask("/penawaran 999999").text
    assert "· Budi" in siti.ask("/penawaran").text, "an owner sees those of everybody"
    opened = siti.ask(f"/penawaran {made[3]}")
    assert "Dibuat oleh Budi" in opened.text


@pytest.mark.parametrize(
    "pressed", ["kz1", "kv0", "kv999999999999999999", "kq1.1.0", "kq1.1.nan", "kc1.1.!", "k", "kv1.1.1.1"]
)
def test_a_button_that_no_version_wrote_is_answered(budi: Person, pressed: str) -> None:
    answer = budi.ask("gula pasir 12\nindomie goreng 3 dus")
    assert budi.forge(pressed, answer).answered().alert


def test_groups_have_no_quotations(bot: RunningBot, budi: Person) -> None:
    group = bot.server.group(-1001, "Toko", budi)
    inside = bot.server.user(budi.user.id, "Budi", inside=group)
    assert "chat pribadi" in inside.ask("/penawaran").text
    answer = inside.ask("/harga gula")
    inside.send("gula pasir 12\nindomie goreng 3 dus", reply_to=answer)
    assert "Penawaran" not in inside.next_message().text
    forged = inside.forge("kv1", answer).answered()
    assert (forged.alert, forged.text) == (True, "Penawaran hanya bisa dibuka di chat pribadi dengan bot.")
