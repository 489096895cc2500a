"""Formats the words of a name that match a search in bold."""

from collections.abc import Sequence
from html import escape

from toko_core.catalog.asking.marking import Marking
from toko_core.search import SearchIndex


class Highlight:
    """Marks names for one query. Call it with each name."""

    def __init__(self, index: SearchIndex, query: str, rows: Sequence[int]) -> None:
        """`rows` are the hits that are shown, best first."""
        self._marking = Marking(index, query, rows)

    def __call__(self, name: str) -> str:
        """Return the name as HTML with its matching words in bold."""
        parts = self._marking.parts(name)
        return "".join(f"<b>{escape(text)}</b>" if is_marked else escape(text) for text, is_marked in parts)
