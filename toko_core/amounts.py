"""Formats amounts, quantities and percentages in Indonesian notation."""

from decimal import ROUND_HALF_UP, Decimal


def rupiah(amount: Decimal) -> str:
    """Format an amount in Indonesian notation, with decimals only if there are any.

    >>> rupiah(Decimal("12500.0000")), rupiah(Decimal("1250.5"))
    ('Rp12.500', 'Rp1.250,5')
    """
    return "Rp" + quantity(amount)


def quantity(number: Decimal) -> str:
    """Format a number in Indonesian notation, without trailing zeros.

    >>> quantity(Decimal("40.000")), quantity(Decimal("0.25"))
    ('40', '0,25')
    """
    plain = f"{number:,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.translate(str.maketrans(",.", ".,"))


def percent(share: Decimal) -> str:
    """Format a share as a percentage with at most one decimal.

    >>> percent(Decimal("0.0526"))
    '5,3%'
    """
    return f"{quantity((share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP))}%"


def format_change(before: Decimal, after: Decimal) -> str:
    """Format a change like `Rp10.000 → Rp10.500 (+5%)`, without a percentage if the price was 0."""
    share = f" ({'+' if after > before else '-'}{percent(abs(after - before) / before)})" if before > 0 else ""
    return f"{rupiah(before)} → {rupiah(after)}{share}"
