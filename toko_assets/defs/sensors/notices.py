"""Notices to the owners about the backup folder. Each owner gets each notice once."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from toko_assets.common.notifier import Asking
from toko_assets.defs.sensors.questions import ask_for_database
from toko_assets.publishing.candidates import Candidates
from toko_assets.publishing.served import Served
from toko_core.state.outbox import Message
from toko_core.text import count, moment, shorten

LONGEST_NAME = 80
MOST_CHOICES = 8
"""Of databases to choose from with a button; further ones only a technician can choose."""


def notices(shop: str, zone: ZoneInfo, found: Candidates) -> Iterator[Message | Asking]:
    """Yield the notices about what is listed and served now."""
    selection, title = found.selection, f"<b>{escape(shop)}: "
    if selection.choices:
        names = sorted(selection.choices)
        text = (
            f"⚠️ {title}ada backup dari {count(len(names))} database</b>\n{_codes(names)}\nBelum dipilih yang mana "
            "punya toko ini, jadi semuanya belum dipakai."
        )
        key, few = f"choose:{' '.join(names).casefold()}", names[:MOST_CHOICES]
        yield _asking(key, found, few, text, "Pilih salah satu:", f"{text} Minta teknisi memilih salah satu.")
    for database, backup in selection.foreign.items():
        used = f"Toko ini memakai database {_code(found.shop.name or '')}, jadi backup itu tidak dipakai."
        text = (
            f"ℹ️ {title}ada backup dari database lain</b>\n{_name(backup.name)} berasal dari database "
            f"{_code(database)}.\n{used}"
        )
        key, moved = f"foreign:{database.casefold()}", "Kalau toko memang pindah ke database itu,"
        technician = f"{text} {moved} minta teknisi menggantinya."
        yield _asking(key, found, [database], text, f"{moved} ketuk <b>Pakai ini</b>.", technician)
    for backup in selection.impossible:
        yield Message(
            f"date:{backup.listed.revision}",
            f"⚠️ {title}tanggal backup tidak mungkin</b>\n{_name(backup.name)} bertanggal "
            f"{moment(backup.dumped_at, zone)}, jadi tidak dipakai. Betulkan tanggal dan jam di komputer iPOS, lalu "
            "buat backup lagi.",
        )
    if found.served:
        yield from _about_served(title, zone, found, found.served)


def _about_served(title: str, zone: ZoneInfo, found: Candidates, served: Served) -> Iterator[Message]:
    backup, published_at = served.backup, served.published_at
    if backup is None or served.is_demo or published_at is None:
        return
    if served.adopted_database:
        yield Message(
            f"adopted:{served.adopted_database.casefold()}",
            f"ℹ️ {title}database toko sudah dipilih</b>\nMulai sekarang hanya backup dari database "
            f"{_code(served.adopted_database)} yang dipakai, seperti harga yang dipakai sekarang. Kalau itu bukan "
            "database toko ini, hubungi teknisi.",
        )
    older = _older_arrivals(found, backup.dumped_at, published_at)
    if older:
        yield Message(
            f"clock:{backup.sha256}",
            f"⚠️ {title}backup yang lebih lama masuk</b>\n{_name(older[0])} dibuat sebelum data yang dipakai sekarang "
            f"({moment(backup.dumped_at, zone)}), jadi tidak dipakai. Kalau itu bukan salinan lama, periksa tanggal "
            "dan jam di komputer iPOS.",
        )


def _asking(
    key: str, found: Candidates, databases: list[str], text: str, prompt: str, technician: str
) -> Message | Asking:
    """Return the question which database is the shop's, or a message if only a technician can change it."""
    return ask_for_database(key, found.shop, databases, text, prompt, technician) or Message(key, technician)


def _older_arrivals(found: Candidates, dumped_at: datetime, published_at: datetime) -> list[str]:
    """Return the names of backups that arrived after the publication, although they were dumped before its backup."""
    return [
        backup.name
        for backup in found.selection.suitable
        if backup.header and backup.listed.modified > published_at and backup.dumped_at < dumped_at
    ]


def _codes(names: list[str]) -> str:
    return ", ".join(map(_code, names))


def _code(name: str) -> str:
    return f"<code>{_name(name)}</code>"


def _name(name: str) -> str:
    return escape(shorten(name, LONGEST_NAME))
