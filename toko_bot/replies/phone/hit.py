"""Formats a product of a list in three lines of a phone: its name, the chief prices, and the stock.

    1. INDOMIE GORENG SPECIAL 85GR
    Rp3.150/BKS · DUS(40) Rp118.000 · stok 120

What does not fit is left out, the least important first; the product's page has everything.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape

from toko_bot.replies import messages
from toko_bot.replies.phone import sentences
from toko_bot.replies.phone.lines import count_lines, shorten_to_lines
from toko_core.catalog.products import Product
from toko_core.prices.labels import UNPRICED, label_level, label_unpriced
from toko_core.prices.payable import ORDINARY_LEVEL, Calculation, has_levels
from toko_core.prices.summary import UnitPrice, summarize
from toko_core.prices.totals import calculation_text, short_calculation_text
from toko_core.text import quantity, rupiah

LINES = 3
"""The most lines of a product."""
NAME_LINES = 2
SEPARATOR = " · "
REDUCED, GIFT = "🏷", "🎁"
"""The marks of a discount and of a promotion that are in force."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the line below a name."""

    text: str
    bold: str = ""
    """The end of the text that is bold."""
    shorter: tuple[tuple[int, str], ...] = ()
    """What stands for it if the line is too long: the step in which it is shortened, and the text; "" leaves it out."""

    @property
    def html(self) -> str:
        plain = escape(self.text.removesuffix(self.bold))
        return f"{plain}<b>{escape(self.bold)}</b>" if self.bold else plain


OTHER_UNIT, LEVEL, GIFT_WORD, LIST_PRICE, STOCK_FIGURE, STOCK_OF_TOTAL, UNIT_PRICE, GIFT_MARK, ANY_STOCK = range(9)
"""The steps in which a line is shortened until it fits."""


def hit(
    product: Product,
    number: int,
    rounding: int | None,
    mark: Callable[[str], str] = escape,
    wanted: Calculation | None = None,
    most: int = LINES,
) -> str:
    """Format a product as HTML of at most `most` lines. `mark` makes HTML of its name.

    If a quantity is wanted, what it costs stands in place of the prices.
    """
    before, name = f"{number}. ", product.namaitem or product.kodeitem
    name_lines = min(count_lines(before + name), NAME_LINES, most - 1)
    parts = _fitting(list(_parts(product, rounding, wanted)), most - name_lines, UNIT_PRICE)
    parts = _fitting(parts, most - 1, ANY_STOCK)
    room = max(1, min(name_lines, most - count_lines(_joined(parts))))
    below = SEPARATOR.join(part.html for part in parts if part.text)
    return "\n".join(filter(None, [before + mark(shorten_to_lines(before, name, room)), below]))


def stock(product: Product) -> str:
    """Return the stock of all branches, `stok 120` or `habis`; "" if it is not known or not shown."""
    if product.stok is None:
        return ""
    return sentences.in_stock(quantity(product.stok)) if product.stok > 0 else sentences.OUT_OF_STOCK


def _parts(product: Product, rounding: int | None, wanted: Calculation | None) -> Iterator[Part]:
    if not product.dijual:
        yield Part(messages.NOT_SOLD.lower())
    if wanted is None:
        yield from _prices(product, rounding)
    else:
        yield _total(wanted, rounding)
        if has_levels(product):
            yield Part(label_level(ORDINARY_LEVEL, product.groups), shorter=((LEVEL, ""),))
    if shown := stock(product):
        some = ((STOCK_FIGURE, sentences.SOME_STOCK), *([(STOCK_OF_TOTAL, "")] if wanted else []))
        yield Part(shown, shorter=(*(some if shown != sentences.OUT_OF_STOCK else ()), (ANY_STOCK, "")))
    if product.promotions:
        yield Part(f"{GIFT} {sentences.PROMOTION}", shorter=((GIFT_WORD, GIFT), (GIFT_MARK, "")))


def _prices(product: Product, rounding: int | None) -> Iterator[Part]:
    """Yield the price of the base unit, and that of the largest other unit that has one."""
    summary = summarize(product, rounding)
    if summary is None:
        yield Part(label_unpriced(product.matauang, short=product.matauang is not None))
        return
    yield _of_base(summary.base)
    if summary.other:
        yield Part(f"{summary.other.label} {_amount(summary.other)}", shorter=((OTHER_UNIT, ""),))


def _of_base(price: UnitPrice) -> Part:
    """Return the price of the base unit, with the list price if a discount is in force for its only price."""
    if price.amount is None:
        return Part(f"{price.label} {UNPRICED}")
    text = f"{_amount(price)}/{price.label}"
    if price.before is None:
        return Part(text)
    return Part(f"{text} {sentences.instead_of(rupiah(price.before))}", shorter=((LIST_PRICE, text),))


def _amount(price: UnitPrice) -> str:
    """Return what is paid for a unit: `Rp3.150`, or the lowest of several amounts: `mulai Rp3.050`."""
    text = rupiah(price.amount or Decimal(0))
    text = sentences.starting_at(text) if price.is_lowest else text
    return f"{REDUCED} {text}" if price.is_reduced else text


def _total(wanted: Calculation, rounding: int | None) -> Part:
    short = short_calculation_text(wanted)
    return Part(calculation_text(wanted, rounding), rupiah(wanted.total), ((UNIT_PRICE, short),))


def _fitting(parts: list[Part], most: int, last: int) -> list[Part]:
    """Shorten parts, in the steps up to the last one, until they fit into `most` lines."""
    steps = sorted((step, place, text) for place, part in enumerate(parts) for step, text in part.shorter)
    for step, place, text in steps:
        if step > last or count_lines(_joined(parts)) <= most:
            break
        parts[place] = replace(parts[place], text=text)
    return parts


def _joined(parts: Sequence[Part]) -> str:
    return SEPARATOR.join(part.text for part in parts if part.text)
