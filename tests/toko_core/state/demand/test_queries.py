"""A query is counted in one spelling, and what may say who somebody is, is not counted."""

import pytest

from toko_bot.replies.demand.buttons import SearchAgain, decode_demand
from toko_core.state.demand.queries import LONGEST, is_correction, key_of


@pytest.mark.parametrize(
    "query",
    ["Gas LPG 3 kg", "  gas   lpg 3 KG ", "ada gas lpg 3 kg kak?", "GAS LPG 3 Kg!", "mau gás lpg 3 kg",
     "pagi kak, mau tanya apa ada gas lpg 3 kg ya?"],
)  # fmt: skip
def test_case_blanks_accents_and_words_of_a_question_make_no_difference(query: str) -> None:
    assert key_of(query) == "gas lpg 3 kg"


@pytest.mark.parametrize(
    "query",
    [
        "081234567890", "0812 3456 7890", "0812-3456-7890", "+62 812 3456 7890", "6281234567890", "62 812 3456 7890",
        "812 3456 7890", "(021) 555 1234", "021-5551234", "0361 123456", "hp 081234567890 budi", "0812.3456.7890",
        "0812 - 3456 - 7890", "0812–3456–7890", "0812 / 3456 / 7890", "0812,3456,7890", "0812_3456_7890",
        "0812:3456:7890", "0812 -- 3456 -- 7890", "0812·3456·7890", "0812*3456*7890", "(0812) - 3456.7890",
        "rambutan 5 0812 3456", "0812345",  # the beginning of one
        "3174012345670001",  # an identity card
        "1234567890", "bca 123-456-7890", "8991002101631",  # an account, and a number with another check digit
        "089686010947",  # a barcode that may be a telephone
        "https://contoh.example/x", "www.contoh.example", "wa.me/62812", "t.me/budi", "budi@contoh.example", "@budi_s",
        "antar beras ke ibu sari", "beras jl melati 5",
        "kemarin budi ambil beras merah belum dibayar lunas",
        "tolong antar dua karung beras ke rumah ibu sari jalan melati besok", "x" * (LONGEST + 1), "м" * 40, "a", "?",
        "", "ada kak", "\x00", "\ud800",
    ],
)  # fmt: skip
def test_numbers_of_telephones_and_accounts_addresses_links_and_letters_are_not_counted(query: str) -> None:
    assert key_of(query) is None


@pytest.mark.parametrize(
    "query",
    ["8991002101630", "899 1002 101630", "indomie 40 x 85gr", "besi 10x12 6000", "triplek 122 244 15", "surya 12",
     "aqua 600ml", "pulsa 100.000", "semen 50kg 2026", "m 34", "kabel 2x1,5"],
)  # fmt: skip
def test_barcodes_and_sizes_are_counted(query: str) -> None:
    assert key_of(query) == query


def test_of_what_a_photo_holds_only_barcodes_are_counted() -> None:
    assert key_of("089686010947", scanned=True) == "089686010947"
    for text in ("081234567890", "BEGIN:VCARD Budi", "https://wa.me/62812", "indomie"):
        assert key_of(text, scanned=True) is None


def test_a_key_is_its_own_key_and_fits_a_button() -> None:
    for query in ("ada indomie?", "x" * LONGEST, "kopi (abc).", "ﬁlter ½ kg", "İstanbul kahve"):
        key = key_of(query)
        assert key is not None
        assert key_of(key) == key
        data = SearchAgain(key).encode()
        assert len(data.encode()) <= 64
        assert decode_demand(data) == SearchAgain(key)


@pytest.mark.parametrize(
    ("before", "after"),
    [("indo", "indomi"), ("indomi", "indomie"), ("indomie", "indomie goreng"), ("sampurna mild", "sampoerna mild"),
     ("telur ayam", "telor ayam"), ("indomiee", "indomie"), ("surya 1", "surya 12"), ("mei goreng", "mie goreng")],
)  # fmt: skip
def test_what_is_typed_on_or_corrected_is_one_query(before: str, after: str) -> None:
    assert is_correction(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("indomie goreng", "indomie rebus"), ("surya 12", "surya 16"), ("gula", "beras"), ("gas", "tas"),
     ("tisu magic", "tisu"),  # the tissue is what somebody takes instead
     ("kopi hitam", "teh hitam"), ("minyak 1l", "minyak 2l")],
)  # fmt: skip
def test_another_product_is_another_query(before: str, after: str) -> None:
    assert not is_correction(before, after)
