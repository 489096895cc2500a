"""The message that lists the products whose barcodes are in one photo."""

from collections.abc import Sequence

from toko_bot.replies.buttons import Pictured
from toko_bot.replies.layout import Page, data_lines, list_page, part_of
from toko_bot.replies.lists import open_buttons
from toko_bot.replies.phone.hit import hit
from toko_bot.replies.photos import words
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.people import View
from toko_core.people.shown import asked_now


def several_page(
    served: Served, settings: BotSettings, rows: Sequence[int], view: View, notes: Sequence[str] = (), qr: str = ""
) -> Page:
    """Build the list of at most `Pictured.MOST` products, as `view` shows them, with a button for each.

    `notes` are about the other barcodes in the photo. `qr` is the text of a QR code, if no bars were read.
    """
    if not rows:
        return Page(words.GONE)
    listed = rows[: Pictured.MOST]
    here = Pictured(tuple(product_hash(served.catalog.products.code(row)) for row in listed))
    products = [asked_now(served.catalog.products, row, view, settings.zone) for row in listed]
    title = words.several(len(rows)) if len(listed) == len(rows) else words.only_first(len(listed), len(rows))
    title = words.by_qr(qr) if qr else title
    lines = [hit(product, place, settings.price_rounding) for place, product in enumerate(products, 1)]
    data = data_lines(served, settings, always=any(product.discounts or product.promotions for product in products))
    return list_page(
        [title, "\n".join(lines), *notes, *data],
        open_buttons(served, part_of(len(listed), 1, len(listed)), listed, here),
    )
