"""Kills containers during a sync and during searches, and measures how long it takes until all is well again.

    tests/deploy/with_docker.sh .venv/bin/python -m tests.deploy.kills 20

All is well again when the bot answers with the new price, all containers are healthy, and the web interface has the
runs. `--results FILE` keeps the results: started again with the same file, this does only the kills that are missing.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.deploy.stack import NEED_A_CATALOGUE, SERVICES, Stack, stack
from tests.reliability.healing import Healed, go_on, read, summarise
from toko_assets.postgres.embedded import EmbeddedPostgres

STARTING, RUN, EVERYTHING = "run, starting", "run", "everything"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("kills", type=int, nargs="?", default=20)
    arguments.add_argument("--results", type=Path)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="toko-kills-") as name:
        folder = Path(name)
        results = (wanted.results or folder / "results").resolve()
        with EmbeddedPostgres(folder / "postgres") as postgres, stack(folder, postgres) as shop:
            shop.put_backup(1000)
            shop.compose("build")
            begun = time.monotonic()
            shop.compose("up", "-d")
            healthy = (
                shop.wait_for_health(tuple(s for s in SERVICES if s not in NEED_A_CATALOGUE))
                and time.monotonic() - begun
            )
            shop.wait_for_price(1000)
            print(f"up: healthy after {healthy:.0f} s, first answer after {time.monotonic() - begun:.0f} s", flush=True)
            shop.wait_for_health()
            print({name: round(megabytes) for name, megabytes in shop.memory().items()}, flush=True)
            victims = (STARTING, RUN, *SERVICES, EVERYTHING)
            go_on(results, victims, wanted.kills, lambda n, victim: during_a_sync(shop, victim, (n + 2) * 1000))
        print("\n".join(summarise(read(results))))


def during_a_sync(shop: Stack, victim: str, price: int) -> Healed:
    """Kill one container, or all, while a new backup is synced."""
    arrived, run = time.monotonic(), shop.start_run(price)
    if victim != STARTING:
        shop.wait_until(lambda: "restored_database - STEP_START" in shop.log(run), "the restore has begun", 60)
    victims = {STARTING: [run], RUN: [run], EVERYTHING: [run, *map(shop.container, SERVICES)]}
    shop.kill(*(victims.get(victim) or [shop.container(victim)]))
    killed = time.monotonic()
    while not shop.price_answered():
        assert time.monotonic() - killed < 120, shop.state()
    answers = time.monotonic() - killed
    shop.wait_for_price(price, 400)
    shop.wait_for_health()
    shop.wait_until(shop.knows_its_runs, "the web interface has the runs")
    return Healed(victim, killed - arrived, answers, time.monotonic() - killed)


if __name__ == "__main__":
    main()
