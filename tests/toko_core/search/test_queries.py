"""Queries that a cashier types, and the product that must come first for each."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

import pytest

from toko_assets.sample.names import sample_products
from toko_core.search import SearchIndex
from toko_core.search.text import words, words_and_spans


class Product(NamedTuple):
    """A product of the tests' shop. `label` is its brand and category in the index."""

    name: str
    label: str
    code: str
    barcode: str


SHOP = [
    Product(*(part.strip() for part in line.split("|")))
    for line in """
    INDOMIE GORENG SPECIAL 85GR         | INDOMIE MIE INSTAN         | MI-001  | 8990031008999
    INDOMIE GORENG JUMBO 129GR          | INDOMIE MIE INSTAN         | MI-002  | 8990031001235
    INDOMIE GORENG RENDANG 91GR         | INDOMIE MIE INSTAN         | MI-003  | 8990031004472
    INDOMIE SOTO MIE 75GR               | INDOMIE MIE INSTAN         | MI-004  | 8990031007716
    INDOMIE AYAM BAWANG 69GR            | INDOMIE MIE INSTAN         | MI-005  | 8990031005538
    INDOMIE KARI AYAM 72GR              | INDOMIE MIE INSTAN         | MI-006  | 8990031006641
    INDOMILK KENTAL MANIS PUTIH 370GR   | INDOMILK SUSU              | SU-001  | 8990044012207
    MIE SEDAAP GORENG 90GR              | SEDAAP MIE INSTAN          | MI-007  | 8990052013390
    MIE SEDAAP SOTO 75GR                | SEDAAP MIE INSTAN          | MI-008  | 8990052018804
    SARIMI ISI 2 AYAM KECAP 125GR       | SARIMI MIE INSTAN          | MI-009  | 8990052020067
    AQUA 240ML                          | AQUA AIR MINERAL           | 10021   | 8990060500240
    AQUA 330 ML                         | AQUA AIR MINERAL           | 10022   | 8990060502213
    AQUA 600ML                          | AQUA AIR MINERAL           | 10023   | 8990060503358
    AQUA 1500ML                         | AQUA AIR MINERAL           | 10024   | 8990060504461
    AQUA GALON 19L                      | AQUA AIR MINERAL           | 10025   | 8990060505584
    LE MINERALE 600ML                   | LE MINERALE AIR MINERAL    | 10031   | 8990061101146
    LE MINERALE 1,5LT                   | LE MINERALE AIR MINERAL    | 10032   | 8990061110023
    LE MINERALE 5 LT                    | LE MINERALE AIR MINERAL    | 10033   | 8990061124407
    BIMOLI MINYAK GORENG 1LT            | BIMOLI SEMBAKO             | SB-001  | 8990070331176
    BIMOLI MINYAK GORENG 2LT            | BIMOLI SEMBAKO             | SB-002  | 8990070332289
    MINYAK TELON BUNDAKU 60ML           | BUNDAKU BAYI               | BY-001  | 8990071441500
    MINYAK KAYU PUTIH CAP ELANG 60ML    | CAP ELANG OBAT             | OB-001  | 8990071551160
    SUNLIGHT JERUK NIPIS 755ML          | SUNLIGHT SABUN CUCI        | SC-001  | 8990080662273
    SUNLIGHT JERUK NIPIS 210ML          | SUNLIGHT SABUN CUCI        | SC-002  | 8990080663396
    SUNLIGHT HABBATUSSAUDA 560ML        | SUNLIGHT SABUN CUCI        | SC-003  | 8990080664409
    MAMA LEMON JERUK NIPIS 680ML        | MAMA LEMON SABUN CUCI      | SC-004  | 8990081775511
    RINSO ANTI NODA DETERJEN 770GR      | RINSO SABUN CUCI           | SC-005  | 8990082886624
    ISOPLUS ISOTONIK 350ML              | ISOPLUS MINUMAN            | MN-001  | 8990090997737
    TEH PUCUK HARUM 350ML               | TEH PUCUK TEH              | TH-001  | 8990091108840
    TEH BOTOL SOSRO 450ML               | SOSRO TEH                  | TH-002  | 8990091219953
    TEH KOTAK MELATI 300ML              | TEH KOTAK TEH              | TH-003  | 8990091321068
    SARIWANGI TEH CELUP 25X2GR          | SARIWANGI TEH              | TH-004  | 8990091432171
    SARIWANGI TEH CELUP 50X2GR          | SARIWANGI TEH              | TH-005  | 8990091543284
    ULTRAMILK COKLAT 250ML              | ULTRAMILK SUSU             | SU-002  | 8990092654397
    ULTRAMILK STRAWBERRY 250ML          | ULTRAMILK SUSU             | SU-003  | 8990092765400
    ULTRAMILK FULL CREAM 1000ML         | ULTRAMILK SUSU             | SU-004  | 8990092876513
    BANGAU KECAP MANIS 550ML            | BANGAU BUMBU               | BM-001  | 8990093987626
    BANGAU KECAP MANIS 275 ML           | BANGAU BUMBU               | BM-002  | 8990093098739
    BANGAU KECAP ASIN 140ML             | BANGAU BUMBU               | BM-003  | 8990093109842
    SILVERQUEEN CASHEW 62GR             | SILVERQUEEN COKELAT        | CK-001  | 8990094210955
    KAPAL API SPECIAL MIX 24GR          | KAPAL API KOPI             | KP-001  | 8990095322060
    KAPAL API BUBUK 165GR               | KAPAL API KOPI             | KP-002  | 8990095433173
    NESCAFÉ CLASSIC 100GR               | NESCAFÉ KOPI               | KP-003  | 8990096544286
    CRÈME BRÛLÉE PUDING 80GR            | DAPUR NONA PUDING          | PD-001  | 8990096655399
    GULAKU GULA PASIR 1KG               | GULAKU SEMBAKO             | SB-003  | 8990097766402
    GULAKU GULA PASIR 500GR             | GULAKU SEMBAKO             | SB-004  | 8990097877515
    BERAS RAJA LELE 5KG                 | RAJA LELE SEMBAKO          | SB-005  | 8990098988628
    BERAS RAJA LELE 10KG                | RAJA LELE SEMBAKO          | SB-006  | 8990098099731
    BERAS RAJA LELE 25KG                | RAJA LELE SEMBAKO          | SB-007  | 8990098100844
    TEPUNG SEGITIGA MERAH 1/2KG         | SEGITIGA MERAH SEMBAKO     | SB-008  | 8990098211957
    TEPUNG SEGITIGA MERAH 1KG           | SEGITIGA MERAH SEMBAKO     | SB-009  | 8990098323062
    PEPSODENT PASTA GIGI 190GR          | PEPSODENT PERAWATAN GIGI   | PG-001  | 8990099434175
    TISU WAJAH 250 LEMBAR               | PASEO TISU                 | TS-001  | 0899686010947
    TISU GULUNG ISI 10                  | NICE TISU                  | TS-002  | 089686017748
    BUKU TULIS SIDU 38 LBR              | SIDU ATK                   | AT-001  | 8990101545288
    BUKU TULIS SIDU 58 LBR              | SIDU ATK                   | AT-002  | 8990101656391
    LAMPU LED TERANGKU 5W               | TERANGKU LISTRIK           | LS-001  | 8990102767404
    LAMPU LED TERANGKU 12W              | TERANGKU LISTRIK           | LS-002  | 8990102878517
    """.strip().splitlines()
]
OWN = set(
    words(
        """indomie indomilk sedaap sarimi aqua minerale bimoli telon sunlight lemon rinso isoplus sosro pucuk kotak
        sariwangi ultramilk ultra ultrajaya bangau silverqueen kapal nescafe gulaku raja segitiga pepsodent paseo sidu
        terangku jeruk minyak gula beras tisu buku lampu"""
    )
)
OTHERS = [product.name for product in sample_products(1200, Random(4)) if not OWN & set(words(product.name))]
"""Goods of no brand or kind that the tests search for. They add many other words to the index."""
NAMES = [product.name for product in SHOP] + OTHERS


