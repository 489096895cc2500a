"""Owners list people and change them with buttons; nobody else can, and nobody changes people of the settings."""

import pytest

from tests.servers.telegram import Message
from tests.toko_bot.bot.directly import Chat, DirectBot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.handlers.people.conftest import RINA
from toko_bot.replies.people.menus import commands_of
from toko_core.people import Role
from toko_core.people.store import People

FIXED = "tidak bisa diubah di sini"
CHANGES = ["ur{}.1.m", "ur{}.1.s", "ur{}.1.p", "uh{}.1", "uh{}.1.2", "uh{}.1.0", "ug{}.1.1", "ux{}.1", "ux{}.1.1"]


@pytest.fixture
def customer(bot: DirectBot, andi: Chat) -> Chat:
    bot.bot.services.people.add(andi.person.user.id, None, Role.CUSTOMER, name="Andi", username="andi_toko")
    return andi


def lines(message: Message) -> list[str]:
    return message.text.splitlines()


def test_the_list_marks_people_of_the_settings_and_they_have_no_buttons(siti: Chat, rina: Chat, budi: Chat) -> None:
    people = siti.ask("/pengguna")
    assert people.text.startswith("Pengguna: 3")
    assert lines(people)[1:] == [
        "", "1. Siti – pemilik 🔒", "2. Rina – pemilik 🔒", "3. Budi – staf 🔒", "",
        f"🔒 diatur di komputer toko, {FIXED}",
    ]  # fmt: skip
    page = siti.press("3", people)
    assert lines(page)[:2] == ["Budi (101)", "Peran: staf"]
    assert FIXED in page.text
    assert page.labels == ["‹ Kembali"]
    for change in CHANGES:
        assert FIXED in siti.alert(change.format(BUDI), page), change
    assert "Rp3.050,5" in budi.ask("indomie").text
    assert siti.ask("/catatan").text.splitlines()[-1] == "Belum ada catatan."
    assert siti.press("‹ Kembali", page).text == people.text
    assert rina.texts == []


def test_who_asked_before_env_named_them_is_not_listed_as_asking(bot: DirectBot, siti: Chat) -> None:
    before = People(bot.bot.services.state, owners=set(), staff=set())
    for user_id, name in ((SITI, "Siti"), (BUDI, "Budi"), (9, "Andi")):
        assert before.request(user_id, name, "") is not None
    people = siti.ask("/pengguna")
    assert "Minta akses: 1 orang" in lines(people)
    assert people.labels == ["👤 Andi", "1", "2", "3"]


def test_an_owner_changes_level_and_stock_and_the_customer_sees_it_at_once(siti: Chat, customer: Chat) -> None:
    page = siti.open("Andi")
    assert lines(page) == ["Andi (@andi_toko, 201)", "Peran: pelanggan", "Harga: Umum", "Stok: tidak terlihat"]
    assert page.labels == [
        "Jadikan pemilik", "Jadikan staf", "Harga ▾", "Tampilkan stok", "Hapus akses", "‹ Kembali"
    ]  # fmt: skip
    before = customer.ask("indomie")
    assert "Rp3.150" in before.text
    assert "stok" not in before.text
    page = siti.press("Grosir <B>", siti.press("Harga ▾", page))
    assert "Harga: Grosir <B>" in page.text
    page = siti.press("Tampilkan stok", page)
    assert "Stok: terlihat" in page.text
    old_button = customer.press("1", before)
    for shown in (customer.ask("indomie"), old_button):
        assert "Rp3.050,5" in shown.text
        assert "Rp3.150" not in shown.text
    assert "127,5" in customer.ask("indomie").text
    assert [line.split(" · ")[1] for line in lines(siti.ask("/catatan"))[2::2]] == [
        "Siti mengubah Andi: stok tidak terlihat → terlihat", "Siti mengubah Andi: harga Umum → Grosir <B>",
        "Komputer toko memberi akses Andi: pelanggan, Umum",
    ]  # fmt: skip


def test_a_new_role_brings_its_menu_and_a_message_and_its_removal_neither(siti: Chat, customer: Chat) -> None:
    page = siti.press("Jadikan staf", siti.open("Andi"))
    assert "Harga: semua" in page.text
    assert "Anda sekarang staf" in customer.texts[-1]
    assert customer.menu == set(commands_of(Role.STAFF))
    page = siti.press("Jadikan pemilik", page)
    assert customer.menu == set(commands_of(Role.OWNER))
    assert "Andi – pemilik" in customer.ask("/pengguna").text
    asked = siti.press("Hapus akses", page)
    assert asked.text == (
        "Hapus akses Andi (@andi_toko, 201)?\nSetelah dihapus, dia langsung tidak bisa memakai bot ini."
    )
    page = siti.press("Batal", asked)
    assert "Peran: pemilik" in page.text
    count = len(customer.texts)
    asked = siti.press("Hapus akses", page)
    assert siti.alert(asked.find_button("Ya, hapus"), asked) == "Akses Andi dihapus."
    assert "Andi" not in siti.person.messages[-1].text
    assert len(customer.texts) == count
    assert customer.person.commands() == []
    assert siti.alert(f"uo{customer.person.user.id}.1", asked) == "Orang ini sudah tidak punya akses."


