"""Says in Indonesian why a sync or a catalogue failed, and what to do, for people who read it in Telegram.

It reads the English line that Dagster and the logs have, because a bot also meets the failures of older chains, which
send nothing else. Details for a technician stay in Dagster.
"""

import re

LONGEST_NAME = 60
"""Characters of a file's or product's name."""
UNKNOWN = "Sebabnya belum dikenali. Coba lagi beberapa menit lagi. Kalau tetap gagal, hubungi teknisi."
"""The sentence for any other failure."""
IF_RIGHT = "Kalau memang benar begitu, minta teknisi mengizinkannya."
"""What follows the sentences of checks that somebody can let pass."""

_NAME = r"(?P<name>[^:]+?)"
_COUNTS = r"(?P<count>[\d,]+) of (?P<all>[\d,]+)"
_SHARE = r"\((?P<share>[\d,.]+%)\)"
_REPORT = "Pemeriksaan menemukan kesalahan di programnya, bukan di backup. Laporkan ke teknisi."
_FIX_IN_IPOS = "Betulkan di iPOS, lalu buat backup lagi."
_CHECK_PRICES = "Periksa harganya di iPOS, lalu buat backup lagi."
_AGAIN_OR_TECHNICIAN = "Coba lagi beberapa menit lagi. Kalau tetap gagal, hubungi teknisi."
_NOT_READABLE = (
    "{name} bukan backup iPOS 5 yang bisa dibaca. Buat backup lagi langsung dari iPOS, lalu simpan di folder backup."
)
_DROPBOX_AGAIN = "Dropbox sedang tidak bisa dihubungi. Pastikan internetnya jalan. Nanti dicoba lagi otomatis."
_DROPBOX_DENIES = "Dropbox menolak sambungan dari toko ini. Minta teknisi menyambungkan Dropbox lagi."
_DROPBOX_FOLDER = (
    "Folder backup tidak ada di Dropbox. Periksa apakah folder itu dipindah atau ganti nama. "
    "Kalau tidak, hubungi teknisi."
)
_DAMAGED_DATA = "File data harga rusak atau tidak lengkap. Jalankan /sinkron untuk membuatnya lagi."
_RUN_ALL = "Hasil langkah sebelumnya tidak ada. Jalankan /sinkron dari awal."
_DATABASE = f"Database di server bermasalah. {_AGAIN_OR_TECHNICIAN}"
_NO_ROLLBACK = "Harga tidak bisa dikembalikan ke data itu. Harga yang sekarang tetap dipakai."

_CHECKS: tuple[tuple[str, str], ...] = (
    (
        rf"{_COUNTS} prices {_SHARE} changed, in the median by (?P<median>[\d,.]+%)",
        "{count} dari {all} harga ({share}) berubah sekaligus, umumnya sebesar {median}. " + _CHECK_PRICES,
    ),
    (
        rf"{_COUNTS} prices {_SHARE} are now threefold",
        "{count} dari {all} harga ({share}) naik jadi tiga kali lipat atau lebih, atau turun jadi sepertiganya. "
        + _CHECK_PRICES,
    ),
    (
        rf"{_COUNTS} items {_SHARE} had their price cut to their cost",
        "{count} dari {all} barang ({share}) harganya turun jadi sama dengan modal atau di bawahnya. " + _CHECK_PRICES,
    ),
    (
        rf"{_COUNTS} items {_SHARE} lost their price",
        "{count} dari {all} barang ({share}) harganya jadi kosong. " + _CHECK_PRICES,
    ),
    (
        r"Brands and categories of \d+ items or more that lost all their prices: ",
        "Ada merek atau jenis yang semua harganya jadi kosong. " + _CHECK_PRICES,
    ),
    (
        r"(?P<now>[\d,]+) products, (?P<before>[\d,]+) before: .*may disappear at once",
        "Terlalu banyak barang hilang: dari {before} barang tinggal {now}. Periksa di iPOS apakah barangnya memang "
        "dihapus, lalu buat backup lagi.",
    ),
    (
        rf"{_COUNTS} sold items have no price",
        "{count} dari {all} barang belum ada harganya. Isi harganya di iPOS, lalu buat backup lagi.",
    ),
    (r"No item is marked as sold", f"Tidak ada satu pun barang yang ditandai dijual. {_FIX_IN_IPOS}"),
    (
        rf"{_COUNTS} rows of tbl_item have no code",
        "{count} dari {all} barang tidak punya kode, atau kodenya sama dengan barang lain. " + _FIX_IN_IPOS,
    ),
    (
        r"(?P<count>[\d,]+) amounts are not a number",
        "{count} harga atau stok angkanya tidak masuk akal. " + _FIX_IN_IPOS,
    ),
    (r"(?P<count>[\d,]+) prices or costs are below zero", "{count} harga atau modal kurang dari nol. " + _FIX_IN_IPOS),
    (r"Empty: .*tbl_", "Backup ini tidak berisi barang. Periksa barangnya di iPOS, lalu buat backup lagi."),
    (
        r"have the same button hash",
        "Ada dua barang yang kodenya tidak bisa dibedakan bot. Ganti kode salah satunya di iPOS, "
        "lalu buat backup lagi.",
    ),
    (
        r"tables have a wrong number of rows",
        "File data harga tidak tertulis lengkap. Periksa apakah penyimpanan di server penuh, lalu jalankan /sinkron.",
    ),
    (
        r"Found by: |No product has a name to search for",
        "Pencarian di data yang baru tidak jalan seperti biasa. Hubungi teknisi.",
    ),
    (r"items of the backup are not deleted", _REPORT),
    (r"prices are duplicates: none may", _REPORT),
    (r"products have no name; none may", _REPORT),
)
"""What blocking checks say, of which several may have failed at once."""

