"""Searches as staff see them: results, pages, products and photos."""

import io

import pytest
import zxingcpp
from PIL import Image

from tests.servers.telegram import Person
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import RunningBot
from tests.toko_bot.bot.shop import BARCODE, COST, barcode_photo

LONG_QUERY = "biskuit kelapa yang biasa dibeli ibu warung sebelah setiap hari senin pagi"


def test_a_misspelt_search_shows_a_product_in_three_lines_of_a_phone(budi: Person) -> None:
    answer = budi.ask("indomi goreng spesial")
    assert answer.text.splitlines() == [
        "🔎 indomi goreng spesial",
        "",
        "1. INDOMIE GORENG SPECIAL 85GR",
        "mulai Rp3.050,5/PCS · DUS(40) Rp115.000 · stok 127,5",
    ]
    assert "INDOMIE GORENG SPECIAL" in answer.formatted("bold")
    assert COST not in answer.text.replace(".", "")


def test_pages_turn_in_place_and_a_product_opens_and_closes_in_place(budi: Person) -> None:
    first = budi.ask("biskuit kelapa")
    assert [[button.text for button in row] for row in first.rows] == [[*"12345"], ["1/6", "›"]]
    second = press(budi, "›", first)
    assert [[button.text for button in row] for row in second.rows] == [["6", "7", "8", "9", "10"], ["‹", "2/6", "›"]]
    opened = press(budi, "7", second)
    assert "7. " + opened.text.splitlines()[0] in second.text
    assert press(budi, "‹ Kembali", opened).text == second.text
    third = press(budi, "›", second)
    assert third.labels[-3:] == ["‹", "3/6", "›"]
    assert len({first.id, second.id, opened.id, third.id}) == 1
    budi.press("3/6", third).answered()


@pytest.mark.parametrize(("pressed", "first"), [("p3:biskuit kelapa", "11. "), ("p5:biskuit kelapa", "21. "),
                                             ("p50:biskuit kelapa", "26. ")])  # fmt: skip
def test_the_buttons_of_lists_of_ten_turn_pages_of_five(budi: Person, pressed: str, first: str) -> None:
    answer = budi.ask("biskuit kelapa")
    budi.forge(pressed, answer).answered()
    assert budi.next_edit(of=answer).text.splitlines()[2].startswith(first)


def test_a_query_too_long_for_a_button_is_read_from_the_message(budi: Person) -> None:
    first = budi.ask(LONG_QUERY)
    assert all(len(button.data.encode()) <= 64 for button in first.buttons)
    second = press(budi, "›", first)
    assert second.text.splitlines()[0] == f"🔎 {LONG_QUERY}"
    opened = press(budi, "6", second)
    assert press(budi, "‹ Kembali", opened).text == second.text


def test_a_product_shows_all_that_staff_need(budi: Person) -> None:
    product = press(budi, "1", budi.ask("indomie goreng"))
    assert product.text.splitlines() == [
        "INDOMIE GORENG SPECIAL 85GR",
        "",
        "PCS level 1            Rp3.150",
        "PCS level 2          Rp3.050,5",
        "DUS(40) level 1      Rp115.000",
        "                 = Rp2.875/PCS",
        "",
        "Stok (PCS)",
        "GUDANG                     120",
        "TOKO                       7,5",
        "",
        "Kode: MIE001",
        "Barcode PCS: 089686010947",
        "Barcode DUS: 18991002101637",
        "Rak: A1",
        "Merek: INDOMIE",
        "Jenis: MIE INSTAN",
        "",
        product.text.splitlines()[-1],
    ]
    assert product.text.splitlines()[-1] == "Diperbarui 2 jam lalu"
    budi.press("📷 Foto", product).answered()
    photo = budi.next_message()
    assert photo.photo is not None
    assert photo.text == "INDOMIE GORENG SPECIAL 85GR"


def test_prices_by_quantity_say_what_they_apply_to_and_html_is_shown_as_text(budi: Person) -> None:
    product = budi.ask(BARCODE)
    assert product.text.splitlines()[:6] == [
        "Gula Pasir <Gulaku> & Co 1kg *premium*",
        "",
        "BKS 1–11              Rp17.500",
        "BKS 12–39             Rp17.200",
        "BKS 40+               Rp16.900",
        "",
    ]


