"""The state of the server. Code that reads or changes it must hold `lock`, or `changed`, which is the same lock."""

import threading
import time
from dataclasses import dataclass
from email.message import Message
from typing import Any

from tests.servers.dropbox.faults import Faults
from tests.servers.dropbox.files import Files
from tests.servers.dropbox.oauth import App
from tests.servers.dropbox.records import Received


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `endpoint` is the path without the version."""

    endpoint: str
    headers: "Message[str, str]"
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before any fault."""

    status: int
    body: bytes | memoryview
    headers: dict[str, str]


@dataclass(slots=True)
class Team:
    """The team of the account, whose space is not in the account's home."""

    name: str
    namespace: str
    files: Files


class World:
    """One account, one app, and the requests so far."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.files = Files()
        """What is in the account's home."""
        self.team: Team | None = None
        self.app = App()
        self.faults = Faults()
        self.requests: list[Received] = []
        self.crashes: list[BaseException] = []
        self.longest_poll = float("inf")
        """Seconds after which a longpoll ends, even if the client waits longer."""
        self.is_up = True
        self.released = threading.Event()
        """Set when stalled responses may continue."""

    def record(self, endpoint: str, argument: Any, range_header: str) -> Received:
        with self.changed:
            received = Received(len(self.requests), endpoint, argument, range_header, time.monotonic())
            self.requests.append(received)
            self.changed.notify_all()
            return received

    def answered(self, received: Received, status: int) -> None:
        with self.changed:
            received.status = status
            self.changed.notify_all()
