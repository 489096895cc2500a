"""The server in the process of the tests, for thousands of requests: the whole app, without a socket."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from fastapi import FastAPI

from toko_core.people.keys import Key, Scope
from toko_web.api.calls import ApiState, Call
from toko_web.app import build_app, surround
from toko_web.settings import PageSettings
from toko_web.shop import Shop

HERE = "127.0.0.1"
HOST = f"{HERE}:8000"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Sent:
    """A request: the path with its query as they are sent, and the fields of a form if it is a POST."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] | None = None
    client: str = "203.0.113.9"


@dataclass
class InProcess:
    """A running app. Requests come from this machine."""

    app: FastAPI
    runner: asyncio.Runner

    @property
    def shop(self) -> Shop:
        found: Shop = self.app.state.shop
        return found

    @property
    def api(self) -> ApiState:
        found: ApiState = self.app.state.api.state.api
        return found

    def get(self, path: str, key: str | None = None, **headers: str) -> Answer:
        """Send GET, with the path and query as they are in a request."""
        given = {"host": HOST, **({} if key is None else {"authorization": f"Bearer {key}"}), **headers}
        return self.runner.run(_send(surround(self.app), Sent(path, given, client=HERE)))

    def get_all(self, paths: list[str], key: str | None) -> list[Answer]:
        """Send many requests, one after the other."""
        given = {"host": HOST, **({} if key is None else {"authorization": f"Bearer {key}"})}
        app = surround(self.app)

        async def get() -> list[Answer]:
            return [await _send(app, Sent(path, given, client=HERE)) for path in paths]

        return self.runner.run(get())

    def send(self, requests: list[Sent]) -> list[Answer]:
        """Send requests of browsers elsewhere, one after the other."""
        app = surround(self.app)

        async def send() -> list[Answer]:
            return [await _send(app, each) for each in requests]

        return self.runner.run(send())

    def round_to(self, rounding: int | None) -> None:
        """Set PRICE_ROUNDING."""
        self.shop.settings = self.shop.settings.model_copy(update={"price_rounding": rounding})

    def call(self, *scopes: Scope, level: int | None = None, at: datetime | None = None) -> Call:
        """Return a call of a key with these scopes, without a request."""
        moment = at or datetime.now(self.shop.settings.zone).replace(tzinfo=None, microsecond=0)
        key = Key("test", frozenset({Scope.PRICES, *scopes}), level)
        return Call(self.api, self.shop.served, key, moment, {})


@contextmanager
def in_process(
    data: Path, *, owners: frozenset[int] = frozenset(), staff: frozenset[int] = frozenset()
) -> Iterator[InProcess]:
    """Run the app of a data folder, in the open mode unless there are owners."""
    given: dict[str, Any] = {"toko_data_dir": data, "owner_users": owners, "allowed_users": staff}
    app = build_app(PageSettings(_env_file=None, **given))
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        try:
            yield InProcess(app, runner)
        finally:
            runner.run(lifespan.__aexit__(None, None, None))


async def _send(app: Any, request: Sent) -> Answer:
    path, _, query = request.path.partition("?")
    headers, body, method = {"host": HOST, **request.headers}, b"", "GET"
    if request.fields is not None:
        body, method = urlencode(request.fields).encode(), "POST"
        headers |= {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": (request.client, 1), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    sent: list[Any] = []
    received = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if received:
            return received.pop()
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    return Answer(
        start["status"],
        {name.decode().lower(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )
