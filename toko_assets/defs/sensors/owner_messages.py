"""Telegram messages to the owners about syncs, in Indonesian, as HTML."""

from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from toko_assets.common.publications import Blocked, PriceChange, Published, RolledBack, WorstRow
from toko_core.text import count, format_change, moment, shorten
from toko_core.text.failures import explain_checks, explain_failure

SHOWN_CHANGES = 10
LONGEST_NAME = 100
LONGEST_UNIT = 20
"""Ten lines of these lengths fit into a message, whose limit is 4,096 characters."""
STEPS = {
    "raw_backup": "mengambil backup", "restored_database": "membaca isi backup", "exported_products": "menyusun harga",
    "price_history": "mencatat riwayat harga", "product_catalog": "menyiapkan data untuk bot",
}  # fmt: skip
"""What each asset does."""
OLD_PRICES_STAY = "Harga yang terakhir tetap dipakai."


def published(shop: str, zone: ZoneInfo, publication: Published, duration: timedelta, *, recovered: bool) -> str:
    """Format the message after a sync that changed something, or that succeeded after a failure."""
    lines = [
        f"✅ <b>{escape(shop)}: {'sinkronisasi berhasil lagi' if recovered else 'data harga baru'}</b>",
        f"Data per {moment(publication.data_time, zone)}",
        *(_format_changes(publication) if publication.compared else [f"{count(publication.products)} barang"]),
        f"Selesai dalam {max(round(duration.total_seconds()), 1)} detik",
    ]
    return "\n".join(lines)


def rolled_back(shop: str, zone: ZoneInfo, rollback: RolledBack) -> str:
    """Format the message after a rollback."""
    lines = [
        f"↩️ <b>{escape(shop)}: harga dikembalikan</b>",
        f"Sekarang dipakai: data {moment(rollback.data_time, zone)}",
        f"{count(rollback.products)} barang",
    ]
    if rollback.refused_time:
        rejected = moment(rollback.refused_time, zone)
        lines.append(f"Data {rejected} tidak dipakai lagi sampai ada backup yang lebih baru.")
    return "\n".join(lines)


def sync_failed(shop: str, asset: str, reason: str, link: str | None) -> str:
    """Format the message after a failed sync. `reason` is the failure as Dagster has it, in English."""
    step = f" waktu {STEPS[asset]}" if asset in STEPS else ""
    lines = [
        f"⚠️ <b>{escape(shop)}: sinkronisasi gagal{step}</b>",
        escape(explain_failure(reason)),
        OLD_PRICES_STAY,
    ]
    return "\n".join([*lines, f"Rincian untuk teknisi: {escape(link)}"] if link else lines)


def rollback_failed(shop: str, reason: str, link: str | None) -> str:
    """Format the message after a rollback that an owner decided on the phone, and that failed."""
    lines = [
        f"⚠️ <b>{escape(shop)}: harga tidak jadi dikembalikan</b>",
        escape(explain_failure(reason)),
        OLD_PRICES_STAY,
    ]
    return "\n".join([*lines, f"Rincian untuk teknisi: {escape(link)}"] if link else lines)


def publication_blocked(shop: str, zone: ZoneInfo, blocked: Blocked, reason: str, link: str | None) -> str:
    """Format what a question is about: a backup that the checks blocked, and that an owner may let pass."""
    lines = [
        f"⚠️ <b>{escape(shop)}: data baru ditahan</b>",
        f"Backup {moment(blocked.backup.dumped_at, zone)} ({escape(shorten(blocked.backup.name, LONGEST_NAME))})",
        *map(escape, explain_checks(reason) or [explain_failure(reason)]),
        *map(_format_worst, blocked.rows),
    ]
    return "\n".join([*lines, f"Rincian untuk teknisi: {escape(link)}"] if link else lines)


def source_fails(shop: str, zone: ZoneInfo, reason: str, since: datetime, *, final: bool) -> str:
    """Format the message about a failing source of backups. `final`: it is not tried again."""
    lines = [
        f"⚠️ <b>{escape(shop)}: backup tidak bisa diambil</b> sejak {moment(since, zone)}",
        escape(explain_failure(reason)),
        OLD_PRICES_STAY,
        "Tidak dicoba lagi sampai teknisi memperbaiki pengaturannya dan menjalankan ulang programnya."
        if final
        else "Terus dicoba otomatis. Begitu jaringan atau foldernya kembali, tidak perlu apa-apa lagi.",
    ]
    return "\n".join(lines)


def source_answers(shop: str) -> str:
    """Format the message that follows `source_fails` when the source works again."""
    return f"✅ <b>{escape(shop)}: backup bisa diambil lagi</b>"


def failure_mark(asset: str, reason: str, backup_id: str = "") -> str:
    """Return a mark that is equal for equal failures. Words with a digit (sizes, times, revisions) are ignored.

    `backup_id` is that of a backup about which owners decide: each has its own message. Else it is empty.
    """
    words = ("#" if any(map(str.isdigit, word)) else word for word in reason.split())
    return f"{backup_id} {asset}: {' '.join(words)}".strip()[:200]


def _format_worst(row: WorstRow) -> str:
    """Format a row of a check: `• Gula 1 kg (PCS) – Rp17.500 → Rp1, modal Rp16.000`."""
    name = escape(shorten(row.name, LONGEST_NAME))
    unit = f" ({escape(shorten(row.unit, LONGEST_UNIT))})" if row.unit else ""
    change = " → ".join(escape(shorten(text, LONGEST_NAME)) for text in (row.before, row.now) if text)
    if row.before and not row.now:
        change += " → kosong"
    shown = ", ".join(filter(None, [change, f"modal {escape(row.cost)}" if row.cost else ""]))
    return f"• {name}{unit}{' – ' if shown else ''}{shown}"


def _format_changes(publication: Published) -> list[str]:
    shown = publication.largest[:SHOWN_CHANGES]
    lines = [
        f"{count(publication.products)} barang: {count(publication.new)} baru, {count(publication.gone)} dihapus",
        f"Harga berubah: {count(publication.prices_changed)}",
        *(f"• {format_price_change(change)}" for change in shown),
    ]
    more = publication.prices_changed - len(shown)
    return [*lines, f"… dan {count(more)} lagi"] if shown and more > 0 else lines


def format_price_change(change: PriceChange) -> str:
    """Format a change: `Gula 1 kg (PCS) – Rp17.500 → Rp18.000 (+2,9%)`."""
    name, unit = escape(shorten(change.name, LONGEST_NAME)), escape(shorten(change.unit, LONGEST_UNIT))
    return f"{name} ({unit}) – {format_change(change.before, change.now)}"
