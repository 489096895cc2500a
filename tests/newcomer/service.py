"""A shop without Docker, on a Debian 12 that systemd boots: `toko init`, `toko service install`, reboot, an answer.

    sudo .venv/bin/python -m tests.newcomer.service           # as root, with sudo, and as a user; ten minutes

debootstrap makes the Debian, and `systemd-nspawn --boot` starts it (Debian: apt-get install debootstrap
systemd-container). It sees this checkout and its Python, and shares the network, in which the tests' Telegram server
listens. ROOT keeps the Debian in that folder, and takes what is there already. Each command is printed with what it
says and its seconds.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, SITI
from tests.waiting import wait_until
from toko_assets.cli.service.unit import unit_name

CHECKOUT = Path(__file__).parents[2]
TOKO = Path(sys.executable).with_name("toko")
PACKAGES = "systemd,systemd-sysv,dbus,libpam-systemd,python3,ca-certificates,procps,passwd,login"
USER = "budi"
WAYS = {
    "root": ("root", "root", Path("/srv/toko")),
    "sudo": ("root", USER, Path("/home", USER, "toko")),
    "user": (USER, USER, Path("/home", USER, "toko")),
}
"""Who runs the commands, whose folder it is, and where it is."""
PORT = "3555"
PRODUCTS = "20000"
SEARCH, FOUND = "aqua 600", "AQUA"
SECONDS = 300
REBOOTED = 133
"""The status of systemd-nspawn when the machine has rebooted: whoever started it is to start it again."""


@dataclass
class Machine:
    """A Debian in a container that its own systemd boots."""

    root: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        places = {CHECKOUT, Path(sys.base_prefix)} - {Path("/usr")}
        self._process = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", self.root, "--boot", "--register=no", "--keep-unit",
             *(f"--bind-ro={place}" for place in sorted(places))],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(self._is_up, SECONDS)

    def run(self, user: str, folder: str, command: str, status: int = 0) -> str:
        """Run a command in a login shell of that user. Return what it prints; the status must be this one."""
        begun = time.monotonic()
        done = subprocess.run(
            [*self._enter(), "su", "-", user, "-c", f"cd {folder} && {command}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        sign = "#" if user == "root" else "$"
        print(f"{user}{sign} {command}    ({time.monotonic() - begun:.1f} s)\n{done.stdout}", flush=True)
        assert done.returncode == status, done.returncode
        return done.stdout

    def reboot(self) -> None:
        assert self._process is not None
        subprocess.run([*self._enter(), "systemctl", "reboot"], check=False, capture_output=True)
        assert self._process.wait(SECONDS) == REBOOTED
        self.start()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            with suppress(IndexError):
                subprocess.run([*self._enter(), "systemctl", "poweroff"], check=False, capture_output=True)
            self._process.wait(SECONDS)

    def _enter(self) -> list[str]:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return ["nsenter", "--target", children[0], "--all"]

    def _is_up(self) -> bool:
        try:
            enter = self._enter()
        except IndexError:
            return False
        state = subprocess.run([*enter, "systemctl", "is-system-running"], capture_output=True, text=True, check=False)
        return state.stdout.strip() in ("running", "degraded")


@contextmanager
def debian() -> Iterator[Path]:
    """A Debian 12, in the folder ROOT or in one that is removed."""
    kept = os.environ.get("ROOT")
    with tempfile.TemporaryDirectory(prefix="toko-service-", dir="/var/tmp") as temporary:
        root = Path(kept or temporary, "debian")
        if not (root / "etc" / "debian_version").exists():
            command: Sequence[str | Path] = (
                "debootstrap",
                "--variant=minbase",
                f"--include={PACKAGES}",
                "bookworm",
                root,
            )
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (root / "root").chmod(0o711)  # Python may be below it
        if not (root / "home" / USER).exists():
            subprocess.run(["chroot", root, "useradd", "--create-home", "--shell", "/bin/bash", USER], check=True)
        yield root


def set_up_shop(root: Path, folder: Path, backup: Path, owner: str, telegram: TelegramServer) -> None:
    """A folder with a backup, the bot's token, and in `.env` only where this Telegram is."""
    shop = root / folder.relative_to("/")
    shutil.rmtree(shop, ignore_errors=True)
    (shop / "data" / "inbox").mkdir(parents=True)
    shutil.copy(backup, shop / "data" / "inbox")
    settings = {**telegram.settings, "TELEGRAM_RATE_LIMIT": "0"}
    (shop / "token").write_text(settings.pop("TELEGRAM_BOT_TOKEN"))
    (shop / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    subprocess.run(["chroot", root, "chown", "--recursive", f"{owner}:", folder], check=True)


def wait_for_answer(budi: Person) -> None:
    def is_answered() -> bool:
        with suppress(AssertionError):
            return FOUND in budi.ask(SEARCH, timeout=5).text
        return False

    wait_until(is_answered, SECONDS)


def use_service(machine: Machine, user: str, owner: str, folder: Path, budi: Person) -> None:
    """Set up the shop as its owner. Install a service, reboot, kill it and remove it, as this user.

    It must answer after each.
    """
    toko, place, unit = str(TOKO), str(folder), unit_name(folder)
    manager = "systemctl" if user == "root" else "systemctl --user"

    def answered(after: str, begun: float) -> None:
        wait_for_answer(budi)
        print(f"First answer {time.monotonic() - begun:.1f} s after {after}.\n", flush=True)

    begun = time.monotonic()
    answers = f"--shop-name Toko --shop-timezone WIB --owner-users {SITI} --allowed-users {BUDI} --web-port {PORT}"
    said = machine.run(owner, place, f"{toko} init --yes --telegram-bot-token-file token {answers}")
    assert "Published " in said
    said = machine.run(user, place, f"{toko} service install")
    assert f"{unit} runs" in said
    if (hint := f"sudo loginctl enable-linger {user}") in said:
        machine.run("root", "/", hint.removeprefix("sudo "))
        said = machine.run(user, place, f"{toko} service install")
    assert "and starts at boot" in said
    answered("the begin of the installation", begun)
    main = machine.run(user, place, f"{manager} show -P MainPID {unit}")
    machine.run(user, place, f"{toko} service install")
    assert machine.run(user, place, f"{manager} show -P MainPID {unit}") == main, "nothing has changed"
    said = machine.run(user, place, f"{toko} up", status=1)
    assert "already running" in said
    time.sleep(2)  # the time of the start is known in seconds
    assert "! .env was changed" in machine.run(user, place, f"touch .env && {toko} service status")
    machine.run(user, place, f"{toko} service install")
    assert machine.run(user, place, f"{manager} show -P MainPID {unit}") != main
    assert ".env was changed" not in machine.run(user, place, f"{toko} service status")
    begun = time.monotonic()
    machine.reboot()
    answered("`systemctl reboot`", begun)
    machine.run(user, place, f"timeout 60 sh -c 'until {toko} service status; do sleep 1; done'")  # the bot is first
    begun = time.monotonic()
    machine.run(user, place, f"kill -9 $({manager} show -P MainPID {unit})")
    answered("kill -9", begun)
    machine.run(user, place, f"{toko} service logs -n 5")
    machine.run(user, place, f"{toko} service remove")
    assert "No service is installed" in machine.run(user, place, f"{toko} service status", status=1)
    assert machine.run(user, place, "pgrep -fc '[t]oko up|[t]oko_bot' || true").strip() == "0"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--as", dest="ways", choices=list(WAYS), action="append", help="default: all")
    ways = arguments.parse_args().ways or list(WAYS)
    if os.geteuid() != 0:
        sys.exit("Run this as root: sudo .venv/bin/python -m tests.newcomer.service")
    for program in ("debootstrap", "systemd-nspawn"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install debootstrap systemd-container")
    with tempfile.TemporaryDirectory() as folder, debian() as root, TelegramServer() as telegram:
        backup = Path(folder, "i5_TOKO_CONTOH.i5bu")
        subprocess.run([TOKO, "sample-backup", backup, "--products", PRODUCTS], check=True)
        budi, machine = telegram.user(BUDI, "Budi"), Machine(root)
        for way in ways:
            user, owner, place = WAYS[way]
            print(f"\n── {way}\n", flush=True)
            set_up_shop(root, place, backup, owner, telegram)
            machine.start()
            try:
                use_service(machine, user, owner, place, budi)
            finally:
                machine.stop()
    print("All is as it should be.")


if __name__ == "__main__":
    main()
