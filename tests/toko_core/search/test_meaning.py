"""What a cashier means: other words, other spellings, whole sentences, and what the shop does not sell."""

from collections.abc import Sequence

import numpy as np
import pytest

from toko_core.search import SearchIndex
from toko_core.search.prior import sales_prior

NAMES = [
    "PEPSODENT PASTA GIGI HERBAL 190GR",
    "SIKAT GIGI FORMULA",
    "SASA MSG 250GR",
    "SWEETY FIT PANTS XL 7S",
    "PAMPERS PANTS XL",
    "GG SURYA 12",
    "GG SURYA 16",
    "ROKOK KRETEK 234 12",
    "MIZONE LEMON 500ML",
    "MIWON TEPUNG BAKWAN 250GR",
    "CHOCOLATOS DARK 16GR",
    "KUE COKLAT 100GR",
    "SO KLIN LANTAI 770ML",
    "SO KLIN LIQUID 750ML",
    "SOKLIN VIOLET 800GR",
    "TOLAK ANGIN CAIR 15ML",
    "TOLAK ANGIN ANAK 10ML",
    "TOLAK ANGIN PERMEN",
    "DJI SAM SOE 12",
    "DJI SAM SOE 16",
    "DJI SAM SOE MAGNUM 12",
    "GULA PASIR 2KG",
    "GULA PASIR 1KG",
    "GULA PASIR 1/2 KG",
    "GULA PASIR 250GR",
    "MARIE REGAL 230GR",
    "SHAMPOO SACHET DOVE",
    "SHAMPOO CLEAR MEN 160ML",
    "OBAT GATAL2 KIKY",
    "KOREK KAYU",
    "SAPI KOREA PANGGANG",
    "MINYAK TAWON 60ML",
    "TEH PUCUK HARUM 350ML",
    "TEH KOTAK 300ML",
    "TEH CELUP SOSRO 30S",
    "MAU MAU KRIPIK",
    "PIPA 1/2 INCH",
    "AQUA GALON 19L",
]
INDEX = SearchIndex.build(NAMES)


def first(query: str, index: SearchIndex = INDEX, names: Sequence[str] = NAMES) -> str:
    return next((names[hit.row] for hit in index.search(query, 1)), "nothing")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("odol", "PEPSODENT PASTA GIGI HERBAL 190GR"),
        ("odol pepsodent", "PEPSODENT PASTA GIGI HERBAL 190GR"),
        ("micin", "SASA MSG 250GR"),
        ("teh sosro", "TEH CELUP SOSRO 30S"),
    ],
)
def test_another_word_than_the_names_is_understood(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize("query", ["pampers sweety xl", "sweety xl", "popok sweety"])
def test_a_brand_outweighs_the_word_for_its_category(query: str) -> None:
    assert first(query) == "SWEETY FIT PANTS XL 7S"


def test_a_typed_word_counts_more_than_its_synonyms() -> None:
    names = ["COKELAT BATANG 50GR", "COKLAT BATANG 50GR"]
    index = SearchIndex.build(names)
    assert [names[index.search(word)[0].row] for word in ("cokelat", "coklat")] == names


def test_a_pack_weighs_less_than_a_brand() -> None:
    assert first("shampoo sachet clear") == "SHAMPOO CLEAR MEN 160ML"


@pytest.mark.parametrize("query", ["surya 12", "rokok surya 12", "surya isi 12"])
def test_a_number_without_a_unit_is_the_product_line(query: str) -> None:
    assert first(query) == "GG SURYA 12"


def test_two_known_words_are_never_both_replaced() -> None:
    assert first("korek api") == "KOREK KAYU"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("tolong cek harga gula pasir 1 kg berapa kak", "GULA PASIR 1KG"),
        ("mau beli surya yg isi 12", "GG SURYA 12"),
        ("ada aqua galon ga ya?", "AQUA GALON 19L"),
        ("shampoonya clear masih ada", "SHAMPOO CLEAR MEN 160ML"),
        ("kue2 coklat", "KUE COKLAT 100GR"),
        ("teh pucuk", "TEH PUCUK HARUM 350ML"),
        ("obat gatal2", "OBAT GATAL2 KIKY"),
        ("mau mau kripik", "MAU MAU KRIPIK"),
    ],
)
def test_the_words_of_a_sentence_do_not_count(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sambal trs", "SAMBAL TERASI 180GR"),
        ("nivea blm", "NIVEA LIP BALM 4.8GR"),
        ("minyak goreng trs", "MINYAK GORENG 1L"),
        ("trs sambal bajak brp", "SAMBAL BAJAK 150GR"),
        ("sambal bulan lalu", "SAMBAL"),
    ],
)
def test_the_last_word_of_a_sentence_is_an_abbreviation_if_a_name_has_all_words(query: str, name: str) -> None:
    names = ["SAMBAL BAJAK 150GR", "SAMBAL TERASI 180GR", "SAMBAL", "NIVEA", "NIVEA LIP BALM 4.8GR", "MINYAK GORENG 1L"]
    assert names[SearchIndex.build(names).search(query)[0].row] == name


