"""Reading and changing dump files without the code under test."""

from datetime import datetime
from pathlib import Path

from toko_assets.postgres.server import PostgresServer

Table = list[dict[str, str | None]]

TIME_OFFSET = 12
"""Of the seconds in an archive of version 1.15 or newer: magic 5, version 3, int size, offset size, format,
compression. Seconds, minutes, hours, day, month from 0 and year from 1900 follow, a sign and four bytes each."""


SCRATCH = b"test_scratch"
"""The database from which `write_backup` dumps."""


def dumped_at(file: Path, time: datetime) -> Path:
    """Write another time of the dump into the archive's header: the shop's local time, to the second."""
    content = bytearray(file.read_bytes())
    assert content[:5] == b"PGDMP"
    assert (content[5], content[6] >= 15, content[8]) == (1, True, 4)
    fields = (time.second, time.minute, time.hour, time.day, time.month - 1, time.year - 1900)
    for n, value in enumerate(fields):
        start = TIME_OFFSET + 5 * n
        assert content[start] == 0
        content[start + 1 : start + 5] = value.to_bytes(4, "little")
    file.write_bytes(content)
    return file


def of_database(dump: bytes, name: str) -> bytes:
    """The dump with another database in its header. All offsets stay, since the name is as long as that of the test."""
    assert len(name) == len(SCRATCH)
    assert SCRATCH in dump[:100]
    return dump.replace(SCRATCH, name.encode(), 1)


def as_sql(server: PostgresServer, file: Path) -> str:
    """The whole dump as a script, without the lines that differ from one writing to the next."""
    script = file.with_suffix(".sql")
    server.run("pg_restore", "-f", script, file)
    lines = script.read_text(encoding="utf-8").split("\n")
    return "\n".join(line for line in lines if not line.startswith((r"\restrict", r"\unrestrict")))


def rows_of(script: str, table: str) -> Table:
    """The rows of one table of schema public in such a script."""
    _, head, rest = script.partition(f"COPY public.{table} (")
    assert head, f"{table} is not in the dump"
    names, _, rest = rest.partition(") FROM stdin;\n")
    block, _, _ = rest.partition("\\.\n")
    columns = names.split(", ")
    return [
        {name: None if value == r"\N" else value for name, value in zip(columns, line.split("\t"), strict=True)}
        for line in block.splitlines()
    ]
