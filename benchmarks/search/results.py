"""The figures of one benchmark run. Times are seconds, memory and files are bytes; people and JSON get milliseconds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Self

from benchmarks.latency import MILLI
from benchmarks.machine import Machine

KINDS = (
    "exact", "prefix", "typo1", "typo2", "reorder", "drop", "concat", "abbrev", "size", "rare",
    "short_typo", "short_abbr",
)  # fmt: skip
"""In the order in which they are shown."""
COUNTED_APART = ("short_typo", "short_abbr")
"""Two words are little to go by. The mean over all other kinds is an engine's recall."""


def in_order(kinds: Iterable[str]) -> list[str]:
    """Ours as in KINDS, then those of others."""
    return sorted(kinds, key=lambda kind: KINDS.index(kind) if kind in KINDS else len(KINDS))


@dataclass(frozen=True, slots=True)
class KindScore:
    """How well the searches of one kind are answered."""

    kind: str
    queries: int
    recall: float
    """Share of the searches whose target is among the first ten."""
    mrr: float
    """Mean of 1 / rank of the target, 0 where it is not among the first ten."""

    @classmethod
    def of(cls, kind: str, ranks: Sequence[int | None]) -> Self:
        """From the target's rank in each answer, 1 the best; None where it is missing."""
        found = [rank for rank in ranks if rank is not None]
        return cls(kind, len(ranks), len(found) / len(ranks), sum(1 / rank for rank in found) / len(ranks))


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of a search."""

    queries: int
    """Different searches in a pass."""
    passes: int
    p50: float
    p99: float
    slowest: float
    """All three the median of the passes."""


@dataclass(frozen=True, slots=True)
class Built:
    """What the building process tells."""

    seconds: float
    """From the names to what is stored."""
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Served:
    """What the searching process tells."""

    import_seconds: float
    import_bytes: int
    load_seconds: float
    """From the stored form to the first answer, after the imports."""
    memory_bytes: int
    """Resident after all searches, more than after the imports."""
    latency: Latency
    scores: tuple[KindScore, ...]

    @property
    def kinds(self) -> dict[str, KindScore]:
        """By kind, in the order in which they are shown."""
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
    """One engine at one size."""

    engine: str
    setting: str
    names: int
    built: Built
    served: Served
    other_load: float
    """Processor cores that everything else on the machine kept busy while it searched, on average."""

    def as_json(self) -> dict[str, Any]:
        served, latency = self.served, self.served.latency
        return {
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
    """All engines on the same names and searches."""

    names: int
    kinds: dict[str, int]
    """Searches of each kind; of slow engines only a sample of them."""
    measured: tuple[Measured, ...]
    left_out: tuple[str, ...]
    """Engines that are hopeless at this size."""

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
    """Where the names and searches come from, for people."""
    cases: tuple[Case, ...]

    @property
    def engines(self) -> dict[str, list[Measured]]:
        """Each engine's measurements, by size."""
        found: dict[str, list[Measured]] = {}
        for one in (one for case in self.cases for one in case.measured):
            found.setdefault(one.engine, []).append(one)
        return found

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "benchmark": "search",
            "machine": self.machine.as_json(),
            "source": self.source,
            "cases": [case.as_json() for case in self.cases],
        }


def served_of(said: dict[str, Any]) -> Served:
    """From what `asdict` made of it."""
    latency, scores = Latency(**said["latency"]), _scores(said["scores"])
    return Served(**{**said, "latency": latency, "scores": scores})


def _scores(said: Iterable[dict[str, Any]]) -> tuple[KindScore, ...]:
    return tuple(KindScore(**score) for score in said)
