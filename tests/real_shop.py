"""A dump in the manner of a real shop's: a hundred tables, most of which nobody needs, and all that hangs on them.

    with real_database(server) as database:
        dump(server, database, out, "--quote-all-identifiers")

The tables that are known have the columns of iPOS 5 and a few rows, with known prices; the others have one row each.
Foreign keys, triggers, views, sequences, a domain, large objects and a second schema with tables of the same names are
there as well.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from psycopg import sql

from tests.real_shop_tables import FILLERS, NAMED, ddl
from toko_assets.postgres.server import PostgresServer

DATABASE = "i5_TOKO_NYATA"
PLAIN_ITEMS = 250
"""Items of system O, so that one bad item is less than a percent."""

ROWS = f"""
INSERT INTO tbl_infodb (versidb, versiupdate) VALUES ('5.0.9.1', '20260105');
INSERT INTO tbl_matauang (matauang, rate, utama) VALUES ('IDR', 1, 'Y');
INSERT INTO tbl_kantor (kodekantor, namakantor, fungsi, stsaktif) VALUES
    ('UTM', 'Toko Utama', 'TOKO', 'Y'), ('GDG', 'Gudang Belakang', 'GUDANG', 'Y');
INSERT INTO tbl_itemjenis (jenis, ketjenis) VALUES ('MI', 'Mie Instan'), ('MD', 'Minuman Dingin'), ('SB', 'Sembako');
INSERT INTO tbl_itemmerek (merek, ketmerek) VALUES ('m01', 'Sedapindo'), ('m02', 'Segarindo'), ('m03', 'Manisindo');
INSERT INTO tbl_itemsatuan (satuan, ketsatuan) VALUES ('BKS', 'Bungkus'), ('BTL', 'Botol'), ('DUS', 'Kardus');
INSERT INTO tbl_supelgrup (kgrup, grup, levelharga, potongan) VALUES
    ('G1', 'Grosir Pasar', 2, 0), ('G2', 'Pelanggan Tetap', 1, 5);
INSERT INTO tbl_supel (kode, nama, tipe, grup) VALUES
    ('PL-1', 'Bu Ratna', 'PL', 'G1'), ('SU-1', 'PT Pemasok', 'SU', '');

INSERT INTO tbl_item (kodeitem, namaitem, jenis, merek, satuan, sistemhargajual, hargapokok, hargajual1, statusjual,
    statushapus, keterangan, dateupd) VALUES
    ('2001', 'MIE GORENG SPESIAL 80GR', 'MI', 'm01', 'BKS', 'J', 2700, 0, 'Y', 'N', 'mi goreng', '2026-01-02'),
    ('2002', 'TEH MELATI DINGIN 350ML', 'MD', 'm02', 'BTL', 'S', 3100, 0, 'Y', 'N', NULL, '2026-01-02'),
    ('2003', 'GULA PASIR PUTIH 1KG', 'SB', 'm03', 'BKS', 'L', 15200, 0, 'Y', 'N', NULL, '2026-01-02'),
    ('2004', 'BERAS PULEN 5KG', 'SB', '', 'BKS', 'O', 69000, 78000, 'Y', 'N', NULL, '2026-01-02'),
    ('2005', 'SIRUP MERAH LAMA', 'MD', 'm02', 'BTL', 'O', 9000, 12000, 'Y', 'Y', NULL, '2024-01-02');
INSERT INTO tbl_item (kodeitem, namaitem, jenis, satuan, sistemhargajual, hargapokok, hargajual1, statusjual,
    statushapus, dateupd)
    SELECT 'B' || n, 'BARANG BIASA ' || n, 'SB', 'BKS', 'O', 800, 1000 + n, 'Y', 'N', '2026-01-02'
    FROM generate_series(1, {PLAIN_ITEMS}) n;
INSERT INTO tbl_itemsatuanjml (iddetail, kodeitem, satuan, jumlahkonv, kodebarcode, hargapokok)
    SELECT kodeitem || '-1', kodeitem, satuan, 1, NULL, hargapokok FROM tbl_item;
INSERT INTO tbl_itemsatuanjml (iddetail, kodeitem, satuan, jumlahkonv, kodebarcode, hargapokok) VALUES
    ('2002-2', '2002', 'DUS', 24, '8990000000017', 72000);
