"""Makes `buttons-0.1.0.json`: buttons under messages of the version before, and what a press of each showed.

    .venv/bin/python -m tests.takeover.make_buttons /tmp/old-version

The old version's `toko bot` answers from the catalogue of `installation-0.1.0.tar.xz`. Its messages stay in people's
chats after an upgrade, and their buttons are pressed for months: the new bot has to know what they carry.
"""

import argparse
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from tests.servers.telegram import Message, Person, TelegramServer
from tests.takeover.installation import old_installation
from tests.toko_bot.bot.process import SITI, RunningBot, running_bot

BUTTONS = Path(__file__).with_name("buttons-0.1.0.json")
WAIT = 3
"""Seconds for something to be shown; a button of the page that is shown already shows nothing."""
LONG = "indomie goreng special rendang iga penyet kuah seblak hot jeletot real meat"
"""Longer than fits into a button: its buttons read it from the message."""
QUESTIONS = ("mie", "sedaap cup tori kara", LONG, "/riwayat mie", "/rugi", "/habis", "/naik", "/turun")
STEPS = 2
"""How far it is followed: a button, and a button of what that shows."""
NUMBERED = re.compile(r"\d+\. ")


def start_bot(server: TelegramServer, data: Path) -> AbstractContextManager[RunningBot]:
    """With small pages, so that these few products fill several; nobody is warned of their age."""
    return running_bot(server, data, data.parent, SEARCH_RESULTS_LIMIT="3", STALE_HOURS="1000000")


def press(siti: Person, answer: Message, data: str) -> Message:
    """What a button with this data shows, pressed under this answer.

    A photo or a history is a message of its own; all else replaces the message that the button stands under.
    """
    siti.forge(data, answer).answered()
    return siti.next_message(timeout=WAIT) if data[0] in "hf" else siti.next_edit(of=answer, timeout=WAIT)


def gist(message: Message) -> list[str]:
    """The products that a message lists, or else its first line; and that it has a photo."""
    lines = message.text.splitlines()
    listed = [line for line in lines if NUMBERED.match(line)] or lines[:1]
    return [*listed, *(["(photo)"] if message.photo else [])]


def follow(siti: Person, question: str, answer: Message, steps: int, seen: set[str]) -> Iterator[dict[str, object]]:
    """Press each button under an answer, and those of what they show."""
    for button in answer.buttons:
        if not button.data or button.data == "-" or button.data in seen:
            continue
        seen.add(button.data)
        shown = None
        with suppress(AssertionError):  # the page that is shown already
            shown = press(siti, siti.ask(question), button.data)
        if shown is not None:
            yield {"question": question, "label": button.text, "data": button.data, "shows": gist(shown)}
            if steps > 1:
                yield from follow(siti, question, shown, steps - 1, seen)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("old", type=Path, help="A checkout of the version before.")
    arguments.add_argument("--out", type=Path, default=BUTTONS)
    wanted = arguments.parse_args()
    os.environ["PYTHONPATH"] = str(wanted.old.resolve())
    with (
        tempfile.TemporaryDirectory(prefix="toko-old-") as folder,
        old_installation(Path(folder)) as old,
        TelegramServer() as server,
        start_bot(server, old.toko.data),
    ):
        siti = server.user(SITI, "Siti")
        found = []
        for question in QUESTIONS:
            found += list(follow(siti, question, siti.ask(question), STEPS, set()))
    lines = ",\n".join(json.dumps(button, ensure_ascii=False) for button in found)
    wanted.out.write_text(f"[\n{lines}\n]\n")
    print(f"{wanted.out}: {len(found)} buttons")


if __name__ == "__main__":
    main()
