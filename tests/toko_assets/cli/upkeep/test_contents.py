"""The files of a backup are those of one moment, although a sync replaces them all the time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from toko_assets.cli.upkeep.contents import Places, open_files
from toko_core.catalog.store import publish
from toko_core.files import DataFolder, whole_file

SNAPSHOTS = 50
KEPT = 2


@contextmanager
def publishing(data: DataFolder) -> Iterator[None]:
    """Publish one catalogue after the other, in the order of a sync: history, catalogue, CURRENT, record."""
    stopping, begun = threading.Event(), threading.Event()

    def publish_all() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            for file in (data.history / "prices.parquet", data.catalog / "next.duckdb", data.records / "last.json"):
                if file.parent == data.catalog:
                    file.write_text(f"{number}")
                    publish(file, f"catalog-{number}.duckdb", KEPT)
                else:
                    with whole_file(file) as temporary:
                        temporary.write_text(f"{number}")
            begun.set()

    thread = threading.Thread(target=publish_all)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def test_each_backup_has_a_state_in_which_a_sync_may_have_been_killed(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.catalog.mkdir()
    (data.catalog / "next.duckdb.part").touch()
    (data.records / "outbox.lock").parent.mkdir()
    (data.records / "outbox.lock").touch()
    (data.records / "link.json").symlink_to("/etc/passwd")
    seen: set[int] = set()
    with publishing(data):
        taken = 0
        while taken < SNAPSHOTS or len(seen) < 2:  # a busy machine may publish nothing for a while
            taken += 1
            with open_files(data) as files:
                content = {name: file.read().decode() for name, file in files.items()}
            current = content.pop("data/catalog/CURRENT").strip()
            served = int(content[f"data/catalog/{current}"])
            assert current == f"catalog-{served}.duckdb"
            assert current in content[f"data/catalog/{current}.sha256"]
            history, record = content.pop("data/history/prices.parquet"), content.pop("data/records/last.json")
            assert served - 1 <= int(record) <= served <= int(history) <= served + 1
            assert all(name.startswith("data/catalog/catalog-") for name in content)
            seen.add(served)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("data/catalog/CURRENT", "c/CURRENT"),
        ("data/catalog/catalog-1.duckdb.sha256", "c/catalog-1.duckdb.sha256"),
        ("data/records/publications/1.json", "d/records/publications/1.json"),
        ("dagster/history/runs/1.db", "h/history/runs/1.db"),
        ("dagster/dagster.yaml", "h/dagster.yaml"),
        ("dagster.dump", "d/dagster.dump"),
        ("data/catalog/next.duckdb.part", None),
        ("data/postgres/PG_VERSION", None),
        ("data/records/../../x", None),
        ("data/records//x", None),
        ("data/records/a\nb", None),
        ("/dagster.dump", None),
        ("dagster/history", None),
        ("dagster/storage/x", None),
        ("", None),
    ],
)
def test_only_files_that_a_backup_holds_have_a_place(name: str, place: str | None) -> None:
    found = Places(Path("d"), Path("c"), Path("h")).place(name)
    assert found == (Path(place) if place else None)
