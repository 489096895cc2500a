"""The data folder, and the folder of backups, on real Windows disks: NTFS and exFAT through FUSE.

It needs root, /dev/fuse, a loop device, and Debian's packages bindfs, ntfs-3g, exfat-fuse and exfatprogs, so it is
asked for by name:

    make test-disks

`test_data_disk.py` tries the same everywhere, with a stand-in.
"""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from watchfiles import watch

from tests.acceptance.places import set_time
from tests.backups import a_shop, write_backup
from tests.servers.postgres import real_server
from tests.stand_in_disk import ROOT
from tests.toko_assets.backups.watch.watching import watched
from toko_assets.backups.folder import FolderSource
from toko_assets.backups.watch.folder import notifies
from toko_assets.common.data_disk import file_system
from toko_assets.postgres.server import PostgresServer

TOKO = Path(sys.executable).with_name("toko")
NEEDED = ("bindfs", "mkntfs", "ntfs-3g", "mkfs.exfat", "mount.exfat-fuse", "losetup")
CLONE_NEWNS, MS_PRIVATE, MS_REC = 0x20000, 1 << 18, 1 << 14
IMAGE_BYTES = 600_000_000
ROOT_USER, DAEMON, NOBODY = 0, 1, 65534
REACH = "+dac_read_search"
"""With it, `nobody` finds a checkout below folders of mode 0700."""
SECONDS = 1.0
"""Of computing: on a quiet machine it takes no longer, on a busy one nobody can say."""
OLD = 1_700_000_000
MOVE = "set TOKO_DATA_DIR to a folder on a Linux disk, for example ~/toko. BACKUP_FOLDER may be on any disk."

MOUNTS = {
    "ntfs": ("ntfs", ""),
    "ntfs of one user": ("ntfs", f"uid={NOBODY},gid={NOBODY},umask=022"),
    "ntfs, private": ("ntfs", f"uid={NOBODY},gid={NOBODY},umask=077"),
    "ntfs, private to another": ("ntfs", f"uid={DAEMON},gid={DAEMON},umask=077"),
    "ntfs with permissions": ("ntfs", "permissions"),
    "exfat": ("exfat", f"uid={NOBODY},gid={NOBODY},umask=022"),
}
"""`/mnt/c` of WSL2 is like "ntfs"."""


@dataclass(frozen=True)
class Done:
    status: int
    output: str
    error: str
    seconds: float


@dataclass(frozen=True)
class Shop:
    """Runs `toko` as a user with these settings, in a working folder of its own."""

    folder: Path
    user: int
    settings: dict[str, str] = field(default_factory=dict)

    def toko(self, *args: str | Path) -> Done:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "VIRTUAL_ENV")}
        environment = {**kept, "HOME": str(self.folder), "PYTHONPATH": str(ROOT), **self.settings}
        begun = computed()
        done = subprocess.run(
            [*as_user(self.user), TOKO, *args], env=environment, cwd=self.folder, capture_output=True, text=True
        )
        print(f"{self.user} {' '.join(map(str, args))}: {done.returncode} {done.stderr}")
        return Done(done.returncode, done.stdout, done.stderr, computed() - begun)


def computed() -> float:
    """Seconds that the programs which ran so far have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def as_user(user: int) -> list[str]:
    if user == ROOT_USER:
        return []
    caps = [f"--inh-caps={REACH}", f"--ambient-caps={REACH}"]
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *caps]


@pytest.fixture(scope="module", autouse=True)
def _mounts_of_its_own() -> None:
    """What is mounted from here on, nobody else sees, and it is gone with this process."""
    assert os.geteuid() == 0, "Run it as root: it mounts disks."
    assert Path("/dev/fuse").exists(), "There is no /dev/fuse."
    assert not [name for name in NEEDED if shutil.which(name) is None], (
        "apt-get install bindfs ntfs-3g exfat-fuse exfatprogs"
    )
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(CLONE_NEWNS) == 0
    assert libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) == 0


@pytest.fixture(scope="module")
def backups(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Of 3 items and of 4, the second newer."""
    folder = tmp_path_factory.mktemp("backups")
    made = [write_backup(postgres, folder / f"{items}.i5bu", a_shop(items)) for items in (3, 4)]
    return [set_time(file, OLD + 100 * number) for number, file in enumerate(made)]


@contextmanager
def mounted(name: str, folder: Path) -> Iterator[Path]:
    """A new disk of that kind."""
    kind, options = MOUNTS[name]
    image, at = folder / "image", folder / "disk"
    at.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    loop = ""
    if kind == "ntfs":
        subprocess.run(["mkntfs", "-F", "-Q", "-q", image], check=True, capture_output=True)
        subprocess.run(["ntfs-3g", "-o", options, image, at], check=True, capture_output=True)
    else:
        subprocess.run(["mkfs.exfat", image], check=True, capture_output=True)
        loop = subprocess.check_output(["losetup", "-f", "--show", image], text=True).strip()
        subprocess.run(["mount.exfat-fuse", "-o", options, loop, at], check=True, capture_output=True)
    try:
        if "permissions" in options:
            at.chmod(0o777)
        yield at
    finally:
        subprocess.run(["umount", at], check=True)
        if loop:
            subprocess.run(["losetup", "-d", loop], check=True)
        image.unlink()


