"""Each failure that can end a sync, or that a catalogue's reader reports, has an Indonesian sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toko_core.text.indonesian import check_indonesian
from toko_core.text import failures
from toko_core.text.failures import IF_RIGHT, UNKNOWN, explain_failure, explain_first_known

ROOT = Path(__file__).parent.parent.parent.parent
ELSEWHERE = ("/cli/", "/sample/", "toko_core/search/", "toko_core/catalog/photos/", "toko_core/people/keys.py")
"""Parts that raise errors in commands, in the demo, or about a line of a file or a photo, but in no sync."""
COMPLETE = frozenset({"DiedError"})
"""Errors that write their sentence themselves, from a reason."""
VALUE = "X1"
"""It stands for what a message names."""
CHECKS = {
    "whole_archive": "i5_A.i5bu is empty: wait for the upload to finish, or make the backup again.",
    "needed_tables_and_columns": "i5_A.i5bu: i5_A.i5bu is not an iPOS 5 backup: table tbl_item is missing. Is it a "
    "backup of another program, or of an older iPOS?",
    "tables_not_empty": "i5_A.i5bu: Empty: tbl_item. Check in iPOS that the items are there.",
    "item_keys_unique": "i5_A.i5bu: 1,204 of 20,150 rows of tbl_item have no code, or the code of a newer row: 6.0%; "
    "less than 1% may.",
    "amounts_in_range": "i5_A.i5bu: 3 amounts are not a number, or larger than in any shop; none may be.",
    "every_item_exported": "i5_A.i5bu: 20 items of the backup are not deleted; 19 are exported, 19 of them with a "
    "price row. None may be lost.",
    "keys_unique": "i5_A.i5bu: 2 of 20 products and 31 prices are duplicates: none may.",
    "names_not_empty": "i5_A.i5bu: 1 products have no name; none may.",
    "no_negative_amount": "i5_A.i5bu: 2 prices or costs are below zero; none may be.",
    "share_unpriced": "i5_A.i5bu: 1,204 of 1,500 sold items have no price: 80.3%, at most 50% may. First: A/GULA.",
    "counts_match_export": "Rows: products 20, prices 31; 1 tables have a wrong number of rows.",
    "product_hashes_unique": "20 item codes; 2 of them have the same button hash as another one.",
    "search_finds_products": "Found by: name 60% (at least 99%). First: name/GULA/GULA.",
    "products_not_lost": "8 products, 20,150 before: 20,142 are gone, 99.9%. At most 50% may disappear at once. "
    "If this is right: `toko sync --most-lost 100` (run config: most_products_lost: 1.0).",
    "prices_not_replaced": "12,204 of 20,150 prices (60.6%) changed, in the median by 25.5%: at most 50% may, unless "
    "the median is 10% or less.",
    "prices_not_jumped": "1,204 of 20,150 prices (6%) are now threefold or more, or a third or less: at most 2% may. "
    "First: MIE001/TEH 1/2 KG & GULA/BKS/Rp3.150/Rp31.500; MIE002/KOPI/BKS/Rp1.000/Rp10.000. If this is right: `toko "
    "sync --most-jumped 100` (run config: most_prices_jumped: 1.0).",
    "items_not_below_cost": "31 of 150 items (20.7%) had their price cut to their cost or below it: at most 10% may.",
    "items_not_unpriced": "31 of 150 items (20.7%) lost their price: at most 10% may.",
    "groups_not_at_zero": "Brands and categories of 5 items or more that lost all their prices: brand ABC (9 items).",
}
"""What each blocking check says if it does not pass."""
OTHERS = (
    "The disk is full (No space left on device: /data/x.) Free some space, then sync again. Nothing was published.",
    "Permission denied: /data/catalog. Nothing was published.",
    "duckdb reports: IO Error: could not write. Nothing was published.",
    "Dagster's storage reports: (sqlite3.OperationalError) database is locked Nothing was published.",
    "sync failed: Dagster's storage was lost. The run's log in Dagster's web interface has the details.",
    "The run's process died. Nothing was published; the next sync starts from the beginning.",
    "The process that reads backups ended before it was done: is there enough memory?",
    "/data/catalog/next.duckdb is on a disk without file locks, which DuckDB needs: set TOKO_DATA_DIR to a folder.",
    "Another program writes to /data/catalog/x.duckdb: close it, python (PID 12).",
    "/data is on a disk where no open file can be replaced: move it.",
    "The setting SHOP_TIMEZONE is wrong: x is not a time zone.",
    "i5_A.i5bu is a backup of database i5_B, but the shop's database is i5_A. `toko sync --adopt i5_B` changes that.",
    "i5_A.i5bu is a backup of iPOS 4 (database i4_A), not of iPOS 5.",
    "There are backups of 2 databases: i5_A (newest: a.i5bu). Choose the shop's: `toko sync --adopt i5_A`.",
    "i5_A.i5bu was rejected by a rollback on 2026-11-30 08:15; the job sync_this_backup publishes it anyway.",
    "i5_A.i5bu says that it was dumped on 2031-01-01, before there was iPOS 5: set the clock of the computer.",
    "The catalogue catalog-1.duckdb was written by another version of toko: run `toko sync` with this version.",
    "The catalogue catalog-1.duckdb cannot be read: run `toko sync`.",
    "CURRENT cannot be read: [Errno 5] Input/output error",
    "catalog-0001.duckdb cannot be read: RuntimeError: x",
    "no catalogue is published yet",
    "none of its code locations has a job named sync",
    "toko.lan is not a name of this server: if it is, add it to ALLOWED_HOSTS.",
)
"""What is put together at run time."""


def literal_errors() -> Iterator[tuple[str, str]]:
    """Yield where each error of the chain and of catalogues with a literal message is made, and the message."""
    trees = {
        file: ast.parse(file.read_text())
        for package in ("toko_core", "toko_assets")
        for file in sorted((ROOT / package).rglob("*.py"))
    }
    classes = error_classes(trees.values()) - COMPLETE
    for file, tree in trees.items():
        place = file.relative_to(ROOT).as_posix()
        if not any(part in place for part in ELSEWHERE):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                    message = literal(node.args[0]) if node.args else None
                    if message is not None:
                        yield f"{place}:{node.lineno}", message


def error_classes(trees: object) -> set[str]:
    """Return the names of TokoError and all classes that are based on it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees  # type: ignore[attr-defined]
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"TokoError"}
    while more := {name for name, based_on in bases.items() if based_on & found} - found:
        found |= more
    return found


