"""The server: HTTP in a thread of its own, and its interface for tests."""

import asyncio
import json
import re
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from tests.servers.telegram.chats import Chat
from tests.servers.telegram.errors import ApiError
from tests.servers.telegram.faults import Failure, FailureKind, act_out, error_response
from tests.servers.telegram.groups import ANONYMOUS, forward_post, upgrade
from tests.servers.telegram.methods import METHODS
from tests.servers.telegram.people import Person
from tests.servers.telegram.records import Event, Message, Received, User
from tests.servers.telegram.wire import HttpRequest, Params, http_response, parse_params, read_request
from tests.servers.telegram.world import World, file_content

BOT_ID = 7_000_000_001
PATH = re.compile(r"(?P<file>/file)?/bot(?P<token>[^/]*)/(?P<rest>.+)")
TOKEN = re.compile(r"\d+:[\w-]{30,}")
POLL_SECONDS = 0.05
LONGEST_HEAD = 64 * 1024


class TelegramServer:
    """A Bot API server with one bot, on a port of this machine, until the `with` block ends.

    Add people with `user` and groups with `group`. `settings` are the settings in a shop's .env to reach the server.
    """

    def __init__(self, username: str = "toko_bot", first_name: str = "Toko", *, address: str = "127.0.0.1") -> None:
        self.address = address
        self.token = f"{BOT_ID}:AA{secrets.token_hex(17)[:33]}"
        self.world = World(User(BOT_ID, first_name, username=username, is_bot=True))
        self.port = 0
        self._people: dict[tuple[int, int], Person] = {}
        self._users: dict[int, User] = {}
        self._crashes: list[Exception] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telegram", daemon=True)
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._socket = socket.create_server((self.address, 0))
        self.port = self._socket.getsockname()[1]
        self._thread.start()
        assert self._started.wait(10), "the server's thread did not start"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        if self._crashes and error is None:
            raise self._crashes[0]

    @property
    def url(self) -> str:
        """The value of TELEGRAM_BASE_URL for this server."""
        return f"http://{self.address}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings for the bot's environment."""
        return {"TELEGRAM_BASE_URL": self.url, "TELEGRAM_BOT_TOKEN": self.token}

    # People

    def user(
        self, user_id: int, first_name: str = "", *, language_code: str = "id", username: str = "",
        started: bool = True, inside: Chat | None = None,
    ) -> Person:  # fmt: skip
        """Return the person with this id, in the chat with the bot or `inside` a group. The first call creates them.

        The bot cannot write to somebody who has not `started` it.
        """
        with self.world.lock:
            if user_id not in self._users:
                user = User(user_id, first_name or f"Orang {user_id}", language_code, username)
                self._users[user_id] = user
                self.world.add_chat(user_id, "private", user.first_name, user).known = started
            user = self._users[user_id]
            chat = inside or self.world.chats[user_id]
            chat.members[user_id] = user
            return self._people.setdefault((user_id, chat.id), Person(self.world, user, chat))

    def group(self, chat_id: int, title: str, *members: Person, kind: str = "supergroup") -> Chat:
        """Create a group, or a channel. The first of its members adds the bot to it."""
        with self.world.lock:
            chat = self.world.add_chat(chat_id, kind, title, *(person.user for person in members))
            self.world.membership(chat, members[0].user, "left", "member")
            return chat

    def anonymous(self, group: Chat) -> Person:
        """Return an administrator of a group who stays anonymous."""
        person = Person(self.world, ANONYMOUS, group)
        person.marks = {"sender_chat": group.json()}
        return person

    def upgrade(self, group: Chat, new_id: int, by: Person) -> Chat:
        """Make a group a supergroup with a new id."""
        return upgrade(self.world, group, new_id, by.user)

    def forward_post(self, group: Chat, channel: Chat, text: str) -> Message:
        """Post in a channel. Telegram forwards the post into its group of comments."""
        return forward_post(self.world, group, channel, text)

    # Requests of the bot

    @property
    def requests(self) -> list[Received]:
        """All requests so far, the oldest first."""
        with self.world.lock:
            return list(self.world.requests)

    def received(self, method: str) -> list[Received]:
        """Return all requests of one method."""
        return [request for request in self.requests if request.method == method]

    def counts(self) -> Counter[str]:
        """Return the number of requests of each method."""
        return Counter(request.method for request in self.requests)

    def error_responses(self) -> Counter[str]:
        """Return the number of error responses, by method and description."""
        errors = (request for request in self.requests if request.status and request.status != 200)
        return Counter(f"{request.method}: {request.description}" for request in errors)

    @property
    def pending(self) -> int:
        """The number of updates that the bot has not confirmed."""
        return len(self.world.updates.pending)

    def wait_for_request(
        self, method: str, *, after: int = 0, timeout: float = 20, where: Callable[[Received], bool] = lambda _: True
    ) -> Received:
        """Wait for a request of a method that is not among the first `after` of all requests, and return it."""
        found: list[Received] = []

        def has_come() -> bool:
            found.extend(r for r in self.world.requests[after:] if r.method == method and where(r))
            return bool(found)

        with self.world.changed:
            self.world.changed.wait_for(has_come, timeout)
            last = "\n".join(map(str, self.world.requests[-8:]))
            assert found, f"No such {method} within {timeout:g} s. The last requests:\n{last}"
            return found[0]

    def wait_until(self, true: Callable[[], object], what: str, timeout: float = 20) -> None:
        """Wait until a condition is true. It is checked after each request and event, and periodically."""
        deadline = time.monotonic() + timeout
        with self.world.changed:
            while not true():
                assert time.monotonic() < deadline, f"Not within {timeout:g} s: {what}"
                self.world.changed.wait(POLL_SECONDS)

    def watch(self, watcher: Callable[[Event], None]) -> None:
        """Call `watcher` at once with each event of any chat. It runs under the server's lock and must be quick."""
        with self.world.lock:
            self.world.watchers.append(watcher)

    # Failures

    def fail(
        self, method: str, kind: FailureKind, *, times: int | None = 1, retry_after: int = 1, description: str = "",
        done: bool = False,
    ) -> Failure:  # fmt: skip
        """Make the next `times` requests of `method` fail; None means all until `heal`.

        The method `*` is any, and `file` is a download. "400" to "500" respond with that code, and "502" with the HTML
        page of a proxy. "reset" breaks the connection in the middle of the response, and "timeout" never responds. With
        `done`, the server handles the request nevertheless.
        """
        failure = Failure(method, kind, times, retry_after, description, done)
        with self.world.lock:
            self.world.faults.add(failure)
        if failure.takes("getUpdates"):
            self.world.updates.wake()  # otherwise the failure would wait for the end of a poll
        return failure

    def fail_after_message(self, chat_id: int, kind: FailureKind, *, times: int | None = 1) -> None:
        """Make `sendMessage` fail `times` times after the next message in this chat."""

        def watch(event: Event) -> None:
            if event.chat_id == chat_id:
                self.world.watchers.remove(watch)
                self.fail("sendMessage", kind, times=times)

        self.watch(watch)

    def heal(self) -> None:
        """Remove all failures."""
        with self.world.lock:
            self.world.faults.heal()

    def down(self) -> None:
        """Stop listening and break all connections. New connections are refused."""
        self._in_loop(self._close())

    def up(self) -> None:
        """Listen again on the same port."""
        self._socket = socket.create_server((self.address, self.port))
        self._in_loop(self._listen())

    # The thread

    def _in_loop(self, coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self.world.updates.start(self._loop)
        await self._listen()
        self._started.set()
        await self._stopped.wait()
        await self._close()
        await self.world.updates.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, sock=self._socket, limit=LONGEST_HEAD)

    async def _close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                await self._handle(request, reader, writer)
                if not request.keeps_alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _handle(self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = PATH.fullmatch(request.path)
        if path is None or path["token"] != self.token:
            known = path is not None and TOKEN.fullmatch(path["token"])
            writer.write(error_response(ApiError(401, "Unauthorized") if known else ApiError(404, "Not Found")))
            await writer.drain()
            return
        method = "file" if path["file"] else path["rest"]
        try:
            params = parse_params(request)
        except ApiError as error:
            writer.write(error_response(error))
            return
        received = self._record(method, params)
        with self.world.lock:
            failure = self.world.faults.pick(method)
        answer = b""
        if failure is None or failure.done:
            answer = await self._answer(received, path["rest"], params)
            if reader.at_eof() or writer.is_closing():
                received.status, received.description = 0, "the client has gone"
        if failure is not None:
            received.status, received.description = failure.status, failure.message
            await act_out(failure, reader, writer)
            return
        writer.write(answer)
        await writer.drain()

    def _record(self, method: str, params: Params) -> Received:
        with self.world.changed:
            received = Received(len(self.world.requests), method, params.recorded(), time.monotonic())
            self.world.requests.append(received)
            self.world.changed.notify_all()
            return received

    async def _answer(self, received: Received, rest: str, params: Params) -> bytes:
        try:
            if received.method == "file":
                answer = http_response(200, self._download(rest), "application/octet-stream")
            else:
                result = await self._result(received.method.lower(), params)
                answer = http_response(200, json.dumps({"ok": True, "result": result}).encode())
            received.status = 200
        except ApiError as error:
            received.status, received.description = error.code, error.description
            answer = error_response(error)
        except Exception as crash:  # a bug in this server: the test must fail, and not wait
            self._crashes.append(crash)
            received.status, received.description = 500, repr(crash)
            answer = error_response(ApiError(500, "Internal Server Error"))
        with self.world.changed:
            self.world.changed.notify_all()
        return answer

    async def _result(self, name: str, params: Params) -> Any:
        if name == "getupdates":
            return await self.world.updates.poll(params)
        if name not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        with self.world.lock:
            return METHODS[name](self.world, params)

    def _download(self, path: str) -> bytes:
        with self.world.lock:
            stored = next((stored for stored in self.world.files.values() if stored.path == path), None)
        if stored is None:
            raise ApiError(404, "Not Found")
        return file_content(stored)
