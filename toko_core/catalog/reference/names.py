"""The names of the codes that a shop gives to its categories, brands, units, branches and suppliers."""

from typing import Literal, get_args

import duckdb

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


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Return whether the catalogue has a table."""
    found = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchone()
    return found is not None
