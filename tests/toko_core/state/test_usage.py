"""Replicas count together, and nothing is lost or counted twice while the state database cannot be used."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from toko_core.state import database
from toko_core.state.database import FILE, StateDatabase
from toko_core.state.demand.counts import Outcome
from toko_core.state.demand.store import Kind, Wanted
from toko_core.state.usage import Usage

ZONE, BUDI, SITI = ZoneInfo("Asia/Jakarta"), 101, 102


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[tuple[Usage, Usage]]:
    states = [StateDatabase(f"sqlite:///{tmp_path}/{FILE}") for _ in range(2)]
    yield tuple(Usage(state, ZONE, frozenset({BUDI})) for state in states)  # type: ignore[misc]
    for state in states:
        state.close()


def test_a_list_that_another_replica_opens_a_product_of_is_opened(replicas: tuple[Usage, Usage]) -> None:
    one, other = replicas

    async def work() -> None:
        for usage in (one, other):
            usage.search(BUDI, "Gula Pasir", Outcome.LISTED)
            usage.search(BUDI, "durian", Outcome.NOTHING)
        for code in ("A", "B"):
            other.open(BUDI, BUDI, code, "gula pasir")
        one.open(BUDI, BUDI, "C")
        await one.write(everything=True)
        await other.write(everything=True)
        assert await one.most(Kind.MISSING, 7, 10, 0) == (1, [Wanted("durian", 2)])
        assert await other.most(Kind.UNOPENED, 7, 10, 0) == (1, [Wanted("gula pasir", 1)])
        assert set(await one.recent(BUDI)) == {"A", "B", "C"}
        assert await one.recent(SITI) == []

    asyncio.run(work())


def test_what_cannot_be_written_waits_and_is_written_once(
    tmp_path: Path, replicas: tuple[Usage, Usage], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage, other = replicas
    monkeypatch.setattr(database, "RETRY_SECONDS", 0.0)

    async def work() -> None:
        file = tmp_path / FILE
        file.mkdir()  # a folder in place of the file
        for number in range(3):
            usage.search(number, "durian", Outcome.NOTHING)
            usage.open(number, BUDI, f"P{number}")
            await usage.write(everything=True)
        assert await usage.recent(BUDI) == ["P2", "P1", "P0"]
        file.rmdir()
        await asyncio.gather(usage.write(everything=True), usage.write(everything=True))
        assert await other.most(Kind.MISSING, 7, 10, 0) == (1, [Wanted("durian", 3)])
        assert await other.recent(BUDI) == ["P2", "P1", "P0"]

    asyncio.run(work())
    assert "wait for the state database" in caplog.text