def build(
    names: Sequence[str] = NAMES, *, sold: Sequence[bool] = (), extra_barcodes: Iterable[tuple[str, int]] = ()
) -> SearchIndex:
    return SearchIndex.build(
        names,
        labels=[product.label for product in SHOP] + [""] * len(OTHERS),
        sold=sold,
        codes=[(product.code, row) for row, product in enumerate(SHOP)],
        barcodes=[*((product.barcode, row) for row, product in enumerate(SHOP)), *extra_barcodes],
    )


INDEX = build()
ROWS = {product.name: row for row, product in enumerate(SHOP)}


def answer(query: str, limit: int = 10) -> list[str]:
    return [NAMES[hit.row] for hit in INDEX.search(query, limit)]


def first(query: str) -> str:
    names = answer(query)
    return names[0] if names else "nothing"


def highlighted(query: str, name: str) -> list[str]:
    """Return the parts of a name that are shown as matched."""
    matched = INDEX.matched_words(query, ROWS[name])
    return [name[start:end] for word, (start, end) in words_and_spans(name) if word in matched]


def test_the_shop_has_hundreds_of_other_goods() -> None:
    assert len(OTHERS) > 700


@pytest.mark.parametrize("name", ROWS)
def test_the_whole_name_scores_one_and_comes_first_in_either_case(name: str) -> None:
    for query in (name, name.lower(), name.title(), f"  {name}  "):
        hits = INDEX.search(query)
        assert hits[0].row == ROWS[name]
        assert hits[0].score == pytest.approx(1, abs=1e-3)


def test_every_product_of_the_shop_comes_first_by_its_own_name() -> None:
    assert [name for name in NAMES if words(first(name)) != words(name)] == []


