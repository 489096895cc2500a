"""The CSV is opened in a spreadsheet, so its texts must stay texts there."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from toko_assets.ipos.export import write_csv
from toko_assets.ipos.pricing import PricedShop

SIGNS = r"=+@＝＋－＠\-"
DANGEROUS = [
    *(f"{sign}1+1" for sign in SIGNS if sign != "\\"),
    "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1", ' "=1+1', "x;=1+1", 'x;"=1+1;', "x; -1+1", "x\t=1+1",
]  # fmt: skip


def a_shop(names: list[str]) -> PricedShop:
    codes = [f"K{place}" for place in range(len(names))]
    nothing = pd.DataFrame()
    return PricedShop(
        products=pd.DataFrame({"kodeitem": codes, "namaitem": names, "jenis": names, "merek": None, "dijual": True}),
        prices=pd.DataFrame(
            {
                "kodeitem": codes, "satuan": "PCS", "konversi": Decimal(1), "level": 1, "jumlah_sampai": Decimal(-1),
                "hargapokok": Decimal("-2.5"), "hargajual": Decimal("12500.0000"),
            }
        ),
        barcodes=nothing, stock=nothing, negative=nothing, stale=nothing, foreign=nothing, orphans=nothing,
        assumptions=(),
    )  # fmt: skip


def cells(file: Path, separator: str) -> list[list[str]]:
    """As a spreadsheet reads it that parts cells at this character."""
    with file.open(newline="") as rows:
        return list(csv.reader(rows, delimiter=separator))


def test_no_text_of_the_csv_begins_a_formula_and_numbers_stay_numbers(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", a_shop(DANGEROUS))
    header, *rows = cells(tmp_path / "a.csv", ",")
    assert len(rows) == len(DANGEROUS)
    for row in rows:
        read = dict(zip(header, row, strict=True))
        assert (Decimal(read["hargapokok"]), Decimal(read["hargajual"])) == (Decimal("-2.5"), Decimal(12500))
        for name in ("kodeitem", "namaitem", "jenis", "satuan"):
            assert not re.match(rf"\s*[{SIGNS}]", read[name]), read[name]
            assert read[name].isprintable()


def test_where_a_spreadsheet_parts_cells_at_semicolons_none_begins_a_formula_either(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", a_shop(DANGEROUS))
    found = [cell for row in cells(tmp_path / "a.csv", ";") for cell in row]
    assert [cell for cell in found if re.match(rf"\s*[{SIGNS}]", cell)] == []


@pytest.mark.parametrize("name", ["TEH PUCUK 350ML", "A-B; C+D", "50% = SETENGAH", "“KUTIP”", "d'Or"])
def test_an_ordinary_name_is_written_as_it_is(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path / "a.csv", a_shop([name]))
    assert cells(tmp_path / "a.csv", ",")[1][1] == name
