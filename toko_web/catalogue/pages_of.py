"""Cuts lists into pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

SIZE = 25
LARGEST_NUMBER = 100_000
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PageOf(Generic[Item]):
    """A page of a list."""

    items: Sequence[Item]
    number: int
    """From 1."""
    pages: int
    total: int
    """How many items all pages have."""

    @property
    def first(self) -> int:
        """The place in the list of the first item, from 1."""
        return (self.number - 1) * SIZE + 1


def nearest(number: int, total: int) -> tuple[int, int]:
    """Return the nearest page that exists, and how many there are."""
    pages = max(1, -(-total // SIZE))
    return min(max(number, 1), pages), pages


def cut(items: Sequence[Item], number: int) -> PageOf[Item]:
    """Return the page with this number, or the nearest one that exists."""
    number, pages = nearest(number, len(items))
    return PageOf(items[(number - 1) * SIZE : number * SIZE], number, pages, len(items))