def test_the_audit_list_says_that_somebody_of_the_staff_no_longer_sees_all_prices(siti: Chat, customer: Chat) -> None:
    page = siti.press("Jadikan staf", siti.open(customer.person.user.first_name))
    siti.press("Grosir <B>", siti.press("Harga ▾", page))
    assert "Siti mengubah Andi: harga semua → Grosir <B>" in siti.ask("/catatan").text


def test_an_owner_who_is_no_longer_one_can_press_nothing(bot: DirectBot, siti: Chat, customer: Chat) -> None:
    siti.press("Jadikan pemilik", siti.open("Andi"))
    page = customer.open("Andi")
    customer.press("Jadikan pelanggan", page)
    for data in [*(change.format(customer.person.user.id) for change in CHANGES), "ul1", "uc", "uk1", "ua1s"]:
        assert "Hanya pemilik" in customer.alert(data, page), data
    assert bot.bot.services.people.find(201) is not None


@pytest.mark.parametrize("data", [*CHANGES, "uo{}.1", "ul1", "uc", "uc5", "uk1", "ua1s", "ua1p2", "ua1t"])
def test_staff_and_strangers_cannot_forge_a_button(
    bot: DirectBot, siti: Chat, budi: Chat, andi: Chat, data: str
) -> None:
    andi.send("halo")
    forged = data.format(andi.person.user.id)
    assert "Hanya pemilik" in budi.alert(forged, budi.ask("indomie"))
    assert "sudah berakhir" in andi.alert(forged, andi.person.messages[-1])
    assert bot.bot.services.people.find(201) is None
    assert "minta akses" in siti.texts[0]


@pytest.mark.parametrize(
    "data", ["u", "ux", "uo201", "ur201.1.x", "uh201.1.9", "uh201.1.m", "ug201.1.2", "ux201.1.0", "ua1p9", "u🔎"]
)
@pytest.mark.usefixtures("customer")
def test_a_button_that_no_version_wrote_changes_nothing(bot: DirectBot, siti: Chat, data: str) -> None:
    stranger = Chat(bot, bot.server.user(202, "Calon"))
    stranger.send("halo")
    before = bot.bot.services.people.everybody()
    assert "sudah tidak berlaku" in siti.alert(data, siti.ask("indomie"))
    assert bot.bot.services.people.everybody() == before
    assert bot.bot.services.requests.waiting() != []


def test_lists_have_pages(bot: DirectBot, siti: Chat) -> None:
    for number in range(25):
        bot.bot.services.people.add(1000 + number, None, Role.STAFF, name=f"Orang {number:02}")
    people = siti.ask("/pengguna")
    assert people.labels[-2:] == ["1/3", "›"]
    last = siti.press("›", siti.press("›", people))
    assert [line for line in lines(last) if line.startswith("2")] == [
        f"{number}. Orang {number - 4:02} – staf" for number in range(21, 29)
    ]  # fmt: skip
    page = siti.press("28", last)
    assert "Orang 24" in page.text
    assert siti.press("‹ Kembali", page).text == last.text
    notes = siti.ask("/catatan")
    assert notes.labels == ["Sebelumnya ›"]
    assert "Orang 24" in notes.text
    oldest = siti.press("Sebelumnya ›", siti.press("Sebelumnya ›", notes))
    assert oldest.labels == ["‹ Terbaru"]
    assert "Orang 00" in oldest.text
    assert siti.press("‹ Terbaru", oldest).text == notes.text


def test_an_owner_of_the_database_gets_what_owners_get(bot: DirectBot, customer: Chat, siti: Chat) -> None:
    assert bot.bot.services.owners() == (frozenset({SITI, RINA}), True)
    siti.press("Jadikan pemilik", siti.open("Andi"))
    assert bot.bot.services.owners() == (frozenset({SITI, RINA, 201}), True)
    stranger = Chat(bot, bot.server.user(202, "Calon"))
    stranger.send("halo")
    assert "👤 Calon (202) minta akses." in customer.texts
