"""HEARTBEAT_URL: tells a dead-man's switch of each sync that succeeded. The switch raises an alarm if none is reported.

Each success is reported once, late if the switch does not respond. If the process is killed between the request and
the record of it, that success is reported twice.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR
from threading import Thread
from typing import Any
from urllib.parse import urljoin

from pydantic import TypeAdapter, ValidationError
from urllib3 import Retry, Timeout
from urllib3.exceptions import HTTPError

from toko_assets.common.publications import Published, read_publication
from toko_assets.common.settings import Settings
from toko_assets.common.telegram import failure_reason, open_pool
from toko_core.files import open_lock, try_lock, whole_file
from toko_core.settings import host_of

SECONDS = 10.0
"""How long a request may take in all, with the search for the host's address."""
LONGEST_WAIT = timedelta(days=1)
"""A success that is older is not reported any more: the switch would take it for one of now."""
KEPT = 200
"""How many reported runs are remembered. There are fewer publications."""
SUCCESS = 2
"""The first digit of the statuses of success. A redirect is none: it may lead to another scheme, without encryption."""
HEADERS = {"User-Agent": "toko"}


@dataclass(frozen=True, slots=True)
class State:
    """What is stored in `records/heartbeat.json`."""

    reported: tuple[str, ...] = ()
    """Ids of runs, the oldest first."""
    problem: str = ""
    """Why the last request failed; empty if it did not."""


_STATE = TypeAdapter(State)


@dataclass
class SyncHeartbeat:
    """Reports successes of one installation. `seconds` is the time limit of a request."""

    settings: Settings
    seconds: float = SECONDS
    _unsaved: State | None = field(default=None, init=False)
    """The state, while its file cannot be written."""

    @property
    def _file(self) -> Path:
        return self.settings.folder.records / "heartbeat.json"

    @property
    def is_set_up(self) -> bool:
        return self.settings.heartbeat_url is not None

    @property
    def problem(self) -> str:
        """Why the last request failed, in one line without the address; empty if it did not."""
        return self._read().problem

    def unreported(self) -> list[str]:
        """Return the ids of runs that published within the last day and are not reported, the oldest first.

        They may have failed later, or may still run.
        """
        folder, reported = self.settings.folder.publications, set(self._read().reported)
        since = (datetime.now(UTC) - LONGEST_WAIT).timestamp()
        times = {file.stem: file.stat().st_mtime for file in folder.glob("*.json") if file.stem not in reported}
        recent = sorted((run for run, time in times.items() if time >= since), key=times.__getitem__)
        return [run for run in recent if isinstance(read_publication(folder, run), Published)]

    def report(self, succeeded: Iterable[str]) -> int:
        """Request HEARTBEAT_URL once for each of these runs that is not reported. Return how many were reported.

        Nothing is requested while another process does. The first request that fails ends it, and is `problem` then.
        """
        count = 0
        with self._alone() as alone:
            for run in succeeded if alone else ():
                state = self._read()
                if run in state.reported:
                    continue
                if problem := self._request():
                    self._write(replace(state, problem=problem))
                    break
                self._write(State((*state.reported, run)[-KEPT:]))
                count += 1
        return count

    def _request(self) -> str:
        """Request the address. Return in one line what failed; an empty text if the switch accepted it."""
        url = self.settings.heartbeat_url.get_secret_value() if self.settings.heartbeat_url else ""
        status, reason = request("GET", url, self.seconds)
        if status // 100 == SUCCESS:
            return ""
        return f"HEARTBEAT_URL ({host_of(url)}) could not be requested: {reason or f'status {status}'}."

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Yield whether nobody else reports now."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with open_lock(self._file.with_suffix(".lock")) as handle:
            yield self.is_set_up and try_lock(handle)

    def _read(self) -> State:
        if self._unsaved is not None:
            return self._unsaved
        with suppress(OSError, ValidationError):
            return _STATE.validate_json(self._file.read_bytes())
        return State()

    def _write(self, state: State) -> None:
        try:
            with whole_file(self._file) as file:
                file.write_bytes(_STATE.dump_json(state, indent=2))
        except OSError:  # a full disk: without the memory of it, each tick would report the same success again
            self._unsaved = state
        else:
            self._unsaved = None


def server_problem(url: str, seconds: float = SECONDS) -> str:
    """Return why the server of an address does not respond; an empty text if it does. The address is not requested."""
    return request("HEAD", urljoin(url, "/robots.txt"), seconds)[1]


def request(method: str, url: str, seconds: float) -> tuple[int, str]:
    """Send a request, and follow no redirect. Return the status; or 0, and why there is none.

    The text does not contain the address.
    """
    results: SimpleQueue[tuple[int, str]] = SimpleQueue()
    opened: list[Any] = []
    # A host name that is not found, or a server that sends a byte a second, passes every other time limit.
    thread = Thread(target=lambda: results.put(_request(method, url, seconds, opened)), name="heartbeat", daemon=True)
    thread.start()
    try:
        return results.get(timeout=seconds)
    except Empty:
        _break_off(opened)
        return 0, f"no answer within {seconds:.0f} s"


def _request(method: str, url: str, seconds: float, opened: list[Any]) -> tuple[int, str]:
    """Send the request, and put its connections into `opened`."""
    limit, retries = Timeout(total=seconds), Retry(0, redirect=False)
    try:
        with open_pool(url) as pools:
            pool = pools.connection_from_url(url)
            kind = pool.ConnectionCls

            def connection(*given: Any, **options: Any) -> Any:
                opened.append(kind(*given, **options))
                return opened[-1]

            pool.ConnectionCls = connection  # type: ignore[assignment]
            answer = pools.request(method, url, headers=HEADERS, timeout=limit, retries=retries, preload_content=False)
            answer.close()
            return answer.status, ""
    except (HTTPError, OSError, ValueError) as error:  # ValueError: an invalid host name
        return 0, failure_reason(error, seconds, "the connection broke")


def _break_off(opened: list[Any]) -> None:
    """End these connections. Their thread would otherwise wait as long as the server sends something."""
    for connection in opened:
        with suppress(OSError, AttributeError):  # it has just ended
            connection.sock.shutdown(SHUT_RDWR)
