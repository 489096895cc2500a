"""Updates for the bot, which are returned to long polling or posted to its webhook."""

import asyncio
import json
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

import httpx

from tests.servers.telegram.errors import bad_request, conflict
from tests.servers.telegram.records import Json
from tests.servers.telegram.wire import Params

FIRST_ID = 100_000_001
NOT_UNLESS_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a name
WEBHOOK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Update:
    """An update. `queue` is its chat or person: a webhook gets the updates of one queue one after the other."""

    id: int
    kind: str
    content: Json
    queue: int

    def json(self) -> Json:
        return {"update_id": self.id, self.kind: self.content}


@dataclass(frozen=True, slots=True)
class Webhook:
    """The webhook to which updates are posted."""

    url: str
    secret: str
    max_connections: int


class Updates:
    """All updates that the bot has not confirmed. `add` is thread-safe; call other methods in the event loop."""

    def __init__(self, lock: threading.RLock) -> None:
        self.pending: OrderedDict[int, Update] = OrderedDict()
        self.webhook: Webhook | None = None
        self.allowed: list[str] = []
        self.last_error: tuple[int, str] | None = None
        self.retry_after = 0.1
        """Seconds until a failed post is retried. Each further retry waits twice as long, up to 2 s."""
        self._lock = lock
        self._next_id = FIRST_ID
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poll: asyncio.Future[None] | None = None
        self._posts: dict[int, asyncio.Task[None]] = {}
        self._client: httpx.AsyncClient | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    async def close(self) -> None:
        posts = list(self._posts.values())
        for post in posts:
            post.cancel()
        await asyncio.gather(*posts, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def add(self, kind: str, content: Json, queue: int) -> None:
        """Add an update, if the bot allows its kind."""
        if kind not in self.allowed if self.allowed else kind in NOT_UNLESS_ASKED:
            return
        with self._lock:
            self.pending[self._next_id] = Update(self._next_id, kind, content, queue)
            self._next_id += 1
        self.wake()

    def wake(self) -> None:
        """End a waiting poll, and post pending updates. Thread-safe."""
        if self._loop is not None:
            with suppress(RuntimeError):  # closed
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        if self.webhook is not None:
            self._post_what_may_go()

    # Long polling

    @property
    def is_polled(self) -> bool:
        return self._poll is not None

    async def poll(self, params: Params) -> list[Json]:
        """Handle getUpdates. As in Telegram, an earlier poll that still waits gets a 409, and this one continues."""
        if self.webhook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._take_allowed(params)
        self.end_poll(OTHER_POLLER)
        self._confirm(params.integer("offset"))
        limit = params.integer("limit", 100)
        limit = limit if 1 <= limit <= 100 else 100
        timeout = min(params.integer("timeout"), 50)
        if not self.pending and timeout > 0:
            self._poll = poll = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(poll, timeout)
            except TimeoutError:
                return []
            finally:
                if self._poll is poll:
                    self._poll = None
        with self._lock:
            return [update.json() for update, _ in zip(self.pending.values(), range(limit), strict=False)]

    def end_poll(self, why: str) -> None:
        """End a waiting poll with a 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(why))
        self._poll = None

    def _confirm(self, offset: int) -> None:
        with self._lock:
            if offset < 0:  # only this many of the newest stay
                offset = self._next_id + offset
            while self.pending and next(iter(self.pending)) < offset:
                self.pending.popitem(last=False)

    def _take_allowed(self, params: Params) -> None:
        allowed = params.json("allowed_updates")
        if isinstance(allowed, list):
            self.allowed = [str(kind) for kind in allowed]

    # Webhook

    def set_webhook(self, params: Params) -> None:
        """Handle setWebhook and deleteWebhook. HTTP is allowed too, as with a self-hosted Bot API server."""
        url, secret = params.text("url"), params.text("secret_token")
        if url and not url.startswith(("http://", "https://")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not all(c.isascii() and (c.isalnum() or c in "_-") for c in secret):
            raise bad_request("secret token contains unallowed characters")
        self._take_allowed(params)
        if params.flag("drop_pending_updates"):
            with self._lock:
                self.pending.clear()
        for post in self._posts.values():
            post.cancel()
        self._posts.clear()
        self.last_error = None
        self.webhook = Webhook(url, secret, params.integer("max_connections", 40)) if url else None
        if url:
            self.end_poll("terminated by setWebhook request")
        self.wake()

    def info(self) -> Json:
        """Handle getWebhookInfo."""
        info: Json = {
            "url": "", "has_custom_certificate": False, "pending_update_count": len(self.pending),
        }  # fmt: skip
        if self.webhook is not None:
            info |= {"url": self.webhook.url, "max_connections": self.webhook.max_connections}
        if self.last_error is not None:
            info["last_error_date"], info["last_error_message"] = self.last_error
        if self.allowed:
            info["allowed_updates"] = self.allowed
        return info

    def _post_what_may_go(self) -> None:
        assert self.webhook is not None
        with self._lock:
            waiting = list(self.pending.values())
        for update in waiting:
            if len(self._posts) >= self.webhook.max_connections:
                break
            if update.queue not in self._posts:
                self._posts[update.queue] = asyncio.create_task(self._post(update, self.webhook))

    async def _post(self, update: Update, webhook: Webhook) -> None:
        """Post an update until the webhook accepts it."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=WEBHOOK_SECONDS, trust_env=False)
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers[SECRET_HEADER] = webhook.secret
        body, pause = json.dumps(update.json()), self.retry_after
        while (problem := await _posted(self._client, webhook.url, body, headers)) is not None:
            self.last_error = (int(time.time()), problem)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 2)
        with self._lock:
            self.pending.pop(update.id, None)
        del self._posts[update.queue]
        self._wake()


async def _posted(client: httpx.AsyncClient, url: str, body: str, headers: dict[str, str]) -> str | None:
    """Post an update. Returns the error in Telegram's words, or None."""
    try:
        answer = await client.post(url, content=body, headers=headers)
    except httpx.TimeoutException:
        return "Read timeout expired"
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return f"Connection failed: {problem}"
    if answer.is_success:
        return None
    return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
