"""Dumps that every archive reader accepts, with rows that nobody expects. Each change is made by a seed."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.security.dumped_shop import DumpedShop, Row, Value

SQL = (
    "'; DROP TABLE tbl_item; --", "$$; COPY tbl_item TO PROGRAM 'touch /tmp/jahat'; $$", "\\copy", "{{7*7}}", "%s%n",
    "\\.", "\\N", "Robert'); DROP DATABASE i5; --", "x' UNION SELECT hargapokok",
    '"; .shell touch jahat', "${jndi:ldap}",
)  # fmt: skip
FORMULAS = ("=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "＝1+1")
CONTROLS = (
    "\x07",
    "\x1b[2J",
    "\x1b]0;x\x07",
    "\x7f",
    "\x85",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200f",
    "\ufeff",
    "\u2028",
)
TEXTS = (
    "\U0001f35c" * 50,
    "e" + "\u0301" * 500,
    "\ufffd",
    "\U000e0001",
    "كتاب",
    "<b>&amp;</b>",
    "[bold]x[/]",
)
BROKEN = (b"\\303", b"\\xff\\xfe", b"caf\xe9", b"\xf0\x9f", b"\xed\xa0\x80", b"\\x00", b"\\000", b"\xc0\xaf", b"\x80")
AMOUNTS = (
    "NaN", "Infinity", "-Infinity", "1e10", "1E-10", "99999999999999.9999", "100000000000000", "0.00005", "0.00004",
    "-0.00001", "-0", "1e30", "1" * 60, "." + "0" * 30 + "1", " 1500 ", "+1500", "0x10", "1_000", "", "seribu", "1,500",
    "1e-400", "1e400",
)  # fmt: skip
NEGATIVE = ("-1", "-1500.000", "-99999999999.999", "-0.0001")
DATES = (
    "infinity",
    "-infinity",
    "0044-01-01 00:00:00 BC",
    "294276-12-31 23:59:59",
    "2026-02-30 00:00:00",
    "epoch",
    "now",
)
LONG = ("a" * 60_000, "\U0001f35c" * 20_000, "A B " * 9_000)
WORDS = ("namaitem", "jenis", "merek", "rak", "keterangan")
ODD_CODES = (
    "",
    " ",
    "BRG-002 ",
    " brg-002",
    "BRG-002\u202e",
    "BRG-002\x07",
    "A" * 300,
    "../../etc/passwd",
    "/harga",
    "\ud83c",
)


def sql(rng: Random, shop: DumpedShop) -> None:
    _put(rng, shop, SQL, {"tbl_item": (*WORDS, "satuan"), "tbl_itemsatuanjml": ("kodebarcode",)})


def formulas(rng: Random, shop: DumpedShop) -> None:
    _put(rng, shop, FORMULAS, {"tbl_item": WORDS, "tbl_itemstok": ("kantor",)})


def controls(rng: Random, shop: DumpedShop) -> None:
    """Put control characters and bidi overrides into names, units and barcodes."""
    for _ in range(3):
        row = rng.choice(shop.rows["tbl_item"])
        name = rng.choice(WORDS)
        row[name] = f"NAMA {rng.choice(CONTROLS)}X"
    _put(rng, shop, tuple(f"899{control}1" for control in CONTROLS), {"tbl_itemsatuanjml": ("kodebarcode",)})


def texts(rng: Random, shop: DumpedShop) -> None:
    _put(rng, shop, TEXTS, {"tbl_item": WORDS, "tbl_itemjenis": ("ketjenis",)})


def long_texts(rng: Random, shop: DumpedShop) -> None:
    """Put texts that no search could find or show into names and codes of prices."""
    _put(rng, shop, LONG, {"tbl_item": WORDS, "tbl_itemhj": ("satuan",), "tbl_itemsatuanjml": ("kodebarcode",)}, most=2)


def broken_text(rng: Random, shop: DumpedShop) -> None:
    """Put bytes that are no UTF-8 into texts, some of them in the text's own escapes."""
    _put(rng, shop, BROKEN, {"tbl_item": (*WORDS, "kodeitem"), "tbl_itemhj": ("satuan",)})


def amounts(rng: Random, shop: DumpedShop) -> None:
    places = {"tbl_item": ("hargajual1", "hargapokok"), "tbl_itemhj": ("hargajual", "jmlsampai", "level"),
              "tbl_itemsatuanjml": ("jumlahkonv", "hargapokok"), "tbl_itemstok": ("stok",)}  # fmt: skip
    _put(rng, shop, AMOUNTS, places, most=1)


