"""Prices in narrow lines, aligned for a phone; amounts to the rupiah as the catalogue has them, unless rounded up."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from itertools import groupby

from toko_bot import messages
from toko_bot.format import percent, quantity, rupiah
from toko_bot.products import Price

WIDTH = 30
"""Characters of a line: a small phone shows 32 in fixed width."""
LONGEST_UNIT = 8


def price_table(prices: Sequence[Price], rounding: int | None) -> list[str]:
    """A line a price: unit, what it applies to, price."""
    return [
        two_columns(label, messages.UNPRICED_SHORT if price.hargajual is None else rupiah(shown(price, rounding)))
        for label, price in labelled(prices)
    ]


def full_table(
    prices: Sequence[Price], base_unit: str, rounding: int | None, *, with_cost: bool
) -> Iterator[list[str]]:
    """The same with price per base unit and, for owners, cost and margin: the lines of one price after the other."""
    for label, price in labelled(prices):
        if price.hargajual is None:
            lines = [two_columns(label, messages.UNPRICED)]
        else:
            lines = [two_columns(label, rupiah(shown(price, rounding)))]
            if price.konversi not in {None, Decimal(1)} and price.konversi:
                lines.append(f"  {_per_unit(price.hargajual / price.konversi)}/{base_unit[:LONGEST_UNIT]}".rjust(WIDTH))
        if with_cost:
            lines += _cost(price, rounding)
        yield lines


def chief_lines(prices: Sequence[Price], most: int, rounding: int | None) -> list[str]:
    """At most so many lines: the first price of each unit before a second one of any."""
    lines = price_table(prices, rounding)
    units = [price.satuan for price in prices]
    best = sorted(range(len(lines)), key=lambda number: (units[number] in units[:number], number))[:most]
    return [lines[number] for number in sorted(best)]


def below_cost(prices: Sequence[Price]) -> bool:
    """Whether any of them is."""
    return any(p.hargajual is not None and p.hargapokok is not None and p.hargajual < p.hargapokok for p in prices)


def shown(price: Price, rounding: int | None) -> Decimal:
    """The price that people are told: PRICE_ROUNDING rounds it up to a multiple."""
    amount = price.hargajual or Decimal(0)
    if rounding is None:
        return amount
    return (amount / rounding).to_integral_value(ROUND_CEILING) * rounding


def labelled(prices: Sequence[Price]) -> Iterator[tuple[str, Price]]:
    """Each price with its unit, and what it applies to. The last price of a unit holds beyond its limit too."""
    for (_, level), same in groupby(prices, key=lambda price: (price.satuan, price.level)):
        group = list(same)
        for number, price in enumerate(group):
            parts = [unit(price)]
            if level is not None:
                parts.append(f"lv {level}")
            before = group[number - 1].jumlah_sampai if number else None
            if number == len(group) - 1 and before is not None:
                parts.append(f">{quantity(before)}")
            elif price.jumlah_sampai is not None and len(group) > 1:
                parts.append(f"s.d. {quantity(price.jumlah_sampai)}")
            yield " ".join(parts), price


def unit(price: Price) -> str:
    """`DUS×40`."""
    name = price.satuan[:LONGEST_UNIT]
    if price.konversi is None:
        return f"{name}×?"
    return name if price.konversi == 1 else f"{name}×{quantity(price.konversi)}"


def two_columns(left: str, right: str) -> str:
    """In one line if they fit, else in two."""
    if len(left) + 1 + len(right) <= WIDTH:
        return left + right.rjust(WIDTH - len(left))
    return f"{left[:WIDTH]}\n{right.rjust(WIDTH)}"


def _cost(price: Price, rounding: int | None) -> Iterator[str]:
    exact, cost = price.hargajual, price.hargapokok
    if exact is not None and shown(price, rounding) != exact:
        yield two_columns("  di iPOS", rupiah(exact))
    if cost is None:
        yield two_columns("  pokok", messages.UNPRICED_SHORT)
        return
    yield two_columns("  pokok", rupiah(cost))
    if exact is None:
        return
    margin = exact - cost
    of_cost = f" {percent(abs(margin) / cost)}" if cost > 0 else ""  # as iPOS counts it
    yield two_columns("  laba" if margin >= 0 else "  RUGI", f"{rupiah(abs(margin))}{of_cost}")


def _per_unit(amount: Decimal) -> str:
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{'=' if whole == amount else '≈'} {rupiah(whole)}"
