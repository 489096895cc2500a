"""The files of the account, with case-insensitive paths, all revisions, and listings with cursors."""

import itertools
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tests.servers.dropbox.errors import api_error
from tests.servers.dropbox.records import Deleted, Entry, File, Folder, content_hash


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the changes of a folder. The client knows `seen` changes; deletions before `start` are left out."""

    folder: str
    include_deleted: bool
    limit: int
    start: int
    seen: int


@dataclass(frozen=True, slots=True)
class Page:
    """The result of one listing request."""

    entries: list[Entry]
    cursor: str
    has_more: bool


class Files:
    """The files in a Dropbox. Listings are in the order of changes: each change to an entry moves it to the end."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.revisions: dict[str, File] = {}
        self.page_size = 2000
        """The most entries on a page, even if the request has a higher limit."""
        self._cursors: dict[str, Cursor | None] = {}
        self._changes = itertools.count(1)
        self._last_change = 0

    # Actions of people

    def put(self, path: str, data: bytes, modified: datetime | None, client_modified: datetime | None) -> File:
        """Create a file or a new revision of it, and missing parent folders."""
        before = self.entries.get(path.lower())
        folder, _, name = path.rpartition("/")
        if folder:
            folder = self.make_folder(folder).path
        server_modified = modified or datetime.now(UTC)
        file = File(
            f"{folder}/{name}", self._next_change(), before.id if isinstance(before, File) else _new_id(),
            secrets.token_hex(12), bytes(data), content_hash(data), client_modified or server_modified, server_modified,
        )  # fmt: skip
        self.entries[file.path_lower] = file
        self.revisions[file.rev] = file
        return file

    def make_folder(self, path: str) -> Folder:
        """Return the folder, and create it if it is missing."""
        found = self.entries.get(path.lower())
        if isinstance(found, Folder):
            return found
        parent, _, name = path.rpartition("/")
        if parent:
            parent = self.make_folder(parent).path
        folder = Folder(f"{parent}/{name}", self._next_change(), _new_id())
        self.entries[folder.path_lower] = folder
        return folder

    def delete(self, path: str) -> None:
        """Remove a file, or a folder with its content."""
        lower = path.lower()
        gone = [e for e in self.entries.values() if e.path_lower == lower or e.path_lower.startswith(f"{lower}/")]
        if all(isinstance(entry, Deleted) for entry in gone):
            raise FileNotFoundError(path)
        for entry in gone:
            if not isinstance(entry, Deleted):
                self.entries[entry.path_lower] = Deleted(entry.path, self._next_change())

    # Requests of clients

    def find(self, path: str, include_deleted: bool = False) -> Entry:
        """Return the entry with this path, id or revision."""
        found: Entry | None
        if path.startswith("rev:"):
            found = self.revisions.get(path.removeprefix("rev:"))
        elif path.startswith("id:"):
            found = next((e for e in self.entries.values() if isinstance(e, File | Folder) and e.id == path), None)
        elif path.endswith("/") or "//" in path:
            raise api_error(409, "path", "malformed_path")
        else:
            found = self.entries.get(path.lower())
        if found is None or (isinstance(found, Deleted) and not include_deleted):
            raise api_error(409, "path", "not_found")
        return found

    def file(self, path: str) -> File:
        """Return the file to download."""
        found = self.find(path)
        if not isinstance(found, File):
            raise api_error(409, "path", "not_file")
        return found

    def list_folder(self, path: str, include_deleted: bool, limit: int | None) -> Cursor:
        """Return a cursor at the start of a folder's listing."""
        folder = self._folder(path)
        return Cursor(folder, include_deleted, limit or self.page_size, self._last_change, 0)

    def latest(self, cursor: Cursor) -> str:
        """Return the cursor of a client that knows all entries."""
        return self.hand_out(replace(cursor, seen=self._last_change))

    def continued(self, cursor: str) -> Cursor:
        """Return the position of a cursor that a client received before."""
        if cursor not in self._cursors:
            raise api_error(409, "other")
        place = self._cursors[cursor]
        if place is None:
            raise api_error(409, "reset")
        self._folder(place.folder)
        return place

    def page(self, cursor: Cursor) -> Page:
        """Return the changes since a cursor."""
        news = sorted((e for e in self.entries.values() if _is_news(e, cursor)), key=lambda entry: entry.changed)
        shown = news[: min(cursor.limit, self.page_size)]
        has_more = len(shown) < len(news)
        seen = shown[-1].changed if has_more else self._last_change
        return Page(shown, self.hand_out(replace(cursor, seen=seen)), has_more)

    def knows(self, cursor: str) -> bool:
        """Whether a client received the cursor for a folder of these files."""
        return cursor in self._cursors

    def has_news(self, cursor: str) -> bool:
        """Whether the folder has changed since a cursor."""
        place = self.continued(cursor)
        return any(_is_news(entry, place) for entry in self.entries.values())

    def hand_out(self, cursor: Cursor) -> str:
        """Return the name of a cursor for the client."""
        name = secrets.token_urlsafe(96)
        self._cursors[name] = cursor
        return name

    def reset_cursors(self) -> None:
        """Invalidate all cursors that clients have received so far."""
        self._cursors = dict.fromkeys(self._cursors)

    def _folder(self, path: str) -> str:
        if path == "":
            return ""
        found = self.find(path)
        if not isinstance(found, Folder):
            raise api_error(409, "path", "not_folder")
        return found.path_lower

    def _next_change(self) -> int:
        self._last_change = next(self._changes)
        return self._last_change


def _new_id() -> str:
    return f"id:{secrets.token_urlsafe(16)}"


def _is_news(entry: Entry, cursor: Cursor) -> bool:
    if entry.changed <= cursor.seen or entry.path_lower.rpartition("/")[0] != cursor.folder:
        return False
    return not isinstance(entry, Deleted) or cursor.include_deleted or entry.changed > cursor.start
