"""The sentences about sharing a product, in Indonesian."""

from html import escape

from toko_core.text import count

SHARE, PICTURE, LINK = "📤 Bagikan", "🖼 Gambar", "🔗 Tautan"
CHOSEN = "✓ "
UNPRICED = "Harga belum diisi"
OLD_DATA = "⚠️ Data lama"
PRESS_AGAIN = "Setelah disetujui, ketuk lagi tautan barangnya."
"""What a stranger reads who came by the link of a product."""


def more_offers(number: int) -> str:
    """What stands in place of offers that do not fit."""
    return f"+{count(number)} promo lagi"


def promotion(text: str) -> str:
    """A promotion on a picture, whose font has no emoji."""
    return f"Promo: {text}"


def instead_of(discount: str, before: str) -> str:
    """What stands below a price with a discount on a picture."""
    return f"{discount}, dari {before}"


def link(name: str, url: str) -> str:
    """The message with a link. It is HTML."""
    return f"🔗 <b>{escape(name)}</b>\n{escape(url)}\n\nHanya bisa dibuka rekan yang punya akses ke bot ini."
