"""The whole bot and the Bot API server of the tests in one event loop, without HTTP: for thousands of requests.

Everything of both is real but the bytes between them. People act as in other tests, and `handle` processes what they
did. There are no turns: nobody has to wait.
"""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.request import BaseRequest, RequestData

from tests.servers.telegram import Message, Person, TelegramServer
from tests.servers.telegram.errors import ApiError
from tests.servers.telegram.methods import METHODS
from tests.servers.telegram.wire import Params, Upload
from tests.servers.telegram.world import World
from tests.toko_bot.bot.in_thread import bot_settings
from toko_bot.app import TokoBot, build_app
from toko_bot.handlers.decisions.launching import finish
from toko_bot.handlers.services import Answers
from toko_core.state.groups.store import Groups
from toko_core.state.tables import metadata


class Directly(BaseRequest):
    """Calls the methods of the server."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        del method, args, kwargs
        values = dict(request_data.json_parameters) if request_data else {}
        files = request_data.multipart_data if request_data else {}
        uploads = {name: Upload(file[0], file[1]) for name, file in files.items()}  # type: ignore[arg-type]
        try:
            with self._world.lock:
                result = METHODS[url.rpartition("/")[2].lower()](self._world, Params(values, uploads))
        except ApiError as error:
            answer = {"ok": False, "error_code": error.code, "description": error.description}
            if error.parameters:
                answer["parameters"] = error.parameters
            return error.code, json.dumps(answer).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()


class DirectBot:
    """A bot that serves a catalogue, and its server."""

    def __init__(self, server: TelegramServer, bot: TokoBot, runner: asyncio.Runner) -> None:
        self.server, self.bot, self._runner = server, bot, runner
        self._connect()

    def use(self, server: TelegramServer) -> None:
        """Answer on another server, whose people may have talked to an earlier bot."""
        self.server = server
        self._connect()

    def poll(self) -> None:
        """Look for a new catalogue."""
        self._runner.run(self.bot.live.poll())

    def finish_decisions(self) -> None:
        """Do what a running bot does every 30 seconds."""
        self._runner.run(finish(self.bot.application.bot, self.bot.services))

    def begin_anew(self) -> None:
        """Replace the server by another one, with other chats, and empty the state database."""
        self.use(TelegramServer())
        services = self.bot.services
        services.answers, services.groups = Answers(), Groups(services.state, services.settings.allowed_chats)
        with services.state.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def _connect(self) -> None:
        direct = Directly(self.server.world)
        self.bot.application.bot._request = (direct, direct)

    def handle(self) -> None:
        """Process what people did, in its order."""
        self.run(self._handle())

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something else in the bot's event loop."""
        self._runner.run(work)

    async def _handle(self) -> None:
        application, pending = self.bot.application, self.server.world.updates.pending
        while pending:
            _, update = pending.popitem(last=False)
            await application.process_update(Update.de_json(update.json(), application.bot))


@contextmanager
def direct_bot(data: Path, server: TelegramServer | None = None, **settings: str) -> Iterator[DirectBot]:
    """Run a bot with these settings. At the end, check that nothing unexpected happened in it.

    Bots with the same server and data folder are replicas: `handle` of one of them processes what people did.
    """
    server = server or TelegramServer()
    bot = build_app(bot_settings(server, data, **settings))

    async def start() -> None:
        await bot.application.initialize()
        await bot.live.poll()

    with asyncio.Runner() as runner:
        direct = DirectBot(server, bot, runner)
        runner.run(start())
        yield direct
        runner.run(bot.application.shutdown())
    bot.services.close()
    samples = next(iter(bot.metrics.errors.collect())).samples
    assert [sample.labels for sample in samples if sample.name.endswith("_total")] == []


@dataclass(frozen=True)
class Chat:
    """Somebody's private chat with the bot, which answers at once."""

    bot: DirectBot
    person: Person

    def ask(self, text: str) -> Message:
        """Send a text, and return the bot's answer."""
        self.person.skip()
        self.send(text)
        return self.person.next_message(timeout=0)

    def send(self, text: str) -> None:
        self.person.send(text)
        self.bot.handle()

    def press(self, label: str, message: Message) -> Message:
        """Press a button, and return the message as it is then."""
        self.alert(message.find_button(label) or label, message)
        return next(each for each in self.person.messages if each.id == message.id)

    def alert(self, button: object, message: Message) -> str:
        """Press a button, also a forged one, and return the text of the alert."""
        press = self.person.forge(str(getattr(button, "data", button)), message)
        self.bot.handle()
        return press.answered(timeout=0).text

    @property
    def texts(self) -> list[str]:
        """All messages of the bot, as they are now."""
        return [message.text for message in self.person.messages if message.sender.is_bot]

    @property
    def menu(self) -> set[str]:
        """The names of the commands in the menu."""
        return {command.split()[0].removeprefix("/") for command in self.person.commands()}

    def open(self, name: str) -> Message:
        """Open somebody's page from the list of people, as an owner."""
        people = self.ask("/pengguna")
        (line,) = [line for line in people.text.splitlines() if f" {name} – " in line]
        return self.press(line.split(".")[0], people)
