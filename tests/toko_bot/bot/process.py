"""`toko bot` as users run it: a process of its own, which speaks to the Bot API server of the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.telegram import TelegramServer

BUDI, SITI, STRANGER = 101, 102, 7
"""Staff, owner, nobody."""
NAMES = ("WEBHOOK_URL", "WEBHOOK_SECRET", "METRICS_PORT", "LOG_FORMAT", "LOG_LEVEL", "CLOSED_DAYS", "PRICE_ROUNDING")


@dataclass
class RunningBot:
    process: subprocess.Popen[bytes]
    server: TelegramServer
    environment: dict[str, str]
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "bot.log").read_text()

    def wait_for_log(self, text: str, timeout: float = 30) -> None:
        deadline = time.monotonic() + timeout
        while text not in self.log:
            assert time.monotonic() < deadline, f"{text!r} is not in the log:\n{self.log}"
            assert self.process.poll() is None, f"the bot has ended:\n{self.log}"
            time.sleep(0.02)

    def check(self) -> subprocess.CompletedProcess[str]:
        """`toko bot --check`."""
        return subprocess.run(
            [*COMMAND, "--check"], env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def stop(self) -> int:
        """End it as Docker does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)


COMMAND = [str(Path(sys.executable).with_name("toko")), "bot"]


def environment(server: TelegramServer, data: Path, **settings: str) -> dict[str, str]:
    """What the bot is started with."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    return {
        **inherited, **server.settings, "ALLOWED_USERS": str(BUDI), "OWNER_USERS": str(SITI),
        "TOKO_DATA_DIR": str(data), "DAGSTER_URL": "http://127.0.0.1:9", "TELEGRAM_RATE_LIMIT": "0", **settings,
    }  # fmt: skip


@contextmanager
def running_bot(
    server: TelegramServer, data: Path, folder: Path, *, wait: bool = True, **settings: str
) -> Iterator[RunningBot]:
    """A bot that polls already, unless `wait` is false. Afterwards its log is searched for the token."""
    variables = environment(server, data, **settings)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "bot.log").open("wb") as log:
        process = subprocess.Popen(COMMAND, env=variables, cwd=folder, stdout=log, stderr=log)
    bot = RunningBot(process, server, variables, folder)
    try:
        if wait:
            bot.wait_for_log("answers", 20)
        yield bot
    finally:
        bot.stop()
        assert server.token not in bot.log
        assert server.token.split(":")[1] not in bot.log
    assert "Traceback" not in bot.log, bot.log
