"""The sentences of the lists."""

from typing import NamedTuple

WAYS = {"naik": "Harga naik", "turun": "Harga turun"}
PERIODS = {
    "hari-ini": "Hari ini", "kemarin": "Kemarin", "7-hari": "7 hari terakhir", "30-hari": "30 hari terakhir",
}  # fmt: skip
DEMAND_DAYS = ("7", "30", "90")
TITLES = {
    "rugi": "Dijual di bawah modal",
    "tanpaharga": "Belum ada harganya",
    "habis": "Stok habis, laku 90 hari terakhir",
    "habissemua": "Stok habis",
    "laris": "Paling laris, 90 hari",
    "larisminggu": "Paling laris, 7 hari",
}
EMPTY = {
    "rugi": "Tidak ada barang yang dijual di bawah modal.",
    "tanpaharga": "Semua barang sudah ada harganya.",
    "habis": "Tidak ada barang yang stoknya habis.",
    "habissemua": "Tidak ada barang yang stoknya habis.",
    "laris": "Tidak ada penjualan dalam 90 hari.",
    "larisminggu": "Tidak ada penjualan dalam 7 hari.",
}
KEPT = {"larisminggu": {"masa": "7"}, "habissemua": {"pilih": "semua"}}
"""The parameters of lists that share an address."""
NO_SALES = "Data penjualan belum ada. Daftar ini terisi sendiri setelah backup berikutnya masuk."
NO_CATEGORY = "Tanpa jenis"
NOT_AVAILABLE = "Daftar ini sedang tidak bisa dibuka. Coba lagi sebentar lagi."
MISSING = "Tidak ketemu"
UNOPENED = "Ada, tapi tidak dibuka"
NOTHING_MISSING = "Semua yang dicari ketemu."
NOTHING_UNOPENED = "Setiap kali ada hasil, barangnya dibuka."
ABOUT_UNOPENED = (
    "Hasilnya muncul, tapi tidak ada barang yang dibuka. Bisa jadi harganya sudah terbaca di daftar, bisa juga bukan "
    "itu yang dicari."
)
THERE_NOW = "sekarang ada"


class Tab(NamedTuple):
    """A link to another form of a list."""

    label: str
    url: str
    is_current: bool


def title(name: str, *, has_sales: bool) -> str:
    """Return the title of a list. Without sales, nothing is known of what was sold."""
    return TITLES["habissemua" if name == "habis" and not has_sales else name]


def tabs(name: str, *, has_sales: bool) -> list[Tab]:
    """Return the forms of a list that has several."""
    if name in {"laris", "larisminggu"}:
        return [
            Tab("90 hari", "/daftar/terlaris", name == "laris"),
            Tab("7 hari", "/daftar/terlaris?masa=7", name == "larisminggu"),
        ]
    if name in {"habis", "habissemua"} and has_sales:
        return [
            Tab("Yang laku 90 hari", "/daftar/habis", name == "habis"),
            Tab("Semua yang habis", "/daftar/habis?pilih=semua", name == "habissemua"),
        ]
    return []


def no_moves(way: str, period: str) -> str:
    """Say that no price moved in a period."""
    return f"Tidak ada harga yang {way} {PERIODS[period].lower()}."