@pytest.mark.parametrize("text", ["oke trs", "makasih trs", "blm ada kak", "brp"])
def test_fillers_that_may_abbreviate_are_no_search_without_other_words(text: str) -> None:
    assert SearchIndex.build(["TERASI UDANG", "BALM", "BARPO"]).search(text) == []


def test_a_brand_is_no_plural_of_another_one() -> None:
    names = ["KAO WHITE", "KAOS PUTIH", "KAO ATTACK"]
    scores = {names[hit.row]: hit.score for hit in SearchIndex.build(names).search("kaos")}
    assert max(scores, key=scores.__getitem__) == "KAOS PUTIH"
    assert scores.get("KAO WHITE", 0) < 0.7


@pytest.mark.parametrize("query", ["fisherman friend strong mint", "fisherman friend strong mit"])
def test_a_plural_is_the_word_also_if_many_names_have_the_singular(query: str) -> None:
    target = "FISHERMANS FRIEND STRONG MINT"
    others = [f"FISHERMAN STRONG MINT {weight}GR" for weight in range(10, 60)]
    names = [*others, *(f"BEST FRIEND BOOK {number}" for number in range(50)), target]
    assert names[SearchIndex.build(names).search(query)[0].row] == target


def test_fillers_are_no_typos_of_products() -> None:
    assert INDEX.search("tolong cek gula pasir 1kg") == INDEX.search("gula pasir 1kg")


@pytest.mark.parametrize("text", ["halo kak", "terima kasih ya", "ada?", "berapa kak harganya", "", "?!"])
def test_a_message_of_fillers_is_no_search(text: str) -> None:
    assert not INDEX.is_search(text)
    assert INDEX.search(text) == []


@pytest.mark.parametrize("text", ["gula", "halo gula", "teh", "mau mau kripik", "xyzzy", "2kg"])
def test_a_message_with_any_other_word_is_a_search(text: str) -> None:
    assert INDEX.is_search(text)


