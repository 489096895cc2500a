"""Faults happen while thirty people search: all of them get answers, and the log has one line for each fault."""

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
AFFECTED = iter(range(3000, 3050))
"""The people whom a fault affects. Each fault gets new ones, who are not among those that search."""
BEFORE, AFTER = 20, 40
"""Searches before the fault, and after it."""


@dataclass(frozen=True)
class Scene:
    bot: RunningBot
    load: Load
    person: Person
    """A member of the staff who is not among those that search."""

    @property
    def server(self) -> TelegramServer:
        return self.bot.server

    def second_page(self) -> Message:
        """Search and turn to the second page. Returns the message, still with the buttons of the first page."""
        answer = self.person.ask("biskuit kelapa")
        self.person.press("›", answer).answered()
        self.person.next_edit(of=answer)
        return answer

    def call(self, method: str, **parameters: str | int) -> httpx.Response:
        """Call a method of Telegram as another program with this bot's token would."""
        url = f"{self.server.url}/bot{self.server.token}/{method}"
        return httpx.post(url, json=parameters, trust_env=False)


def fail(method: str, kind: FailureKind) -> Callable[[Scene], None]:
    """Return a fault: one request of a method fails."""

    def strike(scene: Scene) -> None:
        failure = scene.server.fail(method, kind)
        scene.server.wait_until(lambda: failure.hits, "it has failed")

    return strike


def press_twice(scene: Scene) -> None:
    scene.person.press("›", scene.second_page()).answered()


def block_before_the_answer(scene: Scene) -> None:
    """Send the only search that cannot be answered: the person blocks the bot before the answer."""
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
    """Poll as another program would, until that has ended a poll of the bot."""
    deadline, before = time.monotonic() + 20, scene.server.error_responses()
    while scene.server.error_responses() == before:
        assert time.monotonic() < deadline, "no poll of the bot has been ended"
        scene.call("getUpdates", timeout=0)


def set_webhook(scene: Scene) -> None:
    assert scene.call("setWebhook", url="http://127.0.0.1:9/elsewhere").is_success


def flood(scene: Scene) -> None:
    """Send 120 searches. A burst is answered; the rest waits or is dropped, and the person is notified."""
    for _ in range(120):
        scene.person.send("indomie")
    assert scene.person.next_message("Terlalu cepat")
    scene.server.wait_until(lambda: answers_of(scene.person) >= BURST, "a burst is answered")


def answers_of(person: Person) -> int:
    return sum("Rp115.000" in message.text for message in person.messages)


FAULTS: dict[str, tuple[Callable[[Scene], None], list[str]]] = {
    "not modified": (press_twice, [r"INFO .* Message \d+ of chat \d+ already has this text"]),
    "blocked": (
        block_before_the_answer,
        [
            r"INFO .* User \d+ has blocked the bot, .*: Forbidden: bot was blocked by the user",
            r"INFO .* User (\d+) in private \1: the bot is now kicked",
        ],
    ),
    "deleted": (delete_and_press, [r"INFO .* Message \d+ of chat \d+ is gone, .*: the bot sends a new one"]),
    "second poller": (poll_too, [r"ERROR .* Another program polls with this bot's token; .*"]),
    "webhook": (set_webhook, [r"ERROR .* Another program had set a webhook for this bot; it is removed. .*"]),
    "flood": (flood, [r"WARNING .* User \d+ floods: .*"]),
    "429": (fail("sendMessage", "429"), [r"WARNING .* Telegram limits the bot: nothing is sent for 1.1 s"]),
    "500": (fail("sendMessage", "500"), [r"WARNING .* sendMessage failed, retrying .*: Internal Server Error"]),
    "502": (fail("sendMessage", "502"), [r"WARNING .* sendMessage failed, retrying .*: Bad Gateway"]),
    "reset": (fail("sendMessage", "reset"), [r"WARNING .* sendMessage failed, retrying .*: httpx.ReadError.*"]),
    "timeout": (fail("sendMessage", "timeout"), [r"WARNING .* sendMessage failed, retrying .*: Timed out"]),
    "429 to a poll": (fail("getUpdates", "429"), [r"WARNING .* Telegram limits polling, .*"]),
    "500 to a poll": (
        fail("getUpdates", "500"),
        [r"WARNING .* connection to it, fails: .*: Internal Server Error"],
    ),
    "502 to a poll": (
        fail("getUpdates", "502"),
        [r"WARNING .* connection to it, fails: .*: Bad Gateway"],
    ),
    "reset of a poll": (
        fail("getUpdates", "reset"),
        [r"WARNING .* connection to it, fails: .*ReadError.*"],
    ),
    "timeout of a poll": (
        fail("getUpdates", "timeout"),
        [r"WARNING .* Telegram did not answer a poll, .*"],
    ),
}
"""The faults, and the lines that each leaves in the log: one for each event."""


@pytest.fixture(scope="module")
def bot(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    staff = ",".join(map(str, (*PEOPLE, *range(3000, 3050))))
    with (
        TelegramServer() as server,
        running_bot(server, data, tmp_path_factory.mktemp("faults"), ALLOWED_USERS=staff) as bot,
    ):
        bot.wait_for_log("The menu of chat 3049 is not set")  # the last line of the bot's start
        yield bot


@pytest.mark.parametrize("fault", FAULTS)
def test_all_searches_are_answered_and_the_log_says_what_happened(bot: RunningBot, fault: str) -> None:
    strike, expected = FAULTS[fault]
    person = bot.server.user(next(AFFECTED))
    with Load(bot.server, [bot.server.user(number) for number in PEOPLE]) as load:
        load.wait_for_searches(BEFORE)
        before = len(bot.log)
        strike(Scene(bot, load, person))
        load.wait_for_searches(AFTER)
    assert load.wrong == []
    assert "Rp115.000" in bot.server.user(next(AFFECTED)).ask("indomie").text
    expect_lines(bot, before, expected)


def test_searches_from_before_the_network_is_up_are_answered(data: Path, tmp_path: Path) -> None:
    staff = ",".join(map(str, PEOPLE))
    with TelegramServer() as server:
        server.down()
        with (
            running_bot(server, data, tmp_path, wait=False, ALLOWED_USERS=staff) as bot,
            Load(server, [server.user(number) for number in PEOPLE]) as load,
        ):
            bot.wait_for_log("getMe failed")
            load.wait_for_searches(BEFORE)
            server.up()
            bot.wait_for_log("answers 31 people")
            load.wait_for_searches(AFTER)
        assert load.wrong == []
    lines = [line for line in bot.log.splitlines() if " INFO " not in line]
    assert lines
    assert all(re.search(r"WARNING .* getMe failed, retrying in [\d.]+ s: .*ConnectError.*", line) for line in lines)


def expect_lines(bot: RunningBot, before: int, expected: list[str]) -> None:
    """Check that the log from there on has exactly these lines, in this order."""
    bot.server.wait_until(lambda: len(bot.log[before:].splitlines()) >= len(expected), "the log has the lines")
    lines = bot.log[before:].splitlines()
    assert len(lines) == len(expected), "\n".join(lines)
    for line, pattern in zip(lines, expected, strict=True):
        assert re.search(pattern, line), line
        assert "<html>" not in line
