"""The conversations in docs/bot.md: each a function that lets people of a corner shop talk to the bot.

Earlier versions of the bot can have them too: a button that is missing is noted, and the conversation goes on.
"""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from zxingcpp import BarcodeFormat

from tests.servers.dagster import FAILURE, FakeDagster, dagster
from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.corner_shop import BARCODE, UNKNOWN_BARCODE, publish
from tests.toko_bot.bot.process import BUDI, SITI, STRANGER, running_bot
from tests.toko_bot.bot.shop import barcode_photo, photo
from tests.toko_bot.bot.talk import Talk
from tests.toko_core.catalog.photos.labels import Shot, Symbol, take_photo
from toko_assets.common.publications import Blocked, PriceChange, Published, RolledBack, WorstRow
from toko_assets.common.records import BackupFile
from toko_assets.defs.sensors import owner_messages
from toko_assets.defs.sensors.questions import ask_to_publish
from toko_core.state.database import StateDatabase, file_url
from toko_core.state.decisions import Decisions, buttons_of
from toko_core.state.outbox import keyboard
from toko_core.state.outbox.messages import Buttons

ANI, GROUP, NAME = 8, -1001, "Toko Maju"
ZONE = ZoneInfo("Asia/Jakarta")
DATA_TIME = datetime(2026, 11, 30, 1, 15, tzinfo=UTC)
INCOMPLETE = (
    "i5_TOKO_MAJU.i5bu is incomplete or damaged (81,920 bytes): wait for the upload to finish, or make the backup "
    "again."
)
JUMPED = (
    "i5_TOKO_MAJU.i5bu: 1,204 of 20,150 prices (6%) are now threefold or more, or a third or less: at most 2% may. "
    "First: MIE001/INDOMIE GORENG SPECIAL 85GR/BKS/Rp3.150/Rp31.500. If this is right: `toko sync --most-jumped 100` "
    "(run config: most_prices_jumped: 1.0)."
)
REVOKED = (
    "Dropbox rejects DROPBOX_REFRESH_TOKEN: it was revoked, or belongs to another app. To get a new one, run "
    "`toko dropbox-login`."
)


@dataclass(frozen=True)
class Place:
    """Where the conversations take place, and who takes part."""

    server: TelegramServer
    dagster: FakeDagster
    data: Path
    budi: Person
    """A member of the staff."""
    siti: Person
    """The owner."""
    rudi: Person
    """A stranger."""
    ani: Person
    """Another one."""

    def notify(self, text: str, buttons: Buttons = ()) -> None:
        """Send the owner a message of the chain."""
        markup = {"reply_markup": {"inline_keyboard": keyboard(buttons)}} if buttons else {}
        content = json.dumps({"chat_id": SITI, "text": text, "parse_mode": "HTML", **markup}).encode()
        url = f"{self.server.url}/bot{self.server.token}/sendMessage"
        with urllib.request.urlopen(urllib.request.Request(url, content, {"Content-Type": "application/json"})):  # noqa: S310
            return


def have_all(folder: Path, server: TelegramServer) -> Iterator[tuple[str, Talk]]:
    """Have each conversation, and yield its title and what was said."""
    data = folder / "data"
    publish(data, hours=75)
    with ExitStack() as stack:
        fake = stack.enter_context(dagster())
        stack.enter_context(
            running_bot(
                server, data, folder, DAGSTER_URL=fake.url, ALLOWED_CHATS=str(GROUP), SHOP_NAME=NAME,
                WEB_URL="https://toko-maju.example", CATALOG_URL="https://toko-maju.example",
            )
        )  # fmt: skip
        people = [
            server.user(number, name)
            for number, name in ((BUDI, "Budi"), (SITI, "Siti"), (STRANGER, "Rudi"), (ANI, "Ani"))
        ]
        place = Place(server, fake, data, *people)
        old = Talk(server)
        old_data(old, place)
        for title, have in CONVERSATIONS.items():
            if have is old_data:
                yield title, old
                continue
            talk = Talk(server, several=have in (new_employee, customer))
            talk.start(*people)
            have(talk, place)
            yield title, talk


def greeting(talk: Talk, place: Place) -> None:
    for text in ("selamat pagi kak", "ada?", "halo 50rb", "ok makasih banyak ya"):
        talk.say(place.budi, text)


def typo(talk: Talk, place: Place) -> None:
    talk.say(place.budi, "indomi")
    talk.press(place.budi, "›")