def test_a_product_whose_name_is_a_filler_is_found_by_its_name_and_by_its_code() -> None:
    index = SearchIndex.build(["ADA", "GULA"], codes=[("KAK", 1)])
    assert [hit.row for hit in index.search("ada")] == [0]
    assert [hit.row for hit in index.search("kak")] == [1]
    assert index.is_search("ada")
    assert index.is_search("kak")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        *((f"gula {size}", "GULA PASIR 1/2 KG") for size in ("1/2 kg", "½ kg", "setengah kilo", "stgh kg", "0,5 kg")),
        *((f"gula {size}", "GULA PASIR 250GR") for size in ("1/4 kg", "¼kg", "seperempat kilo", "0.25kg")),
        ("gula sekilo", "GULA PASIR 1KG"),
        ("gula lima ratus gram", "GULA PASIR 1/2 KG"),
        ("gula dua ratus lima puluh gram", "GULA PASIR 250GR"),
        ("gula dua kilo", "GULA PASIR 2KG"),
        ("gula 5 ons", "GULA PASIR 1/2 KG"),
        ("gula 1/2", "GULA PASIR 1/2 KG"),
        ("pipa 1/2", "PIPA 1/2 INCH"),
    ],
)
def test_fractions_and_numbers_in_words_are_sizes(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("soklin lantai", "SO KLIN LANTAI 770ML"),
        ("so klin violet", "SOKLIN VIOLET 800GR"),
        ("tolakangin anak", "TOLAK ANGIN ANAK 10ML"),
        ("tolakanginpermen", "TOLAK ANGIN PERMEN"),
        ("mijon", "MIZONE LEMON 500ML"),
        ("coklatos", "CHOCOLATOS DARK 16GR"),
        ("mari regal", "MARIE REGAL 230GR"),
        ("dss 16", "DJI SAM SOE 16"),
    ],
)
def test_joined_split_sounded_and_initials_are_understood(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(
    "text",
    ["pulsa", "bmw", "ban mobil bridgestone", "laptop asus", "budi santoso", "jam berapa tutup", "les matematika"],
)
def test_what_the_shop_does_not_sell_gets_an_empty_answer(text: str) -> None:
    assert INDEX.search(text) == []


def test_an_unlikely_guess_is_a_suggestion_and_no_answer() -> None:
    assert INDEX.search("shampoo kuda bridgestone") == []
    assert INDEX.suggest("shampoo kuda bridgestone") == ["shampoo"]
    assert INDEX.suggest("halo kak") == INDEX.suggest("xyzzy") == []
    assert all(INDEX.search(text) for text in INDEX.suggest("ban mobil miwon"))


def test_se_is_one_of_a_pack_and_otherwise_may_be_a_typo() -> None:
    index = SearchIndex.build(["REXONA DEFENCE 45ML", "D-FENCE POMME", "REXONA KOTAK", "REXONA ROLL ON"])
    assert [hit.row for hit in index.search("sefence")] == [0]
    assert index.search("rexona sekotak")[0].row == 2


SOLD_NAMES = ["INDOMIE SOTO 75GR", "INDOMIE GORENG 85GR", "INDOMIE KARI 72GR", "INDOMIE", "SARIMI GORENG"]
SOLD, STOCK = [0, 900, 10, 0, 5000], [True, True, True, False, True]


def selling(sold: Sequence[float] = SOLD, stock: Sequence[bool] = STOCK) -> SearchIndex:
    return SearchIndex.from_arrays(SearchIndex.build(SOLD_NAMES).to_arrays(), sales_prior(sold, stock))


def test_what_sells_most_comes_first_among_equals() -> None:
    names = [SOLD_NAMES[hit.row] for hit in selling().search("indomi")]
    assert [name for name in names if name != "INDOMIE"] == [
        "INDOMIE GORENG 85GR",
        "INDOMIE KARI 72GR",
        "INDOMIE SOTO 75GR",
    ]


def test_what_is_in_stock_comes_before_what_is_not() -> None:
    index = SearchIndex.from_arrays(
        SearchIndex.build(["GULA A", "GULA B"]).to_arrays(), sales_prior([0, 0], [False, True])
    )
    assert [hit.row for hit in index.search("gula")] == [1, 0]


def test_what_is_in_stock_comes_before_what_sells_best_and_is_not() -> None:
    names = [SOLD_NAMES[hit.row] for hit in selling(stock=[True, False, True, True, True]).search("indomi")]
    assert [name for name in names if name != "INDOMIE"] == [
        "INDOMIE KARI 72GR",
        "INDOMIE SOTO 75GR",
        "INDOMIE GORENG 85GR",
    ]


def test_sales_never_beat_a_better_match_or_the_whole_name() -> None:
    index = selling()
    assert first("indomie goreng", index, SOLD_NAMES) == "INDOMIE GORENG 85GR"
    assert first("indomie", index, SOLD_NAMES) == "INDOMIE"
    assert first("indomie soto", index, SOLD_NAMES) == "INDOMIE SOTO 75GR"
    assert index.search("indomie")[0].score == pytest.approx(1, abs=1e-3)
    scores = [hit.score for hit in index.search("indomi")]
    assert scores == sorted(scores, reverse=True)


def test_an_index_of_an_earlier_version_works_without_what_it_lacks() -> None:
    arrays = SearchIndex.build(NAMES).to_arrays()
    old = {name: array for name, array in arrays.items() if not name.startswith(("sense_", "sound_"))}
    index = SearchIndex.from_arrays(old)
    assert first("gula pasir 1kg", index) == "GULA PASIR 1KG"
    assert first("tolong cek aqua galon", index) == "AQUA GALON 19L"
    assert index.search("odol") == []


def test_a_prior_is_zero_for_what_sells_best() -> None:
    prior = sales_prior([100, 10, 0, 0], [True, True, True, False])
    assert prior.dtype == np.uint8
    assert prior[0] == 0
    assert prior.tolist() == sorted(prior.tolist())
    assert len(sales_prior([], [])) == 0


def test_a_whole_name_of_common_words_comes_before_names_of_their_synonyms() -> None:
    kinds = {"SARDEN SAUS TOMAT": 300, "SARDINES OIL": 900, "TOMATO SOUP": 2500, "CHILI SAUCE": 2500, "MADE IN": 2500}
    names = [f"{kind} {number}" for kind, count in kinds.items() for number in range(count)]
    names.append("SARDINES IN TOMATO SAUCE")
    assert first("sardines in tomato sauce", SearchIndex.build(names), names) == names[-1]