@pytest.mark.parametrize("name", ["ALE ALE ANGGUR 150ML", "BENG BENG", "ABU ABU", "PIRING KERTAS 22X22", "TIK TIK TIK"])
def test_a_name_with_a_repeated_word_scores_one_too(name: str) -> None:
    index = SearchIndex.build([name, "ALE ANGGUR 150ML", "BENG", "ABU GOSOK", "PIRING KERTAS 22", "TIK"])
    hits = index.search(name)
    assert hits[0].row == 0
    assert hits[0].score == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("indomi goreng spesial", "INDOMIE GORENG SPECIAL 85GR"),
        ("inodmie soto", "INDOMIE SOTO MIE 75GR"),
        ("indomie rendnag", "INDOMIE GORENG RENDANG 91GR"),
        ("indomie ayan bawnag", "INDOMIE AYAM BAWANG 69GR"),
        ("sunlite jeruk nipis 755", "SUNLIGHT JERUK NIPIS 755ML"),
        ("sunligth habatusauda", "SUNLIGHT HABBATUSSAUDA 560ML"),
        ("pepsoden", "PEPSODENT PASTA GIGI 190GR"),
        ("pespodent", "PEPSODENT PASTA GIGI 190GR"),
        ("peppsodent", "PEPSODENT PASTA GIGI 190GR"),
        ("oepsodent", "PEPSODENT PASTA GIGI 190GR"),
        ("rinzo", "RINSO ANTI NODA DETERJEN 770GR"),
        ("bimolli 2lt", "BIMOLI MINYAK GORENG 2LT"),
        ("isopluss", "ISOPLUS ISOTONIK 350ML"),
        ("nescave", "NESCAFÉ CLASSIC 100GR"),
        ("silverquen", "SILVERQUEEN CASHEW 62GR"),
        ("aqwa galon", "AQUA GALON 19L"),
        ("aqua gallon", "AQUA GALON 19L"),
        ("lampu let terangku 12w", "LAMPU LED TERANGKU 12W"),
        ("ultramlk strawbery", "ULTRAMILK STRAWBERRY 250ML"),
    ],
)
def test_a_query_with_a_typo_finds_the_product(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("indomi grg spc", "INDOMIE GORENG SPECIAL 85GR"),
        ("indomie grg jmb", "INDOMIE GORENG JUMBO 129GR"),
        ("indomie grg rndg", "INDOMIE GORENG RENDANG 91GR"),
        ("indomie aym bwg", "INDOMIE AYAM BAWANG 69GR"),
        ("idm grg rndg", "INDOMIE GORENG RENDANG 91GR"),
        ("sunlight jrk nps 210", "SUNLIGHT JERUK NIPIS 210ML"),
        ("bimoli myk grg 1lt", "BIMOLI MINYAK GORENG 1LT"),
        ("kpl api spc", "KAPAL API SPECIAL MIX 24GR"),
        ("ultramilk ckl", "ULTRAMILK COKLAT 250ML"),
        ("ultramilk strw", "ULTRAMILK STRAWBERRY 250ML"),
        ("rinso dtrjn", "RINSO ANTI NODA DETERJEN 770GR"),
        ("bangau kcp mns 275", "BANGAU KECAP MANIS 275 ML"),
        ("pepsodent pst gg", "PEPSODENT PASTA GIGI 190GR"),
        ("sriwangi tc 50", "SARIWANGI TEH CELUP 50X2GR"),
        ("bk tls sidu 58", "BUKU TULIS SIDU 58 LBR"),
        ("brs raja lele 10kg", "BERAS RAJA LELE 10KG"),
    ],
)
def test_a_brand_with_shop_shorthand_is_understood(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ispls istnk", "ISOPLUS ISOTONIK 350ML"),
        ("snlght hbbtssd", "SUNLIGHT HABBATUSSAUDA 560ML"),
        ("ppsdnt", "PEPSODENT PASTA GIGI 190GR"),
        ("nscf clssc", "NESCAFÉ CLASSIC 100GR"),
        ("ultrmlk strwbrry", "ULTRAMILK STRAWBERRY 250ML"),
        ("slvrqn cshw", "SILVERQUEEN CASHEW 62GR"),
        ("srwng clp 25", "SARIWANGI TEH CELUP 25X2GR"),
        ("mm lmn", "MAMA LEMON JERUK NIPIS 680ML"),
        ("brs rj ll 25kg", "BERAS RAJA LELE 25KG"),
    ],
)
def test_consonants_are_enough(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    "query", ["sunligt jrk", "sunlight jruk", "jrk sunlight", "snlight jerk", "sunlight jeruknipis"]
)
def test_a_typo_and_an_abbreviation_together_find_both_packs(query: str) -> None:
    assert set(answer(query)[:2]) == {"SUNLIGHT JERUK NIPIS 755ML", "SUNLIGHT JERUK NIPIS 210ML"}


