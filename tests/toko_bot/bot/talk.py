"""Has the conversations in docs/bot.md with the real bot, on the Bot API server of the tests.

python -m tests.toko_bot.bot.talk                  prints them
python -m tests.toko_bot.bot.talk --write          puts them into docs/bot.md, as what the bot says now
python -m tests.toko_bot.bot.talk --before FILE    puts those of FILE, printed by an earlier version, before them
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.servers.telegram import Person, TelegramServer
from tests.servers.telegram.records import Event, Message
from tests.servers.telegram.transcript import transcript

DOCS = Path(__file__).parent.parent.parent.parent / "docs" / "bot.md"
SECONDS, SILENT_SECONDS = 60.0, 4.0
"""How long to wait for the bot, and for a message that an earlier version may not send."""
TITLE = re.compile(r"^\*\*(\d+\. .+)\*\*$", re.MULTILINE)
BLOCK = re.compile(r"^(Before|Now):\n\n```text\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
FIRST, LAST = "<!-- conversations -->\n", "<!-- end of the conversations -->\n"


class Talk:
    """One conversation: what people do, what the bot says, and the transcript of both.

    It goes on if the bot stays silent, or lacks a button, as an earlier version may.
    """

    def __init__(self, server: TelegramServer, several: bool = False) -> None:
        self.server = server
        self._several = several
        """Whether several people talk, each in their own chat."""
        self._parts: list[str] = []
        self._seen: dict[int, int] = {}
        self._chat = 0

    def start(self, *people: Person) -> None:
        """Leave out what was said before."""
        for person in people:
            person.skip()
            self._seen[person.chat.id] = len(person.events)

    def say(self, person: Person, text: str, *, reply_to: Message | None = None) -> None:
        """Send a message, and wait for the answer."""
        self.do(person, lambda: person.send(text, reply_to))

    def try_to_say(self, person: Person, text: str) -> None:
        """Send a message that an earlier version may not answer."""
        person.skip()
        person.send(text)
        self._wait(person.next_message, SILENT_SECONDS)
        self.note(person)

    def do(self, person: Person, act: Callable[[], object]) -> None:
        """Do anything, and wait for the bot's next message."""
        person.skip()
        act()
        self._wait(person.next_message)
        self.note(person)

    def press(self, person: Person, label: str, *, answers: int = 0) -> bool:
        """Press the newest button that has this label, or else one that has it in its label. Wait for new messages.

        Returns whether there is such a button.
        """
        person.skip()
        buttons = [button for message in reversed(person.messages) for button in message.buttons]
        alike = sorted((button for button in buttons if label in button.text), key=lambda found: found.text != label)
        button = next(iter(alike), None)
        if button is None:
            self._parts.append(f"(There is no button [{label}].)")
            return False
        pressed = person.press(button.text)
        self._wait(pressed.answered)
        for _ in range(answers):
            self._wait(person.next_message)
        self.note(person)
        return True

    def sees(self, person: Person) -> None:
        """Wait for a message that the person did not ask for, and that an earlier version may not send."""
        if not self._unseen(person):
            self._wait(person.next_message, SILENT_SECONDS)
        self.note(person)

    def last(self, person: Person) -> Message:
        """Return the bot's last message in the chat."""
        return next(message for message in reversed(person.messages) if message.sender.is_bot)

    def note(self, person: Person) -> None:
        """Add what is new in the chat to the transcript."""
        events = self._unseen(person)
        self._seen[person.chat.id] = len(person.events)
        if not events:
            return
        if self._several and self._chat != person.chat.id:
            self._chat = person.chat.id
            self._parts.append(f"—— {person.chat.title} ——")
        self._parts.append(transcript(events))

    @property
    def text(self) -> str:
        return "\n\n".join(self._parts)

    def _unseen(self, person: Person) -> list[Event]:
        events = person.events[self._seen.get(person.chat.id, 0) :]
        return [event for event in events if not _is_silent(event)]

    @staticmethod
    def _wait(wait: Callable[..., object], seconds: float = SECONDS) -> None:
        try:
            wait(timeout=seconds)
        except AssertionError:
            return


def _is_silent(event: Event) -> bool:
    """Return whether the event shows nothing: that the bot has noticed a press, or is typing."""
    return event.kind == "action" or (event.kind == "answer" and not getattr(event.answer, "text", ""))


def conversations() -> Iterator[tuple[str, str]]:
    """Yield the title and the transcript of each conversation."""
    from tests.toko_bot.bot.conversations import have_all

    with tempfile.TemporaryDirectory() as folder, TelegramServer() as server:
        for number, (title, talk) in enumerate(have_all(Path(folder), server), 1):
            yield f"{number}. {title}", talk.text


def as_markdown(parts: dict[str, dict[str, str]]) -> str:
    """Format the conversations, by title, with what the bot said before and says now."""
    return "\n".join(
        f"<details><summary>{title}</summary>\n\n**{title}**\n\n{_blocks(said)}\n\n</details>\n"
        for title, said in parts.items()
    )


def read_markdown(text: str) -> dict[str, dict[str, str]]:
    """Read what `as_markdown` wrote."""
    found = TITLE.split(text)
    return {title: dict(BLOCK.findall(body)) for title, body in zip(found[1::2], found[2::2], strict=True)}


def documented() -> str:
    """Return the part of docs/bot.md with the conversations."""
    return DOCS.read_text().partition(FIRST)[2].partition(LAST)[0]


def _blocks(said: dict[str, str]) -> str:
    return "\n\n".join(f"{when}:\n\n```text\n{said[when]}\n```" for when in ("Before", "Now") if when in said)


def _write(now: dict[str, str], before: dict[str, str]) -> None:
    earlier = read_markdown(documented())
    parts = {
        title: {"Before": before.get(title) or earlier.get(title, {}).get("Before", "(not known)"), "Now": text}
        for title, text in now.items()
    }
    start, _, rest = DOCS.read_text().partition(FIRST)
    end = rest.partition(LAST)[2]
    DOCS.write_text(f"{start}{FIRST}{as_markdown(parts)}{LAST}{end}")


def main(arguments: list[str]) -> None:
    before: dict[str, str] = {}
    if arguments[:1] == ["--before"]:
        before = {title: said["Now"] for title, said in read_markdown(Path(arguments[1]).read_text()).items()}
    now = dict(conversations())
    if arguments:
        _write(now, before)
    else:
        print(as_markdown({title: {"Now": text} for title, text in now.items()}))


if __name__ == "__main__":
    main(sys.argv[1:])
