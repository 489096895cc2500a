"""The tables of a published catalogue file: the contract between the chain that writes it and its readers."""

SCHEMA_VERSION = 3
"""The version of the file's tables. Readers reject any other version, and a change makes the chain publish again."""

UNCOMPRESSED = "USING COMPRESSION uncompressed"
"""Photos are JPEGs already. To read one compressed value, DuckDB reads a whole group: more than the bot's memory."""
TABLES = {
    "products": {
        "product_id": "INTEGER", "kodeitem": "VARCHAR", "namaitem": "VARCHAR", "jenis": "VARCHAR", "merek": "VARCHAR",
        "rak": "VARCHAR", "satuan": "VARCHAR", "sistem_harga": "VARCHAR", "dijual": "BOOLEAN",
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
}  # fmt: skip
"""The tables and their columns. Times are UTC. `product_id` is dense from 0 and has no meaning in another catalogue."""
