"""A small shop as the archive that pg_dump would write, made of rows alone, without a server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO

from PIL import Image

from tests.archives import END_OF_ROWS, ArchiveFile, TocEntry

Value = str | bytes | int | None
"""A field of a row. Bytes are written as COPY text, as they are."""
Row = dict[str, Value]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "tbl_item": {
        "kodeitem": "character varying(100) NOT NULL", "namaitem": "text", "jenis": "character varying(50)",
        "tipe": "character varying(15) DEFAULT 'Y'::character varying", "merek": "character varying(50)",
        "satuan": "character varying(50)", "sistemhargajual": "character varying(1)", "hargapokok": "numeric(35,20)",
        "hargajual1": "numeric(20,3)", "stok": "numeric(20,3)", "rak": "character varying(100)", "keterangan": "text",
        "gambar": "bytea", "statusjual": "character varying(15)", "statushapus": "character varying(15)",
        "supplier1": "character varying(50)", "dateupd": "timestamp without time zone",
    },
    "tbl_itemsatuanjml": {
        "iddetail": "character varying(150) NOT NULL", "kodeitem": "character varying(100)",
        "satuan": "character varying(30)", "jumlahkonv": "numeric(20,3)", "kodebarcode": "character varying(100)",
        "hargapokok": "numeric(35,20)", "tipe": "character varying(15)", "dateupd": "timestamp without time zone",
    },
    "tbl_itemhj": {
        "iddetail": "character varying(150) NOT NULL", "kodeitem": "character varying(100)",
        "tipehj": "character varying(10)", "jmlsampai": "numeric(20,3)", "level": "integer",
        "prosentase": "numeric(20,3)", "satuan": "character varying(50)", "hargajual": "numeric(35,20)",
        "dateupd": "timestamp without time zone",
    },
    "tbl_itemstok": {
        "kodeitem": "character varying(100)", "kantor": "character varying(50)", "stok": "numeric(20,3)",
        "hppdasar": "numeric(35,20)",
    },
    "tbl_itemjenis": {"jenis": "character varying(50) NOT NULL", "ketjenis": "character varying(100)"},
    "tbl_ikdt": {"iddetail": "bigint NOT NULL", "kodeitem": "character varying(100)", "harga": "numeric(20,3)"},
}  # fmt: skip
ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
ITEMS = 40
RECEIPTS = 300


@dataclass(frozen=True)
class DumpedShop:
    """Rows by table. `columns` has the columns of each table in the order in which they are dumped."""

    rows: dict[str, list[Row]]
    columns: dict[str, list[str]] = field(default_factory=lambda: {name: [*COLUMNS[name]] for name in COLUMNS})
    encoding: str = "UTF8"

    def archive(self) -> ArchiveFile:
        """Return the shop's archive."""
        entries = [
            TocEntry(1, "ENCODING", "ENCODING", f"SET client_encoding = '{self.encoding}';\n"),
            TocEntry(2, "STDSTRINGS", "STDSTRINGS", "SET standard_conforming_strings = 'on';\n"),
            TocEntry(3, "SEARCHPATH", "SEARCHPATH", "SELECT pg_catalog.set_config('search_path', '', false);\n"),
        ]
        data = {}
        for number, (table, rows) in enumerate(self.rows.items()):
            columns = self.columns[table]
            types = ",\n".join(f"    {name} {COLUMNS[table].get(name, 'text')}" for name in columns)
            entries.append(TocEntry(10 + number, "TABLE", table, f"CREATE TABLE public.{table} (\n{types}\n);\n"))
            copy = f"COPY public.{table} ({', '.join(columns)}) FROM stdin;\n"
            entries.append(TocEntry(100 + number, "TABLE DATA", table, "", copy, had_dumper=1))
            data[100 + number] = copy_text(rows, columns)
        entries = [replace(e, schema="public") if e.kind.startswith("TABLE") else e for e in entries]
        return ArchiveFile(tuple(entries), data, database="i5_TOKO")


def copy_text(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """Write rows as COPY's text format, with the end mark."""
    lines = (b"\t".join(_field(row.get(name)) for name in columns) + b"\n" for row in rows)
    return b"".join(lines) + END_OF_ROWS


def shop(price: int = 1000, items: int = ITEMS) -> DumpedShop:
    """Make a shop with items of each of the four price systems; no two prices are the same."""
    rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    for n in range(items):
        code, system = f"BRG-{n:03}", "OSLJ"[n % 4]
        own = price + 10 * n
        rows["tbl_item"].append({
            "kodeitem": code, "namaitem": f"BARANG KE {n} 85GR", "jenis": f"J{n % 3}", "merek": f"MEREK {n % 5}",
            "satuan": "PCS", "sistemhargajual": system, "hargapokok": f"{own - 200}.00000000000000000000",
            "hargajual1": f"{own}.000", "stok": "0.000", "rak": "A1", "statusjual": "Y", "statushapus": "N",
            "gambar": b"\\\\x" + PHOTO.hex().encode() if n < 2 else None,
            "dateupd": f"2026-01-{1 + n % 28:02} 08:00:00",
        })  # fmt: skip
        for unit, size in (("PCS", 1), ("DUS", 40)):
            rows["tbl_itemsatuanjml"].append({
                "iddetail": f"{code}-{unit}", "kodeitem": code, "satuan": unit, "jumlahkonv": f"{size}.000",
                "kodebarcode": f"899{n:09}{size % 10}", "hargapokok": "0.00000000000000000000",
            })  # fmt: skip
        rows["tbl_itemhj"] += [
            {"iddetail": f"{code}-{number}", "kodeitem": code, "tipehj": system, "satuan": unit, "level": level,
             "jmlsampai": f"{most}.000", "hargajual": f"{own * size + number}.00000000000000000000",
             "dateupd": "2026-01-05 08:00:00"}
            for number, (unit, size, level, most) in enumerate(_keys(system))
        ]  # fmt: skip
        rows["tbl_itemstok"].append({"kodeitem": code, "kantor": "TOKO", "stok": f"{n}.000"})
    rows["tbl_itemjenis"] = [{"jenis": f"J{n}", "ketjenis": f"JENIS {n}"} for n in range(3)]
    rows["tbl_ikdt"] = [{"iddetail": n, "kodeitem": "BRG-000", "harga": "1000.000"} for n in range(RECEIPTS)]
    return DumpedShop(rows)


def _keys(system: str) -> list[tuple[str, int, int, int]]:
    """Return unit, units, level and quantity of each price of an item."""
    return {
        "O": [],
        "S": [("PCS", 1, 0, 0), ("DUS", 40, 0, 0)],
        "L": [("PCS", 1, 1, 0), ("PCS", 1, 2, 0), ("DUS", 40, 1, 0)],
        "J": [("PCS", 1, 0, 11), ("PCS", 1, 0, 39), ("DUS", 40, 0, 9999)],
    }[system]


def _field(value: Value) -> bytes:
    if value is None:
        return b"\\N"
    if isinstance(value, bytes):
        return value
    return "".join(ESCAPES.get(letter, letter) for letter in str(value)).encode("utf-8", "surrogatepass")


def _photo() -> bytes:
    output = BytesIO()
    Image.linear_gradient("L").save(output, "PNG")
    return output.getvalue()


PHOTO = _photo()
