"""The server itself, and what tests ask of it."""

import socket
import ssl
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import trustme

from tests.servers.dropbox.faults import Fault, FaultKind
from tests.servers.dropbox.listener import Listener
from tests.servers.dropbox.oauth import App
from tests.servers.dropbox.records import File, Folder, Received
from tests.servers.dropbox.world import World

ADDRESS = "127.0.0.1"
NAMES = ("api.dropboxapi.com", "content.dropboxapi.com", "notify.dropboxapi.com")


class DropboxServer:
    """Dropbox with one account and one app, on a port of this machine, for as long as the `with` block lasts.

    `app` is the app in Dropbox's console. `settings` is what a shop's .env says, `environment` what a process needs
    besides to reach this server; in the test's own process `reached_from_here` does.
    """

    def __init__(self) -> None:
        self.world = World()
        self.refresh_token = self.app.grant(None, pkce=True)
        self.port = 0
        self.authority = Path()
        """The certificate to trust."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._kept = ExitStack()
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        authority = trustme.CA()
        authority.issue_cert(ADDRESS, *NAMES).configure_cert(self._context)
        self.authority = Path(self._kept.enter_context(tempfile.TemporaryDirectory(prefix="dropbox-"))) / "ca.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        place = self._kept.enter_context(socket.socket())
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((ADDRESS, 0))  # never listens: it keeps the port while the network is dead
        self.port = place.getsockname()[1]
        self.up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.down()
        self._kept.close()
        if self.world.crashes and error is None:
            raise self.world.crashes[0]

    # How to reach it

    @property
    def app(self) -> App:
        return self.world.app

    @property
    def settings(self) -> dict[str, str]:
        """Those of an app that was allowed through PKCE, without a secret."""
        return {
            "BACKUP_SOURCE": "dropbox", "DROPBOX_APP_KEY": self.app.key, "DROPBOX_REFRESH_TOKEN": self.refresh_token,
        }  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """For a process that has not imported `dropbox` yet."""
        hosts = ("DROPBOX_API_HOST", "DROPBOX_API_CONTENT_HOST", "DROPBOX_API_NOTIFY_HOST")
        return {
            **dict.fromkeys(hosts, f"{ADDRESS}:{self.port}"),
            "REQUESTS_CA_BUNDLE": str(self.authority),
            "no_proxy": "*",
        }

    @contextmanager
    def reached_from_here(self) -> Iterator[None]:
        """In this process, Dropbox's own names lead here. What `dropbox` has read at its import does not matter."""
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *args: Any, **more: Any) -> Any:
            if host in NAMES:
                host, port = ADDRESS, self.port
            return resolve(host, port, *args, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", getaddrinfo)
            patch.setenv("REQUESTS_CA_BUNDLE", str(self.authority))
            patch.setenv("no_proxy", "*")
            yield

    # What people do

    def put(
        self, path: str, data: bytes, *, modified: datetime | None = None, client_modified: datetime | None = None
    ) -> File:
        """Upload a file, or replace it: always a new revision. Times are in UTC, now unless given.

        Old ones can be downloaded by `rev:`, also when the file is gone: here forever, in Dropbox for 30 days or more.
        """
        with self.world.lock:
            return self.world.files.put(path, data, modified, client_modified)

    def make_folder(self, path: str) -> Folder:
        with self.world.lock:
            return self.world.files.make_folder(path)

    def delete(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it. FileNotFoundError: there is none."""
        with self.world.lock:
            self.world.files.delete(path)

    def authorize(self, url: str) -> str:
        """Click "Allow" on the page at that address: the code that it then shows. ValueError: it is an error page."""
        with self.world.lock:
            return self.app.authorize(url)

    def grant(self, scopes: tuple[str, ...] | None = None, *, pkce: bool = True) -> str:
        """The refresh token of an earlier authorisation, with all of the app's scopes unless given."""
        with self.world.lock:
            return self.app.grant(scopes, pkce)

    def revoke(self) -> None:
        """Disconnect the app: no refresh token and no access token so far is valid any more."""
        with self.world.lock:
            self.app.revoke()

    def expire_access_tokens(self) -> None:
        """Those so far are refused as expired; refresh tokens stay valid."""
        with self.world.lock:
            self.app.expire_access_tokens()

    def reset_cursors(self) -> None:
        """Those so far are answered with `reset`."""
        with self.world.lock:
            self.world.files.reset_cursors()

    @property
    def page_size(self) -> int:
        """Most entries of a listing's page, whatever limit the client sets."""
        return self.world.files.page_size

    @page_size.setter
    def page_size(self, size: int) -> None:
        self.world.files.page_size = size

    # What was asked

    @property
    def requests(self) -> list[Received]:
        """All requests so far, oldest first."""
        with self.world.lock:
            return list(self.world.requests)

    def received(self, endpoint: str) -> list[Received]:
        """All requests of one endpoint, such as "files/download" or "oauth2/token"."""
        return [request for request in self.requests if request.endpoint == endpoint]

    def counts(self) -> Counter[str]:
        """Requests per endpoint."""
        return Counter(request.endpoint for request in self.requests)

    def wait_for_request(
        self, endpoint: str, *, after: int = 0, timeout: float = 20, where: Callable[[Received], bool] = lambda _: True
    ) -> Received:
        """The first request of an endpoint that is not among the first `after` of all requests."""
        found: list[Received] = []

        def has_come() -> bool:
            found.extend(r for r in self.world.requests[after:] if r.endpoint == endpoint and where(r))
            return bool(found)

        with self.world.changed:
            self.world.changed.wait_for(has_come, timeout)
            last = "\n".join(map(str, self.world.requests[-8:]))
            assert found, f"No such {endpoint} within {timeout:g} s. The last requests:\n{last}"
            return found[0]

    # What goes wrong

    def fail(
        self, endpoint: str, kind: FaultKind, *, times: int | None = 1, after: int | None = None,
        retry_after: int | None = 1, reason: str = "too_many_requests", plain: bool = False,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Fault:  # fmt: skip
        """Let the next `times` requests of `endpoint` fail (None: all until `heal`); `*` is any.

        - "400", "403", "429", "500", "503": that status. Of "429", `retry_after` seconds (None: not told), `reason`
          (or "too_many_write_operations") and whether its body is `plain` text instead of JSON.
        - "expired-token", "invalid-token", "missing-scope": 401. "revoked", "wrong-app": 400, of "oauth2/token".
        - "path-not-found": 409. "cursor-reset", of "files/list_folder/continue": 409, and for all cursors so far.
        - "empty-page": no entries, and more to come. "repeated-entries": each of the page twice.
        - "html": a captive portal's page, with status 200.
        - "reset", "stall": the connection breaks, or nothing comes until `release`, before the answer, or in its
          body once `after` bytes are sent. A client loses what of them was still on its way at a reset.
        - "truncated", "short": the body ends after `after` bytes (half of it unless given): less than announced, or
          as announced. "corrupted": one byte in the middle of it is wrong. "none": all is well.

        `meanwhile` is called when `after` bytes of the body are sent: to replace a file during its download. It may
        call all but `down`, which waits for this answer: for a network that dies in the middle, `down` during a stall.
        """
        fault = Fault(endpoint, kind, times, after, retry_after, reason, plain, meanwhile)
        with self.world.lock:
            self.world.released.clear()
            self.world.faults.add(fault)
        return fault

    def heal(self) -> None:
        """No more failures; what stalls is released."""
        with self.world.lock:
            self.world.faults.heal()
        self.release()

    def release(self) -> None:
        """Let stalled answers go on, and later ones not stall, until the next `fail`."""
        self.world.released.set()

    def down(self) -> None:
        """A dead network: break all connections and refuse new ones."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def up(self) -> None:
        """Listen again, at the same port."""
        if self._listener is None:
            self._listener = Listener((ADDRESS, self.port), self._context, self.world)
