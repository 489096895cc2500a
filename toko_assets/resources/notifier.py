"""Messages to the owners in Telegram."""

from collections.abc import Callable

import dagster as dg

from toko_assets.telegram_api import TelegramError, ask
from toko_bot.settings import BotSettings, SettingError, load_settings

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
        """Send `text`, HTML, to all owners. False if an owner was not reached who may be the next time."""
        try:
            settings = load_settings()
        except SettingError:
            log("Owners are not told: the Telegram bot is not set up (docs/bot.md says how).")
            return True
        reached = [_reaches(settings, owner, text, log) for owner in sorted(settings.owners)]
        return all(reached)

    def link(self, run_id: str) -> str | None:
        """To a run's page."""
        return f"{self.web_url}/runs/{run_id}" if self.web_url else None


def _reaches(settings: BotSettings, owner: int, text: str, log: Callable[[str], None]) -> bool:
    for tries in range(1, TRIES + 1):
        try:
            ask(settings, "sendMessage", chat_id=owner, text=text, parse_mode="HTML", link_preview_options=NO_PREVIEW)
        except TelegramError as error:
            if error.status in REFUSALS or tries == TRIES:
                said = str(error).replace(settings.token, "<token>")
                log(f"Owner {owner} could not be told in Telegram: {said}")
                return error.status in REFUSALS
        else:
            return True
    return False
