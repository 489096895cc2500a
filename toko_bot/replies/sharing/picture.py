"""Draws a product's prices as a picture for a customer, with the product's photo. It uses no Telegram."""

import io
from collections.abc import Iterator

from toko_bot.replies import messages
from toko_bot.replies.drawing import (
    FAINT,
    GAP,
    INK,
    LARGE,
    MARGIN,
    RULE_HEIGHT,
    SMALL,
    WIDTH,
    Canvas,
    ascii_text,
    row_height,
    wrap,
)
from toko_bot.replies.sharing import words
from toko_bot.replies.sharing.prices import SharedPrices
from toko_core.catalog.photos import LONGEST_SIDE, PIXEL_SIZE

TITLE, PRICE = 36, 34
"""Sizes of fonts."""
NAME_LINES, PROMOTION_LINES = 3, 2
MOST_PRICES, MOST_PROMOTIONS = 16, 4
"""With all of them the picture is less than three times as high as it is wide, which a phone can still show."""
QUALITY = 90


def draw_prices(shared: SharedPrices, pixels: bytes | None) -> bytes:
    """Draw a JPEG. `pixels` is the photo, decoded in a child process. Do not call it in the event loop."""
    from PIL import Image

    name = wrap(shared.name if ascii_text(shared.name).strip() else shared.code, TITLE, NAME_LINES)
    prices = list(_price_rows(shared))
    notes = [line for text in _notes(shared) for line in wrap(text, SMALL, PROMOTION_LINES)]
    photo = None
    if pixels is not None and _are_whole(pixels):
        photo = Image.frombytes("RGB", PIXEL_SIZE.unpack_from(pixels), pixels[PIXEL_SIZE.size :])
    heights = [row_height(LARGE), len(name) * row_height(TITLE), photo.height + 2 * GAP if photo else 0]
    heights += [row_height(size) for *_, size in prices]
    heights += [len(notes) * row_height(SMALL), row_height(SMALL), 2 * RULE_HEIGHT, 2 * MARGIN]

    canvas = Canvas(sum(heights))
    canvas.text(shared.shop, LARGE, INK)
    for line in name:
        canvas.text(line, TITLE, INK)
    place = ((WIDTH - photo.width) // 2, canvas.y + GAP) if photo else (0, 0)
    canvas.y += heights[2]
    canvas.rule()
    for left, right, size in prices:
        canvas.columns(left, right, size, INK if size == PRICE else FAINT)
    for line in notes:
        canvas.text(line, SMALL, INK)
    canvas.rule()
    canvas.text(shared.date, SMALL, FAINT)
    picture = canvas.image
    if photo is not None:
        picture = picture.convert("RGB")
        picture.paste(photo, place)
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def _are_whole(pixels: bytes) -> bool:
    """Return whether there are as many as they say, and not more than a photo has.

    A crafted photo may have taken over the child process that sent them.
    """
    width, height = map(int, PIXEL_SIZE.unpack_from(pixels))
    return max(width, height) <= LONGEST_SIDE and len(pixels) == PIXEL_SIZE.size + 3 * width * height


def _price_rows(shared: SharedPrices) -> Iterator[tuple[str, str, int]]:
    """Yield the columns of each row, and its size: the price, and below it the discount that is in it."""
    for line in shared.prices[:MOST_PRICES]:
        yield line.label, line.amount, PRICE
        if line.offer:
            yield words.instead_of(line.offer, line.before), "", SMALL
    if len(shared.prices) > MOST_PRICES:
        yield messages.more_prices(len(shared.prices) - MOST_PRICES), "", SMALL


def _notes(shared: SharedPrices) -> Iterator[str]:
    if not shared.is_sold:
        yield messages.NOT_SOLD
    yield from (words.promotion(text) for text in shared.promotions[:MOST_PROMOTIONS])
    if len(shared.promotions) > MOST_PROMOTIONS:
        yield words.more_offers(len(shared.promotions) - MOST_PROMOTIONS)