def test_a_product_without_a_price_or_not_for_sale_says_so(budi: Person) -> None:
    assert "belum diisi" in budi.ask("teh tanpa harga").text
    assert "harga belum diisi" in press(budi, "1", budi.messages[-1]).text
    assert "tidak dijual" in budi.ask("kecap lama").text


@pytest.mark.parametrize("turned", [0, 7, 180])
def test_a_photo_of_a_barcode_opens_its_product(budi: Person, turned: int) -> None:
    budi.send_photo(barcode_photo(BARCODE, turned=turned))
    assert "Gulaku" in budi.next_message().text
    assert budi.next_action() == "typing"


def test_a_photo_of_a_qr_code_opens_the_product_whose_number_it_holds_and_nothing_similar(budi: Person) -> None:
    for text in (f"https://example.com/01/0{BARCODE}/10/L7", f"(01)0{BARCODE}(10)L7", "GULA1"):
        budi.send_photo(barcode_photo(text, kind=zxingcpp.BarcodeFormat.QRCode))
        assert "Gulaku" in budi.next_message().text
    budi.send_photo(barcode_photo("https://example.com/gula-pasir", kind=zxingcpp.BarcodeFormat.QRCode))
    assert "bukan kode barang" in budi.next_message().text
    budi.send_photo(barcode_photo("(01)04006381333931(10)L7", kind=zxingcpp.BarcodeFormat.QRCode))
    assert "tidak ada" in budi.next_message().text


def test_photos_without_a_known_barcode_say_what_to_do(budi: Person) -> None:
    blank = io.BytesIO()
    Image.new("L", (300, 300), 200).save(blank, "PNG")
    budi.send_photo(blank.getvalue())
    assert "tidak terbaca" in budi.next_message().text
    budi.send_photo(blank.getvalue(), "indomie goreng")
    assert "INDOMIE GORENG" in budi.next_message().text
    budi.send_photo(barcode_photo("4006381333931"))
    assert "4006381333931 tidak ada" in budi.next_message().text
    budi.send_document(barcode_photo(BARCODE), "foto.jpg", "image/jpeg")
    assert "Gulaku" in budi.next_message().text
    budi.send_document(b"\xff\xd8 rusak", "rusak.jpg", "image/jpeg")
    assert "tidak terbaca" in budi.next_message().text


@pytest.mark.parametrize(
    ("text", "total", "saving"),
    [
        ("indomi goreng special 3 dus", "3 DUS × Rp115.000 = Rp345.000", None),
        ("indomie goreng special x 5", "5 PCS × Rp3.150 = Rp15.750", None),
        ("mau 2 lusin indomie goreng special", None, None),  # has no price in that unit
        ("11 bungkus gula pasir", "11 BKS × Rp17.500 = Rp192.500", "Beli 12 BKS jadi Rp17.200/BKS, hemat Rp3.600"),
        # the price of the second tier
        ("gula pasir 12 bks", "12 BKS × Rp17.200 = Rp206.400", "Beli 40 BKS jadi Rp16.900/BKS, hemat Rp12.000"),
        ("gula pasir 40 bks", "40 BKS × Rp16.900 = Rp676.000", None),
        ("biskuit kelapa jeruk 1 gr", None, None),
    ],
)
def test_a_quantity_is_not_searched_and_its_total_is_shown(
    budi: Person, text: str, total: str | None, saving: str | None
) -> None:
    answer = budi.ask(text)
    lines = answer.text.splitlines()
    assert lines[0] == f"🔎 {text}"
    number, _, amount = (total or "").partition(" × ")
    unit_price, _, amount = amount.partition(" = ")
    assert (" = " in lines[3]) == (total is not None)
    assert lines[3].startswith((total or "", f"{number} = {amount} · habis") if total else "")
    about = " ".join(line for line in lines if line.startswith("💡"))
    assert (saving or "") in about
    assert unit_price in (lines[3] + about), "of the best hit, the unit price is always shown"
    opened = press(budi, "1", answer)
    shown = [line for line in opened.text.splitlines() if line.startswith(("🧮", "💡"))]
    assert shown == ([f"🧮 {total}"] if total else []) + ([f"💡 {saving}"] if saving else [])
    assert press(budi, "‹ Kembali", opened).text == answer.text


