"""What the bot says about photos of barcodes."""

from collections.abc import Sequence
from html import escape

NO_GOODS = "Kode QR di foto itu bukan kode barang. Coba foto barcode garisnya."
GONE = "Barang di foto itu sudah tidak ada di data terbaru."

OTHER_UNREAD = "Ada barcode lain di foto ini yang tidak terbaca. Coba foto lebih dekat, satu per satu, ya."


def only_read(number: str) -> str:
    """Say which barcode was read. Whoever sees another one in the photo knows then that it was not read."""
    return f"Barcode yang terbaca: <code>{escape(number)}</code>"


def several(number: int) -> str:
    """The title of the list of the products in a photo."""
    return f"📷 {number} barang di foto"


def by_qr(text: str) -> str:
    """The title if only a QR code was read: it may be beside the barcode of other goods."""
    return f"📷 Kode QR di foto: <code>{escape(text)}</code>. Ini barangnya? Kalau bukan, foto barcode garisnya."


def only_first(shown: int, number: int) -> str:
    """The title if the photo has more products than the list."""
    return f"📷 Ada {number} barang di foto, ini {shown} yang pertama. Sisanya difoto terpisah, ya."


def not_in_data(numbers: Sequence[str]) -> str:
    codes = ", ".join(f"<code>{escape(number)}</code>" for number in numbers)
    return f"Barang dengan barcode {codes} tidak ada di data."
