"""What owners are told in Telegram about syncs, in Indonesian. HTML, as Telegram reads it."""

from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from zoneinfo import ZoneInfo

from toko_assets.common.publications import PriceChange, Published, RolledBack
from toko_core.prices import format_change
from toko_core.text import count, moment, shorten

SHOWN_CHANGES = 10
LONGEST_REASON = 900
LONGEST_NAME = 100
LONGEST_UNIT = 20
"""Ten lines of these lengths fit into a message, which ends at 4,096 characters."""


def published(shop: str, zone: ZoneInfo, told: Published, duration: timedelta, *, recovered: bool) -> str:
    """After a sync that changed something, or that succeeded again."""
    lines = [
        f"✅ <b>{escape(shop)}: {'sinkronisasi berhasil lagi' if recovered else 'data harga baru'}</b>",
        f"Data: {moment(told.data_time, zone)}",
        *(_changed(told) if told.compared else [f"{count(told.products)} produk"]),
        f"Selesai dalam {max(round(duration.total_seconds()), 1)} detik",
    ]
    return "\n".join(lines)


def rolled_back(shop: str, zone: ZoneInfo, told: RolledBack) -> str:
    """After a rollback."""
    lines = [
        f"↩️ <b>{escape(shop)}: harga dikembalikan</b>",
        f"Data: {moment(told.data_time, zone)}",
        f"{count(told.products)} produk",
    ]
    if told.refused_time:
        lines.append(f"Data {moment(told.refused_time, zone)} tidak dipakai lagi sampai ada backup yang lebih baru.")
    return "\n".join(lines)


def sync_failed(shop: str, asset: str, reason: str, link: str | None) -> str:
    """The reason says what to do."""
    lines = [
        f"⚠️ <b>{escape(shop)}: sinkronisasi gagal</b>",
        f"Langkah: <code>{escape(asset)}</code>",
        f"<code>{escape(reason[:LONGEST_REASON])}</code>",
        "Harga yang terakhir tetap dipakai.",
    ]
    return "\n".join([*lines, escape(link)] if link else lines)


def source_fails(shop: str, zone: ZoneInfo, reason: str, since: datetime, *, final: bool) -> str:
    """The place that backups come from does not answer; `final` if it is not asked any more."""
    lines = [
        f"⚠️ <b>{escape(shop)}: backup tidak bisa diambil</b> sejak {moment(since, zone)}",
        f"<code>{escape(reason[:LONGEST_REASON])}</code>",
        "Harga yang terakhir tetap dipakai.",
        "Tidak dicoba lagi sampai pengaturan diperbaiki dan Dagster dijalankan ulang."
        if final
        else "Terus dicoba; tidak perlu berbuat apa-apa bila jaringan kembali.",
    ]
    return "\n".join(lines)


def source_answers(shop: str) -> str:
    """After `source_fails`."""
    return f"✅ <b>{escape(shop)}: backup bisa diambil lagi</b>"


def failure_mark(asset: str, reason: str) -> str:
    """The same for the same failure: words with a digit, such as sizes, times and revisions, may differ."""
    words = ("#" if any(map(str.isdigit, word)) else word for word in reason.split())
    return f"{asset}: {' '.join(words)}"[:200]


def _changed(told: Published) -> list[str]:
    shown = told.largest[:SHOWN_CHANGES]
    lines = [
        f"{count(told.products)} produk: {count(told.new)} baru, {count(told.gone)} hilang",
        f"Harga berubah: {count(told.prices_changed)}",
        *(f"• {format_price_change(change)}" for change in shown),
    ]
    more = told.prices_changed - len(shown)
    return [*lines, f"… dan {count(more)} lagi"] if shown and more > 0 else lines


def format_price_change(change: PriceChange) -> str:
    """`Gula 1 kg (PCS): Rp17.500 → Rp18.000 (+2,9%)`; without a percentage where there was no price."""
    name, unit = escape(shorten(change.name, LONGEST_NAME)), escape(shorten(change.unit, LONGEST_UNIT))
    return f"{name} ({unit}): {format_change(change.before or Decimal(0), change.now or Decimal(0))}"