INSERT INTO tbl_itemhj (iddetail, kodeitem, tipehj, jmlsampai, level, satuan, hargajual, dateupd) VALUES
    ('1', '2001', 'J', 11, 0, 'BKS', 3500, '2025-03-01'), ('2', '2001', 'J', 9999, 0, 'BKS', 3300, '2025-03-01'),
    ('3', '2001', 'L', 0, 1, 'BKS', 2900, '2026-01-02'), ('4', '2002', 'S', 0, 0, 'BTL', 4000, '2025-03-01'),
    ('5', '2002', 'S', 0, 0, 'DUS', 90000, '2025-03-01'), ('6', '2002', 'J', 12, 0, 'BTL', 3600, '2026-01-02'),
    ('7', '2003', 'L', 0, 1, 'BKS', 17500, '2025-03-01'), ('8', '2003', 'L', 0, 2, 'BKS', 16800, '2025-03-01'),
    ('9', '2003', 'S', 0, 0, 'BKS', 15900, '2026-01-02');
INSERT INTO tbl_itemstok (kodeitem, kantor, stok) VALUES ('2001', 'UTM', 40), ('2001', 'GDG', 400), ('2002', 'UTM', 7);
UPDATE tbl_item SET tipe = 'Y', matauang = 'IDR', sistempajak = 'I';
UPDATE tbl_item SET keterangan = E'cocok VARIO 125,\r\n  BEAT', supplier1 = 'SU-1', stokmin = 6 WHERE kodeitem = 'B1';
UPDATE tbl_item SET matauang = 'USD', hargajual1 = 12.5 WHERE kodeitem = 'B2';
UPDATE tbl_item SET matauang = 'EUR', hargajual1 = 7.5 WHERE kodeitem = 'B3';
UPDATE tbl_item SET tipe = '2' WHERE kodeitem = 'B4';
INSERT INTO tbl_matauang (matauang, rate, utama) VALUES ('USD', 16000, 'N'), ('EUR', 0, 'N');
INSERT INTO tbl_itemserial (noserial, kodeitem, kodekantor, tipe, notransaksi) VALUES
    ('sn-0001x', 'B5', 'GDG', 'BL', 'B-1'), ('SN-0002X', 'B5', 'UTM', 'KSR', 'K-1');
INSERT INTO tbl_itempotongan (iddetail, kodeitem, kodegrup, jumlah, pot1) VALUES ('1', '2004', 'G2', 0, 10);
INSERT INTO tbl_ikhd (notransaksi, tanggal, tipe, kodekantor, kodesupel, totalakhir) VALUES
    ('K-1', '2026-01-04 10:00', 'KSR', 'UTM', 'PL-1', 7000);
INSERT INTO tbl_ikdt (iddetail, notransaksi, kodeitem, jumlah, satuan, jmlkonversi, harga, total) VALUES
    ('K-1-1', 'K-1', '2001', 2, 'BKS', 1, 3500, 7000);
"""

MORE = """
CREATE DOMAIN uang AS numeric(20,3) CHECK (VALUE >= 0);
ALTER TABLE tbl_item ALTER hargajual1 TYPE uang;
ALTER TABLE tbl_item ADD PRIMARY KEY (kodeitem);
ALTER TABLE tbl_supelgrup ADD PRIMARY KEY (kgrup);
ALTER TABLE tbl_ikhd ADD PRIMARY KEY (notransaksi);
ALTER TABLE tbl_itemsatuanjml ADD PRIMARY KEY (iddetail), ADD CONSTRAINT fk_satuan_item FOREIGN KEY (kodeitem)
    REFERENCES tbl_item (kodeitem) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE tbl_itemhj ADD PRIMARY KEY (iddetail), ADD CONSTRAINT fk_harga_item FOREIGN KEY (kodeitem)
    REFERENCES tbl_item (kodeitem) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE tbl_itempotongan ADD CONSTRAINT fk_potongan_grup FOREIGN KEY (kodegrup) REFERENCES tbl_supelgrup (kgrup);
