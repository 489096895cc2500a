"""Every sentence of the bot, in Indonesian. The texts are HTML, and this module escapes all values from outside."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape

from toko_core.catalog.photos import Problem
from toko_core.prices.labels import UNPRICED
from toko_core.prices.payable import round_amount
from toko_core.search.language.small_talk import SALAM
from toko_core.text import backups, quantity, run_state, rupiah, shorten
from toko_core.text import count as format_count
from toko_core.text.failures import explain_failure

ASKED = "🔎 "
"""The prefix of the line that repeats the query. A button whose data has no query reads it from this line."""

LONGEST_EXAMPLE = 60
LONGEST_CHOICE = 18
"""The most characters of a brand or category on a button."""

STAFF_COMMANDS = {
    "bantuan": "Cara memakai bot ini",
    "riwayat": "Riwayat harga, misalnya /riwayat indomie",
    "naik": "Harga yang naik hari ini atau 7 hari terakhir",
    "turun": "Harga yang turun hari ini atau 7 hari terakhir",
    "penawaran": "Penawaran terakhir; kirim daftar barang untuk membuat yang baru",
    "favorit": "Barang favorit dan harganya sekarang",
    "pagi": "Kabar harga setiap pagi",
    "web": "Buka harga di browser, juga di komputer",
    "data": "Data harga yang sedang dipakai",
    "segarkan": "Ambil data harga terbaru",
    "id": "ID Telegram Anda",
}
OWNER_COMMANDS = {
    "keadaan": "Keadaan bot dan sinkronisasi",
    "sinkron": "Ambil backup terbaru sekarang",
    "kembali": "Kembali ke harga sebelumnya",
    "tenang": "Jam tenang, misalnya /tenang 21-6",
    "rugi": "Barang yang dijual di bawah modal",
    "tanpaharga": "Barang yang belum ada harganya",
    "habis": "Barang yang stoknya habis",
    "laris": "Barang yang paling laris",
    "lambat": "Barang yang tidak laku 90 hari",
    "dicari": "Yang dicari tetapi tidak ketemu",
    "pengguna": "Siapa yang boleh memakai bot ini",
    "catatan": "Siapa mengubah apa",
}
GROUP_COMMANDS = {
    "harga": "Cari harga barang, misalnya /harga indomie",
    **{name: STAFF_COMMANDS[name] for name in ("riwayat", "naik", "turun")},
}

REPORT_TITLES = {
    "rugi": "⚠️ Dijual di bawah modal",
    "tanpaharga": "Belum ada harganya",
    "habis": "Stok habis, laku 90 hari terakhir",
    "habissemua": "Stok habis",
    "laris": "Paling laris, 90 hari",
    "larisminggu": "Paling laris, 7 hari",
    "lambat": "Ada stok, tidak laku 90 hari",
}
REPORT_EMPTY = {
    "rugi": "👍 Tidak ada barang yang dijual di bawah modal.",
    "tanpaharga": "👍 Semua barang sudah ada harganya.",
    "habis": "👍 Tidak ada barang yang stoknya habis.",
    "habissemua": "👍 Tidak ada barang yang stoknya habis.",
    "laris": "Tidak ada penjualan dalam 90 hari.",
    "larisminggu": "Tidak ada penjualan dalam 7 hari.",
    "lambat": "👍 Semua barang yang ada stoknya laku dalam 90 hari.",
}
REPORT_BUTTONS = {
    "habis": "Yang laku 90 hari",
    "habissemua": "Semua yang habis",
    "laris": "90 hari",
    "larisminggu": "7 hari",
}
NO_SALES = "Data penjualan belum ada. Daftar ini terisi sendiri setelah backup berikutnya masuk."

NO_CATALOG = "Data harga belum ada. Coba lagi beberapa menit lagi."
DEMO = "⚠️ Data contoh, bukan data toko."
NOT_SOLD = "Tidak dijual"
NO_STOCK = "Stok 0"
NO_CATEGORY = "Tanpa jenis"
BELOW_COST_WARNING = "⚠️ <b>Dijual di bawah modal</b>"
NOTHING_NEAR = "Tidak ada barang yang cocok. Coba kata lain, atau lebih pendek."
NOTHING_EXACT = "Tidak ada yang persis. Mungkin maksud Anda:"
PRODUCT_GONE = "Barang ini sudah tidak ada di data terbaru."
PHOTO_GONE = "Foto barang ini sudah tidak ada."
OLD_BUTTON = "Tombol ini sudah tidak berlaku. Silakan cari lagi."
FOR_OWNERS = "Perintah ini hanya untuk pemilik, di chat pribadi dengan bot."
TOO_FAST = "Terlalu cepat. Tunggu beberapa detik, ya."
BARCODE_UNREADABLE = "Barcode tidak terbaca. Coba foto lagi: lebih dekat, terang, dan lurus dari depan."
PHOTO_UNAVAILABLE = "Fotonya tidak bisa diambil dari Telegram. Coba kirim lagi."
PHOTO_TOO_LARGE = "Foto terlalu besar. Kirim sebagai foto biasa, bukan sebagai file."
PHOTO_PROBLEMS = {
    Problem.UNREADABLE: "Foto tidak terbaca: terlalu besar, rusak, atau bukan JPEG, PNG, GIF, BMP, atau WebP.",
    Problem.TOO_LARGE: PHOTO_TOO_LARGE,
    Problem.TOO_SLOW: PHOTO_TOO_LARGE,
}
AGREED = "Siap 👍"
WHICH_GOODS = "Barang apa? Ketik namanya, misalnya: indomie goreng"
ONLY_TEXT = "Ketik nama atau kode barang, atau kirim foto barcode."
FAILED = "Maaf, ada kesalahan. Coba lagi sebentar lagi."
NOTHING_KEPT = "Tidak ada barang yang cocok dengan pilihan ini."
LABELS = {"merek": "Merek", "jenis": "Jenis"}
"""The names of the columns by which results can be narrowed."""
INLINE_HINT = "Ketik nama barang atau barcode"
INLINE_NOTHING = "Tidak ada barang yang cocok"
BACK = "‹ Kembali"
PHOTO = "📷 Foto"
HISTORY = "📈 Riwayat"
OTHERS_UNCHANGED = "Harga lainnya tidak berubah."
CHOOSE_HISTORY = "📈 Ketuk nomor untuk melihat riwayat harganya."
MOVES = {"naik": "🔺 Harga naik", "turun": "🔻 Harga turun"}
PERIODS = {1: "hari ini", 7: "7 hari terakhir"}
PREVIOUS, NEXT = "‹", "›"

SYNC, ROLLBACK = "Sinkronisasi", "Pengembalian harga"
"""The names of runs that somebody follows in the chat."""
SYNC_UNREACHABLE = (
    "Program sinkronisasi di server tidak bisa dihubungi. Pastikan server menyala, lalu coba lagi. "
    "Kalau tetap tidak bisa, hubungi teknisi."
)
SYNC_LOST = "Program sinkronisasi tidak menjawab lagi. Cek hasilnya nanti dengan /keadaan."
OLD_PRICES_STAY = "Harga yang terakhir tetap dipakai."


def stranger(user_id: int) -> str:
    """The message to somebody without access."""
    return f"Anda belum punya akses. ID Telegram Anda: <code>{user_id}</code>\nBerikan ID ini kepada pemilik toko."


def welcome(shop: str, sections: Sequence[Mapping[str, str]], *, customer: bool) -> str:
    """The answer to /start. Customers are not told of stock and shelves: they may not see them."""
    details = "" if customer else "\nKetuk nomor untuk melihat semua harga, stok, dan rak."
    return (
        f"<b>{escape(shop)}</b>\n\n"
        "Ketik nama barang, sebagian nama, atau barcode:\n"
        "<code>indomi grg</code> · <code>gula 1kg</code> · <code>8991002101630</code>\n\n"
        f"Bisa juga kirim foto barcode. Salah ketik tidak apa-apa.{details}\n\n"
        + "\n\n".join(map(command_list, sections))
    )


def unknown_command(commands: Mapping[str, str]) -> str:
    return f"Perintah itu tidak ada. Untuk mencari barang, ketik saja namanya.\n\n{command_list(commands)}"


def command_list(commands: Mapping[str, str]) -> str:
    return "\n".join(f"/{name} – {escape(about)}" for name, about in commands.items())


def own_id(user_id: int, chat_id: int) -> str:
    group = f"\nID grup ini: <code>{chat_id}</code>" if chat_id < 0 else ""
    return f"ID Telegram Anda: <code>{user_id}</code>{group}"


def greeting(wish: str, name: str) -> str:
    """Answer a greeting. `wish` is what it wished, as `toko_core.search.language.small_talk.wished` returns it."""
    start = "Waalaikumsalam" if wish == SALAM else f"Selamat {wish}" if wish else "Halo"
    return f"{start}{_to(name)}! Mau cari barang apa?"


def thanks(name: str) -> str:
    return f"Sama-sama{_to(name)} 🙏"


def if_goods(name: str) -> str:
    """What follows if words that people greet with are in the name of a product too."""
    return f"Kalau maksudnya barang, ketik lebih lengkap, misalnya: {escape(shorten(name, LONGEST_EXAMPLE))}"


def asked(query: str) -> str:
    return f"{ASKED}{escape(query)}"


def perhaps_meant(suggestion: str) -> str:
    return f"Mungkin maksud Anda: <b>{escape(suggestion)}</b>"


def narrow(label: str) -> str:
    """The label of a button."""
    return f"{LABELS[label]} ▾"


def choose(label: str) -> str:
    return f"Pilih {LABELS[label].lower()}:"


def choice(name: str, number: int) -> str:
    """The label of a button."""
    return f"{shorten(name, LONGEST_CHOICE)} ({format_count(number)})"


def kept(label: str, name: str) -> str:
    return f"{LABELS[label]}: <b>{escape(name)}</b>"


def keep_no_more(name: str) -> str:
    """The label of a button."""
    return f"✕ {shorten(name, LONGEST_CHOICE)}"


def usage(command: str) -> str:
    return f"Tulis nama barangnya, misalnya: /{command} indomie goreng"


def more_prices(number: int) -> str:
    return f"+{format_count(number)} harga lagi"


def sales_until(date: str) -> str:
    return f"Penjualan s.d. {date}"


def out_of_stock(stock: Decimal, least: Decimal | None, unit: str) -> str:
    """Say how much is left of goods that are out of stock, and how much the shop wants to have of them."""
    wanted = f" · minimum {quantity(least)} {unit}".rstrip() if least is not None and least > 0 else ""
    return f"stok {quantity(stock)}{wanted}"


def idle(stock: Decimal, unit: str, cost: Decimal | None) -> str:
    """Say how much of a product lies idle, and what it cost."""
    money = f"modal {UNPRICED}" if cost is None else f"modal {rupiah(round_amount(cost, None))}"
    return f"stok {quantity(stock)} {unit} · {money}"


def idle_money(cost: Decimal) -> str:
    return f"Modal: {rupiah(round_amount(cost, None))}"


def more_lines(number: int) -> str:
    return f"… dan {format_count(number)} lagi"


def history_since(since: str, number: str) -> str:
    return f"Riwayat sejak {since}, dari {backups(number)}. Tanggalnya: backup pertama dengan harga itu."


def unchanged(since: str, number: str) -> str:
    return f"Harga tidak berubah sejak {since} ({backups(number)})."


def moves(way: str, days: int, number: int) -> str:
    return f"<b>{MOVES[way]} {PERIODS[days]}</b>: {format_count(number)} barang"


def no_moves(way: str, days: int) -> str:
    return f"Tidak ada harga yang {way} {PERIODS[days]}."


def stale(data: str, old: str) -> str:
    """The warning below an answer. `data` is the time of the data, `old` how long ago that was."""
    return f"⚠️ Data lama: diperbarui {old} ({data})"


def updated(old: str) -> str:
    return f"Diperbarui {old}"


def prices_of(data: str) -> str:
    """The line below a text that people read later, in other chats."""
    return f"Harga per {data}"


def version(backup: str, data: str, old: str, published: str, counts: dict[str, int], toko: str, *, demo: bool) -> str:
    numbers = " · ".join(f"{format_count(number)} {name}" for name, number in counts.items())
    note = f"{DEMO}\n" if demo else ""
    return (
        f"<b>Data yang sedang dipakai</b>\n{note}Diperbarui {old} ({data})\n"
        f"File backup: <code>{escape(backup)}</code>\nDipakai bot sejak: {published}\n\n{numbers}\n\n"
        f"Versi program: {escape(toko)}"
    )


def reloaded(data: str, *, new: bool) -> str:
    return f"✅ Data terbaru sudah dipakai: {data}" if new else f"Data sudah yang terbaru: {data}"


def reload_failed(problem: str) -> str:
    return f"Data baru tidak bisa dipakai. {OLD_PRICES_STAY}\n{escape(explain_failure(problem))}"


def catalog_rejected(problem: str) -> str:
    """The message to owners about a rejected catalogue."""
    return f"⚠️ Data baru ditolak. {OLD_PRICES_STAY}\n{escape(explain_failure(problem))}"


def stale_report(data: str, old: str) -> str:
    """The daily message to owners about old data."""
    return (
        f"⚠️ Data harga sudah lama: diperbarui {old} ({data}).\n"
        "Periksa apakah iPOS masih membuat backup, atau jalankan /sinkron."
    )


def run_starting(what: str) -> str:
    return f"⏳ Memulai {what.lower()}…"


def run_long(what: str) -> str:
    return f"{what} masih berjalan. Cek hasilnya nanti dengan /keadaan."


def run_progress(what: str, state: str, done: int) -> str:
    return f"⏳ {what} {run_state(state)}: {format_count(done)} langkah selesai"


def run_done(what: str, state: str, reason: str, link: str) -> str:
    """The result of a run. `reason` is in Indonesian; empty if there is none to tell."""
    if state == "SUCCESS":
        return f"✅ {what} berhasil."
    why = f"\n{escape(reason)}" if reason else ""
    return f"❌ {what} {run_state(state)}.{why}\n{OLD_PRICES_STAY}\n{details(link)}"


def details(link: str) -> str:
    return f"Rincian untuk teknisi: {escape(link)}"


def sync_rejected(problem: str) -> str:
    return f"❌ Sinkronisasi tidak bisa dimulai.\n{escape(explain_failure(problem))}"


def sync_line(state: str, time: str) -> str:
    return f"{time}: {run_state(state)}"


def status(
    data: str, old: str, problem: str | None, syncs: list[str] | None, uptime: str, searches: int, empty: int,
    slowest: tuple[float, str] | None, sales: str | None = None,
) -> str:  # fmt: skip
    lines = ["<b>Keadaan</b>", f"Data diperbarui {old} ({data})", *([sales] if sales else [])]
    if problem:
        lines.append(f"⚠️ Data baru ditolak. {escape(explain_failure(problem))}")
    lines += [
        "",
        f"Bot menyala selama {uptime}",
        f"Pencarian hari ini: {format_count(searches)}, tidak ketemu: {format_count(empty)}",
    ]
    if slowest is not None:
        seconds = quantity(Decimal(slowest[0]).quantize(Decimal("0.001")))
        lines.append(f"Paling lambat: {seconds} detik ({escape(slowest[1][:40])})")
    lines += ["", "<b>Sinkronisasi terakhir</b>"]
    lines += [SYNC_UNREACHABLE] if syncs is None else syncs or ["belum ada"]
    return "\n".join(lines)


def till_agreement(matching: int, compared: int, day: str) -> str:
    """How many lines of the till were asked at a price that the bot shows. `day` is that of the sales' backup."""
    share = f"{100 * matching / compared:.1f}".replace(".", ",")
    return f"Harga kasir cocok: {share}% dari {format_count(compared)} baris penjualan (s.d. {day})"


def _to(name: str) -> str:
    return f", {escape(name)}" if name else ""
