"""What was typed: its words, those typed as one taken apart, and the codes and barcodes among them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.identifiers import Identifiers
from toko_core.search.text import is_number, words
from toko_core.search.words.pairs import WordPairs
from toko_core.search.words.vocabulary import Vocabulary

LONGEST_QUERY = 200
"""Characters; what follows is not read."""
MOST_WORDS = 10
ENDING = 0.85
"""How like a row is whose barcode ends in what was typed: less than one of that size."""


class Having(NamedTuple):
    """Rows, and how like what was typed each is."""

    rows: NDArray[np.int64]
    similarity: NDArray[np.float32]


class Query(NamedTuple):
    """A text that was read."""

    asked: list[str]
    """The distinct typed words."""
    repeated: int
    """How many more were typed."""
    having: dict[int, Having]
    """Of a typed word that is a code, a barcode or the end of one: the rows that have it."""


class Reader:
    """Reads queries. Safe to use from many threads."""

    def __init__(self, vocabulary: Vocabulary, pairs: WordPairs, identifiers: Identifiers) -> None:
        self._vocabulary = vocabulary
        self._pairs = pairs
        self._identifiers = identifiers

    def read(self, text: str) -> Query:
        """Any text."""
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
        whole = self._identifiers.whole(text)
        if len(whole) and (len(chunks) > 1 or text.strip() not in asked):  # a code of several words
            asked = asked or [text]
            having = Having(whole, np.ones(len(whole), np.float32))
            return Query(asked, repeated, dict.fromkeys(range(len(asked)), having))
        return Query(asked, repeated, self._identified(chunks, asked))

    def split_off(self, query: Query, unclear: Iterable[int]) -> Query:
        """Take apart what nothing is like but begins with a word, as `minyakgorng` does; or else the same query."""
        asked = list(query.asked)
        for number in unclear:
            parts = self._vocabulary.split_off(asked[number]) if number not in query.having else None
            if parts is not None and len(asked) < MOST_WORDS:
                asked[number] = parts[0]
                asked.append(parts[1])
        return query if asked == query.asked else query._replace(asked=asked)

    def _identified(self, chunks: list[str], asked: list[str]) -> dict[int, Having]:
        """Of the chunks between blanks, those that are identifiers; one that is no typed word is added to those."""
        having: dict[int, Having] = {}
        for chunk in chunks:
            if chunk.isalpha():
                continue
            whole = self._identifiers.whole(chunk)
            ending = self._identifiers.ending(chunk) if chunk in asked else whole[:0]
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
