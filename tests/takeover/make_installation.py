"""Makes `installation-0.1.0.tar.xz`: an installation of the version before, as its programs left it.

    git clone . /tmp/old-version && git -C /tmp/old-version checkout f4a030a
    .venv/bin/python -m tests.takeover.make_installation /tmp/old-version

The old version's own `toko sync` and `toko dev` do all of the work, in some five minutes; this script only puts
backups into the folder, presses buttons over GraphQL, and packs what is there afterwards. `installation.py` unpacks it.

What happens, by the name of the backup:

    minggu   another shop's: `toko sync`
    senin    `toko sync`
    selasa   some prices rose, two products went: the sensor asks for it
    rabu     every price ten times as high: the sensor asks for it, and the owner rolls back to selasa
    rusak    cut off: the sensor asks for it, and the run fails

Then the machine is switched off in the middle of two runs: the sensor's second attempt at rusak has started,
`sync_this_backup` with senin is queued behind it. The instance of that moment is packed as well, below `killed`.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import sql

from tests.acceptance.dumps import dumped_at
from tests.takeover.old_version import DAYS, OldVersion
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.postgres.server import PostgresServer

ARCHIVE = Path(__file__).with_name("installation-0.1.0.tar.xz")
CUT = 1_000
"""Bytes that are missing from `rusak`."""
LEFT_OUT = ("postgres", "postgres.log", "storage", ".logs_queue", "sync.lock")
"""The cluster is made anew where it is missing; `storage` has the console output of runs."""

ENV = """\
SHOP_NAME=Toko Lama
SHOP_TIMEZONE=Asia/Makassar
TOKO_DATA_DIR=data
STALE_HOURS=48
CLOSED_DAYS=minggu
KEEP_BACKUPS=6
SEARCH_RESULTS_LIMIT=8
"""

RISES = """
UPDATE tbl_item SET hargajual1 = hargajual1 + 500 WHERE hargajual1 > 0;
UPDATE tbl_itemhj SET hargajual = hargajual + 500 WHERE hargajual > 0;
DELETE FROM tbl_item WHERE kodeitem IN (SELECT kodeitem FROM tbl_item ORDER BY kodeitem DESC LIMIT 2);
"""
SHOP, OTHER_SHOP = "i5_TOKO_LAMA", "i5_TOKO_LAIN"
"""The databases of the two shops."""
TENFOLD = """
UPDATE tbl_item SET hargajual1 = hargajual1 * 10;
UPDATE tbl_itemhj SET hargajual = hargajual * 10;
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("old", type=Path, help="A checkout of the version before.")
    arguments.add_argument("--out", type=Path, default=ARCHIVE)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="toko-old-") as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL runs as another user
        root = Path(folder).resolve() / "toko"
        made = OldVersion(root, wanted.old.resolve(), root.with_name("backups"))
        copy_programs(made)
        make_backups(made)
        manifest = make_history(made)
        manifest["killed"] = kill_it(made)
        (root / "installation.json").write_text(json.dumps(manifest, indent=2))
        pack(root, wanted.out)
    print(f"{wanted.out}: {wanted.out.stat().st_size / 1000:,.0f} KB")


def copy_programs(made: OldVersion) -> None:
    """An environment of its own, with the libraries of this one; `web_interface` looks beside `sys.executable`."""
    here = Path(sys.executable).parent
    made.programs.mkdir(parents=True)
    made.programs.with_name("lib").symlink_to(here.with_name("lib"))
    shutil.copyfile(here.with_name("pyvenv.cfg"), made.programs.with_name("pyvenv.cfg"))
    (made.programs / "python").symlink_to((here / "python").resolve())
    for program in ("toko", "dagster", "dagster-daemon", "dagster-webserver"):
        _, _, script = (here / program).read_text().partition("\n")
        copy = made.programs / program
        copy.write_text(f"#!{made.programs / 'python'}\n{script}")
        copy.chmod(0o755)
    sys.executable = str(made.programs / "python")


