"""Each fault strikes while thirty people search: all are answered, and the log says what happened in one line."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.servers.telegram import FailureKind, Message, Person, TelegramServer
from tests.toko_bot.bot.load import Load
from tests.toko_bot.bot.process import RunningBot, running_bot
from toko_bot.service.turns import BURST

PEOPLE = range(2000, 2030)
CONCERNED = iter(range(3000, 3050))
"""Who meets with the fault, apart from those who search: somebody new each time."""
BEFORE, AFTER = 20, 40
"""Searches before the fault, and after it."""


@dataclass(frozen=True)
class Scene:
    bot: RunningBot
    load: Load
    person: Person
    """Of the staff, who does not search otherwise."""

    @property
    def server(self) -> TelegramServer:
        return self.bot.server

    def second_page(self) -> Message:
        """The first page, whose second one the message shows by now."""
        answer = self.person.ask("biskuit kelapa")
        self.person.press("›", answer).answered()
        self.person.next_edit(of=answer)
        return answer

    def call(self, method: str, **parameters: str | int) -> httpx.Response:
        """What another program with this bot's token asks of Telegram."""
        url = f"{self.server.url}/bot{self.server.token}/{method}"
        return httpx.post(url, json=parameters, trust_env=False)


def fails(method: str, kind: FailureKind) -> Callable[[Scene], None]:
    """One request of a method does."""

    def strike(scene: Scene) -> None:
        failure = scene.server.fail(method, kind)
        scene.server.wait_until(lambda: failure.hits, "it has failed")

    return strike


def press_twice(scene: Scene) -> None:
    scene.person.press("›", scene.second_page()).answered()


def block_before_the_answer(scene: Scene) -> None:
    """The only search of all that no answer can come to."""
    with scene.server.world.lock:
        scene.person.send("indomie")
        scene.person.block()


def delete_and_press(scene: Scene) -> None:
    answer = scene.second_page()
    with scene.server.world.lock:
        scene.server.world.delete(scene.person.chat, answer.sender, answer)
    scene.person.press("›", answer).answered()
    assert scene.person.next_message().text.startswith("🔎 biskuit kelapa")


def poll_too(scene: Scene) -> None:
    """Until the bot's poll has been ended by one of another program."""
    deadline, before = time.monotonic() + 20, scene.server.refusals()
    while scene.server.refusals() == before:
        assert time.monotonic() < deadline, "no poll of the bot has been ended"
        scene.call("getUpdates", timeout=0)


def set_webhook(scene: Scene) -> None:
    assert scene.call("setWebhook", url="http://127.0.0.1:9/elsewhere").is_success


def flood(scene: Scene) -> None:
    """They get what a burst may hold; what is more waits, or is dropped, and they are told."""
    for _ in range(120):
        scene.person.send("indomie")
    assert scene.person.next_message("Terlalu cepat")
    scene.server.wait_until(lambda: answers_of(scene.person) >= BURST, "a burst is answered")


def answers_of(person: Person) -> int:
    return sum("Rp3.150" in message.text for message in person.messages)


FAULTS: dict[str, tuple[Callable[[Scene], None], list[str]]] = {
    "not modified": (press_twice, [r"INFO .* Message \d+ of chat \d+ already says so"]),
    "blocked": (
        block_before_the_answer,
        [
            r"INFO .* User \d+ has blocked the bot, .*: Forbidden: bot was blocked by the user",
            r"INFO .* User (\d+) in chat \1: the bot is now kicked",
        ],
    ),
    "deleted": (delete_and_press, [r"INFO .* Message \d+ of chat \d+ is gone, .*: a new one is sent"]),
    "second poller": (poll_too, [r"ERROR .* Another program polls with this bot's token; .*"]),
    "webhook": (set_webhook, [r"ERROR .* Another program had set a webhook for this bot; it is removed, .*"]),
    "flood": (flood, [r"WARNING .* User \d+ floods: .*"]),
    "429": (fails("sendMessage", "429"), [r"WARNING .* Telegram says to send less: nothing is sent for 1.1 s"]),
    "500": (fails("sendMessage", "500"), [r"WARNING .* sendMessage failed, once more .*: Internal Server Error"]),
    "502": (fails("sendMessage", "502"), [r"WARNING .* sendMessage failed, once more .*: Bad Gateway"]),
    "reset": (fails("sendMessage", "reset"), [r"WARNING .* sendMessage failed, once more .*: httpx.ReadError.*"]),
    "timeout": (fails("sendMessage", "timeout"), [r"WARNING .* sendMessage failed, once more .*: Timed out"]),
    "429 to a poll": (fails("getUpdates", "429"), [r"WARNING .* Telegram says to poll less, .*"]),
    "500 to a poll": (fails("getUpdates", "500"), [r"WARNING .* the way there, fails: .*: Internal Server Error"]),
    "502 to a poll": (fails("getUpdates", "502"), [r"WARNING .* the way there, fails: .*: Bad Gateway"]),
    "reset of a poll": (fails("getUpdates", "reset"), [r"WARNING .* the way there, fails: .*ReadError.*"]),
    "timeout of a poll": (fails("getUpdates", "timeout"), [r"WARNING .* A poll was not answered, polling again: .*"]),
}
"""What strikes, and the lines that it leaves in the log: one for each thing that happened."""


@pytest.fixture(scope="module")
def bot(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    staff = ",".join(map(str, (*PEOPLE, *range(3000, 3050))))
    with (
        TelegramServer() as server,
        running_bot(server, data, tmp_path_factory.mktemp("faults"), ALLOWED_USERS=staff) as bot,
    ):
        yield bot


@pytest.mark.parametrize("fault", FAULTS)
def test_all_searches_are_answered_and_the_log_says_what_happened(bot: RunningBot, fault: str) -> None:
    strike, said = FAULTS[fault]
    person = bot.server.user(next(CONCERNED))
    with Load(bot.server, [bot.server.user(number) for number in PEOPLE]) as load:
        load.go_on(BEFORE)
        before = len(bot.log)
        strike(Scene(bot, load, person))
        load.go_on(AFTER)
    assert load.wrong == []
    assert "Rp3.150" in bot.server.user(next(CONCERNED)).ask("indomie").text
    expect_lines(bot, before, said)


def test_searches_of_the_time_before_the_network_came_are_answered(data: Path, tmp_path: Path) -> None:
    staff = ",".join(map(str, PEOPLE))
    with TelegramServer() as server:
        server.down()
        with (
            running_bot(server, data, tmp_path, wait=False, ALLOWED_USERS=staff) as bot,
            Load(server, [server.user(number) for number in PEOPLE]) as load,
        ):
            bot.wait_for_log("getMe failed")
            load.go_on(BEFORE)
            server.up()
            bot.wait_for_log("answers 31 people")
            load.go_on(AFTER)
        assert load.wrong == []
    lines = [line for line in bot.log.splitlines() if " INFO " not in line]
    assert lines
    assert all(re.search(r"WARNING .* getMe failed, once more in [\d.]+ s: .*ConnectError.*", line) for line in lines)


def expect_lines(bot: RunningBot, before: int, said: list[str]) -> None:
    """The log from there on holds these lines in this order, each once, and nothing else."""
    bot.server.wait_until(lambda: len(bot.log[before:].splitlines()) >= len(said), "the log says it")
    lines = bot.log[before:].splitlines()
    assert len(lines) == len(said), "\n".join(lines)
    for line, pattern in zip(lines, said, strict=True):
        assert re.search(pattern, line), line
        assert "<html>" not in line
