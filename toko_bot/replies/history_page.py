"""The message that shows how a product's prices changed: a chart, and each change below it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from telegram.constants import MessageLimit

from toko_bot.replies import messages
from toko_bot.replies.history_chart import draw_chart
from toko_bot.replies.layout import Page, fit, length, short_name, stale_lines
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.price_changes import PriceChange, PriceKey
from toko_core.people import View
from toko_core.prices.history import Histories, Span, group_changes, price_labels, series_of
from toko_core.prices.payable import of_level
from toko_core.text import day, format_change

LONGEST_NAME = 100
MOST_CHANGES = 12
"""The most changes of a price; fewer if several prices changed often."""


def history_page(served: Served, settings: BotSettings, row: int, view: View) -> Page:
    """Build the message with a product's price history: of the prices that `view` shows.

    It reads the file and draws: do not call it in the event loop.
    """
    product, info = of_level(served.catalog.products[row], view.level), served.catalog.info
    since, backups = datetime.fromisoformat(info["history_since"]).astimezone(UTC), info["history_backups"]
    head, start = f"<b>{escape(short_name(product, LONGEST_NAME))}</b>", day(since, settings.zone)
    changes = served.details.price_changes.of(row, settings.price_rounding, view.level)
    labels = price_labels(product, changes)
    histories = group_changes(changes, labels)
    stale = stale_lines(served, settings)
    if not histories:
        return Page("\n\n".join([head, messages.unchanged(start, backups), *stale]))
    tail = [messages.history_since(start, backups), *stale]
    if labels.keys() - histories.keys():
        tail.insert(0, messages.OTHERS_UNCHANGED)
    room = MessageLimit.CAPTION_LENGTH - length("\n\n".join([head, *tail]))
    text = "\n\n".join([head, *_blocks(histories, labels, settings, room), *tail])
    newest = max(change.seen_from for changes in histories.values() for change in changes)
    span = Span(since, max(served.data_time, newest), settings.zone)
    return Page(text, photo=draw_chart(series_of(histories, labels, since), span))


def _blocks(histories: Histories, labels: Mapping[PriceKey, str], settings: BotSettings, room: int) -> list[str]:
    """Format a block for each price, with as many of its changes as fit, the newest first."""
    blocks: list[str] = []
    for most in range(MOST_CHANGES, 0, -1):
        blocks = [_block(labels[key], changes, settings, most) for key, changes in histories.items()]
        if sum(length(block) + 2 for block in blocks) <= room:
            return blocks
    room -= length(messages.more_prices(999)) + len(blocks)  # one line between blocks
    return fit(blocks, room, messages.more_prices)


def _block(label: str, changes: Sequence[PriceChange], settings: BotSettings, most: int) -> str:
    lines = [
        f"{day(change.seen_from, settings.zone)} – {format_change(change.before, change.after)}"
        for change in reversed(changes[-most:])
    ]
    more = [messages.more_lines(len(changes) - most)] if len(changes) > most else []
    return "\n".join([f"<b>{escape(label)}</b>", *lines, *more])
