"""A clock that moves through a week, and one moment in two zones of Indonesia."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.discounts import in_force, price_asked
from toko_core.catalog.products import Price, Product
from toko_core.prices.payable import price_in_force

from .rows import code_of
from .shop import Shop, group_of, same_row
from .time_cases import CASES

START, DAYS = datetime(2026, 11, 14), 8
STEPS = [timedelta(microseconds=step) for step in (-1, 0, 1, 1_000_000)]
CUSTOMERS = (None, "MB", "GR")
Key = tuple[str, int, str | None]
"""An item, the place of its price, and a customer group."""
Prices = dict[Key, tuple[Fraction, str | None] | None]


def moments(shop: Shop) -> list[datetime]:
    """Every half hour, and the moments around each end of a discount and each midnight."""
    every = {START + timedelta(minutes=30) * number for number in range(DAYS * 48)}
    around = {edge + step for edge in edges(shop) for step in STEPS}
    return sorted(moment for moment in every | around if START <= moment < START + timedelta(days=DAYS))


def edges(shop: Shop) -> Iterator[datetime]:
    times = [time()]
    for head in shop.offers.tables.discounts:
        times += [clock.time() for clock in (head.times.jamdari, head.times.jamsampai) if clock is not None]
        yield from (date for date in (head.times.tgldari, head.times.tglsampai) if date is not None)
    yield from (datetime.combine(START + timedelta(days=day), clock) for day in range(DAYS) for clock in set(times))


def stated(shop: Shop, moment: datetime) -> Prices:
    """What every customer pays for everything, by the oracle."""
    offers, products = in_force(shop.offers, moment), shop.catalog.products
    return {
        (code, place, group): price_asked(offers, code, same_row(price, offers.prices[code]), group, moment)
        for code, row in shop.rows.items()
        for place, price in enumerate(products[row].prices)
        for group in CUSTOMERS
    }


def published(shop: Shop, moment: datetime, known: dict[tuple[int, ...], Prices]) -> Prices:
    """The same by the program. `known` remembers what it made of an item and its discounts."""
    prices: Prices = {}
    for code, row in shop.rows.items():
        product = shop.catalog.products.at(row, moment)
        key = (row, *map(id, product.discounts))
        if key not in known:
            known[key] = {
                (code, place, group): what_is_paid(product, price, group)
                for place, price in enumerate(product.prices)
                for group in CUSTOMERS
            }
        prices |= known[key]
    return prices


def what_is_paid(product: Product, price: Price, group: str | None) -> tuple[Fraction, str | None] | None:
    paid = price_in_force(price, product.discounts, group_of(product, group))
    amount = paid.amount if paid else price.hargajual
    return None if amount is None else (Fraction(amount), paid.discount.code if paid and paid.discount else None)


def test_every_price_follows_the_clock_through_a_week(shop: Shop) -> None:
    known: dict[frozenset[str], Prices] = {}
    computed: dict[tuple[int, ...], Prices] = {}
    for moment in moments(shop):
        heads = frozenset(head.identity for head in in_force(shop.offers, moment).tables.discounts)
        if heads not in known:
            known[heads] = stated(shop, moment)
        assert published(shop, moment, computed) == known[heads], moment
    assert len(known) > 10, "the prices changed"


def test_a_discount_ends_at_midnight_of_the_shops_zone(shop: Shop) -> None:
    number = next(number for number, case in enumerate(CASES) if case.title.startswith("a last day at midnight"))
    moment = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    prices = {}
    for zone in ("Asia/Jakarta", "Asia/Jayapura"):
        clock = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        product = shop.at(code_of(number), clock)
        paid = price_in_force(product.prices[0], product.discounts)
        prices[zone] = paid.amount if paid else product.prices[0].hargajual
    assert prices == {"Asia/Jakarta": 9000, "Asia/Jayapura": 10000}
