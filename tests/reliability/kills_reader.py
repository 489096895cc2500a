"""The reader of tests/reliability/kills.py: polls the served catalogue until its input ends, then says what it saw."""

import select
import sys
from pathlib import Path

import duckdb

from toko_core.catalog.reader import read_info
from toko_core.catalog.store import current_file


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


def main() -> None:
    folder, step, items = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    seen, problems = 0, []
    while not select.select([sys.stdin], [], [], 0.005)[0]:
        try:
            generation_of(folder, step, items)
            seen += 1
        except Exception as error:
            problems.append(f"the reader saw {type(error).__name__}: {error}")
    print("\n".join([str(seen), *problems]))


if __name__ == "__main__":
    main()
