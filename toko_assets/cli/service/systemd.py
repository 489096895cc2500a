"""Calls of systemd: the system's service manager for root, the user's own one for everybody else."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from toko_core import TokoError
from toko_core.files import full_path

RUNNING = Path("/run/systemd/system")
"""This folder exists where systemd runs."""
SYSTEM_UNITS = Path("/etc/systemd/system")
WSL = "In WSL2, put `[boot]` and `systemd=true` into /etc/wsl.conf and run `wsl --shutdown` in Windows."
CALL_SECONDS = 420
"""A stop may take 90 seconds, a start 300."""


@dataclass(frozen=True, slots=True)
class Systemd:
    """One of systemd's service managers."""

    is_system: bool

    @classmethod
    def find(cls) -> "Systemd":
        """Return the service manager of this process's user. Raises TokoError, in one line, if none runs."""
        if not RUNNING.is_dir():
            wsl = f" {WSL}" if "microsoft" in Path("/proc/version").read_text().lower() else ""
            raise TokoError(
                f"systemd does not run here, so there are no services.{wsl} `toko up` runs everything in a terminal."
            )
        if os.geteuid() == 0:
            return cls(is_system=True)
        os.environ.setdefault("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")  # `su` does not set it
        return cls(is_system=False)

    @property
    def units(self) -> Path:
        """The folder of unit files."""
        if self.is_system:
            return SYSTEM_UNITS
        return full_path(os.environ.get("XDG_CONFIG_HOME") or "~/.config") / "systemd" / "user"

    @property
    def scope(self) -> list[str]:
        return [] if self.is_system else ["--user"]

    def call(self, *arguments: str) -> None:
        """Run systemctl. Raises TokoError with its message."""
        done = self._run(*arguments)
        if done.returncode != 0:
            reason = " ".join(done.stderr.split())
            if not self.is_system and "bus" in reason:
                raise TokoError(
                    f"The service manager of this user does not respond ({reason}): log in as this user (not by su or "
                    "sudo), or run `sudo toko service install`, whose service runs as the owner of the data folder."
                )
            raise TokoError(f"systemctl {' '.join(arguments)} failed: {reason}")

    def restart(self, unit: str) -> None:
        """Start a unit, or start it again. Return when its process has begun, or has failed."""
        self._run("restart", unit)

    def show(self, unit: str) -> dict[str, str]:
        """Return what systemd knows of a unit."""
        names = "LoadState,ActiveState,SubState,MainPID,NRestarts,MemoryCurrent,UnitFileState,ActiveEnterTimestamp"
        done = self._run("show", unit, f"--property={names}", "--timestamp=unix")
        return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)

    def last_lines(self, unit: str, count: int) -> list[str]:
        """Return the last lines of a unit's log, without times."""
        command = [*self.journal(unit), "-n", str(count), "-o", "cat"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=CALL_SECONDS)
        return done.stdout.splitlines()

    def journal(self, unit: str) -> list[str]:
        """Return the command that prints a unit's log."""
        return ["journalctl", "--quiet", "--no-pager", *(["-u", unit] if self.is_system else ["--user-unit", unit])]

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["systemctl", *self.scope, "--no-ask-password", *arguments],
                capture_output=True, text=True, check=False, timeout=CALL_SECONDS,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise TokoError("systemctl is missing: install systemd, or use `toko up`.") from error


def keep_running_after_logout() -> str | None:
    """Let this user's services run without a login, and so from boot. Return what to do if that was not permitted."""
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    if Path("/var/lib/systemd/linger", user).exists():
        return None
    done = subprocess.run(
        ["loginctl", "--no-ask-password", "enable-linger", user], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return None
    return (
        f"It ends when {user} logs out, and does not start at boot, until you run: sudo loginctl enable-linger {user}"
    )
