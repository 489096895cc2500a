"""The tables of a real shop's database: those whose columns are known, and as many others as a shop has."""

from typing import NamedTuple

TABLES, COLUMNS = 100, 1_600
"""Tables in schema public, and their columns."""


class TableDefinition(NamedTuple):
    name: str
    columns: tuple[str, ...]
    """Name and type of each."""


def ddl(table: TableDefinition) -> str:
    return f"CREATE TABLE {table.name} ({', '.join(table.columns)})"


def _table(name: str, columns: str) -> TableDefinition:
    return TableDefinition(name, tuple(" ".join(column.split()) for column in columns.split(";")))


def _columns(kind: str, names: str) -> str:
    return "; ".join(f"{name} {kind}" for name in names.split())


TEXT, MONEY, COST, TIME = "varchar(150)", "numeric(20,3)", "numeric(35,20)", "timestamp without time zone"
WEEK = _columns("boolean", "w1 w2 w3 w4 w5 w6 w7")
PERIOD = f"{_columns(TIME, 'tgldari tglsampai jamdari jamsampai')}; {WEEK}; stsact boolean; tipeper varchar(10)"

NAMED = (
    _table("tbl_infodb", _columns(TEXT, "versidb versiupdate")),
    _table(
        "tbl_item",
        "kodeitem varchar(100); namaitem text; jenis varchar(50); tipe varchar(15) DEFAULT 'Y'; merek varchar(50);"
        "satuan varchar(50); sistemhargajual varchar(1) DEFAULT 'J'; hargapokok numeric(35,20);"
        "hargajual1 numeric(20,3); stok numeric(20,3) DEFAULT 0; stokmin numeric(20,3) DEFAULT 0; rak varchar(100);"
        "keterangan text; gambar bytea; statusjual varchar(15); statushapus varchar(15); supplier1 varchar(50);"
        "supplier2 varchar(50); supplier3 varchar(50); dept varchar(50); matauang varchar(20); serial varchar(15);"
        "konsinyasi varchar(15); sistempajak varchar(15); nonpajakex varchar(15); gambarfiles text;"
        f"opsiflexhargajual boolean DEFAULT false; hargarakit {MONEY}; tanggal_add {TIME}; dateupd {TIME};"
        "jenis_pajak varchar(20)",
    ),
    _table(
        "tbl_itemsatuanjml",
        f"iddetail {TEXT}; kodeitem varchar(100); satuan varchar(30); jumlahkonv {MONEY}; kodebarcode varchar(100);"
        f"hargapokok {COST}; tipe varchar(15); dateupd {TIME}; poin {MONEY} DEFAULT 0; komisisales {MONEY} DEFAULT 0",
    ),
    _table(
        "tbl_itemhj",
        f"iddetail {TEXT}; kodeitem varchar(100); tipehj varchar(10); jmlsampai {MONEY}; level integer;"
        f"prosentase {MONEY}; satuan varchar(50); hargajual {COST}; dateupd {TIME}",
    ),
    _table("tbl_itemstok", f"kodeitem varchar(100); kantor varchar(50); stok {MONEY}; hppdasar {COST}; rack text"),
    _table("tbl_itemjenis", _columns(TEXT, "jenis ketjenis")),
    _table("tbl_itemmerek", _columns(TEXT, "merek ketmerek")),
    _table("tbl_itemsatuan", _columns(TEXT, "satuan ketsatuan")),
    _table("tbl_kantor", _columns(TEXT, "kodekantor namakantor fungsi stsaktif jenis_pajak")),
    _table("tbl_supelgrup", f"kgrup varchar(20); grup varchar(100); levelharga integer; potongan {MONEY}"),
    _table(
        "tbl_itempotongan",
        f"iddetail {TEXT}; kodeitem varchar(100); kodegrup varchar(50);{_columns(MONEY, 'jumlah pot1 pot2 pot3 pot4')}",
    ),
    _table(
        "tbl_itemdisp",
        f"iddiskon varchar(50); {PERIOD}; prioritas integer; {_columns(TEXT, 'kodeitemd kodeitems jenis merek')};"
        f"{_columns(MONEY, 'pot1 pot2 pot3 pot4')}; stsvcr boolean",
    ),
    _table(
        "tbl_itemdispdt",
        f"iddiskon varchar(50); kodeitem varchar(100); satuan varchar(50); opsidiskon integer; kgruppel varchar(20);"
        f"{_columns(MONEY, 'diskon1 diskon2 diskon3 diskon4 disknom1 disknom2 disknom3 disknom4 hargajual1')}",
    ),
    _table("tbl_itempromo", f"idpromo varchar(50); {PERIOD}; {_columns(TEXT, 'kodeitemd kodeitems jenis merek')}"),
    _table(
        "tbl_itempromodt",
        f"idpromo varchar(50); {_columns(TEXT, 'kodeitem satuanjual kodeitemgr satuangratis')};"
        f"{_columns(MONEY, 'jumlahjual jumlahgratis harga')}; kelipatan boolean; tebus boolean",
    ),
    _table(
        "tbl_ikhd",
        f"notransaksi varchar(50); tanggal {TIME}; tipe varchar(20);"
        f"{_columns(TEXT, 'kodekantor kodesupel notrsretur')};"
        f"{_columns(MONEY, 'totalakhir selisihpembulatan prpajak jmltunai')}; dateupd {TIME}",
    ),
    _table(
        "tbl_ikdt",
        f"iddetail {TEXT}; notransaksi varchar(50); kodeitem varchar(100); satuan varchar(50);"
        f"{_columns(COST, 'jumlah harga potongan potongan2 potongan3 potongan4')};"
        f"{_columns(MONEY, 'jmlkonversi total jmlretur pajak jmlgratis tebus')}; sistemhargajual varchar(1);"
        f"{_columns(TEXT, 'tipepromo idtrsretur notrsretur jenis_pajak')}; dateupd {TIME}",
    ),
    _table("tbl_imhd", f"notransaksi varchar(50); tanggal {TIME}; tipe varchar(20); totalakhir {MONEY}"),
    _table("tbl_imdt", f"iddetail {TEXT}; notransaksi varchar(50); kodeitem varchar(100); jumlah {COST}; harga {COST}"),
    _table("tbl_item_ik", f"iddetail {TEXT}; tanggal {TIME}; kodeitem varchar(100); jumlah {COST}"),
    _table("tbl_item_im", f"iddetail {TEXT}; tanggal {TIME}; kodeitem varchar(100); sisa {COST}"),
    _table("tbl_accjurnal", f"iddetail {TEXT}; tanggal {TIME}; kodeacc varchar(50); debet {MONEY}; kredit {MONEY}"),
    _table("tbl_supel", _columns(TEXT, "kode nama tipe grup alamat jenis_pajak")),
    _table("tbl_itemserial", _columns("varchar(255)", "noserial kodeitem kodekantor tipe notransaksi")),
    _table("tbl_matauang", f"matauang varchar(20); rate {COST}; utama varchar(15)"),
)

KINDS = (TEXT, MONEY, COST, TIME, "integer", "boolean", "text", "bytea", "date", "jsonb", "integer[]")


def _fillers() -> tuple[TableDefinition, ...]:
    """Tables that bring the database to its number of tables and columns, with types of every kind."""
    tables = TABLES - len(NAMED)
    columns = COLUMNS - sum(len(table.columns) for table in NAMED)
    sizes = [columns // tables + (number < columns % tables) for number in range(tables)]
    return tuple(
        TableDefinition(
            f"tbl_lain{number:02}" if number % 7 else f'"tbl_Lain {number:02}"',
            tuple(
                f"kolom{place} {KINDS[place % len(KINDS)]}" if place % 5 else f'"Kolom ""{place}""" text'
                for place in range(size)
            ),
        )
        for number, size in enumerate(sizes)
    )


FILLERS = _fillers()
