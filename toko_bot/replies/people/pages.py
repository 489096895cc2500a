"""The messages about people, with their buttons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from toko_bot.replies import messages
from toko_bot.replies.layout import Page, Part, button, in_rows, turning
from toko_bot.replies.people import texts
from toko_bot.replies.people.buttons import LETTER_OF_ROLE, AuditList, Decide, OnPerson, PeopleList, Request
from toko_bot.replies.people.names import plain_name
from toko_core.catalog.live import Served
from toko_core.people import Person, Role
from toko_core.people.audit import Entry
from toko_core.people.store import ORDINARY_LEVEL, Decision
from toko_core.people.store import Request as Asked
from toko_core.prices.labels import label_level
from toko_core.text import moment

A_PAGE = 10
NUMBERS_A_ROW, LEVELS_A_ROW = 5, 2
MOST_WAITING = 5
"""The requests that the list of people has a button for; the others follow once these are decided."""
YES, NO = "1", "0"
"""The value of a button that is sure, or that shows or hides stock. As a level, 0 means all levels."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The price levels of the shop, with the names that people know."""

    names: dict[int, str]

    @classmethod
    def of(cls, served: Served | None) -> "Levels":
        """Return the levels of the catalogue: the ordinary one, if it has no levels or there is no catalogue."""
        numbers = served.catalog.products.levels if served else ()
        groups = served.catalog.products.groups if served else ()
        return cls({n: label_level(n, groups, texts.LEVEL) for n in numbers or (ORDINARY_LEVEL,)})

    @property
    def are_several(self) -> bool:
        """Whether there is a choice."""
        return len(self.names) > 1

    @property
    def first(self) -> int:
        """The only level, or the lowest."""
        return next(iter(self.names))

    def has(self, value: str) -> bool:
        """Return whether the value of a button is one of the levels, or all of them."""
        return value == NO or (value.isdecimal() and int(value) in self.names)

    def name(self, level: int | None) -> str:
        """Return the name of a level, also of one that the shop no longer has; empty for all levels."""
        return "" if level is None else self.names.get(level, f"{texts.LEVEL} {level}")


def request_page(asked: Asked) -> Page:
    """Build the message that asks an owner about a stranger."""
    choices = {texts.STAFF: Role.STAFF, texts.CUSTOMER: Role.CUSTOMER, texts.REJECT: None}
    row = [button(label, Decide(asked.id, role)) for label, role in choices.items()]
    return Page(texts.request(asked), InlineKeyboardMarkup([row]))


def request_level_page(asked: Asked, levels: Levels) -> Page:
    """Build the question which prices a new customer sees."""
    buttons = [button(name, Decide(asked.id, Role.CUSTOMER, level)) for level, name in levels.names.items()]
    back = button(messages.BACK, Request(asked.id))
    return Page(texts.request_level(asked), InlineKeyboardMarkup([*in_rows(buttons, LEVELS_A_ROW), [back]]))


def decided_page(decision: Decision, zone: ZoneInfo) -> Page:
    """Build what the message about a request becomes once it is decided."""
    return Page(texts.decided(decision, moment(decision.when, zone)))


def people_page(count: int, part: Part, shown: Sequence[Person], waiting: Sequence[Asked], levels: Levels) -> Page:
    """Build a page of the list of people, with the requests that wait on its first page.

    `count` is how many people there are on all pages, and `shown` are those of this one.
    """
    numbered = list(enumerate(shown, part.start + 1))
    lines = [texts.list_line(place, person, _level_name(person, levels)) for place, person in numbered]
    parts = [texts.list_head(count, len(waiting)), "\n".join(lines)]
    if any(person.from_settings for person in shown):
        parts.append(texts.FIXED)
    numbers = [button(str(place), OnPerson("open", person.user_id, part.number)) for place, person in numbered]
    asked = [[button(f"👤 {plain_name(one.name)}", Request(one.id))] for one in waiting[:MOST_WAITING]]
    rows = [*(asked if part.number == 1 else []), *in_rows(numbers, NUMBERS_A_ROW), *turning(part, PeopleList)]
    return Page("\n\n".join(parts), InlineKeyboardMarkup(rows))


def person_page(person: Person, levels: Levels, page: int) -> Page:
    """Build the page of somebody. People of the settings have no buttons that change them."""
    rows = [] if person.from_settings else list(_changes(person, levels, page))
    rows.append([button(messages.BACK, PeopleList(page))])
    return Page(texts.person_page(person, _level_name(person, levels)), InlineKeyboardMarkup(rows))


def level_page(person: Person, levels: Levels, page: int) -> Page:
    """Build the choice of the price level that somebody sees. Only customers cannot see all of them."""
    choices = {str(level): name for level, name in levels.names.items()}
    if person.role is not Role.CUSTOMER:
        choices[NO] = texts.ALL_LEVELS
    buttons = [button(name, OnPerson("level", person.user_id, page, value)) for value, name in choices.items()]
    back = [button(messages.BACK, OnPerson("open", person.user_id, page))]
    return Page(texts.person_level(person), InlineKeyboardMarkup([*in_rows(buttons, LEVELS_A_ROW), back]))


def removal_page(person: Person, page: int) -> Page:
    """Build the question whether somebody is really to be removed."""
    sure = button(texts.REMOVE_SURE, OnPerson("remove", person.user_id, page, YES))
    cancel = button(texts.CANCEL, OnPerson("open", person.user_id, page))
    return Page(texts.really_remove(person), InlineKeyboardMarkup([[sure, cancel]]))


def audit_page(entries: Sequence[Entry], levels: Levels, zone: ZoneInfo, before: int | None) -> Page:
    """Build a page of the audit list. `entries` has one more than a page if older ones follow."""
    shown = entries[:A_PAGE]
    lines = [texts.entry(entry, moment(entry.at, zone), levels.name) for entry in shown] or [texts.NOTHING_NOTED]
    row = [button(texts.NEWEST, AuditList())] if before is not None else []
    if len(entries) > A_PAGE:
        row.append(button(texts.OLDER, AuditList(shown[-1].number)))
    return Page("\n\n".join([f"<b>{texts.AUDIT}</b>", *lines]), InlineKeyboardMarkup([row]) if row else None)


def _changes(person: Person, levels: Levels, page: int) -> Iterator[list[InlineKeyboardButton]]:
    """Yield the rows of buttons that change somebody."""
    yield [
        button(label, OnPerson("role", person.user_id, page, LETTER_OF_ROLE[role]))
        for role, label in texts.MAKE.items() if role is not person.role
    ]  # fmt: skip
    row = []
    if levels.are_several and person.role is not Role.OWNER:
        row.append(button(texts.LEVELS, OnPerson("level", person.user_id, page)))
    if person.role is Role.CUSTOMER:
        shown = not person.stock
        row.append(button(texts.STOCK[shown], OnPerson("stock", person.user_id, page, YES if shown else NO)))
    if row:
        yield row
    yield [button(texts.REMOVE, OnPerson("remove", person.user_id, page))]


def _level_name(person: Person, levels: Levels) -> str:
    """Name the level that somebody sees; empty if they see all, or if there is only one."""
    return levels.name(person.level) if levels.are_several or person.level not in {None, levels.first} else ""
