"""Runs `toko bot` as users do, as a process of its own, with the Bot API server of the tests."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.telegram import TelegramServer

BUDI, SITI, STRANGER = 101, 102, 7
"""A member of the staff, an owner, and somebody without access."""
NAMES = ("WEBHOOK_URL", "WEBHOOK_SECRET", "METRICS_PORT", "METRICS_LISTEN", "LOG_FORMAT", "LOG_LEVEL", "CLOSED_DAYS",
         "PRICE_ROUNDING")  # fmt: skip


class RunningBot:
    """A bot process and its log so far. `log` is complete after the process has ended."""

    def __init__(
        self, process: subprocess.Popen[str], server: TelegramServer, variables: dict[str, str], folder: Path
    ) -> None:
        self.process = process
        self.server = server
        self.environment = variables
        self.folder = folder
        self._lines: list[str] = []
        self._written = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def log(self) -> str:
        with self._written:
            return "".join(self._lines)

    def wait_for_log(self, text: str, timeout: float = 30) -> None:
        with self._written:
            self._written.wait_for(lambda: text in self.log or self._ended, timeout)
            assert text in self.log, f"{text!r} is not in the log{', and the bot has ended' * self._ended}:\n{self.log}"

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                with self._written:
                    self._lines.append(line)
                    self._written.notify_all()
        with self._written:
            self._ended = True
            self._written.notify_all()

    def check(self) -> subprocess.CompletedProcess[str]:
        """Run `toko bot --check`."""
        return subprocess.run(
            [*COMMAND, "--check"], env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def stop(self) -> int:
        """Stop the bot as Docker does. Returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(15)
        self._reader.join()
        return status


COMMAND = [str(Path(sys.executable).with_name("toko")), "bot"]


def environment(server: TelegramServer, data: Path, **settings: str) -> dict[str, str]:
    """Return the environment variables of the bot."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    return {
        **inherited, **server.settings, "ALLOWED_USERS": str(BUDI), "OWNER_USERS": str(SITI),
        "TOKO_DATA_DIR": str(data), "DAGSTER_URL": "http://127.0.0.1:9", "TELEGRAM_RATE_LIMIT": "0", **settings,
    }  # fmt: skip


@contextmanager
def running_bot(
    server: TelegramServer, data: Path, folder: Path, *, wait: bool = True, **settings: str
) -> Iterator[RunningBot]:
    """Run a bot, and wait until it polls unless `wait` is false. At the end, check that the log has no token."""
    variables = environment(server, data, **settings)
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        COMMAND, env=variables, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    bot = RunningBot(process, server, variables, folder)
    try:
        if wait:
            bot.wait_for_log("answers", 90)
        yield bot
    finally:
        bot.stop()
        assert server.token not in bot.log
        assert server.token.split(":")[1] not in bot.log
    assert "Traceback" not in bot.log, bot.log
