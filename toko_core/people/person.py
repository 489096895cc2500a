"""Somebody who has access, with their role."""

from dataclasses import dataclass

from toko_core.people.view import Role, View


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has access."""

    user_id: int
    """The Telegram id."""
    role: Role
    level: int | None = None
    """The one price level that they see; None: all. Customers always have one, and owners none."""
    name: str = ""
    """As Telegram gave it; empty for people of `.env` whom nobody asked about."""
    username: str = ""
    """Without @."""
    stock: bool = True
    """Whether they see stock. Only customers may not."""
    from_settings: bool = False
    """Whether `.env` names them."""

    @property
    def label(self) -> str:
        """The name, or the next best: @username, or the id."""
        return self.name or (f"@{self.username}" if self.username else str(self.user_id))

    def view(self, private: bool) -> View:
        """Return what they are shown: cost only for owners, in a private chat."""
        return View(cost=private and self.role is Role.OWNER, stock=self.stock, level=self.level)
