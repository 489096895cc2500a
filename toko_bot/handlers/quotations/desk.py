"""What happens to a quotation on a message or a press. It uses no Telegram, and touches the disk: call it in a thread.

It keeps nothing between two calls, so that any replica can answer any button.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from toko_bot.replies.buttons import Quote, unit_hash
from toko_bot.replies.layout import Page, part_of
from toko_bot.replies.quotations import pages, words
from toko_bot.replies.quotations.line_pages import choose_page, levels_page, line_page, share_page
from toko_bot.replies.quotations.picture import draw_sheet
from toko_bot.replies.quotations.sharing import shared_texts, sheets
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.prices.payable import ORDINARY_LEVEL
from toko_core.search.lists import ShoppingList, has_unread_number, read_items, readings
from toko_core.state.demand.queries import key_of
from toko_core.state.quotations.matching import find_unit, units_of
from toko_core.state.quotations.quoting import Quoter
from toko_core.state.quotations.records import MOST_LINES, MOST_NUMBER, Line, Quotation
from toko_core.state.quotations.store import Quotations

LONGEST_NAME = 60
GOODS = "goods"
"""Stands before a quantity alone to read it. It is no word that a reading leaves out, as `barang` is."""
NUMBER = re.compile(r"\d{1,5}(?:,\d{1,6})?", re.ASCII)
"""A quantity in a button."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who writes to the bot or presses a button."""

    user_id: int
    name: str
    sees_others: bool
    """Whether they may open the quotations of others: staff and owners."""
    lists_others: bool
    """Whether their list has those of others: owners."""
    level: int | None
    """The one level that they may quote; None: any."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the bot does. A page takes the place of the message with the button, or answers a message."""

    page: Page | None = None
    alert: str | None = None
    texts: tuple[str, ...] = ()
    """Plain texts, each sent as a message of its own."""
    pictures: tuple[bytes, ...] = ()
    prompt: str | None = None
    """A message that somebody is asked to reply to."""
    missing: tuple[str, ...] = ()
    """The lines of a new list, without their quantities, for which nothing was found. Private ones are left out."""


