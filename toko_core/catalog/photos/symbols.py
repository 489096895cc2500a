"""What a barcode in a photo says, as it goes from the child process to the program."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What is known about the text of a barcode."""

    GTIN = "g"
    """The number of an EAN or UPC, with a right check digit."""
    UPC_E = "e"
    """The number of a UPC-E. Where a line leaves the bars of an EAN-13 askew, it looks like one, again and again."""
    LINEAR = "l"
    """The text of another barcode of bars, such as Code 128."""
    MATRIX = "m"
    """The text of a QR code or Data Matrix, which may say anything: a link, a payment, a person."""
    UNREAD = "u"
    """No text: beside the bars that were read are others that nobody can read."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode that was read in a photo."""

    kind: Kind
    text: str


def dump_symbols(symbols: Iterable[Symbol]) -> bytes:
    """Return symbols as JSON."""
    return json.dumps([[symbol.kind.value, symbol.text] for symbol in symbols]).encode()


def load_symbols(dumped: bytes) -> list[Symbol]:
    """Return the symbols that a child process found, the largest barcode first, QR codes last."""
    return [Symbol(Kind(kind), text) for kind, text in json.loads(dumped)]
