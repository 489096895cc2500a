"""The sentences about what people watch, in Indonesian. Like those of `messages.py` they are HTML, except where they
say."""

from toko_core.text import count

FAVOURITE, IS_FAVOURITE = "☆ Favorit", "★ Favorit"
NOTIFY, IS_NOTIFIED = "🔔 Kabari", "🔕 Jangan kabari"
BELL = "🔔"
LEGEND = "🔔 dikabari kalau harganya berubah"
NOTIFIED = "Siap. Kalau harganya berubah, Anda dikabari di sini."
"""An alert, no HTML."""
PRIVATE_ONLY = "Favorit dan kabar harga hanya ada di chat pribadi dengan bot."
NOT_AVAILABLE = "Favorit dan kabar harga sedang tidak bisa dibuka. Coba lagi sebentar lagi."
NOTHING_MARKED = (
    "Belum ada favorit.\n\n"
    "Buka barangnya, lalu ketuk ☆ Favorit supaya cepat ketemu lagi, "
    "atau 🔔 Kabari supaya dikabari kalau harganya berubah."
)
CHANGED = "🔔 <b>Harga berubah</b>"
NOTHING_CHANGED = "Tidak ada harga yang berubah."
RISEN, FALLEN = "🔺 Naik", "🔻 Turun"
OFF, CHOSEN = "Tidak usah", "✓ "
CHOOSE_HOUR = (
    "☀️ <b>Kabar pagi</b>\n\n"
    "Harga yang naik dan turun kemarin, dikirim setiap pagi. Kalau tidak ada yang berubah, tidak ada pesan.\n\n"
)
HOUR_OFF = "Sekarang: tidak dikirim. Mau jam berapa?"


def too_many(most: int) -> str:
    """An alert, no HTML."""
    return f"Sudah ada {most} barang di /favorit. Hapus beberapa dulu, ya."


def marked(number: int) -> str:
    return f"★ <b>Favorit</b>: {count(number)} barang"


def gone(number: int) -> str:
    return f"{count(number)} barang lain sudah tidak ada di data terbaru."


def remove_gone(number: int) -> str:
    """The label of a button."""
    return f"🗑 Hapus yang sudah tidak ada ({count(number)})"


def changed(number: int) -> str:
    return CHANGED if number == 1 else f"{CHANGED}: {count(number)} barang"


def morning(since: str, risen: int, fallen: int) -> str:
    """`since` is the day before, or an earlier one if the last message was then: `kemarin, 29 Nov 2026`."""
    both = [f"🔺 {count(risen)} naik"] if risen else []
    both += [f"🔻 {count(fallen)} turun"] if fallen else []
    return f"☀️ <b>Harga berubah {since}</b>\n{' · '.join(both)}"


def yesterday(day: str) -> str:
    return f"kemarin, {day}"


def from_day(day: str) -> str:
    return f"sejak {day}"


def hour(hour: int) -> str:
    """The label of a button."""
    return f"{hour:02}.00"


def hour_on(time: str) -> str:
    return f"Sekarang: jam {time}. Mau diganti?"
