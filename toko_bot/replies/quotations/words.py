"""The sentences about quotations, in Indonesian. Like those of `messages.py` they are HTML, except where they say."""

from decimal import Decimal
from html import escape

from toko_core.text import quantity, rupiah, shorten

TITLE = "🧾 Penawaran "
"""The prefix of every message about one quotation. A reply to such a message is about that quotation."""
LONGEST_MAKER = 40

OPEN_PRODUCT = "? pilih barangnya"
NOT_FOUND = "? barang tidak ditemukan"
OPEN_NUMBER = "? jumlahnya berapa"
OPEN_UNIT = "? pilih satuannya"
UNPRICED = "? harga belum diisi"
NOT_SOLD = "? tidak dijual lagi"
TOTAL, ROUNDING = "TOTAL", "Pembulatan"
EMPTY = "Belum ada barang. Balas pesan ini dengan barangnya, misalnya: gula 1 kg 5"

EDIT, ADD, SHARE, DONE, BACK = "✏️ Ubah", "➕ Tambah", "📤 Bagikan", "✅ Selesai", "‹ Kembali"
SHARE_TEXT, SHARE_PICTURE = "📝 Teks", "🖼 Gambar"
NEW_PRICES, CHANGE_PRODUCT, REMOVE = "🔄 Pakai harga baru", "🔁 Ganti barang", "🗑 Hapus"
LESS, MORE = "−", "＋"

CHOOSE_LINE = "Ketuk nomor barang yang mau diubah."
CHOOSE_PRODUCT = "Yang mana?"
CHOOSE_LEVEL = "Pakai harga apa?"
CHOOSE_SHARE = "Mau dibagikan sebagai apa? Teksnya tinggal diteruskan atau disalin ke WhatsApp."
OTHER_NAME = "Tidak ada di sini? Balas pesan ini dengan nama lain."
NOTHING_FOUND = "Barang ini tidak ditemukan. Balas pesan ini dengan nama lain, atau hapus."
REPLY_CHANGES = "Atau balas pesan ini dengan jumlahnya (misalnya <code>12 dus</code>), atau dengan nama barang lain."
EXPIRED = "⚠️ Masa berlakunya sudah lewat."

GONE = "Penawaran ini tidak ada lagi."
LINE_GONE = "Barang ini sudah dihapus dari penawaran."
NOT_AVAILABLE = "Penawaran sedang tidak bisa dibuka. Coba lagi sebentar lagi."
PRIVATE_ONLY = "Penawaran hanya bisa dibuka di chat pribadi dengan bot."
NOTHING_TO_SHARE = "Belum ada barang yang bisa dibagikan."
EXPIRED_SHARE = "Masa berlakunya sudah lewat. Ketuk “Pakai harga baru” dulu."
FULL = "Penawaran ini sudah penuh."
BAD_NUMBER = "Jumlahnya harus lebih dari 0, dan paling banyak 99.999. Penawaran tidak diubah."
NOT_REPLACED = "Barang dengan nama itu tidak ditemukan. Penawaran tidak diubah."
NO_QUOTATIONS = (
    "Belum ada penawaran. Kirim daftar barang, satu barang per baris:\n\n"
    "<code>indomie goreng 3 dus\ngula pasir 1 kg 5\naqua 600 x 2</code>"
)
NO_SUCH_NUMBER = "Penawaran dengan nomor itu tidak ada."
PLACEHOLDER = "gula 1 kg 5"
"""Shown in the empty input field while something is added. No HTML."""


def title(label: str) -> str:
    return f"{TITLE}{label}"


def holds(made: str, until: str) -> str:
    return f"{made} · berlaku s.d. {until}"


def level(name: str) -> str:
    return f"Harga: {escape(name)}"


def level_button(name: str) -> str:
    """The label of a button."""
    return f"💰 Harga: {shorten(name, 20)} ▾"


def maker(name: str) -> str:
    return f"Dibuat oleh {escape(shorten(name, LONGEST_MAKER))}"


def still_open(count: int) -> str:
    return f"❓ {count} barang belum jelas dan belum dihitung."


def open_button(count: int) -> str:
    """The label of a button."""
    return f"❓ Perjelas ({count})"


def open_share(count: int) -> str:
    """An alert, no HTML."""
    return f"Masih ada {count} barang yang belum jelas. Perjelas atau hapus dulu."


def left_out(count: int, most: int) -> str:
    return f"⚠️ Paling banyak {most} barang. {count} lagi tidak ikut."


def changed_since(date: str) -> str:
    return f"⚠️ <b>Harga berubah sejak {date}</b>"


def changed_line(number: int, change: str) -> str:
    return f"{number}. {change}"


def gone_line(number: int, before: Decimal) -> str:
    return f"{number}. tidak dijual lagi, sebelumnya {rupiah(before)}"


def line_title(number: int) -> str:
    return f"Baris {number}"


def typed(text: str) -> str:
    return f"<i>{escape(text)}</i>"


def priced(number: Decimal, unit: str, price: Decimal, subtotal: Decimal) -> str:
    sign = times(number, price, subtotal)
    return f"{quantity(number)} {escape(unit)} {sign} {rupiah(price)} = <b>{rupiah(subtotal)}</b>"


def times(number: Decimal, price: Decimal, subtotal: Decimal) -> str:
    """The sign before a unit price. One that PRICE_ROUNDING rounds is not multiplied: 10 @ Rp3.500 may be Rp34.500."""
    return "×" if abs(number * price - subtotal) < 1 else "@"


def which_unit(unit: str) -> str:
    return f"Ada beberapa satuan {escape(unit)}. Yang mana?"


def no_unit(unit: str) -> str:
    return f"Barang ini tidak dijual per {escape(unit)}. Pakai satuan apa?"


def counted(count: str) -> str:
    return f"Jumlahnya sekarang {escape(count)}."


def add_to(label: str) -> str:
    return f"{title(label)}\nTulis barang yang mau ditambah, satu barang per baris."


def all_quotations(count: int) -> str:
    return f"🧾 <b>Penawaran</b> ({count})"


def summary(number: int, label: str, date: str, lines: int, amount: Decimal, name: str) -> str:
    by = f" · {escape(shorten(name, LONGEST_MAKER))}" if name else ""
    return f"{number}. <b>{label}</b> · {date}\n    {lines} barang · {rupiah(amount)}{by}"


def shared_head(shop: str, label: str, made: str, until: str) -> list[str]:
    """The first lines of a shared text. No HTML, but WhatsApp's marks."""
    return [f"*{shop}*", f"Penawaran {label}", f"Tanggal {made}, berlaku s.d. {until}"]


def shared_line(number: int, name: str, count: str, sign: str, price: str, subtotal: str) -> str:
    """A line of a shared text. No HTML."""
    return f"{number}. {name}\n    {count} {sign} {price} = {subtotal}"


def shared_total(amount: str) -> str:
    """The last line of a shared text. No HTML."""
    return f"*Total {amount}*"
