"""The figures of one run. Times are in seconds, memory and files in bytes; tables and JSON have milliseconds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Self

from benchmarks.latency import MILLI
from benchmarks.machine import Machine
from benchmarks.search.judged import JudgedScore

KINDS = (
    "exact", "prefix", "typo1", "typo2", "reorder", "drop", "concat", "abbrev", "size", "rare",
    "short_typo", "short_abbr",
)  # fmt: skip
"""The kinds of searches, in the order in which they are shown."""
COUNTED_APART = ("short_typo", "short_abbr")
"""Kinds that are counted separately, because two words are little information. An engine's recall is the mean over all
other kinds."""


def in_order(kinds: Iterable[str]) -> list[str]:
    """Sort kinds as in KINDS, followed by other kinds."""
    return sorted(kinds, key=lambda kind: KINDS.index(kind) if kind in KINDS else len(KINDS))


@dataclass(frozen=True, slots=True)
class KindScore:
    """The quality of the answers to the searches of one kind."""

    kind: str
    queries: int
    recall: float
    """The share of searches whose target is among the first ten."""
    mrr: float
    """The mean of 1 / rank of the target, which counts as 0 if the target is not among the first ten."""

    @classmethod
    def of(cls, kind: str, ranks: Sequence[int | None]) -> Self:
        """Compute the score from the rank of the target in each answer: 1 is the best, None means not found."""
        found = [rank for rank in ranks if rank is not None]
        return cls(kind, len(ranks), len(found) / len(ranks), sum(1 / rank for rank in found) / len(ranks))


@dataclass(frozen=True, slots=True)
class Latency:
    """The seconds of a search."""

    queries: int
    """The number of different searches in a pass."""
    passes: int
    p50: float
    p99: float
    slowest: float
    """These three are medians over the passes."""


@dataclass(frozen=True, slots=True)
class Built:
    """The report of the process that builds an index."""

    seconds: float
    """The time from the names to the stored index."""
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Served:
    """The report of the process that searches."""

    import_seconds: float
    import_bytes: int
    load_seconds: float
    """The time from the stored index to the first answer, after the imports."""
    memory_bytes: int
    """The increase of resident memory from after the imports to after all searches."""
    latency: Latency
    scores: tuple[KindScore, ...]
    judged_latency: Latency | None = None
    """Of the judged searches, if there are any."""
    judged_answers: tuple[tuple[int, ...], ...] = ()
    """The rows that each judged search found."""

    @property
    def kinds(self) -> dict[str, KindScore]:
        """The scores by kind, in the order in which they are shown."""
        of_kind = {score.kind: score for score in self.scores}
        return {kind: of_kind[kind] for kind in in_order(of_kind)}

    @property
    def recall(self) -> float:
        """The mean of the main kinds' recall@10."""
        return self._mean(lambda score: score.recall)

    @property
    def mrr(self) -> float:
        """The mean of the main kinds' MRR."""
        return self._mean(lambda score: score.mrr)

    def _mean(self, figure: Callable[[KindScore], float]) -> float:
        main = [score for score in self.scores if score.kind not in COUNTED_APART]
        return fmean(map(figure, main or self.scores))


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one engine at one size."""

    engine: str
    setting: str
    names: int
    built: Built
    served: Served
    other_load: float
    """The processor cores that other programs used during the searches, on average."""
    judged: JudgedScore | None = None

    def as_json(self) -> dict[str, Any]:
        served, latency, of_judged = self.served, self.served.latency, self.served.judged_latency
        judged = {}
        if self.judged is not None and of_judged is not None:
            times = {"p50_ms": round(of_judged.p50 * MILLI, 4), "p99_ms": round(of_judged.p99 * MILLI, 4)}
            judged = {"judged": self.judged.as_json() | times}
        return judged | {
            "engine": self.engine,
            "setting": self.setting,
            "p50_ms": round(latency.p50 * MILLI, 4),
            "p99_ms": round(latency.p99 * MILLI, 4),
            "max_ms": round(latency.slowest * MILLI, 4),
            "queries": latency.queries,
            "passes": latency.passes,
            "recall_at_10": round(served.recall, 4),
            "mrr": round(served.mrr, 4),
            "kinds": {
                kind: {"queries": score.queries, "recall_at_10": round(score.recall, 4), "mrr": round(score.mrr, 4)}
                for kind, score in served.kinds.items()
            },
            "build_seconds": round(self.built.seconds, 3),
            "load_seconds": round(served.load_seconds, 4),
            "stored_bytes": self.built.stored_bytes,
            "memory_bytes": served.memory_bytes,
            "import_seconds": round(served.import_seconds, 3),
            "import_bytes": served.import_bytes,
            "other_load_cores": round(self.other_load, 2),
        }


@dataclass(frozen=True, slots=True)
class Case:
    """The figures of all engines on the same names and searches."""

    names: int
    kinds: dict[str, int]
    """The number of searches of each kind. Slow engines get only a sample of them."""
    measured: tuple[Measured, ...]
    left_out: tuple[str, ...]
    """The engines that are too slow for this size."""
    differing: int = 0
    """How many judged searches were judged on other names than these."""

    @property
    def queries(self) -> int:
        return sum(self.kinds.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "names": self.names,
            "queries": self.queries,
            "kinds": self.kinds,
            "engines": [one.as_json() for one in self.measured],
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One run of `toko bench search`."""

    machine: Machine
    source: str
    """The source of the names and searches, for people."""
    cases: tuple[Case, ...]
    missing: Mapping[str, str] = field(default_factory=dict)
    """By engine that could not be measured: what it needs."""

    @property
    def engines(self) -> dict[str, list[Measured]]:
        """The measurements of each engine, by size."""
        found: dict[str, list[Measured]] = {}
        for one in (one for case in self.cases for one in case.measured):
            found.setdefault(one.engine, []).append(one)
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the results for `--json`."""
        return {
            "benchmark": "search",
            "machine": self.machine.as_json(),
            "source": self.source,
            "cases": [case.as_json() for case in self.cases],
            "missing": dict(self.missing),
        }


def served_of(figures: dict[str, Any]) -> Served:
    """Create a Served from the result of `asdict`."""
    latency, judged = Latency(**figures["latency"]), figures["judged_latency"]
    read = {
        "latency": latency,
        "scores": _scores(figures["scores"]),
        "judged_latency": Latency(**judged) if judged is not None else None,
        "judged_answers": tuple(map(tuple, figures["judged_answers"])),
    }
    return Served(**{**figures, **read})


def _scores(figures: Iterable[dict[str, Any]]) -> tuple[KindScore, ...]:
    return tuple(KindScore(**score) for score in figures)
