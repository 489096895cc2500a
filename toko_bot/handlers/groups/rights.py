"""Recognizes what Telegram responds if the bot may not write in a chat.

Most of these errors come from the Bot API server. Those in capitals come from Telegram's servers, as long as the Bot
API server does not know that the rights have changed.
"""

from telegram.error import BadRequest

PHOTOS_FORBIDDEN = ("not enough rights to send photos", "chat_send_photos_forbidden", "chat_send_media_forbidden")
CANNOT_WRITE = (
    "chat not found", "user is deactivated", "have no rights", "have no write access", "not enough rights",
    "need administrator rights", "chat_write_forbidden", "chat_restricted", "chat_send_", "topic_closed",
    "topic_deleted", "message thread not found",
)  # fmt: skip


def forbids_photos(error: BadRequest) -> bool:
    """Return whether the chat forbids photos. It may allow text."""
    return _has(error, PHOTOS_FORBIDDEN)


def forbids_writing(error: BadRequest) -> bool:
    """Return whether the bot may not write in the chat, or in the topic, or whether either is gone."""
    return _has(error, CANNOT_WRITE)


def _has(error: BadRequest, reasons: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(reason in text for reason in reasons)
