"""The page that shows one product."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardMarkup
from telegram.constants import MessageLimit

from toko_bot.replies import messages
from toko_bot.replies.buttons import History, Photo, ProductList, Results
from toko_bot.replies.layout import Page, button, data_lines, fit, length, short_name
from toko_bot.replies.phone import sentences
from toko_bot.replies.price_lines import discount_lines, full_table, two_columns
from toko_bot.replies.quantities.calculation import first_calculation, is_query_lost
from toko_bot.replies.quantities.totals import total_lines
from toko_bot.replies.sharing import words
from toko_bot.replies.sharing.buttons import Share
from toko_bot.replies.sharing.pages import is_shareable
from toko_bot.replies.watching.pages import mark_buttons
from toko_bot.settings import BotSettings
from toko_core.catalog.asking.serials import find_serials
from toko_core.catalog.asking.wanted import read_wanted
from toko_core.catalog.details import ProductDetails
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product
from toko_core.catalog.reference.names import Names
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.payable import is_below_cost
from toko_core.prices.shown import promotion_texts
from toko_core.prices.totals import wanted_total
from toko_core.state.watching.watches import Marks
from toko_core.text import day, drop_controls, quantity, shorten

LONGEST_FULL_NAME, LONGEST_UNITS = 300, 200
LONGEST_BRANCH, LONGEST_BRANCH_CODE = 20, 16
"""Characters of a branch in the table of stock, where a quantity follows in the same line."""
MOST_SERIALS = 3
SHORTEST_REMARK = 20
"""A remark is left out of a page with room for fewer characters."""
PRICE_CHARACTERS, STOCK_CHARACTERS, BARCODE_CHARACTERS, OFFER_CHARACTERS = 1800, 500, 500, 600
"""Limits that keep a product page within one Telegram message. The offers take their characters from the prices."""


def product_page(
    served: Served,
    settings: BotSettings,
    row: int,
    *,
    view: View,
    back: ProductList | None = None,
    query: str | None = None,
    marks: Marks | None = None,
) -> Page:
    """Build the page of a product, with what `view` shows of it.

    `marks` is what whoever sees it wants of the product; None, as in groups, leaves out the buttons that change it.

    If the query, given or of the page to go back to, is a serial number, it says where that is.

    It reads the file: do not call it in the event loop.
    """
    product, details = asked_now(served.catalog.products, row, view, settings.zone), served.details.of(row)
    head = [f"<b>{escape(short_name(product, LONGEST_FULL_NAME))}</b>"]
    if not product.dijual:
        head.append(f"🚫 {messages.NOT_SOLD}")
    if view.cost and is_below_cost(product.prices):
        head.append(messages.BELOW_COST_WARNING)
    asked = (back.query if isinstance(back, Results) else query) or ""
    if view.stock:
        head += map(escape, find_serials(served.catalog, served.details, row, asked)[:MOST_SERIALS])
    wanted = read_wanted(served.catalog.index, served.catalog.products, asked)
    head += total_lines(wanted_total(product, wanted, asked, settings.price_rounding), settings.price_rounding)
    offers = _offers(served, settings, product)
    head += offers
    blocks = full_table(product, details.satuan, settings.price_rounding, with_cost=view.cost)
    room = PRICE_CHARACTERS - length("\n".join(offers))
    table = fit(["\n".join(block) for block in blocks], room, messages.more_prices)
    parts = ["\n".join(head), _pre(table)]
    if view.stock and not details.stock and details.jasa is False:
        parts.append(messages.NO_STOCK)
    elif view.stock and details.stock:
        codes, names = [place.kantor for place in details.stock], served.catalog.products.names
        branches = names.branches(codes, LONGEST_BRANCH, LONGEST_BRANCH_CODE)
        stock = [
            two_columns(branch, quantity(place.stok)) for branch, place in zip(branches, details.stock, strict=True)
        ]
        parts.append(f"Stok ({escape(details.satuan[:16])})\n{_pre(fit(stock, STOCK_CHARACTERS))}")
    facts = [f"Kode: <code>{escape(drop_controls(product.kodeitem[:100]))}</code>"]
    units = [price.satuan for price in product.prices]
    facts += _barcodes([(b.barcode[:64], b.satuan[:16]) for b in details.barcodes_by_unit(units)])
    for title, value in (("Rak", details.rak), ("Merek", product.merek), ("Jenis", product.jenis)):
        if value:
            facts.append(f"{title}: {escape(value[:100])}")
    facts += _unit_names([*units, details.satuan], served.catalog.products.names)
    if view.cost:
        facts += _owners_facts(details, served.catalog.products.names, settings.zone)
    parts.append("\n".join(facts))
    place = len(parts)
    parts += data_lines(served, settings)
    code = product_hash(product.kodeitem)
    calculator = first_calculation(product, code, wanted, asked, back)
    if is_query_lost([*([back] if back else []), *([calculator] if calculator else [])], back):
        parts.append(messages.asked(asked))
    rows = [[button(messages.BACK, back)] if back is not None else []]
    rows[0] += [button(messages.PHOTO, Photo(code))] if details.has_photo else []
    rows[0].append(button(messages.HISTORY, History(code)))
    tools = [button(sentences.CALCULATE, calculator)] if calculator else []
    tools += [button(words.SHARE, Share("share", code))] if is_shareable(product) else []
    rows += [tools] if tools else []
    rows += [mark_buttons(code, marks)] if marks is not None else []
    if details.keterangan is not None:
        room = MessageLimit.MAX_TEXT_LENGTH - length("\n\n".join(filter(None, parts)))
        parts[place:place] = _remark(details.keterangan, room)
    return Page("\n\n".join(filter(None, parts)), InlineKeyboardMarkup(rows))


def _offers(served: Served, settings: BotSettings, product: Product) -> list[str]:
    """Return the lines of the discounts and promotions in force."""
    promotions = [f"🎁 {escape(text)}" for text in promotion_texts(product, served.catalog.products)]
    return fit([*discount_lines(product, settings.price_rounding), *promotions], OFFER_CHARACTERS)


def _remark(text: str, room: int) -> Iterator[str]:
    """Yield the shop's remark, if there is enough room for it. A letter may count as two."""
    label = "Keterangan: "
    room = (room - len(label) - len("\n\n")) // 2 if not text.isascii() else room - len(label) - len("\n\n")
    if room >= SHORTEST_REMARK:
        yield escape(f"{label}{shorten(text, room)}")


def _owners_facts(details: ProductDetails, names: Names, zone: ZoneInfo) -> Iterator[str]:
    """Yield the lines that only owners see: the minimum stock, the supplier, and when iPOS last changed the item."""
    if details.stokmin is not None:
        yield f"Stok minimum: {quantity(details.stokmin)}"
    if details.supplier is not None:
        yield f"Pemasok: {escape((names.shown('supplier', details.supplier) or '')[:100])}"
    if details.dateupd is not None:
        yield f"Diubah di iPOS: {day(details.dateupd.replace(tzinfo=zone), zone)}"


def _unit_names(units: Sequence[str], names: Names) -> list[str]:
    """Return the line with the names of the units that have one."""
    named = [f"{unit[:16]} = {name}" for unit, name in names.units(units).items()]
    return [f"Satuan: {escape(shorten(', '.join(named), LONGEST_UNITS))}"] if named else []


def _barcodes(barcodes: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"Barcode {escape(unit)}: <code>{escape(code)}</code>" for code, unit in barcodes]
    return fit(lines, BARCODE_CHARACTERS)


def _pre(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return f"<pre>{escape(text)}</pre>" if text else ""