def literal(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in values)
    return None


ERRORS = dict(literal_errors())


def test_there_are_errors_to_test() -> None:
    assert len(ERRORS) > 80


@pytest.mark.parametrize("message", ERRORS.values(), ids=ERRORS)
def test_each_error_that_can_end_a_sync_is_explained(message: str) -> None:
    check_explained(message)


@pytest.mark.parametrize("message", OTHERS)
def test_an_error_that_is_put_together_is_explained(message: str) -> None:
    check_explained(message)


@pytest.mark.parametrize("name", CHECKS)
def test_a_blocking_check_is_explained(name: str) -> None:
    check_explained(CHECKS[name])


def test_each_blocking_check_is_among_these() -> None:
    guards = ast.parse((ROOT / "toko_assets/publishing/guards/checks.py").read_text())
    listed = next(node.value for node in guards.body if isinstance(node, ast.Assign) and is_named(node, "BLOCKING"))
    declared = set(ast.literal_eval(listed))
    for file in (ROOT / "toko_assets").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Outcome":
                blocks = any(k.arg == "blocking" and not is_false(k.value) for k in node.keywords)
                name = literal(node.args[0]) if node.args else None
                declared |= {name} if blocks and name else set()
    assert declared == CHECKS.keys()


def is_named(assigned: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in assigned.targets)


def is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def check_explained(message: str) -> None:
    text = explain_failure(message)
    assert text != UNKNOWN, message
    check_indonesian(text.replace(VALUE, "").replace("i5_A.i5bu", ""))
    assert text.endswith(".")


def test_every_sentence_is_indonesian_and_names_no_setting() -> None:
    for _, sentence in (*failures._CHECKS, *failures._ERRORS):
        check_indonesian(re.sub(r"\{\w+\}", "", sentence))
    check_indonesian(UNKNOWN)
    check_indonesian(IF_RIGHT)


def test_an_unknown_failure_has_a_sentence_with_what_to_do() -> None:
    assert explain_failure("Segmentation fault") == UNKNOWN
    assert "hubungi teknisi" in UNKNOWN


def test_a_blocked_jump_of_prices_says_how_many_and_one_of_them_and_who_may_let_it_pass() -> None:
    assert explain_failure(CHECKS["prices_not_jumped"]) == (
        "1.204 dari 20.150 harga (6%) naik jadi tiga kali lipat atau lebih, atau turun jadi sepertiganya. Periksa "
        "harganya di iPOS, lalu buat backup lagi. Misalnya TEH 1/2 KG & GULA: Rp3.150 → Rp31.500. Kalau memang benar "
        "begitu, minta teknisi mengizinkannya."
    )


def test_several_checks_that_failed_are_all_explained() -> None:
    text = explain_failure(f"{CHECKS['items_not_unpriced']} {CHECKS['prices_not_replaced']}")
    assert "31 dari 150 barang (20,7%) harganya jadi kosong." in text
    assert "12.204 dari 20.150 harga (60,6%) berubah sekaligus, umumnya sebesar 25,5%." in text


@pytest.mark.parametrize(
    "start",
    ["", "dagster._core.definitions.events.Failure: ", "toko_core.errors.BackupError: ", "toko_core.BackupError: "],
)
def test_a_failure_is_recognised_whatever_class_of_whatever_version_stands_before_it(start: str) -> None:
    text = explain_failure(f"{start}/inbox/i5_A.i5bu is incomplete or damaged (81,920 bytes): wait.")
    assert text.startswith("i5_A.i5bu tidak utuh: ")


def test_of_an_error_and_its_causes_the_first_that_is_known_is_explained() -> None:
    lines = ["what?", "The disk is full (No space left on device.) Nothing was published.", "x"]
    assert explain_first_known(lines).startswith("Penyimpanan di server penuh.")
    assert explain_first_known([]) == UNKNOWN


def test_a_long_name_is_shortened() -> None:
    assert len(explain_failure(f"{'A' * 3000}.i5bu is empty: wait for the upload to finish.")) < 300
