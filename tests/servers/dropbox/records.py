"""What the server keeps: files and folders with their revisions, and the requests that came."""

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
    """Something at a path. `changed` numbers the change that put it there, over the whole account."""

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
        """As listings have it."""
        return {".tag": self.tag, **self.fields()}

    def fields(self) -> Json:
        """As a download has it."""
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
    """A path where something was."""

    tag = "deleted"


@dataclass(slots=True)
class Received:
    """A request. `argument` is what the route was called with, without secrets; `time` is of the monotonic clock.

    `status` is 0 until the end of its answer is sent, and stays so when the connection was broken instead.
    """

    number: int
    endpoint: str
    argument: Any
    range: str
    time: float
    status: int = 0
