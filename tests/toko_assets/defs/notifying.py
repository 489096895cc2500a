"""A notifier as each sensor tick has it, to see what the owners get."""

from datetime import UTC, datetime, timedelta

from toko_assets.common.notifier import OwnerNotifier
from toko_assets.common.settings import load_settings, load_telegram_settings
from toko_core.state.outbox import Message

OTHER = 103
"""A second owner."""


class Telling:
    """A notifier with the settings that the environment has at that moment, and what it logs.

    Its clock can be put forward.
    """

    def __init__(self) -> None:
        self.logged: list[str] = []
        self.later = timedelta()
        self.seconds = 5.0
        """The timeout of a request."""
        self._kept: OwnerNotifier | None = None

    def keep(self) -> None:
        """Use the same notifier from now on, as one process does."""
        self._kept = self.notifier

    @property
    def notifier(self) -> OwnerNotifier:
        """A new one, as after a restart, unless one is kept."""
        if self._kept:
            return self._kept
        clock = lambda: datetime.now(UTC) + self.later  # noqa: E731
        return OwnerNotifier(load_settings(), load_telegram_settings(), clock=clock, seconds=self.seconds)

    def tell(self, text: str = "<b>Halo</b>", *, key: str = "") -> bool:
        """Notify the owners. Return whether no message waits then."""
        notifier = self.notifier
        notifier.notify(self.logged.append, Message(key or f"test:{text}", text))
        return not notifier.waiting

    def deliver(self) -> bool:
        """Send what waits. Return whether no message waits then."""
        notifier = self.notifier
        notifier.deliver(self.logged.append)
        return not notifier.waiting
