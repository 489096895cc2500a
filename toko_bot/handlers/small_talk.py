"""Answers messages that ask for no product: greetings, thanks, and questions without a name."""

from telegram import Update

from toko_bot.handlers.services import Services
from toko_bot.replies import messages
from toko_bot.replies.layout import Page
from toko_core.search.language.small_talk import SmallTalk, small_talk, wished
from toko_core.text import drop_controls, shorten

LONGEST_NAME = 30
FEWEST_LETTERS = 4
"""A text with fewer letters is not looked for in the names of products."""


def small_talk_page(update: Update, shop: Services, text: str) -> Page | None:
    """Return the answer; None if the text may ask for a product, as HELLO does where products are called so."""
    served, kind = shop.live.served, small_talk(text)
    if served is None or kind is None or served.catalog.index.search(text, 1):
        return None
    user = update.effective_user
    name = shorten(drop_controls(user.first_name).strip(), LONGEST_NAME) if user else ""
    match kind:
        case SmallTalk.GREETING:
            answer = messages.greeting(wished(text), name)
        case SmallTalk.THANKS:
            answer = messages.thanks(name)
        case SmallTalk.AGREEMENT:
            return Page(messages.AGREED)
        case SmallTalk.OTHER:
            answer = messages.WHICH_GOODS
    row = served.catalog.index.row_named(text) if len(text.strip()) >= FEWEST_LETTERS else None
    return Page(answer if row is None else f"{answer}\n{messages.if_goods(served.catalog.products.name(row))}")
