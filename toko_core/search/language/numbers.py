"""Numbers, fractions and units as people write them in Indonesian.

Keys are words as `words` splits them. `satu setengah` is the number 1 followed by the fraction ½, and `setengah kilo`
is the fraction ½ followed by a unit. `selusin` is one `lusin`.
"""

from fractions import Fraction

_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)

NUMBERS: dict[str, int] = {
    **dict.fromkeys(("satu", "siji", "hiji", "atu"), 1),
    **dict.fromkeys(("dua", "loro"), 2),
    **dict.fromkeys(("tiga", "telu", "tilu", "tigo"), 3),
    **dict.fromkeys(("empat", "papat", "opat", "ampek", "ampat"), 4),
    **dict.fromkeys(("lima", "limo"), 5),
    **dict.fromkeys(("enam", "nem", "genep", "anam"), 6),
    **dict.fromkeys(("tujuh", "pitu"), 7),
    **dict.fromkeys(("delapan", "lapan", "wolu", "dalapan", "salapan"), 8),
    **dict.fromkeys(("sembilan", "songo"), 9),
    **dict.fromkeys(("sepuluh", "spuluh", "sapuluh"), 10),
    **dict.fromkeys(("sebelas", "sewelas"), 11),
    **dict.fromkeys(("duabelas", "rolas"), 12),
    "limabelas": 15,
    **dict.fromkeys(("duapuluh", "rongpuluh"), 20),
    **dict.fromkeys(("selawe", "duapuluhlima"), 25),
    **dict.fromkeys(("limapuluh", "seket"), 50),
    **dict.fromkeys(("seratus", "satus", "saratus"), 100),
}
"""A number in one word. Many brands begin with one (`dua kelinci`, `tiga roda`): it is a number only before a unit or a
fraction."""
FRACTIONS: dict[str, Fraction] = {
    **dict.fromkeys(("setengah", "stgh", "stngah", "stengah", "stengh", "setgh", "satengah"), _HALF),
    **dict.fromkeys(("separuh", "separo", "sparo", "saparo"), _HALF),
    **dict.fromkeys(("seperempat", "sprmpat", "seprempat", "seprapat", "sprapat", "prapat", "saparapat"), _QUARTER),
    **dict.fromkeys(("perempat", "prempat"), _QUARTER),
    **dict.fromkeys(("sepertiga", "sepertigo"), Fraction(1, 3)),
}
"""A fraction in one word. After a number above 1, `perempat` is multiplied with it: `tiga perempat` is ¾."""
UNITS: dict[str, str] = {
    **dict.fromkeys(("pcs", "pc", "pieces", "piece", "biji", "bj", "buah", "bh", "bijian", "butir", "btr"), "pcs"),
    **dict.fromkeys(("bungkus", "bks", "bgks", "bungkusan", "bngkus"), "bungkus"),
    **dict.fromkeys(("dus", "dos", "kardus", "karton", "krt", "ctn", "carton", "duz", "karduz", "kerdus"), "dus"),
    **dict.fromkeys(("lusin", "lsn", "losin", "dosin", "dozen", "doz", "dz"), "lusin"),
    **dict.fromkeys(("kodi", "kd"), "kodi"),
    **dict.fromkeys(("gros", "gross", "grs"), "gros"),
    **dict.fromkeys(("pak", "pack", "pck", "pax"), "pak"),
    **dict.fromkeys(("slop", "slof", "slp"), "slop"),
    **dict.fromkeys(("renceng", "rcg", "rtg", "renteng", "rentengan", "rencengan"), "renceng"),
    **dict.fromkeys(("sachet", "saset", "sct", "sase", "sch", "sachets"), "sachet"),
    **dict.fromkeys(("botol", "btl", "bottle"), "botol"),
    **dict.fromkeys(("kaleng", "klg", "blek"), "kaleng"),
    **dict.fromkeys(("sak", "zak", "karung", "krg"), "sak"),
    **dict.fromkeys(("bal", "bale"), "bal"),
    **dict.fromkeys(("rim", "ream"), "rim"),
    **dict.fromkeys(("ikat", "iket"), "ikat"),
    **dict.fromkeys(("kotak", "ktk", "box"), "kotak"),
    **dict.fromkeys(("strip", "setrip", "lempeng", "papan"), "strip"),
    **dict.fromkeys(("galon", "gln", "gallon"), "galon"),
    **dict.fromkeys(("jerigen", "jrigen", "jirigen", "jrg", "derigen"), "jerigen"),
    **dict.fromkeys(("toples", "tpls", "stoples"), "toples"),
    **dict.fromkeys(("pasang", "psg", "pasangan"), "pasang"),
    **dict.fromkeys(("lembar", "lbr"), "lembar"),
    **dict.fromkeys(("batang", "btg", "lonjor"), "batang"),
    **dict.fromkeys(("meter", "mtr"), "meter"),
    **dict.fromkeys(("rol", "roll", "gulung"), "roll"),
    **dict.fromkeys(("set", "stel", "setel"), "set"),
    **dict.fromkeys(("tabung", "tbg"), "tabung"),
    **dict.fromkeys(("gelas", "gls", "cup"), "gelas"),
    **dict.fromkeys(("ekor", "ekr"), "ekor"),
    **dict.fromkeys(("potong", "ptg"), "potong"),
    "tube": "tube",
    "ember": "ember",
    "unit": "unit",
    **dict.fromkeys(("peti", "krat", "keranjang"), "peti"),
    **dict.fromkeys(("kg", "kilo", "kilogram", "kgs"), "kg"),
    **dict.fromkeys(("ons", "on"), "ons"),
    **dict.fromkeys(("gram", "gr", "grm"), "gram"),
    **dict.fromkeys(("liter", "ltr", "lt", "litre"), "liter"),
}
"""The usual name of each spelling of a unit in which shops sell. `kg`, `ons`, `gram` and `liter` are also sizes."""
ONE_OF: dict[str, str] = {
    prefix + spelling: UNITS[spelling]
    for prefix in ("se", "sa")
    for spelling in (
        "biji buah butir bungkus dus dos kardus karton lusin kodi gros slop renceng renteng sachet saset botol "
        "kaleng karung bal rim ikat kotak strip papan galon jerigen toples pasang lembar batang lonjor meter gulung "
        "tabung peti gelas ekor potong ember kilo ons gram liter"
    ).split()
}
"""One unit, as a word: `selusin`, `sekilo`, `sebungkus`, the Javanese `sakilo`. `sepak` is a kick."""