@pytest.mark.parametrize(
    "name",
    [
        "SUNLIGHT HABBATUSSAUDA 560ML",
        "PEPSODENT PASTA GIGI 190GR",
        "ISOPLUS ISOTONIK 350ML",
        "SILVERQUEEN CASHEW 62GR",
        "INDOMILK KENTAL MANIS PUTIH 370GR",
        "TEH PUCUK HARUM 350ML",
        "KAPAL API BUBUK 165GR",
    ],
)
def test_a_product_is_among_the_hits_while_its_name_is_typed_and_stays_there(name: str) -> None:
    lost = [name[:end] for end in range(6, len(name) + 1) if name not in answer(name[:end].lower())]
    assert not lost


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("indomie ren", "INDOMIE GORENG RENDANG 91GR"),
        ("indomie ay ba", "INDOMIE AYAM BAWANG 69GR"),
        ("sunlight hab", "SUNLIGHT HABBATUSSAUDA 560ML"),
        ("kapal ap bub", "KAPAL API BUBUK 165GR"),
        ("ultra str", "ULTRAMILK STRAWBERRY 250ML"),
        ("pep pas gi", "PEPSODENT PASTA GIGI 190GR"),
        ("nesc", "NESCAFÉ CLASSIC 100GR"),
        ("silv", "SILVERQUEEN CASHEW 62GR"),
        ("aqua gal", "AQUA GALON 19L"),
        ("aqua 60", "AQUA 600ML"),
    ],
)
def test_half_typed_words_are_completed(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("minyakgoreng 2lt", "BIMOLI MINYAK GORENG 2LT"),
        ("minyakgoreng 1 lt", "BIMOLI MINYAK GORENG 1LT"),
        ("minyakgorng 2lt", "BIMOLI MINYAK GORENG 2LT"),
        ("minyakgorengbimoli 1lt", "BIMOLI MINYAK GORENG 1LT"),
        ("minyaktelon", "MINYAK TELON BUNDAKU 60ML"),
        ("indomiesoto", "INDOMIE SOTO MIE 75GR"),
        ("tehpucuk", "TEH PUCUK HARUM 350ML"),
        ("pucukharum", "TEH PUCUK HARUM 350ML"),
        ("pucukharun", "TEH PUCUK HARUM 350ML"),
        ("kapalapi bubuk", "KAPAL API BUBUK 165GR"),
        ("aqua600", "AQUA 600ML"),
        ("aqua600ml", "AQUA 600ML"),
        ("ultra milk coklat", "ULTRAMILK COKLAT 250ML"),
        ("ultra mlik coklat", "ULTRAMILK COKLAT 250ML"),
        ("silver queen", "SILVERQUEEN CASHEW 62GR"),
        ("indo mie soto", "INDOMIE SOTO MIE 75GR"),
        ("sun light habbatussauda", "SUNLIGHT HABBATUSSAUDA 560ML"),
        ("pep sodent", "PEPSODENT PASTA GIGI 190GR"),
    ],
)
def test_joined_and_split_words_find_the_same_product(query: str, name: str) -> None:
    assert first(query) == name


def test_three_joined_words_are_among_the_hits() -> None:
    assert "TEH BOTOL SOSRO 450ML" in answer("tehbotolsosro")


SIZES = {
    "AQUA 600ML": """aqua 600; aqua 600ml; aqua 600 ml; AQUA 600 ML; aqua 600m; aqua 600 cc; aqua 0,6 lt; aqua 0.6l;
        600 aqua; 600ml aqua""",
    "AQUA 1500ML": """aqua 1500; aqua 1500ml; aqua 1.500 ml; aqua 1,5lt; aqua 1,5 LT; aqua 1.5 l; aqua 1,5ltr;
        aqua 1.5 liter; aqua 1,50 lt""",
    "AQUA 330 ML": "aqua 330; aqua 330ml; aqua 330 ML; aqua 0,33 lt",
    "AQUA GALON 19L": "aqua 19; aqua 19lt; aqua 19 liter; aqua 19.000 ml; aqua 19000ml; aqua galon 19ltr",
    "LE MINERALE 1,5LT": """le minerale 1,5; le minerale 1.5; le minerale 1500; le minerale 1.500ml;
        minerale 1,5 liter; le minerale 1,5lt""",
    "LE MINERALE 5 LT": "le minerale 5; le minerale 5l; minerale 5000ml; le minerale 5 ltr",
    "ULTRAMILK FULL CREAM 1000ML": """ultramilk 1lt; ultramilk 1 liter; ultramilk 1.000 ML; ultramilk 1000;
        ultramilk 1l""",
    "BANGAU KECAP MANIS 275 ML": "bangau manis 275; bangau 275ml; kecap manis 275ML; bangau 0,275 lt",
    "BANGAU KECAP MANIS 550ML": "bangau manis 550; bangau 550 ml; kecap bangau 550 ML",
    "GULAKU GULA PASIR 500GR": """gulaku 500; gulaku 500g; gulaku 500 gr; gulaku 500gram; gulaku 0,5kg;
        gulaku 0.5 kg; gula pasir 500 GRM""",
    "GULAKU GULA PASIR 1KG": """gulaku 1kg; gulaku 1 kg; gulaku 1000gr; gulaku 1.000 gr; gulaku 1;
        gula pasir 1000 g""",
    "BERAS RAJA LELE 5KG": "beras raja lele 5; raja lele 5kg; raja lele 5000 gr; beras lele 5 kg",
    "BERAS RAJA LELE 25KG": "beras raja lele 25; raja lele 25 kg; raja lele 25.000 gr",
    "TEPUNG SEGITIGA MERAH 1/2KG": """segitiga merah 1/2kg; tepung segitiga 1/2 kg; segitiga merah ½ kg;
        segitiga merah 1/2""",
    "SARIWANGI TEH CELUP 50X2GR": "sariwangi 50; sariwangi 50x2; sariwangi 50 x 2 gr; teh celup 50x2g",
    "SUNLIGHT JERUK NIPIS 210ML": "sunlight 210; sunlight jeruk 210ml; sunligt jrk 210 ML",
    "SUNLIGHT JERUK NIPIS 755ML": "sunlight 755; sunlight jeruk 755ml; sunligt jrk 755 ML",
    "LAMPU LED TERANGKU 12W": "lampu led 12w; lampu 12 w; terangku 12; terangku 12 watt",
    "BUKU TULIS SIDU 38 LBR": "sidu 38; buku sidu 38lbr; sidu 38 lembar",
}