def test_a_barcode_with_a_quantity_opens_its_product(budi: Person) -> None:
    lines = budi.ask(f"{BARCODE} 12 bks").text.splitlines()
    assert lines[:2] == ["Gula Pasir <Gulaku> & Co 1kg *premium*", "🧮 12 BKS × Rp17.200 = Rp206.400"]


@pytest.mark.parametrize("code", ["mie001", "(01)18991002101637(10)L7", "]E0089686010947", "0089686010947"])
def test_a_code_or_what_a_scanner_sends_opens_its_product(budi: Person, code: str) -> None:
    assert budi.ask(code).text.startswith("INDOMIE GORENG SPECIAL 85GR")


def test_a_guess_is_marked_as_one_and_a_search_without_hits_says_so(budi: Person) -> None:
    guess = budi.ask("biskiut zzzqqq xxxkkk")
    assert "Tidak ada barang yang cocok" in guess.text
    assert "Mungkin maksud Anda: biskuit" in guess.text
    nothing = budi.ask("zzzqqqxxx")
    assert "Tidak ada barang yang cocok" in nothing.text
    assert nothing.labels == []


def test_an_edited_search_edits_its_answer(budi: Person) -> None:
    asked = budi.send("kecap")
    answer = budi.next_message()
    budi.edit(asked, "indomie goreng")
    assert "INDOMIE" in budi.next_edit(of=answer).text


ANY_TEXT = [
    "raksasa", "🔎 raksasa", "<b>raksasa", "&amp;raksasa", "🔎", "raksasa " * 500, "é\u0301💥" * 2000, "' \" \\ % _ *",
    ".", "\u202eabc",
]  # fmt: skip


@pytest.mark.parametrize("text", ANY_TEXT)
def test_no_text_breaks_an_answer(bot: RunningBot, budi: Person, text: str) -> None:
    answer = budi.ask(text[:4096])
    assert answer.text.startswith("🔎" if any(map(str.isalnum, text)) else "Barang apa?")
    for label in answer.labels[:1]:
        opened = press(budi, label, answer)
        press(budi, "‹ Kembali", opened)
    assert not [error for error in bot.server.error_responses() if "parse" in error or "long" in error]


def test_an_old_or_forged_button_says_so(budi: Person) -> None:
    answer = budi.ask("indomie")
    for data in (
        "",
        "x",
        "oAAAAAAAA",
        "fAAAAAAAA",
        "o--------p1:x",
        "p999",
        "rhabis.1",
        "rnix.1",
        "p1:" + "x" * 61,
        "o\n",
        "p01234:x",
    ):
        text = budi.forge(data, answer).answered().text
        assert text or data in {"p999", "p1:" + "x" * 61}
    budi.skip()
    assert budi.ask("indomie").text == answer.text


def test_a_button_of_a_deleted_message_answers_with_a_new_one(budi: Person) -> None:
    answer = budi.ask("biskuit kelapa")
    budi.delete(answer)
    budi.press("›", answer).answered()
    assert budi.next_message().text.startswith("🔎 biskuit kelapa")


def test_inline_results_are_personal_paged_and_sent_as_prices(budi: Person) -> None:
    query = budi.inline("biskuit")
    results = query.answered()
    assert (len(results), results.next_offset, results.is_personal) == (20, "20", True)
    assert results.cache_time <= 60
    following = budi.inline("biskuit", results.next_offset).answered()
    assert (len(following), following.next_offset) == (7, "")
    assert not {result.id for result in results} & {result.id for result in following}
    chosen = budi.choose(query)
    assert chosen.text.splitlines()[1].startswith("BISKUIT KELAPA")
    budi.expect_silence(0.3)
    assert len(budi.inline("raksasa").answered()) == len(budi.inline("2 dus raksasa").answered()) == 12
    empty = budi.inline("").answered()
    assert empty.button is not None
    assert len(empty) == 0


def test_any_other_message_gets_help(budi: Person) -> None:
    assert "/bantuan" in budi.ask("/apaini").text
    assert budi.send_other(location={"latitude": 0.5, "longitude": 101.4})
    assert "foto barcode" in budi.next_message().text
    assert "sebagian nama" in budi.ask("/start").text
    assert budi.ask("/help").text == budi.ask("/bantuan").text == budi.ask("/start").text
