"""The names of the codes that a shop gives to its categories, brands, units, branches and suppliers."""

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import duckdb

from toko_core.text import shorten

Kind = Literal["jenis", "merek", "satuan", "kantor", "supplier"]


class Names:
    """The names in a catalogue. Thread-safe."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the table `names`. A catalogue of an earlier version has none."""
        self._names: dict[str, dict[str | None, str]] = {kind: {} for kind in get_args(Kind)}
        if has_table(connection, "names"):
            for kind, code, name in connection.execute("SELECT kind, kode, nama FROM names").fetchall():
                self._names.setdefault(kind, {})[code] = name

    def find(self, kind: Kind, code: str | None) -> str | None:
        """Return the name of a code, or None if it has no other name than the code."""
        return self._names[kind].get(code)

    def shown(self, kind: Kind, code: str | None) -> str | None:
        """Return the name of a code, else the code itself."""
        return self._names[kind].get(code) or code

    def branches(self, codes: Sequence[str], longest: int, longest_code: int) -> list[str]:
        """Return the name of each branch, with its code if another one of `codes` looks the same.

        Names have at most `longest` characters, and codes without a name `longest_code`.
        """
        found = [self.find("kantor", code) for code in codes]
        shown = [
            shorten(name, longest) if name else code[:longest_code] for name, code in zip(found, codes, strict=True)
        ]
        return [
            shorten(f"{code} {name}", longest) if name and shown.count(text) > 1 else text
            for name, code, text in zip(found, codes, shown, strict=True)
        ]

    def units(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the names of the units that have one, by code, each once."""
        return {code: name for code in codes if (name := self.find("satuan", code))}


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Return whether the catalogue has a table."""
    found = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchone()
    return found is not None