@pytest.mark.parametrize(
    ("query", "name"), [(" ".join(query.split()), name) for name, row in SIZES.items() for query in row.split(";")]
)
def test_a_size_in_any_notation_brings_the_right_pack_to_the_top(query: str, name: str) -> None:
    assert first(query) == name


def test_a_size_that_the_shop_does_not_have_still_finds_the_brand() -> None:
    assert all("AQUA" in name for name in answer("aqua 750ml", 5))
    assert len(answer("aqua 750ml", 5)) == 5


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("goreng indomie special", "INDOMIE GORENG SPECIAL 85GR"),
        ("special goreng indomie", "INDOMIE GORENG SPECIAL 85GR"),
        ("85gr special indomie", "INDOMIE GORENG SPECIAL 85GR"),
        ("soto sedaap", "MIE SEDAAP SOTO 75GR"),
        ("harum pucuk teh", "TEH PUCUK HARUM 350ML"),
        ("600 aqua", "AQUA 600ML"),
        ("classic nescafe", "NESCAFÉ CLASSIC 100GR"),
    ],
)
def test_words_may_come_in_any_order(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("creme brulee", "CRÈME BRÛLÉE PUDING 80GR"),
        ("crème brûlée", "CRÈME BRÛLÉE PUDING 80GR"),
        ("cre\u0300me bru\u0302le\u0301e", "CRÈME BRÛLÉE PUDING 80GR"),
        ("nescafe", "NESCAFÉ CLASSIC 100GR"),
        ("Nescafè", "NESCAFÉ CLASSIC 100GR"),
        ("ａｑｕａ ６００ｍｌ", "AQUA 600ML"),
        ("índomie soto", "INDOMIE SOTO MIE 75GR"),
    ],
)
def test_accents_and_letter_forms_do_not_matter(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    "mark", [".", ",", "/", "-", "_", "+", "*", "'", '"', "(", "&", "\t", "\n", "\u00a0", "\u200b"]
)
def test_punctuation_between_words_does_not_matter(mark: str) -> None:
    assert first(f"indomie{mark}goreng{mark}rendang") == "INDOMIE GORENG RENDANG 91GR"
    assert first(f"{mark}nescafe{mark}") == "NESCAFÉ CLASSIC 100GR"


@pytest.mark.parametrize("product", SHOP, ids=lambda product: product.barcode)
def test_a_scanned_barcode_finds_its_product_however_it_is_written(product: Product) -> None:
    code = product.barcode
    for query in (
        code,
        f"{code}\n",
        f" {code} ",
        f"{code[0]} {code[1:7]} {code[7:]}",
        f"{code[:3]}-{code[3:7]}-{code[7:]}",
        f"{code[:3]} - {code[3:]}",
    ):
        assert first(query) == product.name, query


@pytest.mark.parametrize("query", ["0899686010947", "899686010947", "089686017748", "89686017748", "0089686017748"])
def test_a_leading_zero_more_or_less_is_the_same_barcode(query: str) -> None:
    assert first(query) == ("TISU WAJAH 250 LEMBAR" if "899" in query else "TISU GULUNG ISI 10")


@pytest.mark.parametrize("product", SHOP, ids=lambda product: product.barcode)
def test_the_last_four_to_six_digits_of_a_barcode_are_enough(product: Product) -> None:
    assert first(product.barcode[-6:]) == product.name
    assert first(product.barcode[-5:]) == product.name or product.barcode[-5:] in {other.code for other in SHOP}
    assert product.name in answer(product.barcode[-4:])


