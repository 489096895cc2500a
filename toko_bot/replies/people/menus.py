"""The commands of each role. The bot's menu has them, and /start lists them."""

from collections.abc import Mapping

from toko_bot.replies import messages
from toko_core.people import Role

OF_CUSTOMERS = ("start", "bantuan", "riwayat", "naik", "turun", "penawaran", "favorit", "pagi", "web", "id")
"""The commands of the staff that customers have too. The gate lets no other command of theirs pass."""


def sections_of(role: Role) -> list[Mapping[str, str]]:
    """Return the commands of a role in the private chat with the bot, and what each does, in sections of /start."""
    match role:
        case Role.CUSTOMER:
            return [{name: about for name, about in messages.STAFF_COMMANDS.items() if name in OF_CUSTOMERS}]
        case Role.STAFF:
            return [messages.STAFF_COMMANDS]
        case Role.OWNER:
            return [messages.STAFF_COMMANDS, messages.OWNER_COMMANDS]


def commands_of(role: Role) -> dict[str, str]:
    """Return all commands of a role in the private chat with the bot, and what each does."""
    return {name: about for section in sections_of(role) for name, about in section.items()}
