"""Kills syncs at random moments, with a reader polling, and a sync after each: nothing may be seen, nothing left over.

    .venv/bin/python -m tests.reliability.kills 100

Every sync is a fork of a process that has imported all, so that a hundred of them take minutes. What is killed with
`kill -9` is, in turn, the sync's process, its PostgreSQL, or both. The reader is a process of its own that opens the
served catalogue again and again and checks that all of its prices are from one backup.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

ITEMS = 1_500
GENERATIONS = 4
STEP = 1_000_000
"""Prices of backup g are g × STEP + the item's number: a mixed catalogue cannot hide."""


@dataclass
class Tally:
    kills: dict[str, int] = field(default_factory=dict)
    seen: int = 0
    problems: list[str] = field(default_factory=list)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("kills", type=int, nargs="?", default=100)
    arguments.add_argument("--seed", type=int, default=1)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="toko-kills-") as folder:
        tally = kill_syncs(Path(folder), wanted.kills, random.Random(wanted.seed), print)
    print(f"kills: {tally.kills}; catalogues read: {tally.seen:,}; problems: {len(tally.problems)}")
    sys.exit("\n".join(tally.problems) if tally.problems else 0)


def kill_syncs(folder: Path, kills: int, rng: random.Random, say: Callable[[str], None]) -> Tally:
    """Kill that many syncs of an installation in `folder`; answers what was seen."""
    data = folder / "data"
    os.environ.update(TOKO_DATA_DIR=str(data), DAGSTER_HOME=str(data / "dagster"))
    tally = Tally()
    for generation in range(GENERATIONS):
        _expect(tally, _in_a_fork(partial(_make_backup, folder, generation)), "making a backup")
    backups = [folder / f"{generation}.i5bu" for generation in range(GENERATIONS)]
    import_all()
    begun = time.monotonic()
    _expect(tally, _in_a_fork(partial(_sync, backups[0])), "the first sync")
    whole_sync = time.monotonic() - begun
    reader = subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.kills_reader", str(data / "catalog"), str(STEP), str(ITEMS)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for number in range(1, kills + 1):
        backup, victim = backups[number % GENERATIONS], ("sync", "postgres", "both")[number % 3]
        process = _fork(partial(_sync, backup))
        time.sleep(rng.uniform(0, whole_sync))
        tally.kills[victim] = tally.kills.get(victim, 0) + 1
        _kill(process, data, victim)
        _expect(tally, _in_a_fork(partial(_sync, backup)), f"the sync after kill {number} ({victim})")
        _expect(tally, _in_a_fork(partial(_check, data, number % GENERATIONS)), f"the catalogue after kill {number}")
        say(f"{number} of {kills}: killed {victim}; problems so far: {len(tally.problems)}")
    answer, _ = reader.communicate("")
    seen, *problems = answer.splitlines()
    tally.seen = int(seen)
    tally.problems += problems + _list_leftovers(data)
    return tally


def import_all() -> None:
    """Import what a sync imports, before it is forked: importing takes longer than a sync."""

    import toko_assets.cli.commands
    import toko_assets.cli.run
    import toko_assets.defs.daemon.warm  # noqa: F401


def _make_backup(folder: Path, generation: int) -> None:
    from tests.backups import a_shop, write_backup
    from toko_assets.postgres.embedded import EmbeddedPostgres

    with EmbeddedPostgres(folder / "maker") as server:
        write_backup(server, folder / f"{generation}.i5bu", a_shop(ITEMS, price=(generation + 1) * STEP))


def _sync(backup: Path) -> None:
    from rich.console import Console

    from toko_assets.cli.run import sync_backup
    from toko_assets.common.settings import load_settings
    from toko_assets.publishing.guards.limits import Limits

    anything = {"product_catalog": asdict(Limits(1.0, 1.0, 1.0, 1.0, 1.0, True))}
    with Path(os.devnull).open("w") as nowhere:
        sync_backup(load_settings(), backup, Console(file=nowhere), anything)


def _check(data: Path, generation: int) -> None:
    from tests.reliability.kills_reader import generation_of

    assert generation_of(data / "catalog", STEP, ITEMS) == generation + 1


def _kill(process: int, data: Path, victim: str) -> None:
    from toko_assets.postgres.place import find_cluster

    if victim != "sync":
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):  # it may not run at this moment
            pid_file = find_cluster(data / "postgres") / "postmaster.pid"
            os.kill(int(pid_file.read_text().split("\n")[0]), signal.SIGKILL)
    if victim != "postgres":
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _fork(work: Callable[[], None]) -> int:
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        os.dup2(os.open(os.environ.get("KILLS_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        work()
        status = 0
    except BaseException as error:  # told by the exit status; the parent must not go on twice
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(status)


def _in_a_fork(work: Callable[[], None]) -> int:
    """Exit status; 0 is well."""
    return os.waitstatus_to_exitcode(os.waitpid(_fork(work), 0)[1])


def _expect(tally: Tally, status: int, what: str) -> None:
    if status:
        tally.problems.append(f"{what} failed with status {status}")


def _list_leftovers(data: Path) -> list[str]:
    """Unfinished files, servers, databases and runs."""
    from toko_assets.ipos.restore import databases
    from toko_assets.postgres.embedded import EmbeddedPostgres

    left = [f"left over: {path}" for path in data.rglob("*") if ".part" in path.name or path.parent == data / "runs"]
    left += ["left over: a server"] * _count_servers(data)
    with EmbeddedPostgres(data / "postgres", user="toko") as server:
        found = databases(server, "i5bu")
    left += [f"left over: database {name}" for name in found[1:]]
    return left + [f"left over: run {run}" for run in _find_unfinished_runs()]


def _count_servers(data: Path) -> int:
    """Processes of the embedded PostgreSQL."""
    from toko_assets.postgres.place import find_cluster

    cluster = find_cluster(data / "postgres")
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return sum(os.fsencode(cluster) in command for command in commands)


def _find_unfinished_runs() -> list[str]:
    """Ids of runs that Dagster shows as started."""
    import dagster as dg

    from toko_assets.defs.recovery import STARTED_STATUSES

    with dg.DagsterInstance.get() as instance:
        return [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=list(STARTED_STATUSES)))]


if __name__ == "__main__":
    main()