_ERRORS: tuple[tuple[str, str], ...] = (
    # The backup
    (
        rf"{_NAME} is (?:incomplete or damaged|damaged: copy|empty: wait)",
        "{name} tidak utuh: mungkin masih diunggah, mungkin rusak. Tunggu beberapa menit. "
        "Kalau tetap gagal, buat backup lagi di iPOS.",
    ),
    (rf"{_NAME} is a backup of iPOS 4", "{name} adalah backup iPOS 4. Yang bisa dipakai hanya backup iPOS 5."),
    (
        rf"{_NAME} (?:is not an? (?:whole )?iPOS (?:5 )?backup|is a dump in another format|has archive version"
        r"|is compressed with|is in encoding|has no rows of table|could not be restored)",
        _NOT_READABLE,
    ),
    (rf"{_NAME}: table \S+ was not dumped with COPY", _NOT_READABLE),
    (
        rf"{_NAME} is a backup of database (?P<database>[^,]+),",
        "{name} berasal dari database lain ({database}), jadi tidak dipakai. "
        "Kalau toko memang pindah ke database itu, minta teknisi menggantinya.",
    ),
    (
        r"There are backups of (?P<count>[\d,]+) databases",
        "Ada backup dari {count} database, dan belum dipilih yang mana punya toko ini. Minta teknisi memilihnya.",
    ),
    (
        r"There is no backup of (?:the shop's )?database",
        "Di folder backup belum ada backup dari database toko ini. Buat backup di iPOS. "
        "Kalau databasenya ganti, hubungi teknisi.",
    ),
    (
        r"There is no backup in .* newer than the served one",
        "Belum ada backup yang lebih baru dari data yang dipakai sekarang. Buat backup di iPOS, lalu coba lagi.",
    ),
    (
        r"There is no (?:iPOS )?backup|There is no file|name a backup file",
        "Belum ada file backup di folder backup. Buat backup di iPOS, lalu coba lagi.",
    ),
    (
        rf"{_NAME} says that it was dumped on",
        "Tanggal di {name} tidak mungkin. Betulkan tanggal dan jam di komputer iPOS, lalu buat backup lagi.",
    ),
    (
        r"rejected by a rollback on",
        "Backup ini tidak dipakai karena harganya sudah dikembalikan ke data sebelumnya. Buat backup baru di iPOS.",
    ),
    (
        r"It is too late to publish",
        "Sudah terlambat: sejak pesan itu dikirim, data yang dipakai sudah berubah atau backupnya sudah tidak ada.",
    ),
    (r"is the demo's backup", "Backup contoh tidak dipakai, karena toko ini sudah punya data sendiri."),
    (
        r"was replaced|is gone: it was deleted|is gone from Dropbox|moved away|changed while it was read",
        "File backup diganti atau dipindah waktu dibaca. Tidak apa-apa, nanti dicoba lagi dengan file yang ada.",
    ),
    (
        r"cannot be read \(.*\): copy it again",
        "File backup tidak bisa dibuka. Salin lagi file itu ke folder backup, atau buat backup lagi di iPOS.",
    ),
    (
        r"There is no folder .*: is its disk connected|The backup folder .* cannot be read",
        "Folder backup tidak bisa dibuka. Pastikan komputer atau disk tempat backup menyala dan tersambung.",
    ),
    # Dropbox
    (
        r"Dropbox rejects (?:DROPBOX_REFRESH_TOKEN|this code)|The Dropbox app lacks|Dropbox does not know this app"
        r"|Dropbox does not let the app|Dropbox rejects the request",
        _DROPBOX_DENIES,
    ),
    (r"Dropbox does not understand|(?:There is no folder|is not a folder) .*in this Dropbox", _DROPBOX_FOLDER),
    (r"is not a folder in this Dropbox", _DROPBOX_FOLDER),
    (r"Dropbox asks for fewer", "Dropbox minta jeda sebentar. Nanti dicoba lagi otomatis."),
    (
        r"Dropbox(?:'s)? (?:listing|response|certificate|does|did|has|cannot|reports)|come from Dropbox"
        r"|space in Dropbox",
        _DROPBOX_AGAIN,
    ),
    # The run
    (r"Another sync is running", "Sinkronisasi lain masih berjalan. Tunggu sampai selesai, lalu coba lagi."),
    (r"Interrupted: nothing was published", "Sinkronisasi dihentikan sebelum selesai. Jalankan lagi kalau perlu."),
    (
        r"The run's process died|Dagster's storage (?:was lost|reports)",
        "Sinkronisasi mati di tengah jalan, mungkin karena listrik atau server mati. Nanti dicoba lagi dari awal.",
    ),
    (
        r"The process that (?:reads backups|decodes photos)",
        f"Program pembaca backup berhenti, mungkin server kehabisan memori. {_AGAIN_OR_TECHNICIAN}",
    ),
    (
        r"The disk is full|no disk space left|[Nn]o space left",
        "Penyimpanan di server penuh. Kosongkan sebagian, lalu jalankan /sinkron.",
    ),
    (
        r"on a disk (?:without|where)|Another program writes to|Landlock",
        "Penyimpanan data di server tidak bisa dipakai seperti semestinya. Hubungi teknisi.",
    ),
    # Databases
    (
        r"PostgreSQL at .* (?:cannot be reached|accepts no connection)|The connection to PostgreSQL",
        "Database di server tidak bisa dihubungi. Pastikan server menyala. Nanti dicoba lagi otomatis.",
    ),
    (
        r"PostgreSQL at .* (?:requires a password|rejects role|does not let|denies|is version)|GRANT CONNECT",
        "Database di server menolak sambungan. Minta teknisi memeriksa pengaturannya.",
    ),
    (r"PostgreSQL|psycopg|duckdb reports|pgserver|\binitdb\b|\bpg_|/etc/passwd|is not a private folder", _DATABASE),
    (r"must be a folder that only root can write", _DATABASE),
    # The catalogue and what leads to it
    (
        r"was written by (?:a newer|another) version of toko|has version .+, this program reads"
        r"|No catalogue of this version",
        "Data ini dibuat program versi lain. Minta teknisi memperbarui semua program ke versi yang sama.",
    ),
    (r"There is no catalogue before|is served already|There is no catalogue |cannot be served:", _NO_ROLLBACK),
    (
        r"[Nn]o catalogue is (?:published|served)",
        "Data harga belum ada. Jalankan /sinkron setelah ada backup di folder backup.",
    ),
    (
        r"Two products of the catalogue have the same code|Item code (?P<name>.+?) exists twice",
        "Ada dua barang dengan kode yang sama. Ganti kode salah satunya di iPOS, lalu buat backup lagi.",
    ),
    (
        r"has two prices of product",
        "Ada barang yang punya dua harga untuk satuan dan jumlah yang sama. " + _FIX_IN_IPOS,
    ),
    (
        r"The catalogue|CURRENT|does not name a catalogue|catalog-\S+ cannot be read|which is served, cannot be read",
        _DAMAGED_DATA,
    ),
    (
        r"The price history .*cannot be read",
        "Catatan riwayat harga tidak bisa dibaca. Harga yang terakhir tetap dipakai. Hubungi teknisi.",
    ),
    (r"materialise|The copy of .* is gone|is not materialised", _RUN_ALL),
    # The state database, Dagster and the settings
    (
        r"[Ss]tate database|a newer toko made it|a row of .+ refers to|it has a table|its tables could not be changed",
        "Data pengguna dan penawaran di server tidak bisa dibuka. Hubungi teknisi.",
    ),
    (
        r"It was decided more than an hour ago",
        "Program sinkronisasi di server tidak bisa dihubungi selama satu jam. Kalau masih perlu, jalankan /sinkron.",
    ),
    (
        r"none of its code locations has a job",
        "Program sinkronisasi di server belum siap. Tunggu sebentar, lalu coba lagi.",
    ),
    (r"\b[A-Z]{2,}_[A-Z_]+\b|\.env\b|[Tt]he settings? |give (?:a full|another) path", (
        "Ada pengaturan di server yang belum benar. Hubungi teknisi."
    )),
    (
        r"[Pp]ermission denied|[Rr]ead-only file system|Input/output error|\[Errno \d+\]|Nothing was published",
        f"Server tidak bisa membaca atau menulis file. {_AGAIN_OR_TECHNICIAN}",
    ),
)  # fmt: skip
"""What other errors say; the first that matches counts."""

