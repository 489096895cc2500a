"""The records of the server: files and folders with their revisions, and the requests it received."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = dict[str, Any]

BLOCK = 4 * 1024 * 1024


def content_hash(data: bytes) -> str:
    """Dropbox's: SHA-256 of the SHA-256 of each block of 4 MiB (https://www.dropbox.com/developers/reference/content-hash)."""
    blocks = memoryview(data)
    digests = (hashlib.sha256(blocks[start : start + BLOCK]).digest() for start in range(0, len(data), BLOCK))
    return hashlib.sha256(b"".join(digests)).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry at a path. `changed` is the number, within the whole account, of the change that created it."""

    path: str
    changed: int
    tag = ""

    @property
    def path_lower(self) -> str:
        return self.path.lower()

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def json(self) -> Json:
        """The entry in the format of listings."""
        return {".tag": self.tag, **self.fields()}

    def fields(self) -> Json:
        """The entry in the format of downloads."""
        return {"name": self.name, "path_lower": self.path_lower, "path_display": self.path}


@dataclass(frozen=True, slots=True)
class File(Entry):
    """One revision of a file."""

    id: str
    rev: str
    data: bytes
    content_hash: str
    client_modified: datetime
    server_modified: datetime
    tag = "file"

    def fields(self) -> Json:
        return {
            **Entry.fields(self), "id": self.id, "rev": self.rev, "size": len(self.data),
            "client_modified": f"{self.client_modified:%Y-%m-%dT%H:%M:%SZ}",
            "server_modified": f"{self.server_modified:%Y-%m-%dT%H:%M:%SZ}",
            "is_downloadable": True, "content_hash": self.content_hash,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folder(Entry):
    """A folder below the root."""

    id: str
    tag = "folder"

    def fields(self) -> Json:
        return {**Entry.fields(self), "id": self.id}


@dataclass(frozen=True, slots=True)
class Deleted(Entry):
    """A path at which an entry was deleted."""

    tag = "deleted"


@dataclass(slots=True)
class Received:
    """A request. `argument` is the argument of the route, without secrets. `time` is from time.monotonic().

    `status` is 0 until the whole response is sent. It stays 0 if the connection breaks.
    """

    number: int
    endpoint: str
    argument: Any
    range: str
    time: float
    status: int = 0
