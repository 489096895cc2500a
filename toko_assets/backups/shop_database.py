"""Decides whether a backup is the shop's: by the name of its database, which stands in its header.

iPOS gives each company a database, and many shops a new one each year. The backups of all of them, of a branch or of a
promotion counter, arrive in one folder.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from toko_assets.backups.listing import DatedBackup
from toko_assets.ipos.archive.schema import is_of_ipos_4
from toko_core import PermanentError, SettingError


class ForeignBackupError(PermanentError):
    """The backup is one of another database than the shop's."""


class NoShopDatabaseError(PermanentError):
    """There are backups of several databases, and none was chosen as the shop's; or none of the chosen database."""


@dataclass(frozen=True, slots=True)
class ShopDatabase:
    """Which database is the shop's. Names are compared without regard to case."""

    pattern: str | None = None
    """IPOS_DATABASE: a name, or a pattern with `*`. It decides alone."""
    published: str | None = None
    """The database of the backup that was published last; None if there is none or if it is unknown."""
    earlier: frozenset[str] = frozenset()
    """Databases that were published before it, in lower case."""
    adopted: str | None = None
    """The database that a person chooses for this sync, and with its publication for the future."""

    def adopting(self, name: str | None) -> "ShopDatabase":
        """Return the same with a person's choice. Raises SettingError if IPOS_DATABASE excludes it."""
        if not name:
            return self
        if self.pattern and not _matches(name, self.pattern):
            raise SettingError(
                f"IPOS_DATABASE is {self.pattern}, so {name} cannot be adopted: change or remove that setting."
            )
        return replace(self, adopted=name)

    @property
    def name(self) -> str | None:
        """The chosen name or pattern; None if none is chosen yet."""
        return self.adopted or self.pattern or self.published

    def accepts(self, database: str) -> bool:
        """Whether a backup of this database is the shop's. While none is chosen, each one is."""
        if self.adopted:
            return _same(database, self.adopted)
        if self.pattern is None:
            return self.published is None or _same(database, self.published)
        if not _matches(database, self.pattern):
            return False
        if self.published is None or not _matches(self.published, self.pattern) or _same(database, self.published):
            return True
        return database.casefold() not in self.earlier and not _is_of_earlier_number(database, self.published)

    def check(self, name: str, database: str) -> None:
        """Raise ForeignBackupError if this backup, called `name`, is not the shop's.

        A backup of iPOS 4 passes: it is rejected later, for what it is.
        """
        if not self.accepts(database) and not is_of_ipos_4(database):
            raise ForeignBackupError(self.explain(name, database))

    def explain(self, name: str, database: str) -> str:
        """Return a sentence that names both databases and says how to change the shop's."""
        if is_of_ipos_4(database):
            return f"{name} is a backup of iPOS 4 (database {database}), not of iPOS 5."
        if self.pattern and not self.adopted:
            if _matches(database, self.pattern):
                return (
                    f"{name} is a backup of database {database}, which {self.published} has replaced. "
                    f"`toko sync --adopt {database}` goes back to it."
                )
            return f"{name} is a backup of database {database}, but IPOS_DATABASE is {self.pattern}."
        return (
            f"{name} is a backup of database {database}, but the shop's database is {self.name}. "
            f"`toko sync --adopt {database}` or IPOS_DATABASE changes that."
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """The backups of a listing, sorted by whether a sync may take them by itself."""

    suitable: Sequence[DatedBackup]
    """Backups of the shop's database with a possible date, newest first; also files that are no readable backup."""
    foreign: Mapping[str, DatedBackup]
    """The newest backup of each other database, by the database's name."""
    impossible: Sequence[DatedBackup]
    """Backups of the shop's database whose date is impossible."""
    choices: Mapping[str, DatedBackup]
    """The newest backup of each database to choose from; empty if one is chosen, or if there is only one."""


def select(backups: Iterable[DatedBackup], shop: ShopDatabase) -> Selection:
    """Sort the backups of a listing."""
    newest_first = sorted(backups, key=lambda backup: backup.order, reverse=True)
    own = [backup for backup in newest_first if not backup.header or shop.accepts(backup.header.database)]
    others = [backup for backup in newest_first if backup.header and not shop.accepts(backup.header.database)]
    of_ipos_4 = [backup for backup in own if backup.header and is_of_ipos_4(backup.header.database)]
    if shop.name is None and len(of_ipos_4) < len(own):
        own, others = [backup for backup in own if backup not in of_ipos_4], of_ipos_4
    impossible = [backup for backup in own if backup.date_problem]
    suitable = [backup for backup in own if not backup.date_problem]
    choices = _by_database(suitable) if shop.name is None else {}
    if len(choices) > 1:
        return Selection([], {}, impossible, choices)
    return Selection(suitable, _by_database(others), impossible, {})


def explain_choices(choices: Mapping[str, DatedBackup]) -> str:
    """Return one line that names the databases and the ways to choose one."""
    names = ", ".join(f"{name} (newest: {backup.name})" for name, backup in choices.items())
    first = next(iter(choices))
    return (
        f"There are backups of {len(choices)} databases: {names}. Choose the shop's: `toko sync --adopt {first}`, or "
        f"IPOS_DATABASE={first} in .env."
    )


def _by_database(backups: Iterable[DatedBackup]) -> dict[str, DatedBackup]:
    """Return the first backup of each database, under the name that this backup gives it."""
    found: dict[str, tuple[str, DatedBackup]] = {}
    for backup in backups:
        if backup.header:
            found.setdefault(backup.header.database.casefold(), (backup.header.database, backup))
    return dict(found.values())


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name.casefold(), pattern.casefold())


def _is_of_earlier_number(name: str, published: str) -> bool:
    """Whether the names differ only in their numbers, and this one's are smaller: i5_2026 is before i5_2027."""
    one, other = (re.split(r"(\d+)", text.casefold()) for text in (name, published))
    numbers, published_numbers = ([int(part) for part in parts[1::2]] for parts in (one, other))
    return one[::2] == other[::2] and numbers < published_numbers