def negative(rng: Random, shop: DumpedShop) -> None:
    _put(rng, shop, NEGATIVE, {"tbl_item": ("hargajual1", "hargapokok"), "tbl_itemhj": ("hargajual",)}, most=2)


def dates(rng: Random, shop: DumpedShop) -> None:
    _put(rng, shop, DATES, {"tbl_item": ("dateupd",), "tbl_itemhj": ("dateupd",)}, most=1)


def twice(rng: Random, shop: DumpedShop) -> None:
    """Repeat rows with the same codes and other prices: items, units, prices and barcodes."""
    for table in rng.sample(("tbl_item", "tbl_itemhj", "tbl_itemsatuanjml", "tbl_itemstok"), 2):
        row: Row = dict(rng.choice(shop.rows[table]))
        for name in {"hargajual1", "hargajual"} & set(row):
            row[name] = f"{rng.randrange(900, 1900)}.000"
        row["dateupd"] = rng.choice(("2026-01-05 08:00:00", "2027-01-01 00:00:00", None)) if "dateupd" in row else None
        shop.rows[table].insert(rng.randrange(len(shop.rows[table])), row)


def codes(rng: Random, shop: DumpedShop) -> None:
    """Codes that are empty, endless, or look like those of other items."""
    item = dict(shop.rows["tbl_item"][2])
    item.update(kodeitem=rng.choice(ODD_CODES), hargajual1="1234.000", sistemhargajual="O")
    shop.rows["tbl_item"].append(item)


def systems(rng: Random, shop: DumpedShop) -> None:
    """Price systems, marks of deletion and units that the shop does not know."""
    for _ in range(2):
        rng.choice(shop.rows["tbl_item"])["sistemhargajual"] = rng.choice((None, "", "o ", "X", "\x01", "s", "l"))
        rng.choice(shop.rows["tbl_itemhj"])["tipehj"] = rng.choice((None, "", "N", "j", "L ", "\u00a0S"))
        rng.choice(shop.rows["tbl_itemhj"])["satuan"] = rng.choice((None, "", " dus ", "KARTON", "pcs\t", "\u00a0PCS"))


def columns(rng: Random, shop: DumpedShop) -> None:
    """Columns in another order, and some that the program has never heard of."""
    for table, names in shop.columns.items():
        more = [f"jahat_{n}" for n in range(rng.choice((0, 3)))]
        shop.columns[table] = rng.sample([*names, *more], len(names) + len(more))


def escapes(rng: Random, shop: DumpedShop) -> None:
    """Amounts and names in COPY's own escapes, which mean the same price."""
    row = rng.choice([row for row in shop.rows["tbl_item"] if row["sistemhargajual"] == "O"])
    row["hargajual1"] = rng.choice((b"\\061500.000", b"\\x31500", b"15\\060\\060", b"\\+1500"))
    row["namaitem"] = rng.choice((b"A\\tB\\nC", b"\\x41\\102\\103", b"A\\\\NB", b"\\N\\N"))


def pictures(rng: Random, shop: DumpedShop) -> None:
    """Photos that are none, or not even bytea."""
    for row in rng.sample(shop.rows["tbl_item"], 3):
        row["gambar"] = rng.choice(
            (b"\\\\x", b"\\\\xzz", b"\\\\x" + rng.randbytes(300).hex().encode(), b"\\\\377", b"x" * 9)
        )


def everything(rng: Random, shop: DumpedShop) -> None:
    """All kinds that a sync must publish, together."""
    for change in (sql, formulas, texts, columns, escapes, pictures):
        change(rng, shop)


PUBLISHED = ("sql", "formulas", "texts", "columns", "escapes", "pictures", "everything")
"""Real shops have such rows: they must not stop a sync."""
CHANGES: tuple[Callable[[Random, DumpedShop], None], ...] = (
    everything, sql, formulas, controls, texts, long_texts, broken_text, amounts, amounts, negative, dates, twice,
    codes, systems, columns, escapes, pictures,
)  # fmt: skip


def hostile(rng: Random, shop: DumpedShop, change: Callable[[Random, DumpedShop], None]) -> DumpedShop:
    """Return the shop with a change, sometimes in a database that checks no encoding."""
    change(rng, shop)
    return replace(shop, encoding=rng.choice(("UTF8", "UTF8", "SQL_ASCII")))


def _put(
    rng: Random, shop: DumpedShop, values: tuple[Value, ...], places: dict[str, tuple[str, ...]], most: int = 4
) -> None:
    for _ in range(most):
        table = rng.choice(list(places))
        rng.choice(shop.rows[table])[rng.choice(places[table])] = rng.choice(values)
