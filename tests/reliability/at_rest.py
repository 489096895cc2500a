"""Memory at rest, of one shop without Docker: the PSS of each process, and their sum, as a table for Markdown.

    .venv/bin/python -m tests.reliability.at_rest          # toko up
    .venv/bin/python -m tests.reliability.at_rest --dev    # toko dev and toko bot, in two terminals

A sample backup of 20,000 products is synced, the bot answers some searches, and a minute passes. PSS counts memory that
processes share once: each has its part of it. Files of the same Python that run elsewhere make it smaller.
"""

import argparse
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.processes import descendants
from tests.reliability.growth import pss
from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, environment
from tests.waiting import wait_until
from tests.web_interface import TOKO, WebInterface, answers

PRODUCTS = 20_000
SECONDS = 600
REST_SECONDS = 60
SEARCHES = ("rem vario", "gudang garam", "indomi goreng", "sabun")
FIRST, FOUND = "aqua 600", "AQUA"


def measure(folder: Path, commands: list[str]) -> dict[str, float]:
    """Run these commands of `toko` until a search is answered and a minute has passed. Return the PSS by process."""
    inbox = folder / "data" / "inbox"
    inbox.mkdir(parents=True)
    subprocess.run([TOKO, "sample-backup", inbox / "i5_TOKO_CONTOH.i5bu", "--products", str(PRODUCTS)], check=True)
    with ExitStack() as stack:
        telegram = stack.enter_context(TelegramServer())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        web, budi = WebInterface(port), telegram.user(BUDI, "Budi")
        variables = environment(telegram, folder / "data") | {
            "DAGSTER_HOME": str(folder / "data" / "dagster"), "DAGSTER_URL": web.address,
        }  # fmt: skip
        log = stack.enter_context((folder / "log").open("wb"))
        processes = []
        for command in commands:
            options = [] if command == "bot" else ["--port", str(port)]
            process = subprocess.Popen(
                [TOKO, command, *options], env=variables, stdout=log, stderr=log, start_new_session=True
            )
            stack.callback(process.wait)
            stack.callback(process.send_signal, signal.SIGINT)
            processes.append(process)
        wait_until(lambda: is_answered(budi), SECONDS, folder / "log")
        wait_until(lambda: answers(web), SECONDS, folder / "log")
        time.sleep(REST_SECONDS)
        for words in SEARCHES:
            budi.ask(words, timeout=60)
        time.sleep(REST_SECONDS / 10)
        pids = {pid for process in processes for pid in (process.pid, *descendants(process.pid))}
        return {f"{name(pid)} ({pid})": pss(pid) for pid in pids}


def is_answered(budi: Person) -> bool:
    with suppress(AssertionError):
        return FOUND in budi.ask(FIRST, timeout=10).text
    return False


def name(pid: int) -> str:
    """Return what a process is: the end of its command line."""
    return Path(f"/proc/{pid}/cmdline").read_text().strip("\0").replace("\0", " ")[-60:]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--dev", action="store_true", help="toko dev and toko bot")
    commands = ["dev", "bot"] if arguments.parse_args().dev else ["up"]
    with tempfile.TemporaryDirectory(prefix="toko-rest-") as folder:
        found = measure(Path(folder), commands)
    print("| process | PSS, MB |\n|---|---|")
    for process, megabytes in sorted(found.items(), key=lambda item: -item[1]):
        print(f"| {process} | {megabytes:.0f} |")
    print(f"| together | {sum(found.values()):.0f} |")


if __name__ == "__main__":
    main()