def narrowing(talk: Talk, place: Place) -> None:
    talk.say(place.budi, "mie")
    talk.press(place.budi, "Merek")
    talk.press(place.budi, "SEDAAP")


def product(talk: Talk, place: Place) -> None:
    talk.say(place.budi, "indomi grg spesial")
    talk.press(place.budi, "1")
    talk.press(place.budi, "Foto", answers=1)
    talk.press(place.budi, "🔔 Kabari")
    talk.say(place.budi, "/favorit")
    if talk.press(place.budi, "Bagikan", answers=1):
        talk.press(place.budi, "Grosir")
        talk.press(place.budi, "Gambar", answers=1)


def product_of_owner(talk: Talk, place: Place) -> None:
    for text in ("cat avitex", "sabun lifeboy"):
        talk.say(place.siti, text)
        talk.press(place.siti, "1")


def quantities(talk: Talk, place: Place) -> None:
    for text in ("indomie goreng spesial 3 dus", "gula pasir gulaku 10 bungkus", "2,5 kg telor"):
        talk.say(place.budi, text)


def calculator(talk: Talk, place: Place) -> None:
    talk.say(place.budi, "gulaku")
    talk.press(place.budi, "1")
    if talk.press(place.budi, "Hitung"):
        talk.press(place.budi, "+")
        talk.press(place.budi, "+10")


def quotation(talk: Talk, place: Place) -> None:
    talk.say(place.budi, "indomie goreng spesial 2 dus\ngula pasir 12\ntelur 3 kg\naqua 600 1 dus")
    if talk.press(place.budi, "Perjelas"):
        talk.press(place.budi, "1")
        talk.press(place.budi, "Bagikan")
        talk.press(place.budi, "Teks", answers=1)
    talk.say(place.budi, "aqua 2, gulaku 3 bks, kopi kapal api 1")


def photos(talk: Talk, place: Place) -> None:
    both = [Symbol(BARCODE, module=2), Symbol("089686010947", BarcodeFormat.UPCA, module=2)]
    two = take_photo(both, Shot(turned=40), seed=1)
    for picture in (barcode_photo(BARCODE), barcode_photo(UNKNOWN_BARCODE), photo(), two):
        talk.do(place.budi, lambda picture=picture: place.budi.send_photo(picture))  # type: ignore[misc]


def inline(talk: Talk, place: Place) -> None:
    query = place.budi.inline("gula")
    query.answered()
    place.budi.choose(query)
    talk.note(place.budi)


def history(talk: Talk, place: Place) -> None:
    talk.say(place.budi, "/riwayat indomie goreng special 85gr")
    talk.say(place.budi, "/riwayat kopi kapal api")


def moves(talk: Talk, place: Place) -> None:
    for text in ("/naik", "/turun"):
        talk.say(place.budi, text)
    talk.press(place.budi, "7 hari")
    talk.say(place.budi, "/pagi")
    talk.press(place.budi, "07.00")


def commands(talk: Talk, place: Place) -> None:
    talk.say(place.siti, "/start")
    talk.say(place.siti, "/hargaa")
    talk.do(place.siti, lambda: place.siti.send_other(location={"latitude": 0.5, "longitude": 101.4}))
    talk.say(place.siti, "xyzabc")
    talk.say(place.budi, "/laris")


def group(talk: Talk, place: Place) -> None:
    chat = place.server.group(GROUP, "Grup Toko Maju", place.siti, place.budi)
    budi = place.server.user(BUDI, inside=chat)
    talk.start(budi)
    talk.say(budi, "/harga@toko_bot gulaku")
    talk.say(budi, "makasih", reply_to=talk.last(budi))
    talk.say(budi, "/harga")


def owners_lists(talk: Talk, place: Place) -> None:
    for command in ("/rugi", "/tanpaharga", "/habis", "/laris", "/lambat"):
        talk.say(place.siti, command)
    talk.try_to_say(place.siti, "/dicari")


def sync(talk: Talk, place: Place) -> None:
    cause = f"toko_core.PermanentError: {INCOMPLETE}"
    for states, failed in (
        ([("STARTED", 1), ("FAILURE", 1)], [FAILURE + INCOMPLETE, cause]),
        ([("FAILURE", 3)], [FAILURE + JUMPED]),
        ([("SUCCESS", 5)], [""]),
    ):
        place.dagster.states, place.dagster.failed = states, failed
        talk.say(place.siti, "/sync")
        while "sinkronisasi" in (before := talk.last(place.siti).text).lower() and before.startswith("⏳"):
            place.siti.next_edit()
        talk.note(place.siti)