ALTER TABLE tbl_ikdt ADD CONSTRAINT fk_nota FOREIGN KEY (notransaksi) REFERENCES tbl_ikhd (notransaksi);
CREATE FUNCTION jaga_nota() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'nota tidak boleh dihapus'; END $$;
CREATE TRIGGER jaga_hapus BEFORE DELETE ON tbl_ikhd FOR EACH ROW EXECUTE FUNCTION jaga_nota();
CREATE TRIGGER jaga_nomor BEFORE UPDATE OF notransaksi ON tbl_ikhd FOR EACH ROW EXECUTE FUNCTION jaga_nota();
CREATE TRIGGER jaga_baris AFTER DELETE ON tbl_ikdt FOR EACH STATEMENT EXECUTE FUNCTION jaga_nota();
CREATE VIEW view_harga AS SELECT i.kodeitem, i.namaitem, h.satuan, h.hargajual
    FROM tbl_item i JOIN tbl_itemhj h ON h.kodeitem = i.kodeitem;
CREATE SEQUENCE nomor_nota START 100;
CREATE INDEX nama_item ON tbl_item (namaitem);
COMMENT ON TABLE tbl_item IS 'barang';
SELECT lo_from_bytea(0, 'gambar nota'), lo_from_bytea(0, decode(repeat('ab', 20000), 'hex'));
CREATE SCHEMA lama;
CREATE TABLE lama.tbl_item (kodeitem text, namaitem text, hargajual1 numeric);
CREATE TABLE lama.tbl_itemhj (kodeitem text, hargajual numeric);
CREATE TABLE lama.tbl_kantor (kodekantor text, namakantor text);
INSERT INTO lama.tbl_item VALUES ('2001', 'DARI PROGRAM LAMA', 1);
INSERT INTO lama.tbl_itemhj VALUES ('2001', 1);
INSERT INTO lama.tbl_kantor VALUES ('UTM', 'LAMA');
"""

OPTIONAL_TABLES = ("tbl_supel", "tbl_matauang", "tbl_itemserial")
OPTIONAL_COLUMNS = ("tipe", "keterangan", "matauang", "stokmin", "supplier1", "sistempajak", "dateupd")
"""Of tbl_item."""
WITHOUT_OPTIONAL = (
    f"DROP TABLE {', '.join(OPTIONAL_TABLES)}",
    *(f"ALTER TABLE tbl_item DROP COLUMN {column}" for column in OPTIONAL_COLUMNS),
)
"""Statements that take them away."""

Price = tuple[str, str, int | None, int | None, Decimal | None]
PRICES: frozenset[Price] = frozenset(
    {
        ("2001", "BKS", None, 11, Decimal(3500)),
        ("2001", "BKS", None, 9999, Decimal(3300)),
        ("2002", "BTL", None, None, Decimal(4000)),
        ("2002", "DUS", None, None, Decimal(90000)),
        ("2003", "BKS", 1, None, Decimal(17500)),
        ("2003", "BKS", 2, None, Decimal(16800)),
        ("2004", "BKS", None, None, Decimal(78000)),
        ("B1", "BKS", None, None, Decimal(1001)),
        ("B2", "BKS", None, None, Decimal(200_000)),
        ("B3", "BKS", None, None, None),
        *((f"B{n}", "BKS", None, None, Decimal(1000 + n)) for n in range(4, PLAIN_ITEMS + 1)),
    }
)
"""What the till asks: (kodeitem, satuan, level, jumlah_sampai, hargajual)."""


@contextmanager
def real_database(
    server: PostgresServer, *, name: str = DATABASE, encoding: str = "UTF8", statements: Iterable[str] = ()
) -> Iterator[str]:
    """The shop's database, with the statements run at its end, while the block lasts."""
    identifier = sql.Identifier(name)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'")
    with server.connect("postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        admin.execute(create.format(identifier, sql.Literal(encoding)))
    try:
        with server.connect(name) as connection:
            rows = (f"INSERT INTO {table.name} DEFAULT VALUES" for table in FILLERS)
            for statement in (*map(ddl, (*NAMED, *FILLERS)), *rows, ROWS, MORE, *statements):
                connection.execute(statement.encode())
        yield name
    finally:
        with server.connect("postgres", autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))


def dump(server: PostgresServer, database: str, out: Path, *options: str) -> Path:
    """What `pg_dump -Fc` with these options writes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    server.run("pg_dump", "-Fc", *options, "-f", out, database)
    return out
