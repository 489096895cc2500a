"""Upgrades the containers and goes back, while a member of the staff searches all the time: prints the silences.

    git clone . /tmp/old-version && git -C /tmp/old-version checkout COMMIT
    tests/deploy/with_docker.sh .venv/bin/python -m tests.deploy.upgrade /tmp/old-version

The old version's containers run, then this version's on the same volumes and `.env`, then the old ones again, after
`make restore-backup` of what the old version's `make backup` has saved. After each step the bot answers with the right
price, the runs of before are in Dagster, and a new backup is published.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.deploy.stack import ASKED, CHECKOUT, NEEDED, PROJECT, SERVICES, Stack, shown, stack
from tests.deploy.upkeep_on_docker import contents
from tests.reliability.upgrade import Searcher
from toko_assets.postgres.embedded import EmbeddedPostgres

FIRST, SECOND, THIRD = 1000, 2000, 3000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("old", type=Path, help="A checkout of the version before.")
    wanted = arguments.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="toko-upgrade-") as folder,
        EmbeddedPostgres(Path(folder, "maker")) as postgres,
    ):
        Path(folder).chmod(0o755)
        # Versions before 0.4.0 named their project after its folder.
        with stack(Path(folder), postgres, COMPOSE_PROJECT_NAME=PROJECT) as shop:
            upgrade_and_go_back(shop, wanted.old.resolve())


def upgrade_and_go_back(shop: Stack, old: Path) -> None:
    """Do all steps, and print the longest silence of each."""
    check_out(shop, old)
    shop.put_backup(FIRST)
    shop.make("up")
    shop.wait_for_price(FIRST)
    wait_for_health(shop)
    shop.wait_until(lambda: not shop.run_containers(running=True), "no run is at work")
    runs, before = shop.runs(), contents(shop)
    saved = shop.make("backup").splitlines()[-1].split(":")[0]
    searcher = Searcher(shop.budi, f"barang ke {ASKED}")
    try:
        check_out(shop, CHECKOUT)
        searcher.mark()
        shop.make("up")
        check(shop, searcher, "upgrade", FIRST, runs)
        publish(shop, searcher, SECOND)
        searcher.mark()
        shop.make("restore-backup", f"FROM={saved}")
        check(shop, searcher, "restore-backup", FIRST, runs)
        assert contents(shop).items() >= before.items()
        check_out(shop, old)
        searcher.mark()
        shop.make("up")
        check(shop, searcher, "way back", None, runs)
        publish(shop, searcher, THIRD)
    finally:
        searcher.stop()


def wait_for_health(shop: Stack) -> None:
    """Until all services of the version that runs are healthy."""
    shop.wait_for_health([service for service in SERVICES if shop.replicas(service)])


def check_out(shop: Stack, source: Path) -> None:
    """Put another version's files into the checkout."""
    for name in NEEDED:
        target = shop.folder / name
        if target.is_dir():
            shutil.rmtree(target)
        if not (source / name).exists():  # a package that an older version lacks
            continue
        (shutil.copytree if (source / name).is_dir() else shutil.copy)(source / name, target)


def publish(shop: Stack, searcher: Searcher, price: int) -> None:
    """A backup with this price arrives, and its price is answered."""
    shop.put_backup(price)
    shop.wait_until(lambda: shown(price) in searcher.answer, f"the price {price} is answered")


def check(shop: Stack, searcher: Searcher, step: str, price: int | None, runs: list[dict[str, object]]) -> None:
    """The bot answers, with this price if it is known; all is healthy, and Dagster knows the runs of before."""
    searcher.answer = ""
    shop.wait_until(lambda: searcher.answer and (price is None or shown(price) in searcher.answer), "an answer")
    wait_for_health(shop)
    shop.wait_until(shop.knows_its_runs, "the web interface answers")
    assert shop.runs()[-len(runs) :] == runs, step
    print(f"{step}: {searcher.mark():.1f} s without an answer", flush=True)


if __name__ == "__main__":
    main()
