"""The conversations whose pictures are in the guides for staff and for the owner: the real bot, without a network."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from tests.servers.telegram import Message
from tests.servers.telegram.transcript import message_text
from tests.toko_bot.bot.conversations import DATA_TIME, JUMPED, NAME, ZONE
from tests.toko_bot.bot.corner_shop import publish
from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI, STRANGER
from toko_assets.common.publications import Blocked, PriceChange, Published, WorstRow
from toko_assets.common.records import BackupFile
from toko_assets.defs.sensors import owner_messages
from toko_assets.defs.sensors.questions import ask_to_publish
from toko_bot.replies.decisions.pages import question_page
from toko_bot.replies.layout import Page
from toko_bot.replies.messages import stale_report
from toko_core.state.database import StateDatabase, file_url
from toko_core.state.decisions import Decisions, Kind, Question
from toko_core.text import ago, moment

SEARCH = "gula pasr 1kg"
LIST = "indomie goreng spesial 2 dus\ngula gulaku 12\ntelur 3 kg"
CHANGES = [
    PriceChange("INDOMIE GORENG SPECIAL 85GR", "DUS", Decimal(115000), Decimal(118000)),
    PriceChange("MINYAK GORENG BIMOLI 2L", "PCH", Decimal(37500), Decimal(36500)),
    PriceChange("KOPI KAPAL API SPECIAL 165GR", "BKS", None, Decimal(15500)),
]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture of a guide shows."""

    name: str
    """The name of the picture's file, without its ending."""
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """All that the picture says."""
        return "\n\n".join(f"{message.sender.first_name}:\n{message_text(message)}" for message in self.messages)


@contextmanager
def guided_bot(data: Path) -> Iterator[DirectBot]:
    """Publish the corner shop in a new data folder, and run its bot."""
    publish(data, hours=7)
    with direct_bot(data, owner_users=str(SITI), allowed_users=str(BUDI), shop_name=NAME) as bot:
        yield bot


def staff(bot: DirectBot) -> Chat:
    return Chat(bot, bot.server.user(BUDI, "Budi"))


def owner(bot: DirectBot) -> Chat:
    return Chat(bot, bot.server.user(SITI, "Siti"))


def have_scenes(bot: DirectBot, data: Path) -> Iterator[Scene]:
    """Have the conversations, and yield what each picture shows."""
    budi, siti = staff(bot), owner(bot)
    found = budi.ask(SEARCH)
    yield Scene("panduan-cari", (_said(budi, SEARCH), found))
    product = budi.press("1", found)
    yield Scene("panduan-barang", (product,))
    calculation = budi.press("🧮 Hitung", product)
    for label in ("+10", "+"):
        calculation = budi.press(label, calculation)
    yield Scene("panduan-hitung", (calculation,))
    quotation = budi.ask(LIST)
    yield Scene("panduan-penawaran", (_said(budi, LIST), quotation))

    Chat(bot, bot.server.user(STRANGER, "Rudi")).send("selamat pagi, ini rudi karyawan baru")
    yield Scene("panduan-akses", (siti.person.messages[-1],))
    with closing(StateDatabase(file_url(data / "state" / "state.db"))) as state:
        decisions = Decisions(state)
        days = timedelta(days=2)
        old = stale_report(moment(DATA_TIME - days, ZONE), ago(days))
        for name, question in (
            ("panduan-data-lama", Question("old", Kind.SYNC, old, {"job": "sync", "runs": [{}]})),
            ("panduan-ditahan", _blocked_publication(data)),
        ):
            _send(bot, siti, question_page(decisions.ask(question)))
            yield Scene(name, (siti.person.messages[-1],))
    published = Published(20_150, True, 12, 3, 3, CHANGES, DATA_TIME)
    text = owner_messages.published(NAME, ZONE, published, timedelta(seconds=24), recovered=False)
    _send(bot, siti, Page(text))
    yield Scene("panduan-harga-baru", (siti.person.messages[-1],))


def _said(chat: Chat, text: str) -> Message:
    return next(message for message in reversed(chat.person.messages) if message.text == text)


def _blocked_publication(data: Path) -> Question:
    """Return the question to owners about a backup that the checks blocked."""
    name = "i5_TOKO_MAJU.i5bu"
    backup = BackupFile(data / name, "ab" * 32, 1, name, "1-1", DATA_TIME, "UTF8", "1.14", "9.6")
    worst = [WorstRow("INDOMIE GORENG SPECIAL 85GR", "BKS", "Rp3.150", "Rp31.500", "Rp2.612")]
    blocked = Blocked(backup, "", "", {"most_prices_jumped": 1.0}, "", worst)
    text = owner_messages.publication_blocked(NAME, ZONE, blocked, JUMPED, None)
    return ask_to_publish(blocked, "1b2c", text, text).question


def _send(bot: DirectBot, chat: Chat, page: Page) -> None:
    """Send a message that the chain sends, or the bot by itself."""
    telegram = bot.bot.application.bot
    bot.run(telegram.send_message(chat.person.chat.id, page.text, parse_mode="HTML", reply_markup=page.markup))
