"""Every sentence about people, in Indonesian. The texts are HTML, and this module escapes all names."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from toko_bot.replies.people.audit_texts import audit_action
from toko_bot.replies.people.names import name_html, named_with_id, plain_name
from toko_core.people import Person, Role
from toko_core.people.audit import Entry
from toko_core.people.store import Decision, Problem, Request
from toko_core.text import count, shorten

LEVEL = "Level"
"""The name of a price level that no customer group has."""
LONGEST_ACTION = 60

REJECTED = "Maaf, permintaan akses Anda ditolak oleh pemilik toko."
ENDED = "Akses Anda ke bot ini sudah berakhir. Kalau masih perlu, hubungi pemilik toko."
ONLY_OWNERS = "Hanya pemilik toko yang bisa memakai tombol ini."
REQUEST_GONE = "Permintaan ini sudah tidak berlaku. Kalau orangnya menulis lagi, Anda dapat pesan baru."
PROBLEMS = {
    Problem.FROM_SETTINGS: "Orang ini diatur di komputer toko, jadi tidak bisa diubah di sini.",
    Problem.HAS_ACCESS: "Orang ini sudah punya akses. Ubah lewat /pengguna.",
    Problem.LAST_OWNER: "Ini pemilik terakhir. Jadikan orang lain pemilik dulu.",
    Problem.NOT_OWNER: ONLY_OWNERS,
    Problem.UNKNOWN: "Orang ini sudah tidak punya akses.",
    Problem.WRONG_LEVEL: "Harga itu tidak ada di data.",
}
STAFF, CUSTOMER, REJECT = "Staf", "Pelanggan", "Tolak"
WHICH_LEVEL = "Harga yang mana?"
MAKE = {
    Role.OWNER: "Jadikan pemilik",
    Role.STAFF: "Jadikan staf",
    Role.CUSTOMER: "Jadikan pelanggan",
}
LEVELS = "Harga ▾"
ALL_LEVELS = "Semua harga"
ALL = "semua"
STOCK = {True: "Tampilkan stok", False: "Sembunyikan stok"}
REMOVE, REMOVE_SURE, CANCEL = "Hapus akses", "Ya, hapus", "Batal"
FIXED = "🔒 diatur di komputer toko, tidak bisa diubah di sini"
OLDER, NEWEST = "Sebelumnya ›", "‹ Terbaru"
AUDIT = "Catatan"
NOTHING_NOTED = "Belum ada catatan."
COMMAND_LINE = "Komputer toko"
WEB_IN_PRIVATE = "Tautan masuk hanya untuk Anda sendiri. Kirim /web lewat chat pribadi dengan bot ini."
NO_WEB = "Harga belum bisa dibuka di browser. Pemilik toko bisa menyiapkannya."
NO_WEB_FOR_OWNERS = (
    "Halaman harga di browser belum punya alamat. Minta teknisi mengaturnya di komputer toko, lalu kirim /web lagi."
)


def stranger(shop: str, user_id: int) -> str:
    """The first answer to somebody without access whom the owners were asked about."""
    return (
        f"Halo! Ini bot harga <b>{escape(shop)}</b>. Anda belum punya akses.\n"
        "Pemilik toko sudah ditanya. Kalau disetujui, Anda dapat kabar di sini.\n\n"
        f"ID Telegram Anda: <code>{user_id}</code>"
    )


def request(asked: Request) -> str:
    """The message to owners about somebody who wants access."""
    return f"👤 {_who(asked)} minta akses."


def request_level(asked: Request) -> str:
    return f"{request(asked)}\n\nPelanggan. {WHICH_LEVEL}"


def decided(decision: Decision, when: str) -> str:
    """What the message to owners becomes once somebody has decided."""
    who, by = _who(decision.request), name_html(decision.by)
    if decision.role is None:
        return f"❌ {who}: ditolak\n{by} · {when}"
    return f"✅ {who}: {decision.role.value}\n{by} · {when}"


def already_decided(decision: Decision) -> str:
    """The alert to the owner who pressed later. It is plain text."""
    what = "ditolak" if decision.role is None else f"jadi {decision.role.value}"
    return f"Sudah diputuskan {plain_name(decision.by)}: {what}."


def accepted(role: Role) -> str:
    """The first line of what somebody is told who was given access."""
    return f"✅ Anda sekarang {role.value} di bot ini."


def list_head(people: int, waiting: int) -> str:
    open_requests = f"\nMinta akses: {count(waiting)} orang" if waiting else ""
    return f"<b>Pengguna</b>: {count(people)} orang{open_requests}"


def list_line(number: int, person: Person, level: str) -> str:
    parts = [person.role.value, *([level] if level else [])]
    lock = " 🔒" if person.from_settings else ""
    return f"{number}. {name_html(person.label)} – {escape(', '.join(parts))}{lock}"


def person_page(person: Person, level: str) -> str:
    """Describe somebody. `level` is the name of the price level that they see; empty if they see all of them."""
    lines = [named_with_id(person.label, person.username, person.user_id), f"Peran: {person.role.value}"]
    if person.role is not Role.OWNER:
        lines.append(f"Harga: {escape(level) or ALL}")
    if person.role is Role.CUSTOMER:
        lines.append(f"Stok: {'terlihat' if person.stock else 'tidak terlihat'}")
    if person.from_settings:
        lines += ["", FIXED]
    return "\n".join(lines)


def person_level(person: Person) -> str:
    return f"{named_with_id(person.label, person.username, person.user_id)}\n\n{WHICH_LEVEL}"


def web_link(url: str) -> str:
    """The message with a link that signs in. Links in the text can be opened on another device, unlike buttons."""
    return (
        f"🔑 Buka tautan ini untuk masuk, di HP ini atau di komputer:\n{escape(url)}\n\n"
        "Berlaku 10 menit, untuk sekali masuk. Jangan diteruskan: siapa pun yang membukanya masuk sebagai Anda."
    )


def really_remove(person: Person) -> str:
    return (
        f"Hapus akses {named_with_id(person.label, person.username, person.user_id)}?\n"
        "Setelah dihapus, dia langsung tidak bisa memakai bot ini."
    )


def removed(person: Person) -> str:
    """The alert after somebody was removed. It is plain text."""
    return f"Akses {plain_name(person.label)} dihapus."


def entry(noted: Entry, when: str, level_name: Callable[[int], str]) -> str:
    """Format an entry of the audit list as a line."""
    by = name_html(noted.by) if noted.by else COMMAND_LINE
    return f"{when} · {by} {_action(noted, level_name)}"


def _action(noted: Entry, level_name: Callable[[int], str]) -> str:
    subject, details = f"<b>{name_html(noted.subject)}</b>", noted.details
    match noted.action:
        case "approve" | "add":
            return f"memberi akses {subject}: {escape(_access(details, level_name))}"
        case "reject":
            return f"menolak {subject}"
        case "change":
            changes = [
                f"{title} {escape(_value(field, before, level_name))} → {escape(_value(field, after, level_name))}"
                for field, title in {"role": "peran", "level": "harga", "stock": "stok"}.items()
                if isinstance(details.get(field), list | tuple)
                for before, after in [details[field]]
            ]
            return f"mengubah {subject}: {', '.join(changes)}" if changes else f"mengubah {subject}"
        case "remove":
            return f"menghapus akses {subject}"
        case "decide":
            return audit_action(details)
        case "set_password":
            return f"membuat sandi untuk {subject}"
        case "remove_password":
            return f"menghapus sandi {subject}"
        case "end_sign_ins":
            return f"mengeluarkan {subject} dari {count(details.get('sign_ins', 1))} perangkat"
        case "add_key":
            scopes = ", ".join(map(str, details.get("scopes", ())))
            return f"membuat kunci API {subject}: {escape(shorten(scopes, LONGEST_ACTION))}"
        case "revoke_key":
            return f"mencabut kunci API {subject}"
        case "erase":
            return "menghapus data seseorang"
    return f"{escape(shorten(noted.action, LONGEST_ACTION))} {subject}"


def _access(details: Mapping[str, Any], level_name: Callable[[int], str]) -> str:
    level = details.get("level")
    return ", ".join([str(details.get("role", "?")), *([level_name(level)] if isinstance(level, int) else [])])


def _value(field: str, value: object, level_name: Callable[[int], str]) -> str:
    if field == "level":
        return level_name(value) if isinstance(value, int) else ALL
    if field == "stock":
        return "terlihat" if value else "tidak terlihat"
    return shorten(str(value), LONGEST_ACTION)


def _who(asked: Request) -> str:
    return named_with_id(asked.name, asked.username, asked.user_id)
