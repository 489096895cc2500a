"""Every sentence about groups, in Indonesian."""

from toko_bot.replies.people.names import name_html
from toko_core.state.groups.store import Move

PHOTOS_FORBIDDEN = "Foto tidak dikirim karena grup ini tidak mengizinkan foto."
CANNOT_WRITE = "Bot tidak boleh menulis di sini. Minta admin grup mengizinkannya."
ENDED = "Akses grup ini ke bot sudah berakhir. Kalau masih perlu, hubungi pemilik toko."


def moved(move: Move) -> str:
    """The message to owners about a group that became a supergroup. It is HTML."""
    group = f"Grup <b>{name_html(move.title)}</b>" if move.title else "Sebuah grup"
    return (
        f"ℹ️ {group} sekarang jadi supergrup. Bot tetap menjawab di sana.\n"
        f"ID lama: <code>{move.old}</code>\nID baru: <code>{move.new}</code>\n"
        "Kalau pengaturan di komputer toko diubah, pakai ID yang baru."
    )
