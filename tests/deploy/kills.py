"""Kill each container during a sync and during searches: what was lost, and how long until all was served again.

tests/deploy/with_docker.sh .venv/bin/python -m tests.deploy.kills
"""

import tempfile
import time
from pathlib import Path

from tests.deploy.stack import SERVICES, Stack, shown, stack
from toko_assets.postgres.embedded import EmbeddedPostgres

STARTING, RUN, EVERYTHING = "run, starting", "run", "everything"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="toko-kills-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres") as postgres, stack(folder, postgres) as shop:
            shop.put_backup(1000)
            shop.compose("build")
            begun = time.monotonic()
            shop.compose("up", "-d")
            healthy = shop.wait_for_health(tuple(s for s in SERVICES if s != "bot")) and time.monotonic() - begun
            shop.wait_for_price(1000)
            print(f"up: healthy after {healthy:.0f} s, first answer after {time.monotonic() - begun:.0f} s", flush=True)
            shop.wait_for_health()
            print({name: round(megabytes) for name, megabytes in shop.memory().items()}, flush=True)
            for number, victim in enumerate((STARTING, RUN, *SERVICES, EVERYTHING), start=2):
                print(f"{victim:<14}", during_a_sync(shop, victim, number * 1000), flush=True)


def during_a_sync(shop: Stack, victim: str, price: int) -> str:
    """Seconds without an answer, and from the kill until the new price was answered and all were healthy."""
    before, run = len(shop.run_containers()), shop.start_run(price)
    if victim != STARTING:
        shop.wait_until(lambda: "restored_database - STEP_START" in shop.log(run), "the restore has begun", 60)
    victims = {STARTING: [run], RUN: [run], EVERYTHING: [run, *map(shop.container, SERVICES)]}
    shop.kill(*(victims.get(victim) or [shop.container(victim)]))
    killed = time.monotonic()
    while not any(shown(known) in shop.price_answered() for known in (price - 1000, price)):
        assert time.monotonic() - killed < 120, shop.state()
    answered = time.monotonic() - killed
    shop.wait_for_price(price, 400)
    served = time.monotonic() - killed
    shop.wait_for_health()
    shop.wait_until(shop.knows_its_runs, "the web interface has the runs")
    runs = len(shop.run_containers()) - before
    ends = ", ".join(run["status"] for run in shop.runs()[:runs])
    return f"answers again after {answered:.1f} s; the new price after {served:.0f} s; runs, newest first: {ends}"


if __name__ == "__main__":
    main()
