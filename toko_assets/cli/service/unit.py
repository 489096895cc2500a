"""The systemd unit of a shop: its name and its text. It holds no setting: `toko up` reads them from `.env`."""

import hashlib
import os
import pwd
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from toko_core import TokoError
from toko_core.files import nearest_existing

PROGRAM = Path(sys.executable).with_name("toko")
START_SECONDS = 300
"""How long the first start may take on a slow disk, which reads the whole program."""
STOP_SECONDS = 90
"""Longer than the parts may take to end."""
CAPABILITIES = (
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
)  # fmt: skip
"""What root's `toko up` needs to run PostgreSQL as a user of its own (toko_assets/postgres/place.py)."""
EVERYWHERE = (
    "NoNewPrivileges=yes", "LockPersonality=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
)  # fmt: skip
"""What a user's service manager can enforce, too."""
SYSTEM_ONLY = (
    "ProtectClock=yes", "ProtectControlGroups=yes", "ProtectHostname=yes",
    "ProtectKernelLogs=yes", "ProtectKernelModules=yes", "ProtectKernelTunables=yes", "PrivateDevices=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """The service of one shop's folder."""

    folder: Path
    """The working folder, which has the file `.env`."""
    port: int
    user: str | None
    """The user that a system service runs as; None in the service manager of an ordinary user."""

    @property
    def name(self) -> str:
        return unit_name(self.folder)

    @property
    def text(self) -> str:
        """The unit file."""
        is_system = self.user is not None
        command = " ".join(_quote(word) for word in (str(PROGRAM), "up", "--port", str(self.port)))
        hardening = EVERYWHERE + (SYSTEM_ONLY if is_system else ())
        is_root = self.user == "root"
        capabilities = " ".join(CAPABILITIES) if is_root else ""
        protected = "yes" if is_root else "full"  # root's first start creates PostgreSQL's user in /etc
        lines = [
            "# Written by `toko service install`, which replaces it.",
            "[Unit]",
            f"Description=Product prices of {_escape(str(self.folder))}",
            *(["Wants=network-online.target", "After=network-online.target"] if is_system else []),
            "StartLimitIntervalSec=0",
            "",
            "[Service]",
            "Type=notify",
            "NotifyAccess=main",
            *([f"User={self.user}"] if is_system and not is_root else []),
            f"WorkingDirectory={_escape(str(self.folder))}",
            f"ExecStart={command}",
            "Restart=always",
            "RestartSec=5",
            f"TimeoutStartSec={START_SECONDS}",
            f"TimeoutStopSec={STOP_SECONDS}",
            "# `toko up` ends its parts itself. What is left then is killed.",
            "KillMode=mixed",
            "# A part that needs too much memory is killed and started again. The others run on.",
            "OOMPolicy=continue",
            "MemoryAccounting=yes",
            "UMask=0077",
            *hardening,
            *([f"ProtectSystem={protected}", f"CapabilityBoundingSet={capabilities}"] if is_system else []),
            "",
            "[Install]",
            f"WantedBy={'multi-user.target' if is_system else 'default.target'}",
        ]
        return "\n".join(lines) + "\n"


def unit_name(folder: Path) -> str:
    """Return the name of a folder's service. Two folders of the same name have different services."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:40]
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:6]
    return "-".join(part for part in ("toko", name.removeprefix("toko").strip("-"), digest) if part) + ".service"


def owner_of(folder: Path) -> str:
    """Return the name of the user who owns a folder, or the nearest folder above it that exists.

    Raises TokoError if this machine does not know that user.
    """
    found = nearest_existing(folder)
    user = found.stat().st_uid
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        raise TokoError(
            f"{found} belongs to user {user}, whom this machine does not know: give it to the shop's user (chown -R)."
        ) from None


def _escape(text: str) -> str:
    """Escape a text for a unit file, in which % begins a specifier."""
    return text.replace("%", "%%")


def _quote(word: str) -> str:
    """Quote a word of a command line, in which $ begins a variable."""
    escaped = _escape(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[\s\"';]", escaped) else escaped