def test_all_products_with_the_same_barcode_ending_are_found() -> None:
    index = build(extra_barcodes=[("9551237777770", 3), ("9551240007770", 9), ("9551241117770", 20)])
    assert {3, 9, 20} <= {hit.row for hit in index.search("7770")}
    assert index.search("17770")[0].row == 20


def test_each_of_a_products_barcodes_finds_it() -> None:
    index = build(extra_barcodes=[("9551234567894", 20), ("40123455", 20)])
    for query in (SHOP[20].barcode, "9551234567894", "40123455", "567894"):
        assert index.search(query)[0].row == 20


def test_a_barcode_of_no_product_finds_nothing() -> None:
    assert answer("5449000131805") == []


@pytest.mark.parametrize("product", SHOP, ids=lambda product: product.code)
def test_the_whole_kodeitem_finds_its_product(product: Product) -> None:
    for query in (product.code, product.code.lower(), f" {product.code} ", product.code.replace("-", "")):
        assert first(query) == product.name, query


def test_a_whole_kodeitem_comes_before_the_end_of_a_barcode() -> None:
    assert any(product.barcode.endswith("10023") for product in SHOP)
    assert first("10023") == "AQUA 600ML"
    assert "LE MINERALE 1,5LT" in answer("10023")


def test_a_size_comes_before_the_end_of_a_barcode() -> None:
    assert any(product.barcode.endswith("1500") for product in SHOP)
    assert first("aqua 1500") == "AQUA 1500ML"
    assert first("le minerale 1500") == "LE MINERALE 1,5LT"
    siblings = SearchIndex.build(["BRIO 600ML", "BRIO 1500ML"], barcodes=[("8990061101500", 0), ("8990061107777", 1)])
    assert siblings.search("brio 1500ml")[0].row == siblings.search("brio 1500")[0].row == 1


@pytest.mark.parametrize("query", ["BRIO 1500 ML", "brio 1500ml", "Brio 1.500 ml"])
def test_a_name_scores_one_even_if_another_barcode_ends_in_its_size(query: str) -> None:
    index = SearchIndex.build(["BRIO 1500 ML", "SABUN MANDI"], barcodes=[("8990061101500", 1)])
    hits = index.search(query)
    assert hits[0].row == 0
    assert hits[0].score == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("indomie 8999", "INDOMIE GORENG SPECIAL 85GR"),
        ("8999 indomie", "INDOMIE GORENG SPECIAL 85GR"),
        ("indomi 7716", "INDOMIE SOTO MIE 75GR"),
        ("idm grg 04472", "INDOMIE GORENG RENDANG 91GR"),
        ("indomie 8990031005538", "INDOMIE AYAM BAWANG 69GR"),
        ("bimoli 332289", "BIMOLI MINYAK GORENG 2LT"),
        ("aqua 10024", "AQUA 1500ML"),
        ("indomie MI-006", "INDOMIE KARI AYAM 72GR"),
        ("paseo 0947", "TISU WAJAH 250 LEMBAR"),
    ],
)
def test_words_and_digits_of_a_code_work_together(query: str, name: str) -> None:
    assert first(query) == name


def test_words_with_unknown_digits_still_find_the_product_of_the_words() -> None:
    assert all("INDOMIE" in name for name in answer("indomie 7773", 6))
    assert len(answer("indomie 7773", 6)) == 6


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("paseo", "TISU WAJAH 250 LEMBAR"),
        ("tisu paseo", "TISU WAJAH 250 LEMBAR"),
        ("paeso", "TISU WAJAH 250 LEMBAR"),
        ("pase", "TISU WAJAH 250 LEMBAR"),
        ("dapur nona", "CRÈME BRÛLÉE PUDING 80GR"),
        ("minuman isoplus", "ISOPLUS ISOTONIK 350ML"),
        ("kopi bubuk kapal api", "KAPAL API BUBUK 165GR"),
        ("susu ultramilk strawberry", "ULTRAMILK STRAWBERRY 250ML"),
        ("kopi nescafe", "NESCAFÉ CLASSIC 100GR"),
        ("deterjen sabun cuci", "RINSO ANTI NODA DETERJEN 770GR"),
    ],
)
def test_brand_and_category_find_a_product_whose_name_lacks_them(query: str, name: str) -> None:
    assert first(query) == name


def test_a_category_finds_its_products() -> None:
    noodles = {product.name for product in SHOP if "MIE INSTAN" in product.label}
    assert noodles <= set(answer("mie instan", 20))


def test_labels_do_not_lower_the_score_of_a_name() -> None:
    plain, labelled = (
        SearchIndex.build(["AQUA 600ML"]),
        SearchIndex.build(["AQUA 600ML"], labels=["AIR MINERAL DANONE"]),
    )
    assert labelled.search("aqua 600ml")[0].score == pytest.approx(plain.search("aqua 600ml")[0].score, abs=1e-3)


