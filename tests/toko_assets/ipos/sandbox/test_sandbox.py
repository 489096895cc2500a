"""The process that reads backups has no rights and no secrets, and what it reports is checked."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.archives import END_OF_ROWS, ArchiveFile, TocEntry, write
from tests.processes import descendants, is_alive
from toko_assets.common.process import LIBC, PR_SET_DUMPABLE
from toko_assets.ipos.archive.contents import IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.sandbox import archives, rights
from toko_assets.ipos.sandbox.messages import (
    MalformedError,
    decode_archive,
    decode_error,
    dump,
    encode_archive,
    encode_error,
    parse,
)
from toko_assets.ipos.sandbox.process import DiedError, Sandbox, pipe

SECRETS = {"DB_PASSWORD": "rahasia", "DB_RESTORE_PASSWORD": "rahasia", "TELEGRAM_BOT_TOKEN": "rahasia"}
NOBODY = 65534
PR_GET_DUMPABLE = 3
SMALL = ArchiveFile(
    (TocEntry(1, "TABLE", "tbl_item", "CREATE TABLE tbl_item (\n    kodeitem text\n);\n", "", "public"),
     TocEntry(2, "TABLE DATA", "tbl_item", "", "COPY tbl_item (kodeitem) FROM stdin;\n", "public", had_dumper=1)),
    {2: b"A\nB\n" + END_OF_ROWS},
)  # fmt: skip


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    file = tmp_path / "a.i5bu"
    file.write_bytes(write(SMALL))
    return file


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox()) as sandbox:
        yield sandbox


def read(sandbox: Sandbox, backup: Path) -> Any:
    with backup.open("rb") as file:
        return sandbox.ask("read_archive", backup.name, [file.fileno()])


def reader_of(backup: Path, sandbox: Sandbox) -> int:
    """Return the id of its process, which is idle."""
    earlier = set(descendants(os.getpid()))
    read(sandbox, backup)
    (pid,) = (
        pid
        for pid, command in descendants(os.getpid()).items()
        if pid not in earlier and "toko_assets.ipos.sandbox.child" in command and parent_of(pid) == os.getpid()
    )
    return pid


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_it_has_no_secret_no_right_and_if_we_are_root_another_user_and_cannot_look_at_us(
    backup: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    process = Path(f"/proc/{reader_of(backup, sandbox)}")
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    names = {variable.split(b"=")[0] for variable in (process / "environ").read_bytes().split(b"\0") if variable}
    assert names <= {b"PYTHONPATH", b"PYTHONHOME", b"PYTHONDONTWRITEBYTECODE", b"LD_LIBRARY_PATH", b"LC_CTYPE"}
    assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}
    assert status["NoNewPrivs"].strip() == "1"
    if os.geteuid() == 0:
        assert set(status["Uid"].split()).isdisjoint({"0", str(NOBODY)})
        assert status["Groups"].strip() == ""
        assert int(status["CapBnd"], 16) == 0
    (limit,) = (line.split() for line in (process / "limits").read_text().splitlines() if "address space" in line)
    assert int(limit[3]) < 2 << 30
    assert LIBC.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0  # so nobody of our own user reads our environment


def test_a_confined_process_opens_nothing_reaches_nobody_and_takes_little_memory(tmp_path: Path) -> None:
    """What somebody can do who takes over the process, even if it has the run's user, as in containers."""
    readable = tmp_path / "readable"
    readable.write_text("rahasia")
    with socket.create_server(("127.0.0.1", 0)) as server, readable.open("rb") as opened, socket.socket() as client:
        address = server.getsockname()
        outcomes = in_a_confined_fork(
            {
                "open": lambda: readable.read_bytes(),
                "list": lambda: list(Path("/").iterdir()),
                "write": lambda: Path("/tmp/sandbox-test").write_text(""),  # noqa: S108
                "environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
                "execute": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
                "connect": lambda: client.connect(address),
                "signal": lambda: os.kill(os.getppid(), 0),
                "root": lambda: os.setuid(0),
                "memory": lambda: bytearray(rights.MOST_MEMORY + (64 << 20)),
                "read what is open": lambda: opened.read(),
            }
        )
    assert outcomes.pop("read what is open") == "done"
    assert outcomes.pop("memory") == "MemoryError"
    if rights.landlock_version() < rights.SCOPES_VERSION:  # an old kernel: the process has the files of its user
        outcomes = {name: outcomes[name] for name in ("environment", "root")}
    assert set(outcomes.values()) == {"PermissionError"}, outcomes


