"""Messages to the owners in Telegram."""

from collections.abc import Callable

import dagster as dg

from toko_assets.common.telegram import TelegramError, ask
from toko_bot.settings import BotSettings, load_settings
from toko_core.errors import SettingError

TRIES = 2
NO_PREVIEW = {"is_disabled": True}
REFUSALS = frozenset({400, 403})
"""Of an owner who never wrote to the bot, or blocked it: the same the next time."""


class OwnerNotifier(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value type
    """Tells every owner. A Telegram that does not answer is a line in the log, never an error.

    The token is none of its fields, which Dagster shows: it is read from the settings.
    """

    shop: str
    timezone: str
    web_url: str | None
    """What links point to; None: no links."""

    def tell(self, text: str, log: Callable[[str], None]) -> bool:
        """Send `text`, HTML, to all owners. False if it reached none of them, and may the next time."""
        try:
            settings = load_settings()
        except SettingError as error:
            log(f"Owners are not told, as the Telegram bot is not set up (docs/bot.md says how): {error}")
            return True
        reached = refused = 0
        for owner in sorted(settings.owners):
            try:
                _send(settings, owner, text)
                reached += 1
            except TelegramError as error:
                said = str(error).replace(settings.token, "<token>")
                log(f"Owner {owner} could not be told in Telegram: {said}")
                refused += error.status in REFUSALS
                if not error.status:  # nor would the others be, and a sensor's tick has a minute
                    return reached > 0
        return reached > 0 or refused == len(settings.owners)

    def link(self, run_id: str) -> str | None:
        """To a run's page."""
        return f"{self.web_url.rstrip('/')}/runs/{run_id}" if self.web_url else None


def _send(settings: BotSettings, owner: int, text: str) -> None:
    """Raises TelegramError, what was said at the last try."""
    for left in reversed(range(TRIES)):
        try:
            ask(settings, "sendMessage", chat_id=owner, text=text, parse_mode="HTML", link_preview_options=NO_PREVIEW)
        except TelegramError as error:
            if error.status in REFUSALS or not left:
                raise
        else:
            return
