"""Messages to the owners in Telegram."""

from collections.abc import Callable

from toko_assets.common.settings import Settings
from toko_assets.common.telegram import ANSWER_SECONDS, REJECTIONS, BotApi, TelegramError
from toko_core.errors import SettingError
from toko_core.settings import TelegramSettings

RETRIES = 1
NO_PREVIEW = {"is_disabled": True}


class OwnerNotifier:
    """Notifies every owner. If Telegram does not respond, this logs a line and raises no error."""

    def __init__(
        self, settings: Settings, telegram: TelegramSettings | SettingError, *, seconds: float = ANSWER_SECONDS
    ) -> None:
        """`telegram` names the owners, or is the error that prevents it. `seconds` is the timeout of a request."""
        self.shop = settings.shop_name
        self.zone = settings.zone
        self._web_url = settings.web_url
        self._telegram = telegram
        self._seconds = seconds

    @property
    def owners(self) -> frozenset[int]:
        """Everybody to notify; nobody without a Telegram bot."""
        return frozenset() if isinstance(self._telegram, SettingError) else self._telegram.owners

    def notify(self, text: str, log: Callable[[str], None]) -> bool:
        """Send `text` (HTML) to all owners. Return False if it reached none of them and a later attempt may succeed."""
        if isinstance(self._telegram, SettingError):
            log(f"Owners are not notified, because the Telegram bot is not set up (see docs/bot.md): {self._telegram}")
            return True
        reached, rejected = self._send(text, self._telegram, self._telegram.owners, log)
        return bool(reached) or rejected == self._telegram.owners

    def notify_others(self, text: str, notified: frozenset[int], log: Callable[[str], None]) -> frozenset[int]:
        """Send `text` (HTML) to the owners who are not in `notified`.

        Return all owners who need no further attempt: those who received it now or before, and those whom Telegram
        does not let us write to. Without a Telegram bot, that is nobody new.
        """
        if isinstance(self._telegram, SettingError):
            return notified
        reached, rejected = self._send(text, self._telegram, self._telegram.owners - notified, log)
        return notified | reached | rejected

    def _send(
        self, text: str, telegram: TelegramSettings, owners: frozenset[int], log: Callable[[str], None]
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Return the owners who received the text, and those whom Telegram does not let us write to."""
        api, reached, rejected = BotApi(telegram, retries=RETRIES, seconds=self._seconds), set[int](), set[int]()
        for owner in sorted(owners):
            try:
                api.call("sendMessage", chat_id=owner, text=text, parse_mode="HTML", link_preview_options=NO_PREVIEW)
                reached.add(owner)
            except TelegramError as error:
                reason = str(error).replace(telegram.token, "<token>")
                log(f"Owner {owner} could not be notified in Telegram: {reason}")
                if error.status in REJECTIONS:
                    rejected.add(owner)
                if not error.status:  # the others would fail too, and a sensor tick has a minute
                    break
        return frozenset(reached), frozenset(rejected)

    def link(self, run_id: str) -> str | None:
        """Return the URL of a run's page, or None without WEB_URL."""
        return f"{self._web_url.rstrip('/')}/runs/{run_id}" if self._web_url else None
