"""The Indonesian sentences about what people searched for and opened."""

from html import escape

from toko_core.state.demand.store import Kind
from toko_core.text import count

TITLES = {Kind.MISSING: "Tidak ketemu", Kind.UNOPENED: "Ada, tapi tidak dibuka"}
OPEN = {Kind.MISSING: "Yang tidak ketemu", Kind.UNOPENED: "Yang tidak dibuka"}
"""The labels of the buttons to the lists."""
EMPTY = {
    Kind.MISSING: "👍 Semua yang dicari ketemu.",
    Kind.UNOPENED: "👍 Setiap kali ada hasil, barangnya dibuka.",
}
ABOUT = {
    Kind.MISSING: "Ketuk nomor untuk mencarinya lagi.",
    Kind.UNOPENED: (
        "Hasilnya muncul, tapi tidak ada barang yang dibuka. Bisa jadi harganya sudah terbaca di daftar, bisa juga "
        "bukan itu yang dicari. Ketuk nomor untuk mencarinya lagi."
    ),
}
THERE_NOW = "sekarang ada"
NOT_AVAILABLE = "Daftar ini sedang tidak bisa dibuka. Coba lagi sebentar lagi."
RECENT = "Terakhir dibuka:"


def days(number: int) -> str:
    """The label of a button, and part of a title."""
    return f"{number} hari"


def title(kind: Kind, period: int, number: int) -> str:
    """The first line of a list."""
    return f"🔍 <b>{TITLES[kind]}</b> · {days(period)} terakhir: {count(number)}"


def line(place: int, query: str, times: int, *, is_there: bool) -> str:
    """One query of a list, and how often it was searched for."""
    return f"{place}. {escape(query)} – {count(times)}×{f' · ✅ {THERE_NOW}' if is_there else ''}"
