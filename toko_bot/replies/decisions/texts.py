"""Every sentence about decisions, in Indonesian. The texts are HTML: this module escapes all values from outside."""

from html import escape

from toko_bot.replies.people.names import name_html, plain_name
from toko_core.state.decisions import LATE, NO, Decision, Kind
from toko_core.text import count, shorten
from toko_core.text.failures import explain_failure

LONGEST_ALERT = 200
"""Characters of an alert that Telegram shows."""
LONGEST_NAME = 80

SURE, YES, CANCEL = "Yakin?", "Ya", "Batal"
GONE = "Pertanyaan ini sudah tidak ada."
SYNC_NOW = "🔄 Sinkron sekarang"
NO_EARLIER = "Belum ada data sebelumnya yang disimpan."
EARLIER = "↩️ <b>Kembali ke harga sebelumnya</b>"
CHOOSE_EARLIER = "Ketuk nomor untuk memakai data itu lagi."
QUIET = "🌙 <b>Jam tenang</b>"
QUIET_MEANS = (
    "Di jam tenang Anda hanya dikabari kalau data baru ditahan. Kabar lain menunggu sampai jam tenang selesai."
)
QUIET_USAGE = "Pilih jamnya, atau tulis sendiri, misalnya /tenang 21.30-05.30"
QUIET_UNCLEAR = "Jamnya tidak terbaca. Tulis misalnya /tenang 21-6, atau /tenang mati"
QUIET_OFF = "Matikan"
LATE_TEXTS = {
    Kind.PUBLISH: "Sudah terlambat: sejak pesan ini sudah ada data atau backup lain.",
    Kind.ADOPT: "Sudah terlambat: database toko ini sudah diganti.",
    Kind.ROLLBACK: "Sudah terlambat: data yang dipakai sudah berubah. Coba lagi dengan /kembali.",
}
LATE_OTHERWISE = "Sudah terlambat."
DONE = {
    (Kind.PUBLISH, True): "data ini dipakai",
    (Kind.PUBLISH, False): "dibiarkan, harga yang terakhir tetap dipakai",
    (Kind.ADOPT, False): "bukan database toko ini",
    (Kind.ROLLBACK, True): "dikembalikan",
    (Kind.SYNC, True): "sinkronisasi dimulai",
}


def really(decision: Decision, choice: int) -> str:
    """Ask once more, and say what will happen."""
    return f"{decision.text}\n\n<b>{SURE}</b> {_consequence(decision, choice)}".rstrip()


def _consequence(decision: Decision, choice: int) -> str:
    name = escape(shorten(decision.database(choice), LONGEST_NAME))
    match decision.kind, choice:
        case Kind.PUBLISH, 0:
            return "Backup ini tidak dipakai. Harga yang sekarang tetap dipakai sampai ada backup baru."
        case Kind.PUBLISH, _:
            return "Semua harga dari backup ini langsung dipakai, walaupun tidak lolos pemeriksaan."
        case Kind.ADOPT, 0:
            return f"Backup dari database <code>{name}</code> tetap tidak dipakai."
        case Kind.ADOPT, _:
            return f"Mulai sekarang hanya backup dari database <code>{name}</code> yang dipakai."
        case Kind.ROLLBACK, _:
            return (
                "Semua orang langsung melihat harga itu. Data yang sekarang tidak dipakai lagi sampai ada backup baru."
            )
        case Kind.SYNC, _:
            return "Backup terbaru diambil sekarang."
    return ""


def decided(decision: Decision, when: str) -> str:
    """What the message becomes once it is decided. `when` is the time of the decision."""
    if decision.choice == LATE:
        return f"{decision.text}\n\n⌛ {late(decision)}"
    sign = "❌" if decision.choice == NO else "✅"
    lines = [f"{sign} {escape(_capital(outcome(decision)))}", f"{name_html(decision.by)} · {when}"]
    if decision.problem:
        lines.append(f"❌ Tidak bisa dijalankan. {escape(explain_failure(decision.problem))}")
    return f"{decision.text}\n\n" + "\n".join(lines)


def late(decision: Decision) -> str:
    """Why it is too late. It is plain text too."""
    return next((text for kind, text in LATE_TEXTS.items() if kind == decision.kind), LATE_OTHERWISE)


def already(decision: Decision) -> str:
    """The alert to an owner who pressed later. It is plain text."""
    if decision.choice == LATE:
        return late(decision)
    return shorten(f"Sudah diputuskan {plain_name(decision.by)}: {outcome(decision)}.", LONGEST_ALERT)


def outcome(decision: Decision) -> str:
    """Name what was decided. It is plain text."""
    chosen = decision.choice or NO
    if decision.kind == Kind.ADOPT and chosen != NO:
        return f"database {shorten(decision.database(chosen), LONGEST_NAME)} dipakai"
    if decision.kind == Kind.QUIET:
        return _quiet_outcome(str(decision.details.get("about", "")))
    return next((text for (kind, yes), text in DONE.items() if (kind, yes) == (decision.kind, chosen != NO)), "selesai")


def cannot_start(problem: str) -> str:
    """The alert if Dagster rejects what would follow. It is plain text."""
    return shorten(explain_failure(problem), LONGEST_ALERT)


def ask_rollback(data: str, products: int) -> str:
    return f"{EARLIER}\nData {data} · {count(products)} barang"


def earlier_head(data: str) -> str:
    return f"{EARLIER}\nSekarang dipakai: data {data}"


def earlier_line(number: int, data: str, products: int) -> str:
    return f"{number}. Data {data} · {count(products)} barang"


def quiet_now(hours: str) -> str:
    """Describe the quiet hours; empty if there are none."""
    state = f"Sekarang: {hours}" if hours else "Sekarang: tidak ada"
    return f"{QUIET}\n{state}\n\n{QUIET_MEANS}\n\n{QUIET_USAGE}"


def ask_quiet(hours: str) -> str:
    return f"{QUIET}\nPukul {hours}. {QUIET_MEANS}" if hours else f"{QUIET}\nDimatikan: semua kabar langsung dikirim."


def _quiet_outcome(hours: str) -> str:
    return f"jam tenang {hours}" if hours else "jam tenang dimatikan"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
