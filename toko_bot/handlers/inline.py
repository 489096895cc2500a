"""Inline mode: `@bot indomie` in any chat. Others can read the result, so it never shows cost, not even to owners."""

import logging
import time
from dataclasses import replace

from telegram import InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from toko_bot.handlers.search import clean
from toko_bot.handlers.sending import NO_PREVIEW, TOO_LATE
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.buttons import Results
from toko_bot.replies.layout import asked_now
from toko_bot.replies.narrowing import find, read_wanted
from toko_bot.replies.price_lines import price_lines
from toko_bot.replies.product_page import shared_text
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.people import View
from toko_core.state.demand.counts import Outcome

log = logging.getLogger(__name__)

A_PAGE = 20
MOST = 100
CACHE_SECONDS = 20
PRICES_IN_DESCRIPTION = 3
START = "inline"
"""The button of the hint opens the chat with the bot and sends `/start inline`."""


async def on_inline(update: Update, context: Context) -> None:
    """Answer an inline query. Its `offset` is the number of results that were sent before."""
    asked, shop = update.inline_query, services(context)
    if asked is None:
        return
    started = time.perf_counter()
    served, query = shop.live.served, clean(asked.query)
    start = int(asked.offset) if asked.offset.isdecimal() and len(asked.offset) < 4 else 0
    hits = find(served.catalog.index, served.catalog.products, Results(1, query), MOST) if served and query else []
    shown, view = hits[start : start + A_PAGE], replace(shop.view(update), cost=False)
    results = [_article(served, shop.settings, hit.row, view) for hit in shown] if served else []
    following = str(start + A_PAGE) if len(hits) > start + A_PAGE else ""
    hint = None
    if not hits:
        hint = InlineQueryResultsButton(
            messages.INLINE_NOTHING if query and served else messages.INLINE_HINT, start_parameter=START
        )
    if query:
        shop.metrics.searched("inline", query, time.perf_counter() - started, len(hits))
    try:
        await asked.answer(results, cache_time=CACHE_SECONDS, is_personal=True, next_offset=following, button=hint)
    except BadRequest as error:
        if not any(reason in str(error).lower() for reason in TOO_LATE):
            raise
        log.info("The answer to an inline query came too late")
    if query and served is not None:  # what is found is sent from another chat, so it is not counted
        text = read_wanted(served.catalog.index, served.catalog.products, query).text
        shop.usage.search(asked.from_user.id, text, Outcome.UNCOUNTED if hits else Outcome.NOTHING)


def _article(served: Served, settings: BotSettings, row: int, view: View) -> InlineQueryResultArticle:
    product = asked_now(served, settings, row, view)
    prices = [line.text for line in price_lines(product, settings.price_rounding)]
    return InlineQueryResultArticle(
        product_hash(product.kodeitem),
        (product.namaitem or product.kodeitem)[:120] or "-",
        InputTextMessageContent(
            shared_text(served, settings, row, view), parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
        ),
        description=" · ".join(prices[:PRICES_IN_DESCRIPTION]) or None,
    )
