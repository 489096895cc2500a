"""Who may do what: the roles of people, and what a role is shown."""

from toko_core.people.person import Person
from toko_core.people.view import Role, View

__all__ = ["Person", "Role", "View"]
