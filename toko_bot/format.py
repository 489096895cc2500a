"""How amounts and quantities are written for people."""

from decimal import ROUND_HALF_UP, Decimal


def rupiah(amount: Decimal) -> str:
    """Indonesian notation; decimals only where there are any.

    >>> rupiah(Decimal("12500.0000")), rupiah(Decimal("1250.5"))
    ('Rp12.500', 'Rp1.250,5')
    """
    return "Rp" + quantity(amount)


def quantity(number: Decimal) -> str:
    """A number in Indonesian notation, without idle zeros.

    >>> quantity(Decimal("40.000")), quantity(Decimal("0.25"))
    ('40', '0,25')
    """
    plain = f"{number:,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.translate(str.maketrans(",.", ".,"))


def percent(share: Decimal) -> str:
    """
    >>> percent(Decimal("0.0526"))
    '5,3%'
    """
    return f"{quantity((share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP))}%"
