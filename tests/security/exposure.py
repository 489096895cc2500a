"""What an installation exposes while it runs: its ports, files and processes, as tables for Markdown.

    .venv/bin/python -m tests.security.exposure                # as whoever runs this
    .venv/bin/python -m tests.security.exposure --user nobody  # root only: as another user of the machine

`toko dev` and `toko bot` run as people run them, with a webhook's and the metrics' port, against the servers of the
tests, while a backup is synced. The tables are read from /proc.
"""

import argparse
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.archives import write
from tests.processes import descendants
from tests.security.dumped_shop import shop
from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import environment
from tests.waiting import wait_until
from tests.web_interface import WebInterface, answers

TOKO = str(Path(sys.executable).with_name("toko"))
SECONDS = 300
LISTENING = "0A"
SHORT = 70
CAPABILITIES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource",
)  # fmt: skip
"""The names of the first ones, by their numbers."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A process, once for all that look the same."""

    program: str
    user: str
    capabilities: str
    new_privileges: str
    umask: str


def see(pids: Sequence[int]) -> Iterator[Seen]:
    """Yield what /proc says of the processes."""
    for pid in pids:
        with suppress(OSError, KeyError, IndexError):
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").split()
            yield Seen(
                _program(words), user_name(int(status["Uid"].split()[1])), capabilities(int(status["CapEff"], 16)),
                "no" if status["NoNewPrivs"].strip() == "1" else "yes", status["Umask"].strip(),
            )  # fmt: skip


def capabilities(mask: int) -> str:
    """Name the capabilities of a mask, or those that it lacks."""
    count = int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1
    has, lacks = ([_capability(bit) for bit in range(count) if (mask >> bit & 1) == wanted] for wanted in (1, 0))
    if len(has) <= len(lacks):
        return ", ".join(has) or "none"
    return "all but " + ", ".join(lacks) if lacks else "all"


def listening(pids: Sequence[int], net: Path = Path("/proc/net")) -> Iterator[tuple[str, str]]:
    """Yield each address on which one of the processes listens, with the program. `net` is of their network."""
    inodes: dict[str, str] = {}
    for pid in pids:
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").split()
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    inodes.setdefault(os.readlink(link), _program(words))  # noqa: PTH115 - a path that is none
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in (net / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and (owner := inodes.get(f"socket:[{fields[9]}]")):
                address, port = fields[1].split(":")
                words_of = [bytes.fromhex(address)[n : n + 4][::-1] for n in range(0, len(address) // 2, 4)]
                yield f"{socket.inet_ntop(family, b''.join(words_of))}:{int(port, 16)}", owner
    for line in (net / "unix").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "00010000" and len(fields) > 7 and (owner := inodes.get(f"socket:[{fields[6]}]")):
            yield fields[7], owner


def files(top: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield a folder and what is in it, with modes and owners, and how many files below that others may read."""
    for path in (top, *sorted(top.iterdir())):
        with suppress(OSError):
            found = path.lstat()
            count = str(others_may_read(path)) if path.is_dir() else ""
            yield str(path.relative_to(top.parent)), stat.filemode(found.st_mode), user_name(found.st_uid), count


def user_name(uid: int) -> str:
    try:
        return f"{pwd.getpwuid(uid).pw_name} ({uid})"
    except KeyError:
        return str(uid)


def others_may_read(top: Path) -> int:
    """Count the files below a folder that any user may read. Folders on the way must let everybody pass, too."""
    count = 0
    for folder, names, found in os.walk(top):
        with suppress(OSError):
            if not Path(folder).stat().st_mode & 0o001:
                names.clear()
                continue
        for name in found:
            with suppress(OSError):
                count += bool((Path(folder) / name).lstat().st_mode & 0o004)
    return count


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def show(data: Path, programs: Sequence[subprocess.Popen[bytes]]) -> None:
    """Print the tables, of several moments of a sync together."""
    processes: dict[Seen, None] = {}
    ports: Counter[tuple[str, str]] = Counter()
    deadline = time.monotonic() + SECONDS
    while True:
        done = (data / "catalog" / "CURRENT").exists()
        pids = [pid for program in programs for pid in (program.pid, *descendants(program.pid))]
        with suppress(OSError, ValueError, IndexError):  # PostgreSQL may be nobody's child
            server = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            pids += [server, *descendants(server)]
        processes |= dict.fromkeys(see(pids))
        ports |= Counter(set(listening(pids)))
        if done or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    print(table(("address", "who listens"), sorted(set(ports))), end="\n\n")
    rows = sorted((p.program, p.user, p.capabilities, p.new_privileges, p.umask) for p in processes)
    print(table(("process", "user", "capabilities", "may gain privileges", "umask"), rows), end="\n\n")
    print(table(("path", "mode", "owner", "files that others may read"), list(files(data))), end="\n\n")
    above = [data, *data.parents][:4]
    print("Folders above: " + ", ".join(f"{path} {stat.filemode(path.stat().st_mode)}" for path in above))


def run(folder: Path, user: str | None) -> None:
    """Run the installation in the folder, and print the tables."""
    data, who = folder / "data", pwd.getpwnam(user) if user else None
    (data / "inbox").mkdir(parents=True)
    (data / "inbox" / "i5_TOKO.i5bu").write_bytes(write(shop(items=500).archive()))
    if who:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, who.pw_uid, who.pw_gid)
    with ExitStack() as stack:
        telegram = stack.enter_context(TelegramServer())
        port, hook, metrics = free_ports(3)
        variables = environment(telegram, data) | {
            "DAGSTER_HOME": str(data / "dagster"), "BACKUP_FOLDER": str(data / "inbox"), "HOME": str(folder),
            "WEBHOOK_URL": "https://toko.example/telegram", "WEBHOOK_SECRET": "r" * 32,
            "WEBHOOK_LISTEN": f"127.0.0.1:{hook}", "METRICS_PORT": str(metrics),
        }  # fmt: skip
        programs = [
            start(stack, command, variables, folder, who)
            for command in ([TOKO, "dev", "--port", str(port)], [TOKO, "bot"])
        ]
        show(data, programs)
        wait_until(lambda: answers(WebInterface(port)), SECONDS)


def start(
    stack: ExitStack, command: list[str], variables: dict[str, str], folder: Path, who: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, which ends as Ctrl-C ends it."""
    with (folder / f"{command[1]}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=variables, cwd=folder, stdout=log, stderr=log, start_new_session=True, umask=0o022,
            user=who.pw_uid if who else None, group=who.pw_gid if who else None, extra_groups=[] if who else None,
        )  # fmt: skip

    def end() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)

    stack.callback(end)
    return process


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--user", help="run the installation as this user")
    wanted = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="toko-exposure-"))
    try:
        run(folder, wanted.user)
    except PermissionError as error:
        sys.exit(f"{wanted.user} may not run or read {error.filename}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _capability(bit: int) -> str:
    return CAPABILITIES[bit] if bit < len(CAPABILITIES) else str(bit)


def _program(words: Sequence[str]) -> str:
    """Name a process by its module or title, without paths and numbers."""
    if "-m" in words:
        return "python -m " + words[words.index("-m") + 1]
    name = Path(words[0]).name
    if name.startswith("postgres"):
        return "postgres"
    if name.startswith("python"):
        more = [Path(word).name for word in words[1:] if not word.startswith("-")]
        return " ".join([name, *more[:2]])[:SHORT]
    return name


if __name__ == "__main__":
    main()
