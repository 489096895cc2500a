"""The parts of the product that are attacked, and how often."""

from dataclasses import dataclass

from tests.security.supervision import LONGEST

ORDINARY_SYNC = 20.0
"""Seconds that an ordinary sync of the small shop may take on a busy machine; it takes three on an idle one."""


@dataclass(frozen=True, slots=True)
class Part:
    module: str
    attacks: int
    longest: float = LONGEST
    """Seconds that an attack may take."""


PARTS = {  # a photo goes through two decoders, one after the other
    "archives": Part("tests.security.archive_attacks", 20_000),
    "photos": Part("tests.security.photo_attacks", 2_000, longest=2 * LONGEST),
    "syncs": Part("tests.security.sync_attacks", 200, longest=LONGEST + ORDINARY_SYNC),
}