def make_backups(made: OldVersion) -> None:
    """By the old version's `toko sample-backup`, then dumped from databases named as a shop's are."""
    made.backups.mkdir()
    (made.data / "inbox").mkdir(parents=True)
    (made.root / ".env").write_text(ENV)
    shutil.copyfile(made.old / ".env.example", made.root / ".env.example")
    files = {name: made.backups / f"{name}.i5bu" for name in DAYS}
    for name, seed in (("minggu", 6), ("senin", 8)):
        made.toko("sample-backup", files[name], "--products", "50", "--history", "100", "--seed", str(seed))
    with EmbeddedPostgres(made.backups / "postgres") as server:
        dump_from(server, OTHER_SHOP, files["minggu"], "", files["minggu"])
        dump_from(server, SHOP, files["senin"], "", files["senin"])
        dump_from(server, SHOP, files["senin"], RISES, files["selasa"])
        dump_from(server, SHOP, files["selasa"], TENFOLD, files["rabu"])
    files["rusak"].write_bytes(files["rabu"].read_bytes()[:-CUT])
    for name, file in files.items():
        dumped_at(file, datetime(2026, 1, DAYS[name], 21))


def dump_from(server: PostgresServer, database: str, backup: Path, statements: str, out: Path) -> None:
    """The backup after these statements, as one of this database."""
    name = sql.Identifier(database)
    with server.connect("postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'").format(name))
    server.run("pg_restore", "--no-owner", "--no-acl", "-d", database, backup)
    with server.connect(database) as connection:
        connection.execute(statements.encode())
    server.run("pg_dump", "-Fc", "-f", out, database)


def make_history(made: OldVersion) -> dict[str, Any]:
    """The days, one after the other; answers what a test needs to know of them."""
    catalogues = {}

    def published(name: str) -> None:
        catalogues[name] = (made.data / "catalog" / "CURRENT").read_text().strip()

    for name in ("minggu", "senin"):
        made.arrive(name)
        made.toko("sync")
        published(name)
    with made.dagster() as dagster:
        dagster.wait_for_skip("senin.i5bu is served.")
        for name in ("selasa", "rabu"):
            made.arrive(name)
            dagster.wait_for_run(made.revision(name), "SUCCESS")
            dagster.wait_for_skip(f"{name}.i5bu is served.")
            published(name)
        dagster.wait_until_over(dagster.launch("rollback_catalog", {}), "SUCCESS")
        dagster.wait_for_skip("rabu.i5bu was served; the one chosen since stays until a newer one comes.")
        made.arrive("rusak")
        dagster.wait_for_run(made.revision("rusak"), "FAILURE")
        dagster.wait_for_skip("rusak.i5bu was refused, and is not tried again")
        dagster.wait(lambda: {"key": "toko/told", "value": "failure"} in dagster.runs[0]["tags"])
        runs, tick = dagster.runs, dagster.tick()
    return {
        "root": str(made.root),
        "catalogues": catalogues,
        "revisions": {name: made.revision(name) for name in DAYS},
        "runs": runs,
        "cursor": tick["cursor"],
    }


def kill_it(made: OldVersion) -> dict[str, Any]:
    """Two more runs, one waiting for the other, and nobody left to end them; the instance before comes back."""
    home, before, killed = made.data / "dagster", made.backups / "dagster", made.root / "killed"
    shutil.copytree(home, before)
    with (made.data / "sync.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first run waits for it as long as we like
        with made.dagster() as dagster:
            dagster.wait_for_run(made.revision("rusak"), "STARTED")
            config = {"backup": "senin.i5bu", "most_products_lost": 1.0}
            queued = dagster.launch("sync_this_backup", config)
            dagster.wait_until_over(queued, "QUEUED")
            dagster.wait(lambda: any((made.data / "runs").iterdir()))
            started = next(run["runId"] for run in dagster.runs if run["status"] == "STARTED")
            for process in processes_of(home):
                os.kill(process, signal.SIGKILL)
    shutil.copytree(home, killed / "dagster")
    shutil.move(made.data / "runs", killed / "runs")
    shutil.rmtree(home)
    shutil.move(before, home)
    return {"started": started, "queued": queued}


def processes_of(home: Path) -> list[int]:
    """Those that were started with this DAGSTER_HOME."""
    wanted, found = f"DAGSTER_HOME={home}\0".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:  # gone, or somebody else's
            continue
    return found


def pack(root: Path, out: Path) -> None:
    def kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if set(Path(entry.name).parts) & set(LEFT_OUT):
            return None
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    with tarfile.open(out, "w:xz", preset=9, format=tarfile.PAX_FORMAT) as archive:
        for room in ("installation.json", ".env", ".env.example", "data", "killed"):
            archive.add(root / room, room, filter=kept)


if __name__ == "__main__":
    main()
