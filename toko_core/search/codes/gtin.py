"""The numbers in barcodes (GTIN): their check digits, and the other ways to write the same number.

An EAN-8, UPC-A or EAN-13 is a GTIN-14 without its leading zeros. A UPC-E is a UPC-A without some of its zeros. A carton
has the number of what it holds, with a packing digit from 1 to 8 in front and another check digit. The rules are those
of the GS1 General Specifications.
"""

LENGTHS = frozenset({8, 12, 13, 14})
"""The numbers of digits of EAN-8 and UPC-E, UPC-A, EAN-13, and GTIN-14."""
WITHOUT_CHECK_DIGIT = frozenset({7, 11, 12, 13})
LONGEST = 14
SHORTEST_CUT = 11
"""The fewest digits that are left of a number without its check digit. A shorter one could be any item code."""
PACKING_DIGITS = "12345678"
NUMBER_SYSTEMS = ("0", "1")
"""The first digits of a UPC-A that may be shortened to a UPC-E."""


def check_digit(digits: str) -> str:
    """Return the digit that completes a number, whose leading zeros make no difference.

    >>> check_digit("899123456789")
    '1'
    """
    weighted = (int(digit) * (3 - place % 2 * 2) for place, digit in enumerate(reversed(digits)))
    return str(-sum(weighted) % 10)


def is_gtin(digits: str) -> bool:
    """Return whether digits are a whole barcode: as many as a GTIN or UPC-E has, the last one being right."""
    return len(digits) in LENGTHS and (check_digit(digits[:-1]) == digits[-1] or expand_upc_e(digits) is not None)


def other_forms(digits: str) -> list[str]:
    """Return the other numbers by which a shop may have the barcode that was typed, the likeliest first.

    `digits` may lack the check digit, the packing digit or leading zeros. Leading zeros of the result mean nothing.
    """
    forms: dict[str, None] = {}
    for number in _whole_numbers(digits):
        middle = number[1:-1]
        forms[number] = None
        if (short := shorten_upc_a(number[2:])) is not None and number.startswith("00"):
            forms[short] = None
        if number[0] != "0":
            forms[middle + check_digit(middle)] = None
        if len(number[:-1].lstrip("0")) >= SHORTEST_CUT:
            forms[number[:-1]] = None
        if number[0] == "0":
            forms.update(
                (packed + check_digit(packed), None) for packed in (digit + middle for digit in PACKING_DIGITS)
            )
    return list(forms)


def expand_upc_e(digits: str) -> str | None:
    """Return the UPC-A that 8 digits are a UPC-E of, or None if they are none.

    >>> expand_upc_e("01234565")
    '012345000065'
    """
    if len(digits) != 8 or digits[0] not in NUMBER_SYSTEMS:
        return None
    whole = _expand(digits[0], digits[1:7])
    return whole if whole[-1] == digits[-1] else None


def shorten_upc_a(digits: str) -> str | None:
    """Return the UPC-E of a UPC-A, or None if it has none.

    >>> shorten_upc_a("012345000065")
    '01234565'
    """
    if len(digits) != 12 or digits[0] not in NUMBER_SYSTEMS:
        return None
    for six in (
        digits[1:3] + digits[8:11] + digits[3],
        f"{digits[1:4]}{digits[9:11]}3",
        f"{digits[1:5]}{digits[10]}4",
        digits[1:6] + digits[10],
    ):
        if _expand(digits[0], six) == digits:
            return digits[0] + six + digits[-1]
    return None


def _whole_numbers(digits: str) -> list[str]:
    """Return the GTIN-14s that digits may be: as they are, as a UPC-E, and without their check digit."""
    numbers = []
    if len(digits) <= LONGEST and check_digit(digits[:-1]) == digits[-1]:
        numbers.append(digits)
    if len(digits) == 6:
        numbers.append(_expand(NUMBER_SYSTEMS[0], digits))
    elif len(digits) == 7 and digits[0] in NUMBER_SYSTEMS:
        numbers.append(_expand(digits[0], digits[1:]))
    if (whole := expand_upc_e(digits.zfill(8))) is not None:
        numbers.append(whole)
    if len(digits) in WITHOUT_CHECK_DIGIT:
        numbers.append(digits + check_digit(digits))
    return [number.zfill(LONGEST) for number in numbers]


def _expand(system: str, six: str) -> str:
    """Return the UPC-A of the six digits in the middle of a UPC-E. The last of them says where the zeros were."""
    if six[5] in "012":
        middle = f"{six[:2]}{six[5]}0000{six[2:5]}"
    elif six[5] == "3":
        middle = f"{six[:3]}00000{six[3:5]}"
    elif six[5] == "4":
        middle = f"{six[:4]}00000{six[4]}"
    else:
        middle = f"{six[:5]}0000{six[5]}"
    return system + middle + check_digit(system + middle)
