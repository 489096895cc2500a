"""SQLite's FTS5 with its trigram tokenizer: returns the ten best names for an OR of the query's trigrams, by bm25.

The names have blanks around them, as with tantivy. On 10,000 real names this finds .98 of the main kinds instead of
.97. Words instead of trigrams are ten times faster, but find only .87. `detail=none` or `column` would be smaller, but
then bm25 has no frequencies in a table without contents, and finds nothing.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from benchmarks.search.engines.engine import LIMIT, Engine, Search

FILE = "names.sqlite"
GRAM = 3
CACHE_BYTES = 4 * 2**30
"""Larger than the file, so that it is mapped and never read twice."""


def build(names: Sequence[str], folder: Path) -> None:
    connection = sqlite3.connect(folder / FILE)
    connection.execute("CREATE VIRTUAL TABLE names USING fts5 (name, content='', tokenize='trigram')")
    rows = ((row, _padded(name)) for row, name in enumerate(names))
    connection.executemany("INSERT INTO names (rowid, name) VALUES (?, ?)", rows)
    connection.execute("INSERT INTO names (names) VALUES ('optimize')")
    connection.commit()
    connection.close()


def load(folder: Path) -> Search:
    connection = sqlite3.connect(folder / FILE)
    connection.execute(f"PRAGMA mmap_size = {CACHE_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_BYTES // 1024}")

    def search(text: str) -> list[int]:
        padded = _padded(text)
        grams = dict.fromkeys(padded[place : place + GRAM] for place in range(len(padded) - GRAM + 1))
        match = " OR ".join(f'"{gram}"' for gram in grams)
        found = connection.execute("SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?", (match, LIMIT))
        return [row for (row,) in found]

    return search


def _padded(text: str) -> str:
    """Return the text in lower case, without characters that would end a string of the query language."""
    return f" {text.casefold()} ".replace('"', " ").replace("\0", " ")


ENGINE = Engine(
    name="fts5",
    setting="SQLite FTS5, OR of trigrams by bm25",
    modules=("sqlite3",),
    build=build,
    load=load,
    most_names=100_000,
)