def notifications(talk: Talk, place: Place) -> None:
    changes = [
        PriceChange("INDOMIE GORENG SPECIAL 85GR", "DUS", Decimal(115000), Decimal(118000)),
        PriceChange("KOPI KAPAL API SPECIAL 165GR", "BKS", None, Decimal(15500)),
    ]
    published = Published(20_150, True, 12, 3, 1_204, changes, DATA_TIME)
    for text in (
        owner_messages.published(NAME, ZONE, published, timedelta(seconds=24), recovered=False),
        owner_messages.sync_failed(NAME, "raw_backup", INCOMPLETE, None),
        owner_messages.rolled_back(NAME, ZONE, RolledBack(20_141, DATA_TIME - timedelta(days=1), DATA_TIME)),
        owner_messages.source_fails(NAME, ZONE, REVOKED, DATA_TIME, final=True),
        owner_messages.source_answers(NAME),
    ):
        place.notify(text)
    talk.note(place.siti)
    decide(talk, place)


def decide(talk: Talk, place: Place) -> None:
    """The owner publishes a backup that the checks blocked."""
    name, sha256 = "i5_TOKO_MAJU.i5bu", "ab" * 32
    backup = BackupFile(place.data / name, sha256, 1, name, "1-1", DATA_TIME, "UTF8", "1.14", "9.6")
    worst = [WorstRow("INDOMIE GORENG SPECIAL 85GR", "BKS", "Rp3.150", "Rp31.500", "Rp2.612")]
    blocked = Blocked(backup, "", "", {"most_prices_jumped": 1.0}, "", worst)
    text = owner_messages.publication_blocked(NAME, ZONE, blocked, JUMPED, "https://toko-maju.example/runs/1b2c")
    with closing(StateDatabase(file_url(place.data / "state" / "state.db"))) as state:
        decision = Decisions(state).ask(ask_to_publish(blocked, "1b2c", text, text).question)
    place.notify(decision.message, buttons_of(decision))
    talk.note(place.siti)
    place.dagster.states = [("SUCCESS", 5)]
    talk.press(place.siti, "Tetap pakai")
    talk.press(place.siti, "Ya", answers=1)
    while talk.last(place.siti).text.startswith("⏳"):
        place.siti.next_edit(of=talk.last(place.siti))
    talk.note(place.siti)


def old_data(talk: Talk, place: Place) -> None:
    talk.sees(place.siti)
    talk.say(place.siti, "gulaku")
    talk.press(place.siti, "1")
    talk.say(place.siti, "/version")
    publish(place.data, hours=7)
    talk.say(place.siti, "/reload")
    talk.say(place.siti, "/status")


def new_employee(talk: Talk, place: Place) -> None:
    talk.say(place.rudi, "selamat pagi, ini rudi karyawan baru")
    talk.sees(place.siti)
    talk.press(place.siti, "Staf")
    talk.sees(place.rudi)
    talk.try_to_say(place.rudi, "gulaku")
    talk.say(place.siti, "/pengguna")
    talk.say(place.siti, "/catatan")


def customer(talk: Talk, place: Place) -> None:
    talk.say(place.ani, "indomie")
    talk.sees(place.siti)
    if talk.press(place.siti, "Pelanggan"):
        talk.press(place.siti, "Umum")
    talk.sees(place.ani)
    talk.try_to_say(place.ani, "halo")
    talk.try_to_say(place.ani, "indomie goreng spesial 3 dus")
    talk.press(place.ani, "1")


def browser(talk: Talk, place: Place) -> None:
    talk.try_to_say(place.budi, "/web")


CONVERSATIONS: dict[str, Callable[[Talk, Place], None]] = {
    "A greeting, a question that names nothing, and thanks": greeting,
    "A search with a typo, and its second page": typo,
    "Results, narrowed to a brand": narrowing,
    "A product, as staff see it": product,
    "Products, as an owner sees them": product_of_owner,
    "What a quantity costs": quantities,
    "Calculating on a product's page": calculator,
    "A customer's list becomes a quotation": quotation,
    "Photos of barcodes": photos,
    "Inline, in any chat": inline,
    "How a price changed": history,
    "What rose and fell": moves,
    "Help, and what the bot does not understand": commands,
    "In a group": group,
    "The owner's lists": owners_lists,
    "Syncs that an owner starts": sync,
    "What owners are notified of": notifications,
    "Old data, and fresh data": old_data,
    "A new employee": new_employee,
    "A customer": customer,
    "Prices in a browser": browser,
}
