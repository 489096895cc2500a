"""The discounts and promotions of the sample shop. They are dated so that a demo shows some on every day until 2090."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from toko_assets.sample.table_rows import DiscountLineRow, DiscountRow, PromotionLineRow, PromotionRow

NOTHING = Decimal(0)
WEEKEND, NEVER, EVERY_DAY = (False,) * 5 + (True, True), (False,) * 7, (True,) * 7
FIRST, LAST = datetime(2025, 12, 1), datetime(2090, 12, 31)  # noqa: DTZ001 - iPOS keeps local time without a zone
PAST, FUTURE = datetime(2025, 12, 31), datetime(2091, 1, 1)  # noqa: DTZ001
OPENING, NOON = datetime(2025, 12, 1, 8), datetime(2025, 12, 1, 11, 59, 59)  # noqa: DTZ001
ITEMS_EVERY, ITEMS_OF_ONE = 60, 5


def discount_rows() -> Iterator[DiscountRow]:
    """Yield the heads: three in force, one each that is over, in the future and switched off, and one for a brand."""
    yield DiscountRow("D-TETAP", "1", True, FIRST, LAST, OPENING, NOON, *NEVER, 1, "", "", "", "", *percents())
    yield DiscountRow("D-PAGI", "2", True, FIRST, LAST, OPENING, NOON, *NEVER, 2, "", "", "", "", *percents())
    yield DiscountRow("D-AKHIRPEKAN", "3", True, FIRST, LAST, OPENING, NOON, *WEEKEND, 1, "", "", "", "", *percents())
    yield DiscountRow("D-LALU", "1", True, FIRST, PAST, OPENING, NOON, *NEVER, 9, "", "", "", "", *percents())
    yield DiscountRow("D-NANTI", "1", True, FUTURE, None, OPENING, NOON, *NEVER, 9, "", "", "", "", *percents())
    yield DiscountRow("D-MATI", "1", False, FIRST, LAST, OPENING, NOON, *NEVER, 9, "", "", "", "", *percents())
    yield DiscountRow("D-JENIS", "1", True, FIRST, None, OPENING, NOON, *NEVER, 0, "", "", "SPM", "", *percents("7.5"))


def discount_lines(items: Sequence[tuple[str, str, Decimal]]) -> Iterator[DiscountLineRow]:
    """Yield lines for some of the items, which are (kodeitem, satuan, ordinary price)."""
    for number, (code, unit, price) in enumerate(items[::ITEMS_EVERY]):
        if number % ITEMS_OF_ONE == 0:
            yield DiscountLineRow("D-TETAP", code, unit, 1, *percents("10"), None)
        elif number % ITEMS_OF_ONE == 1:
            yield DiscountLineRow("D-TETAP", code, unit, 2, *percents(price // 20), None)
            yield DiscountLineRow("D-PAGI", code, unit, 1, *percents("20", "5"), None)
        elif number % ITEMS_OF_ONE == 2:
            yield DiscountLineRow("D-AKHIRPEKAN", code, "", 1, *percents("15"), None)
        elif number % ITEMS_OF_ONE == 3:
            yield DiscountLineRow("D-TETAP", code, unit, 1, *percents("12.5"), "MB")
        else:
            for head in ("D-LALU", "D-NANTI", "D-MATI"):
                yield DiscountLineRow(head, code, unit, 1, *percents("50"), None)


def promotion_rows() -> Iterator[PromotionRow]:
    """Yield the heads: one for all days, and one that is switched off."""
    yield PromotionRow("P-GRATIS", "1", True, FIRST, LAST, OPENING, NOON, *NEVER, "", "", "", "")
    yield PromotionRow("P-MATI", "1", False, FIRST, LAST, OPENING, NOON, *EVERY_DAY, "", "", "", "")


def promotion_lines(items: Sequence[tuple[str, str, Decimal]]) -> Iterator[PromotionLineRow]:
    """Yield lines for some of the items: two and one free, and another item at a special price."""
    chosen = items[7 :: ITEMS_EVERY * 2]
    for number, (code, unit, _) in enumerate(chosen):
        if number % 2:
            other, its_unit, price = chosen[number - 1]
            yield PromotionLineRow(
                "P-GRATIS", code, Decimal(1), unit, other, Decimal(1), its_unit, False, True, price // 2
            )
        else:
            head = "P-MATI" if number % 10 == 8 else "P-GRATIS"
            yield PromotionLineRow(head, code, Decimal(2), unit, "", Decimal(1), unit, True, False, NOTHING)


def percents(*taken: object) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return four amounts, of which the last ones are 0."""
    first, second, third, fourth = ([Decimal(str(amount)) for amount in taken] + [NOTHING] * 4)[:4]
    return first, second, third, fourth
