"""What every refusal must leave: one line for people, the catalogue of yesterday, and nothing else."""

from contextlib import closing
from pathlib import Path

from tests.acceptance.places import its_postgres, run_toko
from tests.installation import Installation
from toko_assets.ipos.restore import databases

PASSING_BY = ("dagster", "postgres", "backups", "inbox", "runs")
"""Below the data folder: history, database files, copies of whole backups, what others put there. The rest is the
catalogue, the exports and the records of what was made."""


def refusal(toko: Installation, *args: str | Path) -> str:
    """The one line of a sync that must be refused, after which all is as it was."""
    before = kept(toko)
    answer = run_toko("sync", *args)
    assert answer.status == 1, answer
    assert kept(toko) == before
    assert toko.left_over() == []
    return one_line(answer.error)


def one_line(error: str) -> str:
    """What the command says, below the mark of the step that failed."""
    said = [line for line in error.splitlines() if line.strip() and not line.startswith("✗")]
    assert len(said) == 1, error
    assert said[0].startswith("toko: ")
    assert "Traceback" not in error
    assert "failed:" not in error, f"an error that nobody thought of: {error}"
    return said[0]


def kept(toko: Installation) -> dict[str, tuple[int, int]]:
    """Every file that a refused backup must not touch, with its size and the time of its last change."""
    found = {}
    for path in sorted(toko.data.rglob("*")):
        name = path.relative_to(toko.data)
        if name.parts[0] not in PASSING_BY and name.name != "raw_backup.json" and path.is_file():
            stat = path.stat()
            found[str(name)] = (stat.st_size, stat.st_mtime_ns if name.name != "postgres.log" else 0)
    return {name: stat for name, stat in found.items() if name not in ("postgres.log", "sync.lock")}


def restored(toko: Installation) -> list[str]:
    """The databases of backups, the unfinished ones too."""
    with its_postgres(toko) as server:
        return databases(server, "i5bu")


def every_database(toko: Installation) -> set[str]:
    """All that is in the server, besides what every server has."""
    with its_postgres(toko) as server, closing(server.connect("postgres")) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE oid > 16383")
        return {name for (name,) in rows}
