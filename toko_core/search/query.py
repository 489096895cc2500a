"""Reads a query: splits it into words, also words typed as one, and finds the codes and barcodes among them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.codes.identifiers import Identifiers
from toko_core.search.text import fold, is_number, words
from toko_core.search.words.pairs import WordPairs
from toko_core.search.words.vocabulary import Vocabulary

LONGEST_QUERY = 200
"""Characters of a query that are read; the rest is ignored."""
MOST_WORDS = 10
ENDING = 0.85
"""The similarity of a row whose barcode ends in the typed digits; lower than that of a row with the typed size."""


class Having(NamedTuple):
    """Rows, and the similarity of each to what was typed."""

    rows: NDArray[np.int64]
    similarity: NDArray[np.float32]


class Query(NamedTuple):
    """A query, split into words."""

    asked: list[str]
    """The distinct typed words."""
    repeated: int
    """How many repeated words were typed in addition to those."""
    having: dict[int, Having]
    """By number of a typed word that is a code, a barcode or the end of one: the rows that have it."""


class Reader:
    """Reads queries. Thread-safe."""

    def __init__(self, vocabulary: Vocabulary, pairs: WordPairs, identifiers: Identifiers) -> None:
        self._vocabulary = vocabulary
        self._pairs = pairs
        self._identifiers = identifiers

    def read(self, text: str) -> Query:
        """Read a query, which may be any text."""
        text = text[:LONGEST_QUERY].encode(errors="replace").decode()
        typed: list[str] = []
        for word in words(text):
            if self._vocabulary.id_of(word) is None and not is_number(word):
                typed += self._vocabulary.split(word, self._pairs.stand_together) or (word,)
            else:
                typed.append(word)
        distinct = list(dict.fromkeys(typed))
        asked, repeated = distinct[:MOST_WORDS], len(typed) - len(distinct)
        chunks = text.split()[:MOST_WORDS]
        return Query(asked, repeated, self._identified(chunks, asked) if len(chunks) > 1 else {})

    def split_off(self, query: Query, unclear: Iterable[int]) -> Query:
        """Split the unclear words that begin with a known word, such as `minyakgorng`.

        Returns the same query if there is none.
        """
        asked = list(query.asked)
        for number in unclear:
            parts = self._vocabulary.split_off(asked[number]) if number not in query.having else None
            if parts is not None and len(asked) < MOST_WORDS:
                asked[number] = parts[0]
                asked.append(parts[1])
        return query if asked == query.asked else query._replace(asked=asked)

    def _identified(self, chunks: list[str], asked: list[str]) -> dict[int, Having]:
        """Find the identifiers among the blank-separated chunks, and add each to `asked` if it is not yet in it.

        A query that is a code as a whole is looked up before it is read.
        """
        having: dict[int, Having] = {}
        for chunk in map(fold, chunks):
            is_word = chunk.isalpha() and self._vocabulary.id_of(chunk) is not None
            if is_word and not len(self._identifiers.find_serial(chunk)):
                continue
            whole = self._identifiers.find_whole(chunk)
            ending = self._identifiers.find_by_ending(chunk) if chunk in asked else whole[:0]
            if not len(whole) and not len(ending):
                continue
            if chunk not in asked:
                asked.append(chunk)
            ending = np.setdiff1d(ending, whole)
            alike = np.array([1, ENDING if len(asked) > 1 else 1], np.float32)
            having[asked.index(chunk)] = Having(
                np.concatenate([whole, ending]), alike.repeat([len(whole), len(ending)])
            )
        return having