def in_a_confined_fork(attempts: dict[str, Callable[[], object]]) -> dict[str, str]:
    """Try each in a confined process of an ordinary user, whose parent is one too. Return which error each raises."""
    receiving, sending = os.pipe()
    if not (process := os.fork()):
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresuid(NOBODY, NOBODY, NOBODY)
            LIBC.prctl(PR_SET_DUMPABLE, int(rights.landlock_version() > 0), 0, 0, 0)  # Landlock needs no hiding
            if child := os.fork():
                os.waitpid(child, 0)
            else:
                rights.confine(os.geteuid(), os.getegid())
                os.write(sending, dump({name: outcome(attempt) for name, attempt in attempts.items()}))
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        found: dict[str, str] = parse(pipe.read())
    os.waitpid(process, 0)
    return found


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except Exception as error:
        return type(error).__name__
    return "done"


def test_one_that_dies_is_replaced_and_its_requests_end_with_it(backup: Path, sandbox: Sandbox) -> None:
    pid = reader_of(backup, sandbox)
    archive = read_archive(backup)
    zeros = backup.with_name("zeros")
    zeros.write_bytes(write(replace(SMALL, compression="none", data={2: b"0\n" * (1 << 20) + END_OF_ROWS})))
    large = read_archive(zeros)
    with pipe() as (rows, sending), zeros.open("rb") as file:
        request = encode_archive(large, [large.entries[1]])
        reply = sandbox.begin("send_rows", "zeros", [file.fileno(), sending.fileno()], request)
        assert rows.read(1)
        os.kill(pid, signal.SIGKILL)  # while it waits for us to read
        with closing(reply), pytest.raises(DiedError, match="ended before it was done"):
            reply.result()
    assert read(sandbox, backup) == parse(dump(encode_archive(archive)))
    with closing(Sandbox()) as another:
        pid = reader_of(backup, another)
    assert not is_alive(pid)


def test_a_backup_that_takes_too_much_memory_is_rejected(backup: Path, sandbox: Sandbox) -> None:
    domains = tuple(TocEntry(n, "DOMAIN", f"d{n}", "\x01" * (1 << 20), "", "public") for n in range(10, 22))
    backup.write_bytes(write(replace(SMALL, entries=(*SMALL.entries, *domains))))
    with pytest.raises(NotABackupError, match=r"a\.i5bu is not an iPOS backup: reading it takes more memory"):
        read(sandbox, backup)


def test_who_needs_no_more_rows_leaves_nobody_waiting(backup: Path) -> None:
    backup.write_bytes(write(replace(SMALL, data={2: b"0\n" * (1 << 20) + END_OF_ROWS}, compression="none")))
    archive = archives.read_backup(backup)
    entry = archive.table_data("tbl_item")
    assert entry is not None
    with backup.open("rb") as file:
        rows = archives.table_rows(file, archive, entry)
        assert next(rows).startswith(b"0\n")
        rows.close()  # type: ignore[attr-defined]
        assert b"".join(archives.table_rows(file, archive, entry)) == b"0\n" * (1 << 20)
    backup.write_bytes(backup.read_bytes()[:-1_000_000])
    with backup.open("rb") as file, pytest.raises(IncompleteBackupError, match=r"a\.i5bu is damaged"):
        list(archives.table_rows(file, archive, entry))


MALFORMED: dict[str, Any] = {
    "encoding": "UTF8'; DROP TABLE x; --",
    "database": "i5\x1b[2J",
    "server_version": "1" * 1000,
    "version": "1.12\n",
    "compression": "lz4",
    "integer_size": 5,
    "dumped_at": "2026-01-01T00:00:00+07:00",
    "data_start": -1,
    "blocks": {"2": [0]},
    "entries": [[1, "TABLE", "public", "x" * 500, "", "", "", False, None]],
}


@pytest.mark.parametrize("part", MALFORMED)
def test_what_one_reports_that_was_taken_over_is_no_archive(backup: Path, part: str) -> None:
    whole = read_archive(backup)
    encoded = parse(dump(encode_archive(whole)))
    assert decode_archive(encoded, backup, whole.name) == whole
    for changed in ({**encoded, part: MALFORMED[part]}, {**encoded, part: None}, {**encoded, part: True}):
        with pytest.raises(MalformedError):
            decode_archive(changed, backup, whole.name)


def test_errors_arrive_as_they_are_and_no_others_do() -> None:
    for error in (IncompleteBackupError("a.i5bu is damaged"), OSError(28, "No space left on device")):
        found = decode_error(parse(dump(encode_error(error))))
        assert (type(found), str(found)) == (type(error), str(error))
    strange: list[Any] = [
        {"kind": "SystemExit", "message": ""}, {"errno": "2", "message": ""}, {}, [], "x",
        {"kind": "NotABackupError", "message": "\x1b[2J"},
    ]  # fmt: skip
    for malformed in strange:
        with pytest.raises(MalformedError):
            decode_error(malformed)
    for garbage in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(MalformedError):
            parse(garbage)
