"""What only some may see never reaches others: a thousand requests of every kind for each role, with forged buttons.

Every amount of the catalogue is made of a large prime number, so that an amount in an answer has one origin: a cost, or
a price of one level.
"""

import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.servers.telegram import Message, Person
from tests.toko_bot.bot.directly import DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import Change, Item, barcode_photo, photo, publish_shop
from toko_bot.replies.buttons import (
    WAYS,
    Calculate,
    ChangedList,
    Choose,
    History,
    MarkedList,
    Moves,
    Open,
    Photo,
    Pressable,
    Report,
    Results,
    data_of,
    unit_hash,
)
from toko_bot.replies.demand.buttons import DemandList, OpenAgain, SearchAgain
from toko_bot.replies.people.buttons import AuditList, Decide, OnPerson, PeopleList, Request
from toko_bot.replies.reports import LISTS
from toko_bot.replies.sharing.buttons import Share
from toko_bot.replies.watching.buttons import SetMark
from toko_core.catalog.product_hashes import product_hash
from toko_core.people import Role
from toko_core.state.demand.store import Kind as DemandKind
from toko_core.state.watching.deliveries import Kind

REQUESTS, A_BATCH = 1000, 10
GROUP, OTHER_GROUP, RINA, REMOVED, WAITING, STRANGER = -1001, -1002, 103, 301, 302, 7
CUSTOMERS = {201: (1, False), 202: (2, True), 203: (3, False)}
"""The level of each, and whether they see stock."""
SECRET_NAME, SUPPLIER, SUPPLIER_CODE = "Rahasiawati", "PT SUMBER RAHASIA", "SUP777"
LEVEL_NAMES = {1: "Eceran", 2: "Grosir", 3: "Agen"}
PIECES_A_BOX, LEAST = 24, 100_000
"""All amounts are larger than the least."""
CHANGED = 2
"""How many products have price changes: their charts take as long as ten other answers."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NUMBER = re.compile(r"\d[\d.]*(?:,\d+)?")
RUPIAH = re.compile(rf"Rp({NUMBER.pattern})")
BARCODE = "8991002101630"
TOTAL = re.compile(r"^\*?total|\d barang · Rp", re.IGNORECASE)
"""The lines of quotations with the total of several products."""


def primes() -> Iterator[int]:
    """Yield different prime numbers of seven digits, in no order."""
    chosen, found = random.Random(23), set[int]()
    while True:
        number = chosen.randrange(1_000_001, 9_999_999, 2)
        if number not in found and all(number % divisor for divisor in range(3, 3163, 2)):
            found.add(number)
            yield number


@dataclass
class Shop:
    """The products, and where each amount comes from."""

    items: list[Item] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    costs: set[Decimal] = field(default_factory=set)
    """Costs, and margins."""
    stock: set[Decimal] = field(default_factory=set)
    minimum: set[Decimal] = field(default_factory=set)
    by_level: dict[int, set[Decimal]] = field(default_factory=lambda: {level: set() for level in LEVEL_NAMES})
    """The prices that customers of each level pay, also earlier ones."""


@pytest.fixture(scope="module")
def shop() -> Shop:
    made, amounts = Shop(), primes()
    now = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(40):
        name = f"{('KOPI', 'SABUN', 'INDOMIE', 'GULA')[number % 4]} CAP {number}"
        kind = number % 5
        levels: list[int | None] = [None] if kind == 3 else [1] if kind == 4 else [1, 2, 3]
        prices: list[tuple[str, str | None, int | None, str | None, str | None, str | None]] = []
        for unit, size in (("PCS", 1), ("DUS", PIECES_A_BOX)):
            cost = next(amounts) * size
            of_unit = {level: next(amounts) * size - (size > 1) for level in levels}
            made.costs |= {Decimal(cost)} | {abs(Decimal(price) - cost) for price in of_unit.values()}
            for level, price in of_unit.items():
                limits = ["11", None] if level is None else [None]
                for limit in limits:
                    paid = price if limit is None else next(amounts) * size
                    made.costs.add(abs(Decimal(paid) - cost))
                    prices.append((unit, str(size), level, limit, str(cost), str(paid)))
                    for customers in LEVEL_NAMES:
                        if level in {None, customers} or (kind == 4 and level == 1):
                            made.by_level[customers].add(Decimal(paid))
        item = Item(f"K{number}", name, prices, merek=f"MEREK{number % 3}", jenis=f"JENIS{number % 2}",
                    barcodes=[(BARCODE, "PCS")] if number == 0 else [], photo=photo() if number == 0 else None,
                    stock=[("TOKO", str(next(amounts)))],
                    fields={"supplier": SUPPLIER_CODE, "stokmin": Decimal(next(amounts))})  # fmt: skip
        made.stock.add(Decimal(item.stock[0][1]))
        made.minimum.add(Decimal(str(item.fields["stokmin"])))
        made.items.append(item)
        for unit, _, level, most, _, now_paid in prices if number < CHANGED else []:
            before = next(amounts)
            made.changes.append(Change(item, unit, level, str(before), now_paid, now, most))
            for customers in LEVEL_NAMES:
                if level in {None, customers} or (kind == 4 and level == 1):
                    made.by_level[customers].add(Decimal(before))
    return made


@pytest.fixture(scope="module")
def bot(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectBot]:
    data = tmp_path_factory.mktemp("leaks")
    groups: list[dict[str, object]] = [
        {"kgrup": f"G{n}", "grup": name, "level": n, "potongan": None} for n, name in LEVEL_NAMES.items()
    ]
    names: list[dict[str, object]] = [{"kind": "supplier", "kode": SUPPLIER_CODE, "nama": SUPPLIER}]
    publish_shop(
        data, shop.items, shop.changes, reference={"customer_groups": groups, "names": names},
        sales={item.kodeitem: (1, 2, "3", "4") for item in shop.items[:9]},
    )  # fmt: skip
    with direct_bot(data, owner_users=f"{SITI},{RINA}", allowed_users=str(BUDI), allowed_chats=str(GROUP)) as bot:
        people = bot.bot.services.people
        siti = people.find(SITI)
        assert siti is not None
        for user_id, (level, stock) in CUSTOMERS.items():
            people.add(user_id, siti, Role.CUSTOMER, level=level, stock=stock)
        people.add(REMOVED, siti, Role.OWNER, name=SECRET_NAME)
        people.remove(REMOVED, siti)
        people.add(999, siti, Role.STAFF, name=SECRET_NAME)
        assert people.request(WAITING, SECRET_NAME, "") is not None
        yield bot


@pytest.fixture(scope="module")
def owner(bot: DirectBot, shop: Shop) -> "Reader":
    """An owner who has seen everything. Others try the buttons that the owner got."""
    reader = Reader(bot, bot.server.user(RINA, "Rina"), shop)
    reader.read(REQUESTS // 4)
    return reader


class Reader:
    """Somebody who tries everything, and all that the bot ever showed them."""

    def __init__(self, bot: DirectBot, person: Person, shop: Shop, others: Sequence[str] = ()) -> None:
        """`others` is the data of buttons that somebody else got."""
        self.bot, self.person, self._shop, self._others = bot, person, shop, others
        self._random = random.Random(person.user.id)
        self._seen = 0
        self.texts: list[str] = []
        self.inline_texts: list[str] = []
        """What inline results show and send."""
        self.data: list[str] = []
        """The data in buttons."""

    def read(self, requests: int) -> None:
        """Make requests, and note all answers. The bot gets them in batches, as after a moment without a network."""
        ways: list[Callable[[], None]] = [
            self._search, self._search, self._press, self._press, self._press, self._forge, self._forge, self._command,
            self._edit, self._type_inline,
        ]  # fmt: skip
        for number, way in zip(range(requests), itertools.cycle(ways), strict=False):
            if number == requests // 2:
                way = self._send_photo  # takes as long as a hundred others
            way()
            if number % A_BATCH == 0:
                self.bot.handle()
                self._note()
        self.bot.handle()
        self._note()

    def _search(self) -> None:
        words = self._query()
        self.person.send(words if self.person.chat.kind == "private" else f"/harga@toko_bot {words}")

    def _edit(self) -> None:
        self.person.edit(self.person.send(self._query()), self._query())

    def _press(self) -> None:
        """Press any button that is there."""
        shown = [message for message in self.person.messages[-20:] if message.buttons]
        if not shown:
            self._search()
            return
        message = self._random.choice(shown)
        button = self._random.choice([button for button in message.buttons if button.data])
        self.person.forge(button.data, message)

    def _forge(self) -> None:
        """Press a button that the bot never sent here: of another person, such a one with a typo, or a made-up one."""
        data = self._random.choice(self._others) if self._others else data_of(self._any_button())
        match self._random.randrange(3):
            case 0:
                data = data_of(self._any_button())
            case 1:
                place = self._random.randrange(len(data))
                data = data[:place] + self._random.choice("0123456789.abmsp") + data[place + 1 :]
        self.person.forge(data, self._random.choice(self.person.messages or [self._a_message()]))

    def _command(self) -> None:
        """Send any command that the bot has, with or without words."""
        handlers = self.bot.bot.application.handlers[0]
        commands = sorted({name for handler in handlers for name in getattr(handler, "commands", ())} - {"sync"})
        name = self._random.choice([*commands, "start", "lain"])
        at = "@toko_bot" if self.person.chat.kind != "private" else ""
        words = self._query() if self._random.random() < 0.7 else ""
        if name == "start":  # also by the link of a product
            words = f"p-{product_hash(self._random.choice(self._shop.items).kodeitem)}"
        self.person.send(f"/{name}{at} {words}".strip())

    def _type_inline(self) -> None:
        query = self.person.inline(f"{self._query()} {self._random.randrange(LEAST)}")
        self.bot.handle()
        if query.answer is not None:
            for result in query.answer.results:
                self.inline_texts.append("\n".join([result.title, result.description, result.text]))
            self.texts += self.inline_texts[-len(query.answer) :]
            if query.answer.results:
                self.person.choose(query, 0)

    def _send_photo(self) -> None:
        self.person.send_photo(barcode_photo(BARCODE))

    def _query(self) -> str:
        """Name one product, or several as in a list for a quotation."""
        separator = self._random.choice(["\n", ", "])
        return separator.join(self._product() for _ in range(self._random.choice([1, 1, 1, 1, 1, 3])))

    def _product(self) -> str:
        item = self._random.choice(self._shop.items)
        number = self._random.choice(["", "", " 3", " 2 dus", " 13 pcs", " x 5"])
        words = self._random.choice([item.namaitem, item.namaitem.split()[0], item.kodeitem, BARCODE])
        return f"{words}{number}"

    def _a_message(self) -> Message:
        return self.person.send("x")

    def _any_button(self) -> Pressable:
        choose: Callable[[list[Any]], Any] = self._random.choice
        number = self._random.randrange
        code, page = product_hash(choose(self._shop.items).kodeitem), 1 + number(3)
        results = Results(page, self._query(), history=choose([False, True]))
        report, moves = Report(choose([*LISTS]), page), Moves(choose([*WAYS]), choose([1, 7]), page)
        user = choose([SITI, BUDI, REMOVED, WAITING, 999, self.person.user.id])
        unit, amount = unit_hash(choose(["PCS", "DUS"])), Decimal(choose([1, 3, 40]))
        kinds: list[Pressable] = [
            results, report, report, moves, Photo(code), History(code), Choose("merek", results),
            Open(code, choose([None, results, report, moves])),
            Calculate(code, unit, amount, choose([None, 1, 2, 3]), choose([None, results, report])),
            Share(choose(["share", "level", "picture", "link"]), code, choose([None, 1, 2, 3])),
            Share(choose(["share", "level"]), code, choose([None, 1, 2, 3])),
            Request(1), Decide(1, choose([None, *Role]), choose([None, 1])), PeopleList(page), AuditList(),
            SetMark(choose(["favourite", "notify"]), choose([False, True, True]), code), MarkedList(page),
            ChangedList(choose([*Kind]), LONG_AGO, datetime.now(UTC), page),
            DemandList(choose([*DemandKind]), 7, page), SearchAgain(choose(self._shop.items).namaitem), OpenAgain(code),
            OnPerson(choose(["open", "role", "level", "stock", "remove"]), user, 1, choose(["", "m", "s", "0", "1"])),
        ]  # fmt: skip
        return self._random.choice(kinds)

    def _note(self) -> None:
        """Note what the bot showed since the last time: messages, edits, buttons and alerts."""
        events = self.person.events
        for event in events[self._seen :]:
            if event.by_bot:
                self.texts.append(event.text)
                if event.kind in {"message", "edit"} and event.message is not None:
                    self.texts += event.message.labels
                    self.data += [button.data for button in event.message.buttons]
        self._seen = len(events)


def numbers(texts: list[str], pattern: re.Pattern[str] = NUMBER) -> set[Decimal]:
    """Return all numbers of texts, in Indonesian notation."""
    found = (match for text in texts for match in pattern.findall(text))
    return {Decimal(number.rstrip(".").replace(".", "").replace(",", ".")) for number in found}


def assert_no_secrets(reader: Reader, shop: Shop) -> None:
    """Nothing that only owners see, in any answer."""
    together = "\n".join([*reader.texts, *reader.data])
    assert numbers(reader.texts) & (shop.costs | shop.minimum) == set()
    for secret in (SUPPLIER, SUPPLIER_CODE, SECRET_NAME, "Pemasok", "modal", "laba", "RUGI "):
        assert secret not in together, secret


def assert_inline_is_ordinary(reader: Reader, shop: Shop) -> None:
    """Customers read what is sent inline: the ordinary prices, and no stock."""
    amounts = large_numbers(reader.inline_texts)
    assert len(amounts) > 20
    assert {amount for amount in amounts if not is_paid(amount, shop.by_level[1])} == set()
    assert numbers(reader.inline_texts) & (shop.stock | shop.costs) == set()


def is_paid(amount: Decimal, prices: set[Decimal]) -> bool:
    """Return whether an amount comes from these prices: one, a number of it, a piece of a box, or a saving."""
    if any(amount % price == 0 and amount / price < LEAST for price in prices):
        return True
    return any(abs(amount - price / PIECES_A_BOX) < 1 for price in prices)


def large_numbers(texts: list[str]) -> set[Decimal]:
    """Return the numbers that are as large as amounts, but for the totals of several products, and the barcode."""
    lines = [line for text in texts for line in text.splitlines() if not TOTAL.search(line)]
    return {number for number in numbers(lines) if number >= LEAST} - {Decimal(BARCODE)}


def savings(shop: Shop) -> set[Decimal]:
    """What the next tier saves for any quantity, of the products with tiers."""
    found = set()
    for item in shop.items:
        tiers = [price for price in item.prices if price[2] is None]
        for unit in ("PCS", "DUS"):
            first, *others = [Decimal(price[5] or 0) for price in tiers if price[0] == unit] or [Decimal(0)]
            found |= {first - other for other in others}
    return found


@pytest.mark.parametrize("user_id", CUSTOMERS)
def test_customers_see_the_prices_of_their_level_only_and_no_cost(
    bot: DirectBot, shop: Shop, owner: Reader, user_id: int
) -> None:
    reader = Reader(bot, bot.server.user(user_id, "Pelanggan"), shop, owner.data)
    reader.read(REQUESTS // len(CUSTOMERS) + 1)
    level, stock = CUSTOMERS[user_id]
    assert_no_secrets(reader, shop)
    own = shop.by_level[level] | savings(shop) | (shop.stock if stock else set())
    amounts = large_numbers(reader.texts)
    assert len(amounts) > 100
    wrong = {amount for amount in amounts if not is_paid(amount, own)}
    assert [text for text in reader.texts if large_numbers([text]) & wrong] == []
    others = "\n".join(name for other, name in LEVEL_NAMES.items() if other != level)
    assert [text for text in reader.texts if any(name in text for name in others.splitlines())] == []
    if not stock:
        assert numbers(reader.texts) & shop.stock == set()
        assert [text for text in reader.texts if "habis" in text.lower() or "stok" in text.lower()] == []
    else:
        assert numbers(reader.texts) & shop.stock


def test_staff_see_every_price_and_no_cost(bot: DirectBot, shop: Shop, owner: Reader) -> None:
    reader = Reader(bot, bot.server.user(BUDI, "Budi"), shop, owner.data)
    reader.read(REQUESTS)
    assert_no_secrets(reader, shop)
    for level in LEVEL_NAMES:
        assert len(numbers(reader.texts, RUPIAH) & shop.by_level[level]) > 50
    assert_inline_is_ordinary(reader, shop)


@pytest.mark.parametrize("user_id", [STRANGER, SITI, 203])
def test_in_a_group_nobody_sees_cost(bot: DirectBot, shop: Shop, owner: Reader, user_id: int) -> None:
    members = [bot.server.user(member, "Orang") for member in (SITI, STRANGER, 203)]
    group = bot.server.world.chats.get(GROUP) or bot.server.group(GROUP, "Toko", *members)
    reader = Reader(bot, bot.server.user(user_id, inside=group), shop, owner.data)
    reader.read(REQUESTS // 3 + 1)
    assert_no_secrets(reader, shop)
    assert len(numbers(reader.texts, RUPIAH)) > 100


@pytest.mark.parametrize("user_id", [STRANGER, REMOVED])
def test_strangers_and_removed_people_see_no_price_and_no_person(
    bot: DirectBot, shop: Shop, owner: Reader, user_id: int
) -> None:
    reader = Reader(bot, bot.server.user(user_id, "Orang"), shop, owner.data)
    reader.read(REQUESTS // 2)
    assert_no_secrets(reader, shop)
    assert numbers(reader.texts, RUPIAH) == set()
    allowed = {str(user_id)}
    assert {number for text in reader.texts for number in NUMBER.findall(text)} <= allowed


def test_the_requests_would_find_a_leak(owner: Reader, shop: Shop) -> None:
    """The same requests of an owner find costs, minimum stock, the supplier and people."""
    assert_inline_is_ordinary(owner, shop)
    assert len(numbers(owner.texts) & shop.costs) > 50
    assert numbers(owner.texts) & shop.minimum
    for secret in (SUPPLIER, SECRET_NAME):
        assert secret in "\n".join(owner.texts)
