"""The tables of a published catalogue file: the contract between the chain that writes it and its readers."""

SCHEMA_VERSION = 3
"""The version of the file's tables. Readers reject any other version, and a change makes the chain publish again.

A new table needs no new version: old readers ignore it, and new ones treat a missing one as empty."""

UNCOMPRESSED = "USING COMPRESSION uncompressed"
"""Photos are JPEGs already. To read one compressed value, DuckDB reads a whole group: more than the bot's memory."""
PERIOD = {
    "dari": "TIMESTAMP", "sebelum": "TIMESTAMP", "jam_dari": "TIME", "jam_sampai": "TIME", "hari": "INTEGER",
}  # fmt: skip
TABLES = {
    "products": {
        "product_id": "INTEGER", "kodeitem": "VARCHAR", "namaitem": "VARCHAR", "jenis": "VARCHAR", "merek": "VARCHAR",
        "rak": "VARCHAR", "satuan": "VARCHAR", "sistem_harga": "VARCHAR", "dijual": "BOOLEAN",
        "keterangan": "VARCHAR", "matauang": "VARCHAR", "jasa": "BOOLEAN", "stokmin": "DECIMAL(20,3)",
        "supplier": "VARCHAR", "dateupd": "TIMESTAMP", "terjual_90": "DECIMAL(20,3)", "terakhir_terjual": "TIMESTAMP",
    },
    "prices": {
        "product_id": "INTEGER", "satuan": "VARCHAR", "konversi": "DECIMAL(20,3)", "level": "INTEGER",
        "jumlah_sampai": "DECIMAL(20,3)", "hargapokok": "DECIMAL(18,4)", "hargajual": "DECIMAL(18,4)",
    },
    "barcodes": {"barcode": "VARCHAR", "product_id": "INTEGER", "satuan": "VARCHAR"},
    "stock": {"product_id": "INTEGER", "kantor": "VARCHAR", "stok": "DECIMAL(20,3)"},
    "photos": {"product_id": "INTEGER", "gambar": f"BLOB {UNCOMPRESSED}"},
    "price_changes": {
        "product_id": "INTEGER", "satuan": "VARCHAR", "level": "INTEGER", "jumlah_sampai": "DECIMAL(20,3)",
        "before": "DECIMAL(18,4)", "after": "DECIMAL(18,4)", "seen_from": "TIMESTAMP", "previous": "TIMESTAMP",
    },
    "serials": {"noserial": "VARCHAR", "product_id": "INTEGER", "kantor": "VARCHAR", "terjual": "BOOLEAN"},
    "names": {"kind": "VARCHAR", "kode": "VARCHAR", "nama": "VARCHAR"},
    "customer_groups": {"kgrup": "VARCHAR", "grup": "VARCHAR", "level": "INTEGER", "potongan": "DECIMAL(6,3)"},
    "group_discounts": {
        "product_id": "INTEGER", "kgrup": "VARCHAR", "pot1": "DECIMAL(6,3)", "pot2": "DECIMAL(6,3)",
        "pot3": "DECIMAL(6,3)", "pot4": "DECIMAL(6,3)",
    },
    "discounts": {
        "product_id": "INTEGER", "iddiskon": "VARCHAR", "satuan": "VARCHAR", "kgrup": "VARCHAR", "prioritas": "BIGINT",
        "rupiah": "DECIMAL(18,4)", "pot1": "DECIMAL(6,3)", "pot2": "DECIMAL(6,3)", "pot3": "DECIMAL(6,3)",
        "pot4": "DECIMAL(6,3)", **PERIOD,
    },
    "promotions": {
        "product_id": "INTEGER", "idpromo": "VARCHAR", "satuan": "VARCHAR", "jumlah": "DECIMAL(20,3)",
        "hadiah": "INTEGER", "jumlah_hadiah": "DECIMAL(20,3)", "satuan_hadiah": "VARCHAR", "kelipatan": "BOOLEAN",
        "harga": "DECIMAL(18,4)", **PERIOD,
    },
    "sales": {
        "product_id": "INTEGER", "struk_7": "INTEGER", "struk_90": "INTEGER", "terjual_7": "DECIMAL(20,3)",
        "terjual_90": "DECIMAL(20,3)", "terakhir_terjual": "TIMESTAMP",
    },
}  # fmt: skip
"""The tables and their columns. Times of `price_changes` are UTC, all others are the shop's wall clock. `product_id` is
dense from 0 and has no meaning in another catalogue.

`names` has the name of a code of a `kind` of column (jenis, merek, satuan, kantor, supplier) if it differs from the
code; `kode` is exactly what that column holds. A group pays the prices of its `level`, less the percents of its row for
the product in `group_discounts`, one after the other, and without a row less its own `potongan`. A product is a service
(`jasa`), which has no stock, or goods, which have stock 0 if `stock` has no row of them; null means that iPOS does not
say. Amounts are rupiah. The selling prices of a product with a `matauang` are null: they are in that currency, and iPOS
has no rate of it. `serials` has the serial numbers of items in upper case, sorted; `terjual` says whether the item was
sold, and is null if iPOS does not say.

A row of `discounts` takes `rupiah` and then the percents off the price of a `satuan` (null: any) for a `kgrup` (null:
everybody). Who buys `jumlah` of a `satuan` gets, by a row of `promotions`, `jumlah_hadiah` of the product `hadiah`
(null: the same) for `harga` each (null: nothing). Both apply from `dari` until before `sebelum`, between `jam_dari` and
`jam_sampai`, on the weekdays of the bits of `hari` (1 is Monday). Null is no limit.

`sales` has the products that were sold in the 90 days before `sales_until` of catalog_info: the receipts of 7 and of 90
days, the quantities in base units less returns, and when it was last sold. `products` has the last two as well:
`terjual_90` is 0 for a product that was not sold, and null if sales were never read."""

ADDED = frozenset({"serials", "names", "customer_groups", "group_discounts", "discounts", "promotions", "sales"})
"""The tables that catalogues of earlier versions with the same SCHEMA_VERSION lack."""

ADDED_COLUMNS = {
    "products": (
        "keterangan", "matauang", "jasa", "stokmin", "supplier", "dateupd", "terjual_90", "terakhir_terjual",
    ),
}  # fmt: skip
"""The columns that catalogues of earlier versions with the same SCHEMA_VERSION lack, by table."""
