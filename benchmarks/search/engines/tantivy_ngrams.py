"""tantivy: indexes the n-grams of the lower-case name, and returns the ten best for an OR of the query's, by BM25.

Settings tried on 100,000 real names (mean recall of the main kinds; p50 and p99 in ms, the best of three passes):

    3-grams                            .945   0.20  0.64
    3-grams, blanks around the name    .956   0.24  0.58   TRIGRAMS
    4-grams, blanks around the name    .952   0.09  0.26   FOURGRAMS
    3- and 4-grams, with blanks        .959   0.31  0.78   but at 10,000 less than 3-grams: .974, .976
    3-grams and a field of words       .954   0.25  0.62   a boost for whole words: .950
    words, fuzzy by 1 or 2 letters     .894   0.73  2.55   as prefixes too: .890

2-grams, 5-grams, grams of each word alone, and removed accents found less. The other settings make it fast: one
segment, so that its document numbers are the rows; no positions; and no count of all matches, so that it can skip
documents that cannot be among the ten. It is as fast from a folder as from memory.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.search.engines.engine import LIMIT, Engine, Search

FIELD, GRAMS, INDEXED = "name", "grams", "freq"
HEAP = 4_000_000_000
"""The bytes that the writer may use before it starts a second segment. It uses only what it needs."""


def build(gram: int, names: Sequence[str], folder: Path) -> None:
    import tantivy

    fields = tantivy.SchemaBuilder()
    fields.add_text_field(FIELD, tokenizer_name=GRAMS, index_option=INDEXED)
    index = tantivy.Index(fields.build(), str(folder))
    index.register_tokenizer(GRAMS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(gram, gram)).build())
    writer = index.writer(HEAP, num_threads=1)
    for name in names:
        writer.add_document(tantivy.Document(name=_padded(name)))
    writer.commit()
    writer.wait_merging_threads()


def load(gram: int, folder: Path) -> Search:
    import tantivy

    index = tantivy.Index.open(str(folder))
    schema, searcher = index.schema, index.searcher()
    if searcher.num_segments > 1:
        raise ValueError(f"tantivy made {searcher.num_segments} segments, so its document numbers are not the rows.")
    term, either, should = tantivy.Query.term_query, tantivy.Query.boolean_query, tantivy.Occur.Should

    def search(text: str) -> list[int]:
        padded = _padded(text)
        grams = dict.fromkeys(padded[place : place + gram] for place in range(len(padded) - gram + 1))
        query = either([(should, term(schema, FIELD, each, INDEXED)) for each in grams])
        return [address.doc for _, address in searcher.search(query, LIMIT, count=False).hits]

    return search


def _padded(text: str) -> str:
    return f" {text.casefold()} "


def _engine(name: str, gram: int) -> Engine:
    return Engine(
        name=name,
        setting=f"OR of {gram}-grams by BM25, one segment, no positions, no count",
        modules=("tantivy",),
        build=partial(build, gram),
        load=partial(load, gram),
    )


TRIGRAMS, FOURGRAMS = _engine("tantivy", 3), _engine("tantivy4", 4)
