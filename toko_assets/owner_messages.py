"""What owners are told in Telegram about syncs, in Indonesian. HTML, as Telegram reads it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from zoneinfo import ZoneInfo

from toko_bot.format import quantity, rupiah
from toko_bot.messages import moment

SHOWN_CHANGES = 10
LONGEST_REASON = 900
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price that a new catalogue has otherwise."""

    name: str
    unit: str
    before: Decimal
    now: Decimal

    @property
    def line(self) -> str:
        """`Gula 1 kg (PCS): Rp17.500 → Rp18.000 (+2,9%)`; without a percentage where there was no price."""
        share = (self.now - self.before) / self.before * 100 if self.before else None
        percent = f" ({'+' if share > 0 else ''}{quantity(round(share, 1))}%)" if share is not None else ""
        return f"{escape(self.name)} ({escape(self.unit)}): {rupiah(self.before)} → {rupiah(self.now)}{percent}"


@dataclass(frozen=True, slots=True)
class Published:
    """What a successful sync changed."""

    products: int
    new: int
    gone: int
    prices_changed: int
    largest: Sequence[PriceChange]
    data_time: datetime

    @property
    def changes_nothing(self) -> bool:
        return not (self.new or self.gone or self.prices_changed)


def published(shop: str, zone: ZoneInfo, told: Published, duration: timedelta, *, recovered: bool) -> str:
    """After a sync that changed something, or that succeeded again."""
    lines = [
        f"✅ <b>{escape(shop)}: {'sinkronisasi berhasil lagi' if recovered else 'data harga baru'}</b>",
        f"Data: {moment(told.data_time, zone)}",
        f"{_count(told.products)} produk: {_count(told.new)} baru, {_count(told.gone)} hilang",
        f"Harga berubah: {_count(told.prices_changed)}",
        *(f"• {change.line}" for change in told.largest[:SHOWN_CHANGES]),
    ]
    if told.largest and told.prices_changed > len(told.largest[:SHOWN_CHANGES]):
        lines.append(f"… dan {_count(told.prices_changed - len(told.largest[:SHOWN_CHANGES]))} lagi")
    lines.append(f"Selesai dalam {max(round(duration.total_seconds()), 1)} detik")
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
    """The same for the same failure: sizes, times and revisions in its sentence may differ."""
    return f"{asset}: {NUMBER.sub('#', reason)}"[:200]


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")
