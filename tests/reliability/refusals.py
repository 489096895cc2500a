"""What every refusal must leave: one line for people, the catalogue of yesterday, and nothing else."""

from contextlib import closing
from pathlib import Path

from tests.acceptance.places import its_postgres, run_toko
from tests.installation import Installation

PASSING_BY = ("dagster", "postgres", "postgres.log", "backups", "rows", "inbox", "runs", "sync.lock")
"""Below the data folder: history, database files, whole backups and rows of the last, what others put there."""
EARLIER = ("raw_backup.json", "restored_database.json", "headers.json", "chosen.json")
"""What was noted or made of a backup before it was refused. The rest is the catalogue, what it was made of, and
the records."""


def refusal(toko: Installation, *args: str | Path) -> str:
    """The one line of a sync that must be refused, after which all is as it was."""
    before = kept(toko)
    answer = run_toko("sync", *args)
    assert answer.status == 1, answer
    assert kept(toko) == before
    assert toko.list_leftovers() == []
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
    files = (path for path in toko.data.rglob("*") if path.is_file() and path.name not in EARLIER and not asks(path))
    names = {path: path.relative_to(toko.data) for path in files}
    stats = {str(name): path.stat() for path, name in names.items() if name.parts[0] not in PASSING_BY}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}


def asks(file: Path) -> bool:
    """Whether a file has what the owners are asked about a backup that the checks blocked."""
    return file.parent.name == "publications" and '"blocked"' in file.read_text()


def every_database(toko: Installation) -> set[str]:
    """All that is in the server, besides what every server has."""
    with its_postgres(toko) as server, closing(server.connect("postgres")) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE oid > 16383")
        return {name for (name,) in rows}