_EXAMPLE = re.compile(
    r"First: [^/]*/(?P<name>.+?)/(?P<unit>[^/]+)/(?P<before>Rp[\d.,]*\d)/(?P<now>Rp[\d.,]*\d)(?:/Rp[\d.,]*\d)?[;.]"
)
_OVERRIDE = "If this is right: "
_NUMBER = re.compile(r"[\d,]+(?:\.\d+)?%?")


def explain_failure(line: str) -> str:
    """Return Indonesian sentences about a failure. `line` is what the chain or a catalogue's reader says in English.

    They name no setting, and end with what to do. A failure that is not known gets UNKNOWN. It is plain text.
    """
    checks = explain_checks(line)
    if checks:
        example = _EXAMPLE.search(line)
        shown = [f"Misalnya {_short(example['name'])}: {example['before']} → {example['now']}."] if example else []
        return " ".join([*checks, *shown, *([IF_RIGHT] if _OVERRIDE in line else [])])
    errors = ((sentence, re.search(pattern, line)) for pattern, sentence in _ERRORS)
    return next((_fill(sentence, found) for sentence, found in errors if found), UNKNOWN)


def explain_checks(line: str) -> list[str]:
    """Return Indonesian sentences about each blocking check that a failure names; none if it is of another kind.

    What to do about the prices is said once, after the last check of prices.
    """
    checks = [_fill(sentence, found) for pattern, sentence in _CHECKS if (found := re.search(pattern, line))]
    advised = [check for check in checks if check.endswith(_CHECK_PRICES)]
    shown = (check.removesuffix(_CHECK_PRICES).rstrip() if check in advised[:-1] else check for check in checks)
    return list(dict.fromkeys(shown))


def explain_first_known(lines: list[str]) -> str:
    """Explain the first of several lines about one failure that is known."""
    return next((text for line in lines if (text := explain_failure(line)) != UNKNOWN), UNKNOWN)


def _fill(sentence: str, found: re.Match[str]) -> str:
    return sentence.format_map({name: _shown(text) for name, text in found.groupdict().items() if text})


def _shown(text: str) -> str:
    """Return a number in Indonesian notation, or the last part of a path."""
    if _NUMBER.fullmatch(text):
        return text.translate(str.maketrans(",.", ".,"))
    return _short(text.rpartition("/")[2].strip())


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
