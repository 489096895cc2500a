"""Reads a query: splits it into words, also words typed as one, and finds the codes and barcodes among them."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from toko_core.search.codes.identifiers import Identifiers
from toko_core.search.codes.lookup import MARKS
from toko_core.search.language.sentences import Sentences
from toko_core.search.text import fold, is_number, skeleton, words
from toko_core.search.words.matches import Having
from toko_core.search.words.pairs import WordPairs
from toko_core.search.words.senses import CATEGORY, Sense, Senses
from toko_core.search.words.vocabulary import Vocabulary

LONGEST_QUERY = 200
"""Characters of a query that are read; the rest is ignored."""
MOST_WORDS = 10
ENDING = 0.85
"""The similarity of a row whose barcode ends in the typed digits; lower than that of a row with the typed size."""
SHORTEST_ABBREVIATED = 3
"""The fewest letters of a last word that may be an abbreviation although it is also a word of a sentence."""
EMPTY: Mapping[int, Having] = MappingProxyType({})


class Query(NamedTuple):
    """A query, split into words."""

    asked: list[str]
    """The distinct typed words."""
    repeated: int
    """How many repeated words were typed in addition to those."""
    having: dict[int, Having]
    """By number of a typed word that is a code, a barcode or the end of one: the rows that have it, ascending."""
    senses: Sequence[Sense] = ()
    """What typed words and phrases may mean besides themselves."""
    phrases: Mapping[int, Having] = EMPTY
    """By number of a typed word: the rows, ascending, with several words that it may mean."""
    is_split: bool = False
    """Whether an unknown word was read as two known ones."""
    ending: str | None = None
    """The last word, which was left out because it names no product, although it may abbreviate one: `sambal trs`."""


class Reader:
    """Reads queries. Thread-safe."""

    def __init__(
        self, vocabulary: Vocabulary, pairs: WordPairs, identifiers: Identifiers, senses: Senses, sentences: Sentences
    ) -> None:
        self._vocabulary = vocabulary
        self._pairs = pairs
        self._identifiers = identifiers
        self._senses = senses
        self._sentences = sentences

    def read(self, text: str, *, split: bool = True, with_ending: bool = False) -> Query:
        """Read a query, which may be any text. `split` is whether unknown words may be two that were typed as one.

        `with_ending` is whether to keep what `Query.ending` is otherwise.
        """
        text = text[:LONGEST_QUERY].encode(errors="replace").decode()
        typed: list[str] = []
        is_split = False
        written = words(self._sentences.join_repeated(text))
        named = self._sentences.strip(written)
        ending = written[-1] if named and named[-1] != written[-1] and _may_abbreviate(written[-1]) else None
        for word in [*named, ending] if with_ending and ending else named:
            if self._vocabulary.id_of(word) is not None or is_number(word):
                typed.append(word)
            elif (stem := self._sentences.stem(word)) != word:
                typed.append(stem)
            elif split and (parts := self._vocabulary.split(word, self._pairs.stand_together)):
                typed += parts
                is_split = True
            else:
                typed.append(word)
        distinct = list(dict.fromkeys(typed))
        asked, repeated = distinct[:MOST_WORDS], len(typed) - len(distinct)
        chunks = text.split()[:MOST_WORDS] if self._identifiers else ()
        having = self._identified(chunks, asked) if len(chunks) > 1 else {}
        return self._query(asked, repeated, having, is_split=is_split, ending=ending)

    def split_off(self, query: Query, unclear: Iterable[int]) -> Query:
        """Split the unclear words that begin with a known word, such as `minyakgorng`.

        Returns the same query if there is none.
        """
        asked = list(query.asked)
        for number in unclear:
            if number in query.having:
                continue
            word = asked[number]
            parts = self._vocabulary.split_in_three(word, self._pairs.stand_together) or self._vocabulary.split_off(
                word
            )
            if parts is not None and len(asked) + len(parts) - 1 <= MOST_WORDS:
                asked[number] = parts[0]
                asked += parts[1:]
        return query if asked == query.asked else self._query(asked, query.repeated, query.having)

    def category_of(self, query: Query, *, is_whole: bool = False) -> Query | None:
        """Return the query with only its words for a category of goods, if these are half of its words or more.

        Of words for categories only, the first counts: an Indonesian noun comes before what describes it.
        `is_whole` is whether a category may be the whole query.
        """
        categories = [list(sense.numbers) for sense in query.senses if sense.kind & CATEGORY]
        numbers = {number for found in categories for number in found}
        if categories and len(numbers) == len(query.asked):
            first = max(categories, key=lambda found: (-found[0], len(found)))
            numbers = set(first)
        least, most = len(query.asked) / 2, len(query.asked) - (not is_whole)
        if not numbers or not least <= len(numbers) <= most:
            return None
        return self._query([query.asked[number] for number in sorted(numbers)], 0, {})

    def corrected(self, query: Query, asked: list[str]) -> Query:
        """Return the query with other words in place of those that were typed."""
        return self._query(asked, query.repeated, query.having, is_split=query.is_split)

    def _query(
        self,
        asked: list[str],
        repeated: int,
        having: dict[int, Having],
        *,
        is_split: bool = False,
        ending: str | None = None,
    ) -> Query:
        """Return a query with what its words may mean besides themselves."""
        senses = self._senses.find(asked)
        return Query(asked, repeated, having, senses, self._senses.rows(senses) if senses else EMPTY, is_split, ending)

    def _identified(self, chunks: Sequence[str], asked: list[str]) -> dict[int, Having]:
        """Find the identifiers among the blank-separated chunks, and add each to `asked` if it is not yet in it.

        A query that is a code as a whole is looked up before it is read.
        """
        having: dict[int, Having] = {}
        for chunk in (fold(typed).rstrip(MARKS) for typed in chunks):
            is_word = chunk.isalpha() and self._vocabulary.id_of(chunk) is not None
            if (is_word and not len(self._identifiers.find_serial(chunk))) or _is_size(chunk, asked):
                continue
            whole = self._identifiers.find_whole(chunk)
            ending = self._identifiers.find_by_ending(chunk) if chunk in asked else whole[:0]
            if not len(whole) and not len(ending):
                continue
            if chunk not in asked:
                asked.append(chunk)
            ending = np.setdiff1d(ending, whole)
            alike = np.array([1, ENDING if len(asked) > 1 else 1], np.float32).repeat([len(whole), len(ending)])
            rows = np.concatenate([whole, ending])
            order = rows.argsort()
            having[asked.index(chunk)] = Having(rows[order], alike[order])
        return having


def _may_abbreviate(word: str) -> bool:
    return len(word) >= SHORTEST_ABBREVIATED and skeleton(word) == word and not is_number(word)


def _is_size(chunk: str, asked: list[str]) -> bool:
    """Return whether a chunk is a part of a typed size: the 1 of `1 kg` is no code, even if an item has code 1."""
    return chunk not in asked and chunk[:1].isdigit() and (chunk.isdecimal() or len(words(chunk)) == 1)
