"""Whatever happens to the folder and to the runs, the newest backup is the one that is published in the end.

Unless the checks or a rollback rejected it, or a person has chosen another since it came.
"""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.toko_assets.backups.decision.simulation import Simulation
from toko_assets.backups.decision import Ending

ENDINGS = [Ending.SUCCEEDED, Ending.TRANSIENT, Ending.PERMANENT]
UPLOADS = 500
days = st.integers(0, 40)
places = st.sampled_from("abcde")


class AnyOrder(RuleBasedStateMachine):
    """Short stories, which shrink to the smallest that goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Simulation()

    @rule(place=places, day=days, settled=st.booleans(), whole=st.booleans())
    def put(self, place: str, day: int, settled: bool, whole: bool) -> None:
        self.shop.put(place, day, settled=settled, whole=whole)

    @precondition(lambda self: self.shop.folder)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        self.shop.delete(data.draw(st.sampled_from(sorted(self.shop.folder))))

    @rule()
    def restore(self) -> None:
        self.shop.restore()

    @rule()
    def settle(self) -> None:
        self.shop.settle()

    @rule(minutes=st.sampled_from([0.5, 1, 4, 5, 10, 15, 59, 60]))
    def wait(self, minutes: float) -> None:
        self.shop.wait(timedelta(minutes=minutes))

    @rule()
    def change_settings(self) -> None:
        self.shop.settings += "*"

    @precondition(lambda self: self.shop.run)
    @rule()
    def fetch(self) -> None:
        self.shop.fetch()

    @precondition(lambda self: self.shop.run)
    @rule(ending=st.sampled_from(ENDINGS))
    def finish(self, ending: Ending) -> None:
        self.shop.finish(ending)

    @precondition(lambda self: self.shop.run)
    @rule()
    def reject(self) -> None:
        self.shop.reject()

    @precondition(lambda self: self.shop.folder)
    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        self.shop.choose(data.draw(st.sampled_from(sorted(self.shop.folder))))

    @rule(steps=st.integers(1, 3))
    def roll_back(self, steps: int) -> None:
        self.shop.roll_back(steps)

    @rule()
    def look(self) -> None:
        self.shop.look()

    def teardown(self) -> None:
        self.shop.come_to_rest()


AnyOrder.TestCase.settings = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=300,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)
test_any_short_story_ends_with_the_newest_published = AnyOrder.TestCase


@pytest.mark.parametrize("disorder", [0, 5, 50, UPLOADS])
@pytest.mark.parametrize("seed", range(3))
def test_of_500_backups_the_newest_is_published_none_twice_and_none_missed(seed: int, disorder: int) -> None:
    """From one day after the other to any order at all."""
    random = Random(seed * UPLOADS + disorder)
    shop = Simulation()
    to_come = sorted(range(UPLOADS), key=lambda day: day + random.random() * disorder, reverse=True)
    while to_come:
        happens(shop, random, to_come)
    shop.come_to_rest()
    assert shop.synced


def happens(shop: Simulation, random: Random, to_come: list[int]) -> None:
    """One thing: looks and time passing the most often; `to_come` holds the days of the backups not yet there."""
    chance = random.random()
    if chance < 0.08:
        day = to_come.pop()
        shop.put(f"{day}.i5bu", day, settled=random.random() < 0.7, whole=random.random() < 0.5)
    elif chance < 0.10 and shop.folder:
        shop.put(random.choice(sorted(shop.folder)), random.randrange(UPLOADS), settled=random.random() < 0.7)
    elif chance < 0.13 and shop.folder:
        newest = shop.newest
        shop.delete(newest.place if newest and random.random() < 0.5 else random.choice(sorted(shop.folder)))
    elif chance < 0.14:
        shop.restore()
    elif chance < 0.142:
        shop.roll_back(random.randint(1, 3))
    elif chance < 0.145:
        shop.settings += "*"
    elif chance < 0.20:
        shop.settle()
    elif chance < 0.25:
        shop.fetch()
    elif chance < 0.35:
        shop.finish(random.choice(ENDINGS))
    elif chance < 0.60:
        shop.wait(timedelta(seconds=random.choice([30, 30, 120, 1200])))
    else:
        shop.look()