def test_unsold_products_rank_last_and_are_still_found() -> None:
    sold = [name != "INDOMIE GORENG SPECIAL 85GR" for name in NAMES]
    index = build(sold=sold)
    rows = [hit.row for hit in index.search("indomie goreng special", len(NAMES))]
    assert rows[-1] == 0
    assert NAMES[rows[0]].startswith("INDOMIE GORENG")


def test_an_unsold_product_is_found_by_its_code_and_when_nothing_else_is_similar() -> None:
    index = build(sold=[False] * len(NAMES))
    for query in ("8990031008999", "MI-001", "008999", "indomie goreng special 85gr", "indomi grg spc"):
        assert index.search(query)[0].row == 0


def test_an_unsold_pack_ranks_below_a_sold_one() -> None:
    names = ["KECAP RATU 135ML", "KECAP RATU 135ML", "KECAP RATU 600ML"]
    index = SearchIndex.build(names, sold=[False, True, True])
    rows = [hit.row for hit in index.search("kecap ratu 135ml")]
    assert (rows[0], rows[-1]) == (1, 0)
    assert [hit.row for hit in index.search("kecap ratu")] == [1, 2, 0]


@pytest.mark.parametrize("query", ["sirup melon", "sirup melon cap nuri 460ml", "srp mln nuri", "siruo melon", "siru"])
def test_equal_rows_keep_their_order_wherever_they_are(query: str) -> None:
    index = SearchIndex.build([name for other in OTHERS[:60] for name in ("SIRUP MELON CAP NURI 460ML", other)])
    hits = index.search(query, 60)
    assert [hit.row for hit in hits] == list(range(0, 120, 2))
    assert hits[-1].score == pytest.approx(hits[0].score)
    assert index.search(query, 10) == hits[:10]