class QuotationDesk:
    """Handles the quotations of one visitor, at the prices of one catalogue and moment."""

    def __init__(
        self, store: Quotations, served: Served, settings: BotSettings, visitor: Visitor, now: datetime
    ) -> None:
        self._store = store
        self._served = served
        self._settings = settings
        self._visitor = visitor
        self._now = now
        self._quoter = Quoter(served, now.astimezone(settings.zone).replace(tzinfo=None))

    def create(self, asked: ShoppingList, message_id: int) -> Outcome:
        """Make a quotation of a list. An edited message replaces what it asked for before."""
        who = self._visitor
        level = who.level or ORDINARY_LEVEL
        lines = self._quoter.draft(asked.items, level)
        made = self._store.create(who.user_id, who.name[:LONGEST_NAME], level, lines, self._now, message_id)
        note = words.left_out(asked.left_out, MOST_LINES) if asked.left_out else ""
        missing = (line.asked for line in lines if line.kodeitem is None and not line.choices and key_of(line.asked))
        page = pages.quotation_page(self._desk(made), note=note)
        return Outcome(page, missing=tuple(next(readings(asked)).text for asked in missing))

    def press(self, pressed: Quote) -> Outcome:
        """Do what a button says."""
        if pressed.action == pages.RECENT:
            return self.recent(pressed.place)
        quotation = self._find(pressed.quotation)
        if quotation is None:
            return Outcome(alert=words.GONE)
        whole = {
            pages.VIEW: lambda: self._show(quotation, pressed.place),
            pages.EDIT: lambda: self._show(quotation, pressed.place, editing=True),
            pages.ADD: lambda: Outcome(prompt=words.add_to(quotation.label)),
            pages.LEVELS: lambda: self._choose_level(quotation),
            pages.LEVEL: lambda: self._set_level(quotation, pressed.value),
            pages.TAKE: lambda: self._reprice(quotation, quotation.level),
            pages.SHARE: lambda: self._share(quotation, lambda desk: Outcome(share_page(desk))),
            pages.TEXT: lambda: self._share(quotation, lambda desk: Outcome(texts=tuple(shared_texts(desk)))),
            pages.PICTURE: lambda: self._share(
                quotation, lambda desk: Outcome(pictures=tuple(map(draw_sheet, sheets(desk))))
            ),
        }
        if (act := whole.get(pressed.action)) is not None:
            return act()
        line = quotation.line(pressed.place)
        return Outcome(alert=words.LINE_GONE) if line is None else self._press_line(quotation, line, pressed)

    def reply(self, quotation_id: int, place: int, text: str) -> Outcome:
        """Do what a reply to a message of a quotation says: change a line if `place` names one, else add lines."""
        quotation = self._find(quotation_id)
        return Outcome(Page(words.GONE)) if quotation is None else self._take_reply(quotation, place, text)

    def reply_to_number(self, label: str, text: str) -> Outcome:
        """Do what a reply to a message says that only names the quotation's number: add lines."""
        quotation = self._find_label(label)
        return Outcome(Page(words.GONE)) if quotation is None else self._take_reply(quotation, 0, text)

    def open_number(self, label: str) -> Outcome:
        """Open a quotation by its number, such as `12` of this year or `12/2026`."""
        quotation = self._find_label(label)
        return Outcome(Page(words.NO_SUCH_NUMBER)) if quotation is None else self._show(quotation)

    def recent(self, page: int = 1) -> Outcome:
        """List the newest quotations: owners see those of everybody."""
        whose = None if self._visitor.lists_others else self._visitor.user_id
        count = self._store.count(whose)
        part = part_of(count, page, pages.QUOTATIONS_A_PAGE)
        found = [self._allowed(quotation) for quotation in self._store.newest(part.end - part.start, part.start, whose)]
        shown = [quotation for quotation in found if quotation is not None]
        return Outcome(pages.recent_page(shown, count, part, self._settings, with_makers=whose is None))

    def _find_label(self, label: str) -> Quotation | None:
        number, _, year = label.partition("/")
        this_year = self._now.astimezone(self._settings.zone).year
        if not (number.isdecimal() and number.isascii() and len(number) < 10 and len(year) < 10):
            return None
        found = self._store.find_number(int(number), int(year) if year.isdecimal() else this_year)
        return None if found is None else self._allowed(found)

    def _find(self, quotation_id: int) -> Quotation | None:
        """Return a quotation that the visitor may open; None for others, as if they did not exist."""
        found = self._store.find(quotation_id)
        return None if found is None else self._allowed(found)

    def _allowed(self, found: Quotation) -> Quotation | None:
        who = self._visitor
        if not who.sees_others and found.maker_id != who.user_id:
            return None
        if who.level is None or found.level == who.level:
            return found
        # Somebody whose level was changed sees no price of another one.
        return self._priced_anew(found, who.level) if found.maker_id == who.user_id else None

    def _desk(self, quotation: Quotation) -> pages.Desk:
        who = self._visitor
        return pages.Desk(
            quotation, self._served, self._quoter, self._settings,
            may_choose_level=who.level is None, is_own=quotation.maker_id == who.user_id,
            now_expired=quotation.holds_until(self._settings.quotation_days) < self._now,
        )  # fmt: skip

    def _show(self, quotation: Quotation, page: int = 1, *, editing: bool = False, note: str = "") -> Outcome:
        return Outcome(pages.quotation_page(self._desk(quotation), page, editing=editing, note=note))

    def _again(self, quotation: Quotation, place: int = 0, note: str = "") -> Outcome:
        """Show a quotation after a change: the line with this place, else the next open one, else the table."""
        changed = self._find(quotation.id)
        if changed is None:
            return Outcome(alert=words.GONE)
        line = changed.line(place)
        return self._show(changed) if line is None else Outcome(line_page(self._desk(changed), line, note))

    # One line

    def _press_line(self, quotation: Quotation, line: Line, pressed: Quote) -> Outcome:
        match pressed.action:
            case pages.OPEN_LINE:
                return Outcome(line_page(self._desk(quotation), line))
            case pages.CHANGE:
                return Outcome(choose_page(self._desk(quotation), line, self._alternatives(line)))
            case pages.REMOVE:
                self._store.remove(quotation.id, line.place)
                return self._again(quotation)
            case pages.CHOOSE:
                return self._choose(quotation, line, pressed.value)
            case pages.UNIT:
                return self._set_unit(quotation, line, pressed.value)
            case pages.NUMBER:
                return self._set_number(quotation, line, pressed.value)
        return Outcome(alert=words.GONE)

    def _alternatives(self, line: Line) -> tuple[str, ...]:
        """Return the products that a line may mean, also if it was clear at first."""
        if line.choices:
            return line.choices
        products, index = self._served.catalog.products, self._served.catalog.index
        typed = next(readings(line.asked)).text if line.asked else line.namaitem
        found = [products.code(hit.row) for hit in index.search(typed, 10) if products.is_sold(hit.row)]
        return tuple(found[:5])

    def _choose(self, quotation: Quotation, line: Line, product: str) -> Outcome:
        row = self._served.hashes.find(product) if len(product) == len(product_hash("")) else None
        if row is None:
            return Outcome(alert=words.LINE_GONE)
        code = self._served.catalog.products.code(row)
        if code not in self._alternatives(line):  # a forged button: anything else can be had by typing it
            return Outcome(alert=words.LINE_GONE)
        return self._save(quotation, line, self._quoter.choose(line, code, quotation.level))

    def _set_unit(self, quotation: Quotation, line: Line, hashed: str) -> Outcome:
        product = self._quoter.find(line.kodeitem) if line.kodeitem else None
        units = [satuan for satuan in units_of(product) if unit_hash(satuan) == hashed] if product else []
        if not units:
            return Outcome(alert=words.LINE_GONE)
        return self._save(
            quotation, line, self._quoter.price(replace(line, satuan=units[0], unit=None), quotation.level)
        )

    def _set_number(self, quotation: Quotation, line: Line, written: str) -> Outcome:
        number = Decimal(written.replace(",", ".")) if NUMBER.fullmatch(written) else Decimal(0)
        if not 0 < number <= MOST_NUMBER:
            return Outcome(alert=words.LINE_GONE)
        return self._save(quotation, line, self._quoter.price(replace(line, number=number), quotation.level))

    def _save(self, quotation: Quotation, before: Line, line: Line) -> Outcome:
        """Store a changed line. Then show it, or, if it was open, the next open one or the table."""
        self._store.change(quotation.id, line)
        if before.is_priced or not line.is_priced:
            return self._again(quotation, line.place)
        still = [other for other in quotation.open if other.place != line.place and _has_choice(other)]
        return self._again(quotation, still[0].place if still else 0)

    # Replies

    def _take_reply(self, quotation: Quotation, place: int, text: str) -> Outcome:
        line = quotation.line(place)
        if line is not None:
            return self._change_line(quotation, line, " ".join(text.split()))
        asked = read_items(text)
        drafts = self._quoter.draft(asked.items, quotation.level)
        left_out = self._store.add(quotation.id, drafts) + asked.left_out
        changed = self._find(quotation.id)
        if changed is None:
            return Outcome(Page(words.GONE))
        last = (len(changed.lines) - 1) // pages.LINES_A_PAGE + 1
        return self._show(changed, last, note=words.left_out(left_out, MOST_LINES) if left_out else "")

    def _change_line(self, quotation: Quotation, line: Line, text: str) -> Outcome:
        """Take another quantity (`12 dus`, `12`), or another product with or without one."""
        wanted = next(readings(f"{GOODS} {text}"))
        if wanted.text == GOODS and wanted.number is not None:
            product = self._quoter.find(line.kodeitem) if line.kodeitem is not None else None
            number = min(wanted.number, MOST_NUMBER)
            if product is None:
                changed = replace(line, number=number, unit=wanted.unit or line.unit)
            elif wanted.unit is None:
                changed = replace(line, number=number)
            else:
                sold = find_unit(product, number, wanted.unit, text)
                satuan, number = (sold.satuan, sold.number) if sold is not None else (None, number)
                changed = replace(line, number=number, unit=wanted.unit, satuan=satuan)
            changed = self._quoter.price(changed, quotation.level)
        elif has_unread_number(f"{GOODS} {text}"):
            return Outcome(alert=words.BAD_NUMBER)
        else:
            changed = self._quoter.rename(line, text, quotation.level)
            if changed.kodeitem is None and not changed.choices and line.kodeitem is not None:
                return Outcome(alert=words.NOT_REPLACED)
        self._store.change(quotation.id, changed)
        is_hidden = changed.kodeitem is None and changed.asked == line.asked  # only what was typed is shown
        return self._again(quotation, line.place, words.counted(pages.count_of(changed)) if is_hidden else "")

    # The whole quotation

    def _choose_level(self, quotation: Quotation) -> Outcome:
        if self._visitor.level is not None:
            return Outcome(alert=words.GONE)
        return Outcome(levels_page(self._desk(quotation)))

    def _set_level(self, quotation: Quotation, written: str) -> Outcome:
        level = int(written) if written.isdecimal() else 0
        if self._visitor.level is not None or level not in self._quoter.levels(quotation):
            return Outcome(alert=words.GONE)
        return self._reprice(quotation, level)

    def _reprice(self, quotation: Quotation, level: int) -> Outcome:
        return self._show(self._priced_anew(quotation, level))

    def _priced_anew(self, quotation: Quotation, level: int) -> Quotation:
        """Take the prices of now, for a level, and store them."""
        lines = [self._quoter.price(line, level) for line in quotation.lines]
        self._store.reprice(quotation.id, level, lines, self._now)
        return replace(quotation, level=level, lines=tuple(lines), priced_at=self._now)

    def _share(self, quotation: Quotation, make: Callable[[pages.Desk], Outcome]) -> Outcome:
        if quotation.open:
            return Outcome(alert=words.open_share(len(quotation.open)))
        if not quotation.lines:
            return Outcome(alert=words.NOTHING_TO_SHARE)
        desk = self._desk(quotation)
        return Outcome(alert=words.EXPIRED_SHARE) if desk.now_expired else make(desk)


def _has_choice(line: Line) -> bool:
    """Return whether buttons make an open line clear: not if nothing was found, or the shop has no price."""
    return bool(line.choices) if line.kodeitem is None else line.satuan is None
