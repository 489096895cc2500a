"""Messages to the owners in Telegram."""

from collections.abc import Callable

from toko_assets.common.settings import Settings
from toko_assets.common.telegram import ANSWER_SECONDS, REFUSALS, BotApi, TelegramError
from toko_core.errors import SettingError
from toko_core.settings import TelegramSettings

RETRIES = 1
NO_PREVIEW = {"is_disabled": True}


class OwnerNotifier:
    """Notifies every owner. A Telegram that does not answer is a line in the log, never an error."""

    def __init__(
        self, settings: Settings, telegram: TelegramSettings | SettingError, *, seconds: float = ANSWER_SECONDS
    ) -> None:
        """`telegram` says whom to notify, or why nobody can be; `seconds` how long an answer is waited for."""
        self.shop = settings.shop_name
        self.zone = settings.zone
        self._web_url = settings.web_url
        self._telegram = telegram
        self._seconds = seconds

    def notify(self, text: str, log: Callable[[str], None]) -> bool:
        """Send `text`, HTML, to all owners. False if it reached none of them, and may the next time."""
        telegram = self._telegram
        if isinstance(telegram, SettingError):
            log(f"Owners are not told, as the Telegram bot is not set up (docs/bot.md says how): {telegram}")
            return True
        api, reached, refused = BotApi(telegram, retries=RETRIES, seconds=self._seconds), 0, 0
        for owner in sorted(telegram.owners):
            try:
                api.call("sendMessage", chat_id=owner, text=text, parse_mode="HTML", link_preview_options=NO_PREVIEW)
                reached += 1
            except TelegramError as error:
                said = str(error).replace(telegram.token, "<token>")
                log(f"Owner {owner} could not be told in Telegram: {said}")
                refused += error.status in REFUSALS
                if not error.status:  # nor would the others be, and a sensor's tick has a minute
                    return reached > 0
        return reached > 0 or refused == len(telegram.owners)

    def link(self, run_id: str) -> str | None:
        """To a run's page; None without WEB_URL."""
        return f"{self._web_url.rstrip('/')}/runs/{run_id}" if self._web_url else None