@pytest.mark.parametrize("query", ["siru", "te", "indomie goreng", "aqua", "a", "600", "sunligt jrk", "mie instan"])
def test_scores_fall_from_the_first_hit_to_the_last(query: str) -> None:
    scores = [hit.score for hit in INDEX.search(query, 100)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("query", ["indomie", "indomi grg", "600", "teh", "mie instan", "s", "sunligt jrk", "8990"])
def test_a_shorter_page_is_the_start_of_a_longer_one(query: str) -> None:
    assert INDEX.search(query, 5) == INDEX.search(query, 10)[:5]
    assert INDEX.search(query, 10) == INDEX.search(query, 40)[:10]


def test_the_first_hits_do_not_depend_on_the_limit() -> None:
    """Of thousands of similar names only some are compared word by word, and always the same ones."""
    brands = [
        a + b for a in ("SARI", "MULYA", "JAYA", "INDO", "GARU", "PELA", "MUTI", "RAJA") for b in ("NA", "TO", "LI")
    ]
    kinds = (
        "KECAP MANIS",
        "MINYAK GORENG",
        "SABUN MANDI",
        "TEH CELUP",
        "SUSU KENTAL MANIS",
        "PEN DRAWING",
        "LAMPU LED",
    )
    kinds_of = ("ASLI", "PEDAS", "MANIS", "HITAM", "KUNING", "MERAH", "BIRU", "HIJAU", "PUTIH", "UNGU")
    names = [f"{b} {k} {t} {n}GR" for b in brands for k in kinds for t in kinds_of for n in (50, 100, 200, 250)]
    index = SearchIndex.build(names)
    rng = Random(1)
    for name in rng.sample(names, 500):
        typed = name.lower().split()
        rng.shuffle(typed)
        query = " ".join(typed[: rng.choice((3, 4, 5))])
        assert index.search(query, 4) == index.search(query, 50)[:4], query


def test_a_whole_word_comes_before_a_prefix_of_another() -> None:
    index = SearchIndex.build(["KOPIKO PERMEN", "KOPI TUBRUK", "GARAM"])
    assert [hit.row for hit in index.search("kopi")] == [1, 0]


def test_names_with_more_of_the_typed_words_come_first() -> None:
    names = answer("indomie goreng", 6)
    assert set(names[:3]) == {name for name in ROWS if name.startswith("INDOMIE GORENG")}
    assert all("INDOMIE" in name or "GORENG" in name for name in names)


def test_a_name_without_further_words_comes_before_one_with_more() -> None:
    index = SearchIndex.build(["GULA AREN JAWA TIMUR 500GR", "GULA AREN", "SIRUP GULA AREN"])
    assert [hit.row for hit in index.search("gula aren")] == [1, 0, 2]


@pytest.mark.parametrize(
    ("query", "name", "shown"),
    [
        ("indomie goreng", "INDOMIE GORENG SPECIAL 85GR", ["INDOMIE", "GORENG"]),
        ("indomi grg spc", "INDOMIE GORENG SPECIAL 85GR", ["INDOMIE", "GORENG", "SPECIAL"]),
        ("spc gorng", "INDOMIE GORENG SPECIAL 85GR", ["GORENG", "SPECIAL"]),
        ("goreng goreng", "INDOMIE GORENG SPECIAL 85GR", ["GORENG"]),
        ("aqua 600", "AQUA 600ML", ["AQUA", "600ML"]),
        ("aqua 0,33 lt", "AQUA 330 ML", ["AQUA", "330 ML"]),
        ("minyakgoreng 2 lt", "BIMOLI MINYAK GORENG 2LT", ["MINYAK", "GORENG", "2LT"]),
        ("ultra milk", "ULTRAMILK COKLAT 250ML", ["ULTRAMILK"]),
        ("creme", "CRÈME BRÛLÉE PUDING 80GR", ["CRÈME"]),
        ("pep gi", "PEPSODENT PASTA GIGI 190GR", ["PEPSODENT", "GIGI"]),
        ("sunlight", "AQUA 600ML", []),
        ("paseo", "TISU WAJAH 250 LEMBAR", []),
        ("8990060503358", "AQUA 600ML", []),
        ("", "AQUA 600ML", []),
    ],
)
def test_the_matched_words_are_those_that_the_query_means(query: str, name: str, shown: list[str]) -> None:
    assert highlighted(query, name) == shown


@pytest.mark.parametrize(
    ("query", "name", "meant"),
    [
        ("indomi goreng", "INDOMIE GORENG SPECIAL 85GR", "indomie goreng"),
        ("indomi grg spc", "INDOMIE GORENG SPECIAL 85GR", "indomie goreng special"),
        ("goreng indomi", "INDOMIE GORENG SPECIAL 85GR", "goreng indomie"),
        ("pespodent", "PEPSODENT PASTA GIGI 190GR", "pepsodent"),
        ("indomie goreng", "INDOMIE GORENG SPECIAL 85GR", None),
        ("Indomie Goreng", "INDOMIE GORENG SPECIAL 85GR", None),
        ("nescafe", "NESCAFÉ CLASSIC 100GR", None),
        ("aqua 600 ml", "AQUA 600ML", None),
        ("8990060503358", "AQUA 600ML", None),
        ("?!", "AQUA 600ML", None),
    ],
)
def test_the_suggestion_is_the_query_that_was_meant_or_nothing(query: str, name: str, meant: str | None) -> None:
    found = INDEX.suggestion(query, ROWS[name])
    assert (found and found.lower()) == meant


def test_a_code_that_is_the_name_suggests_nothing_new() -> None:
    index = SearchIndex.build(["SIDU", "KERTAS"], codes=[("SIDU", 0)])
    assert index.search("sidu")[0].row == 0
    assert index.suggestion("sidu", 0) is None


@pytest.mark.parametrize(
    "query", ["xyzzy", "qwxz vjkq", "", " ", "?!", "...", "-", "😀", "\0", "1111111111111", "гречка", "牛奶"]
)
def test_a_query_without_a_similar_name_finds_nothing(query: str) -> None:
    assert answer(query) == []


@pytest.mark.parametrize(
    "query", ["a", "s", "in", "6", "60", "ml", "indmie", "snlgt", "sunlihgt jerku", "gorengindomi", "xyzzy aqua"]
)
def test_a_query_with_a_similar_name_finds_something(query: str) -> None:
    assert answer(query)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("idnomei rendang", "INDOMIE GORENG RENDANG 91GR"),
        ("idnomei", "INDOMIE GORENG SPECIAL 85GR"),
        ("pespodnet", "PEPSODENT PASTA GIGI 190GR"),
        ("pepsdnet", "PEPSODENT PASTA GIGI 190GR"),
        ("sinlihgt", "SUNLIGHT JERUK NIPIS 755ML"),
        ("habatussuada", "SUNLIGHT HABBATUSSAUDA 560ML"),
        ("silverqeun", "SILVERQUEEN CASHEW 62GR"),
    ],
)
def test_two_typos_in_one_long_word_still_find_it(query: str, name: str) -> None:
    assert name in answer(query)


def test_an_unknown_word_does_not_hide_the_others() -> None:
    assert first("xyzzy pepsodent") == "PEPSODENT PASTA GIGI 190GR"
    assert first("minta indomie rendang dong kak") == "INDOMIE GORENG RENDANG 91GR"


def test_a_worse_match_scores_lower() -> None:
    scores = [INDEX.search(query)[0].score for query in ("pepsodent pasta gigi 190gr", "pepsodent", "pespodent")]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


@pytest.mark.parametrize("query", ["kopi susu", "kopi susu gula aren"])
def test_a_long_list_has_all_products_with_all_typed_words(query: str) -> None:
    wanted = [f"KOPI SUSU GULA AREN BOTOL NOMOR {number}" for number in range(400)]
    others = [f"{word} MERK {number}" for word in ("KOPI", "SUSU", "GULA", "AREN") for number in range(300)]
    names = [*others, *wanted]
    found = [names[hit.row] for hit in SearchIndex.build(names).search(query, 500)]
    assert sorted(found[:400]) == sorted(wanted)
