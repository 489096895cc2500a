"""The sentences of the state page."""

from toko_core.text import count

NO_DAGSTER = "Dagster tidak menjawab. Sinkronisasi dan pemeriksaan tidak bisa ditampilkan; harga tetap bisa dicari."
NO_CATALOGUE = "Data harga belum ada."
OLD_PRICES_STAY = "Harga yang terakhir tetap dipakai."
LINKS = (("/runs", "Semua sinkronisasi"), ("/assets", "Tahap data"), ("/automation", "Jadwal dan pemantau"))
"""Pages of Dagster."""
COUNTS = {"products": "Barang", "prices": "Harga", "barcodes": "Barcode", "photos": "Foto"}
CHECKS = {
    "whole_archive": "File backup tidak lengkap atau rusak",
    "needed_tables_and_columns": "Ada tabel atau kolom yang kurang di backup",
    "optional_tables_read": "Ada tabel tambahan yang tidak bisa dibaca",
    "tables_not_empty": "Tabel barang atau satuan kosong",
    "item_keys_unique": "Terlalu banyak kode barang kosong atau kembar",
    "items_left_out": "Ada barang tanpa kode atau dengan kode kembar",
    "amounts_in_range": "Ada harga atau jumlah yang bukan angka wajar",
    "every_item_exported": "Ada barang yang hilang saat dibaca",
    "keys_unique": "Ada barang atau harga yang tercatat dua kali",
    "names_not_empty": "Ada barang tanpa nama",
    "no_negative_amount": "Ada harga atau modal di bawah nol",
    "share_unpriced": "Terlalu banyak barang tanpa harga",
    "prices_filled_in": "Ada harga yang belum diisi",
    "not_below_cost": "Ada barang yang dijual di bawah modal",
    "stale_price_rows": "Ada harga lama dari sistem harga lain",
    "no_orphans": "Ada satuan, harga, atau stok dari barang yang sudah dihapus",
    "barcodes_not_shared": "Ada barcode yang dipakai beberapa barang",
    "photos_readable": "Ada foto yang rusak atau terlalu besar",
    "texts_decoded": "Ada tulisan yang hurufnya tidak dikenal",
    "unknown_marks": "Ada barang dengan tanda jual atau hapus yang tidak dikenal",
    "unmarked_items_sold": "Ada barang tanpa tanda dijual atau tidak",
    "codes_used_as_names": "Ada barang tanpa nama, kodenya yang dipakai",
    "price_systems_guessed": "Ada barang yang sistem harganya tidak disebut",
    "fixed_price_used": "Ada barang yang memakai harga tetap",
    "price_rows_of_no_system": "Ada harga tanpa sistem harga",
    "price_rows_repeated": "Ada harga yang tercatat lebih dari sekali",
    "levels_assumed": "Ada level harga di bawah 1",
    "limits_assumed": "Ada batas jumlah di bawah 1",
    "units_assumed": "Ada harga tanpa satuan",
    "units_unknown": "Ada satuan yang isinya tidak diketahui",
    "units_without_price": "Ada satuan tanpa harga sendiri",
    "unit_rows_differ": "Ada satuan dengan dua isi yang berbeda",
    "group_discounts_clear": "Ada diskon grup pelanggan yang tidak jelas",
    "discounts_understood": "Ada diskon atau promo yang tidak jelas",
    "currencies_converted": "Ada harga dalam mata uang lain",
    "item_kinds_known": "Ada jenis barang yang tidak dikenal",
    "costs_too_large": "Ada modal yang terlalu besar",
    "history_kept": "Riwayat harga ada yang hilang",
    "counts_match_export": "Jumlah data di katalog tidak cocok",
    "product_hashes_unique": "Ada dua barang dengan kode pendek yang sama",
    "search_finds_products": "Pencarian tidak menemukan cukup banyak barang",
    "synonyms_understood": "Ada baris sinonim yang salah tulis",
    "products_not_lost": "Banyak barang hilang dibanding data sebelumnya",
    "products_not_fewer": "Barang lebih sedikit dari data sebelumnya",
    "prices_not_replaced": "Terlalu banyak harga berubah sekaligus",
    "few_prices_changed": "Cukup banyak harga berubah sekaligus",
    "prices_not_jumped": "Terlalu banyak harga melonjak atau anjlok",
    "few_prices_jumped": "Cukup banyak harga melonjak atau anjlok",
    "items_not_below_cost": "Terlalu banyak barang turun sampai di bawah modal",
    "few_items_below_cost": "Ada barang yang turun sampai di bawah modal",
    "items_not_unpriced": "Terlalu banyak barang kehilangan harga",
    "few_items_unpriced": "Ada barang yang kehilangan harga",
    "groups_not_at_zero": "Ada merek atau jenis yang kehilangan semua harganya",
    "groups_mostly_priced": "Ada merek atau jenis yang hampir semua harganya hilang",
    "till_agrees": "Harga di kasir sering berbeda dari harga di sini",
}
"""What a check of the chain that did not pass says, by its name in Dagster."""


def agreement(matching: int, compared: int) -> str:
    """Say how many lines of the till were asked at a published price: `98,7% dari 1.200 baris penjualan`."""
    share = f"{100 * matching / compared:.1f}".replace(".", ",")
    return f"{share}% dari {count(compared)} baris penjualan"
