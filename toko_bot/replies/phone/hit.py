"""Formats a product of a list in three lines of a phone: its name, the chief prices, and the stock.

    1. INDOMIE GORENG SPECIAL 85GR
    Rp3.150/BKS · DUS(40) Rp118.000 · stok 120

What does not fit is left out, the least important first; the product's page has everything.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from toko_bot.replies import messages
from toko_bot.replies.phone import sentences
from toko_bot.replies.phone.lines import count_lines, shorten_to_lines
from toko_core.catalog.products import Price, Product
from toko_core.prices.labels import LONGEST_UNIT, UNPRICED, label_level, label_unit, label_unpriced
from toko_core.prices.payable import (
    ORDINARY_LEVEL,
    Calculation,
    has_levels,
    paid_instead,
    round_price,
    shown_amount,
    shown_price,
)
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


def calculation_text(wanted: Calculation, rounding: int | None) -> str:
    """Return `3 DUS × Rp118.000 = Rp354.000`; with `@` in place of `×` if the total was rounded."""
    price = round_price(wanted.price, rounding)
    return sentences.calculation(
        wanted.quantity, wanted.satuan[:LONGEST_UNIT], rupiah(price), rupiah(wanted.total),
        is_exact=price * wanted.quantity == wanted.total,
    )  # fmt: skip


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
    if all(price.hargajual is None for price in product.prices):
        yield Part(label_unpriced(product.matauang, short=product.matauang is not None))
        return
    units: dict[str, list[Price]] = {}
    for price in product.prices:
        units.setdefault(price.satuan, []).append(price)
    base = next((price.satuan for price in product.prices if price.konversi == 1), next(iter(units)))
    yield _of_base(units.pop(base), product, rounding)
    for prices in reversed(units.values()):
        if amount := _amount(prices, product, rounding):
            yield Part(f"{label_unit(prices[0])} {amount}", shorter=((OTHER_UNIT, ""),))
            return


def _of_base(prices: Sequence[Price], product: Product, rounding: int | None) -> Part:
    """Return the price of the base unit, with the list price if a discount is in force for its only price."""
    unit, amount = prices[0].satuan[:LONGEST_UNIT].strip(), _amount(prices, product, rounding)
    if not amount:
        return Part(f"{unit} {UNPRICED}")
    text = f"{amount}/{unit}"
    if len(prices) > 1 or not _is_reduced(prices[0], product):
        return Part(text)
    listed = sentences.instead_of(rupiah(shown_price(prices[0], rounding)))
    return Part(f"{text} {listed}", shorter=((LIST_PRICE, text),))


def _amount(prices: Sequence[Price], product: Product, rounding: int | None) -> str:
    """Return what is paid for a unit: `Rp3.150`, or the lowest of several amounts: `mulai Rp3.050`.

    "" if no price is filled in.
    """
    amounts = {shown_amount(price, product, rounding) for price in prices}
    filled = [amount for amount in amounts if amount is not None]
    if not filled:
        return ""
    text = rupiah(min(filled))
    text = sentences.starting_at(text) if len(amounts) > 1 else text
    return f"{REDUCED} {text}" if any(_is_reduced(price, product) for price in prices) else text


def _is_reduced(price: Price, product: Product) -> bool:
    """Return whether a discount is in force for a price."""
    if not product.discounts:
        return False
    paid = paid_instead(price, product)
    return paid is not None and paid.discount is not None


def _total(wanted: Calculation, rounding: int | None) -> Part:
    amount = rupiah(wanted.total)
    short = sentences.total(wanted.quantity, wanted.satuan[:LONGEST_UNIT], amount)
    return Part(calculation_text(wanted, rounding), amount, ((UNIT_PRICE, short),))


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
