"""The secret that Telegram's requests to the webhook carry."""

import hmac


class WebhookSecret(str):
    """A string whose comparison always takes the same time, no matter how many characters match.

    python-telegram-bot 22.8 compares the secret with `!=` (telegram/ext/_utils/webhookhandler.py), which returns at
    the first wrong character, so an attacker could guess the secret character by character. Remove this class when the
    library uses `hmac.compare_digest`. A test of this module fails then.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and hmac.compare_digest(str.encode(self), other.encode(errors="replace"))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return str.__hash__(self)
