"""Has `pg_restore` decompress the rows of an untrusted archive. It has no privileges, no secrets and no connection.

Root's runs as the system user `toko-restore`, which owns nothing: neither files, nor PostgreSQL's server, nor the run.
It reaches no folder of the archive, which comes over its standard input.
"""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from signal import SIGKILL

from toko_assets.postgres.place import find_program, system_user
from toko_assets.postgres.server import PostgresError, clean_environment, error_message
from toko_assets.postgres.unprivileged import unprivileged

PROGRAM = "pg_restore"
READER = "toko-restore"
PIPE = 1 << 20
"""Bytes of the pipe from the program to its reader. With the default of 64 KB the program waits for the reader."""


@contextmanager
def unpacked_script(archive: Path, entry: int) -> Iterator[BufferedReader]:
    """Yield the SQL script with the rows of one entry of an archive, as a stream. `entry` is its id.

    Raises PostgresError with the program's error message.
    """
    with archive.open("rb") as file, _listing(entry) as listing, tempfile.TemporaryFile() as errors:
        command: list[str | Path] = [
            find_program(PROGRAM),
            "--data-only",
            f"--use-list=/proc/self/fd/{listing}",
            "--file=-",
        ]
        with subprocess.Popen(
            _as_reader(command),
            env=clean_environment(),
            cwd="/",
            pass_fds=[listing],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process:
            assert isinstance(process.stdout, BufferedReader)  # noqa: S101 - stdout=PIPE
            with suppress(OSError):  # the system may reject the size; reading is slower then
                fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE)
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            errors.seek(0)
            raise PostgresError(error_message(PROGRAM, errors.read(), process.returncode))


@contextmanager
def _listing(entry: int) -> Iterator[int]:
    """Yield a file in memory that names the entry, which every user may read."""
    file = os.memfd_create("list")
    try:
        os.write(file, f"{entry};\n".encode())
        yield file
    finally:
        os.close(file)


def _as_reader(command: list[str | Path]) -> list[str]:
    """Return the command line for a user without privileges: who is not root has only one."""
    if os.geteuid() != 0:
        return unprivileged(command, os.geteuid(), os.getegid(), SIGKILL)
    user = system_user(READER)
    return unprivileged(command, user.pw_uid, user.pw_gid, SIGKILL)