@pytest.fixture
def home() -> Iterator[Path]:
    """Where every user may write, on a Linux disk."""
    with tempfile.TemporaryDirectory(prefix="toko-home-", dir="/tmp") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
@pytest.mark.parametrize("disk", ["ntfs", "ntfs of one user", "exfat"])
def test_every_command_rejects_a_data_folder_there_within_a_second(home: Path, disk: str, user: int) -> None:
    with mounted(disk, home) as at:
        data = at / "data toko é"
        shop = Shop(home, user, {"TOKO_DATA_DIR": str(data)})
        line = f"{data} is on a disk without file permissions (a Windows disk?): {MOVE}"
        for command in ("sync", "demo", "download", "extract", "cleanup", "dev"):
            done = shop.toko(command)
            assert (done.status, done.output, done.error) == (1, "", f"toko: {line}\n")
            assert done.seconds < SECONDS
        assert f"✗ data folder  {line}" in shop.toko("doctor").output.splitlines()
        assert list(at.iterdir()) == []


@pytest.mark.parametrize(
    ("disk", "user"),
    [("ntfs with permissions", ROOT_USER), ("ntfs with permissions", NOBODY), ("ntfs, private", NOBODY)],
)
def test_where_postgresql_can_work_a_sync_does(home: Path, backups: list[Path], disk: str, user: int) -> None:
    with mounted(disk, home) as at:
        shop = Shop(home, user, {"TOKO_DATA_DIR": str(at / "data")})
        assert_published(shop.toko("sync", "--backup", copied(backups[0], home)), "3 products")


def test_where_folders_belong_to_another_user_root_syncs(home: Path, backups: list[Path]) -> None:
    with mounted("ntfs, private to another", home) as at:
        shop = Shop(home, ROOT_USER, {"TOKO_DATA_DIR": str(at / "data")})
        assert_published(shop.toko("sync", "--backup", copied(backups[0], home)), "3 products")


@pytest.mark.parametrize("disk", ["ntfs", "exfat"])
@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_backups_may_arrive_there(home: Path, backups: list[Path], disk: str, user: int) -> None:
    with mounted(disk, home) as at:
        inbox = at / "Cadangan IPOS é"
        inbox.mkdir()
        shop = Shop(home, user, {"TOKO_DATA_DIR": str(home / "data"), "BACKUP_FOLDER": str(inbox)})
        for backup, products in zip(backups, ("3 products", "4 products"), strict=True):
            shutil.copy2(backup, inbox / f"i5_TOKO {backup.name.upper()}")
            assert_published(shop.toko("sync"), products)
        assert "✓ backups      i5_TOKO 4.I5BU in " in shop.toko("doctor").output


def test_a_backup_that_windows_puts_there_is_found_by_polling(home: Path, backups: list[Path]) -> None:
    """In WSL2 Windows changes the folder behind Linux's back, as here the folder that bindfs shows: no event comes."""
    windows, inbox = home / "windows", home / "inbox"
    windows.mkdir()
    inbox.mkdir()
    subprocess.run(["bindfs", windows, inbox], check=True)
    try:
        assert file_system(inbox) == "fuse"
        assert not notifies(inbox)
        with watched(FolderSource(inbox)) as found:
            found.wait()
            events = watch(inbox, rust_timeout=3000, yield_on_timeout=True, force_polling=False)
            assert next(events) == set()  # until the timeout
            shutil.copy2(backups[0], windows / "TOKO.I5BU")
            assert next(events) == set()  # inotify is blind
            events.close()
            found.wait()
            (windows / "TOKO.I5BU").unlink()
            found.wait()
    finally:
        subprocess.run(["umount", inbox], check=True)


@pytest.mark.parametrize("disk", ["ntfs", "exfat"])
@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_with_an_external_postgresql_everything_works_there(
    home: Path, backups: list[Path], disk: str, user: int
) -> None:
    with real_server(18) as server, mounted(disk, home) as at:
        shop = Shop(home, user, {"TOKO_DATA_DIR": str(at / "data"), **server.settings})
        for backup, products in zip(backups, ("3 products", "4 products"), strict=True):
            assert_published(shop.toko("sync", "--backup", copied(backup, home)), products)
        assert shop.toko("cleanup").status == 0
        assert "BARANG KE 3" in shop.toko("search", "barang").output
        assert "✗ data folder" not in shop.toko("doctor").output


def test_postgresql_alone_may_be_on_a_linux_disk(home: Path, backups: list[Path]) -> None:
    with mounted("ntfs", home) as at:
        (home / "postgres").mkdir()
        (at / "data").mkdir()
        (at / "data" / "postgres").symlink_to(home / "postgres" / "cluster")
        shop = Shop(home, ROOT_USER, {"TOKO_DATA_DIR": str(at / "data")})
        assert_published(shop.toko("sync", "--backup", copied(backups[0], home)), "3 products")


def copied(backup: Path, home: Path) -> Path:
    """Where every user can read it."""
    return Path(shutil.copy2(backup, home / backup.name))


def assert_published(done: Done, products: str) -> None:
    assert (done.status, done.error) == (0, "")
    assert products in done.output
