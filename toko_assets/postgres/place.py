"""Where the embedded PostgreSQL is, and which user runs it.

An ordinary user runs it: the cluster is in the data folder, the programs are those of the package. PostgreSQL does not
run as root. Root's runs as the system user `toko-postgres` without any capability, so it reaches neither a data folder
nor a package below folders of mode 0700. No such folder is opened for it. All that it needs is in STATE instead:

    programs/VERSION     a copy of the package's programs, made once; root's
    postgres/ID          one for each data folder; root's, and the server's group may enter it
      folder             names the data folder's cluster
      log, pg_hba.conf, pg_ident.conf
      cluster, socket    the server's, mode 0700

Root never writes or follows anything inside the two folders that the server owns: a server that was taken over could
have put a link there.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from toko_assets.postgres.server import PACKAGE, PostgresError, packages, program

STATE = Path("/var/lib/toko")
SERVER_USER = "toko-postgres"
USERADD = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin")
OPEN, ENTERED, OF_GROUP, PRIVATE = 0o755, 0o711, 0o750, 0o700


@dataclass(frozen=True, slots=True)
class Place:
    """The paths of one cluster, and the ids of the user that runs its server."""

    cluster: Path
    rules: Path
    """The folder of pg_hba.conf and pg_ident.conf."""
    log: Path
    socket: Path
    """A folder with a short path: socket paths are limited to 107 bytes, and data folders may be deep."""
    user: int
    group: int

    def give(self, folder: Path) -> None:
        """Make the server's user the owner of a new folder."""
        if self.user != os.geteuid():
            os.chown(folder, self.user, self.group, follow_symlinks=False)


def find_cluster(folder: Path) -> Path:
    """Return where the cluster is that a data folder has under this name. It may not exist."""
    return _state_of(folder) / "cluster" if os.geteuid() == 0 else folder.resolve()


def find_program(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs that the server's user can run. Root makes a copy first, once."""
    if os.geteuid() != 0:
        return program(name)
    return _copy_programs() / program(name).relative_to(packages())


def prepare(folder: Path) -> Place:
    """Make what a cluster of this name needs around it. Raises PostgresError with one line if that is impossible."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    digest = _digest(folder)
    if os.geteuid() != 0:
        socket = Path(tempfile.gettempdir(), f"toko-pg-{os.geteuid()}-{digest}")
        log = folder.with_name(folder.name + ".log")
        return Place(folder, folder, log, socket, os.geteuid(), os.getegid())
    user = system_user(SERVER_USER)
    state = _state_of(folder)
    _make(STATE, ENTERED)
    _make(state.parent, ENTERED)
    _make(state, OF_GROUP, user.pw_gid)
    (state / "folder").write_bytes(os.fsencode(folder))
    return Place(state / "cluster", state, state / "log", state / "socket", user.pw_uid, user.pw_gid)


def remove_orphans() -> None:
    """Remove root's clusters whose data folder is gone. One whose server runs stays."""
    if os.geteuid() != 0:
        return
    for state in _states():
        with suppress(OSError):
            folder = Path(os.fsdecode((state / "folder").read_bytes()))
            if (
                not folder.parent.exists()
                and running_server(state / "cluster", system_user(SERVER_USER).pw_uid) is None
            ):
                remove(folder)


def running_server(cluster: Path, user: int) -> int | None:
    """Return the process id of the server that this user runs in a cluster; None if there is none."""
    try:
        pid = int(_read_start(cluster / "postmaster.pid").splitlines()[0])
        process = Path(f"/proc/{pid}")
        is_its_own = process.stat().st_uid == user and os.fsencode(cluster) in (process / "cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return None
    return pid if is_its_own else None


def remove(folder: Path) -> None:
    """Remove the cluster of this name with all that belongs to it. No server may run in it."""
    if os.geteuid() == 0:
        shutil.rmtree(_state_of(folder), ignore_errors=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name(folder.name + ".log").unlink(missing_ok=True)


def _read_start(file: Path) -> bytes:
    """Read the first bytes of a file that another user owns, who may have put a link, a pipe or a large file there."""
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(handle, 64)
    finally:
        os.close(handle)


def _states() -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from list((STATE / "postgres").iterdir())


def _state_of(folder: Path) -> Path:
    return STATE / "postgres" / _digest(folder.resolve())


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _make(folder: Path, mode: int, group: int = 0) -> None:
    """Make a folder of root's, or check that what is there is one that nobody else can write."""
    with suppress(FileExistsError):
        folder.mkdir(PRIVATE)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PostgresError(f"{folder} must be a folder that only root can write: chown root, chmod go-w.")
    if group and found.st_gid != group:
        os.chown(folder, 0, group, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) != mode:  # a new one, or one whose maker was killed
        folder.chmod(mode)


@cache
def _copy_programs() -> Path:
    """Copy the package's programs and libraries, 35 MB, unless that was done. Return where they are."""
    copy = STATE / "programs" / version(PACKAGE)
    if copy.is_dir():
        return copy
    _make(STATE, ENTERED)
    _make(copy.parent, OPEN)
    new = Path(tempfile.mkdtemp(prefix=f"{copy.name}.new-", dir=copy.parent))
    try:
        installed = program("postgres").parents[1]
        libraries = installed.parent.with_name(installed.parent.name + ".libs")
        for source in (installed, libraries):
            shutil.copytree(source, new / source.relative_to(packages()), ignore=shutil.ignore_patterns("include"))
        for path in (new, *new.rglob("*")):
            path.chmod(OPEN)
        with suppress(OSError):  # another process was faster
            new.rename(copy)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return copy


@cache
def system_user(name: str) -> pwd.struct_passwd:
    """Return a system user, which root creates if it does not exist. Raises PostgresError if that is impossible."""
    with suppress(KeyError):
        return _ordinary(pwd.getpwnam(name))
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    reason = "there is no useradd"
    if useradd is not None:
        done = subprocess.run([useradd, *USERADD, name], capture_output=True, text=True, check=False)
        reason = " ".join(done.stderr.split())
    try:
        return _ordinary(pwd.getpwnam(name))  # perhaps another process was faster
    except KeyError:
        raise PostgresError(
            f"PostgreSQL does not run as root, and the system user {name} cannot be created ({reason}): "
            "create it, or run toko as an ordinary user."
        ) from None


def _ordinary(user: pwd.struct_passwd) -> pwd.struct_passwd:
    if user.pw_uid == 0:
        raise PostgresError(f"The user {user.pw_name} is root: PostgreSQL needs an ordinary user of that name.")
    return user
