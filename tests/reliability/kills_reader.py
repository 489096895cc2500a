"""The reader of tests/reliability/kills.py: polls the served catalogue until its input ends, then says what it saw.

It looks at CURRENT and at the file that it names every 5 ms, and reads the catalogue at each change of either, and
twice a second anyway. Reading without a pause would take a core from the syncs.
"""

import select
import sys
import time
from pathlib import Path

import duckdb

from toko_core.catalog.reader import read_info
from toko_core.catalog.store import current_file

POLL_SECONDS, READ_SECONDS = 0.005, 0.5


def generation_of(folder: Path, step: int, items: int) -> int:
    """Which backup all prices of the served catalogue are from; anything mixed or missing is an AssertionError."""
    file = current_file(folder)
    assert file is not None, "CURRENT names nothing"
    read_info(file)
    with duckdb.connect(file, read_only=True) as connection:
        rows = connection.execute("SELECT hargajual FROM prices ORDER BY product_id").fetchall()
    found = {int(price) // step for (price,) in rows}
    assert len(rows) == items, f"{len(rows)} prices"
    assert len(found) == 1, f"prices of the backups {found}"
    return found.pop()


def state_of(folder: Path) -> tuple[str, int, int, int]:
    """The served file's name, inode, size and time of modification."""
    file = current_file(folder)
    assert file is not None, "CURRENT names nothing"
    found = file.stat()
    return file.name, found.st_ino, found.st_size, found.st_mtime_ns


def main() -> None:
    folder, step, items = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    seen, problems = 0, []
    state: tuple[str, int, int, int] | None = None
    next_read = 0.0
    while not select.select([sys.stdin], [], [], POLL_SECONDS)[0]:
        try:
            before, state = state, state_of(folder)
            if state != before or time.monotonic() >= next_read:
                generation_of(folder, step, items)
                seen, next_read = seen + 1, time.monotonic() + READ_SECONDS
        except Exception as error:
            problems.append(f"the reader saw {type(error).__name__}: {error}")
    print("\n".join([str(seen), *problems]))


if __name__ == "__main__":
    main()
