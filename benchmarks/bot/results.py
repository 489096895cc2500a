"""The figures of one run. Times are in seconds and memory is in bytes; tables and JSON have milliseconds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Self

from benchmarks.latency import MILLI, quantile
from benchmarks.machine import Machine

WINDOW = 0.1
"""The share of a run's samples whose median is the value in the middle, or at the end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The options of a run."""

    users: int
    searches: int
    rate: float
    """Searches a second."""
    products: int
    swaps: int
    burst: int


@dataclass(frozen=True, slots=True)
class Latency:
    """The seconds of a search; NaN if there are none."""

    count: int
    p50: float
    p99: float
    slowest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        return cls(len(seconds), *(quantile(seconds, share) for share in (0.50, 0.99, 1)))

    def as_json(self) -> dict[str, Any]:
        times = {"p50_ms": self.p50, "p99_ms": self.p99, "max_ms": self.slowest}
        return {"count": self.count} | {
            name: round(value * MILLI, 3) if self.count else None for name, value in times.items()
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The counts of searches, answers and errors. All of the errors should be 0."""

    searches: int
    answers: int
    lost: int
    doubled: int
    mixed_up: int
    """Answers to a query that this user did not send, or with other products or prices than those of the query."""
    of_two_catalogues: int
    """Answers with prices of two catalogues."""
    catalogues_seen: int
    """How many catalogues the prices in the answers are from."""
    examples: tuple[str, ...]
    """Examples of wrong answers."""

    @property
    def wrong(self) -> int:
        return self.lost + self.doubled + self.mixed_up + self.of_two_catalogues


@dataclass(frozen=True, slots=True)
class Phase:
    """The figures for the searches at random times, or for those at once."""

    verdict: Verdict
    inside: Latency
    """The time in the bot: from the start of the handlers until the answer goes to the network."""
    outside: Latency
    """The time for people: from sending until the answer, including the Bot API server and the network."""
    seconds: float
    """The time from the first search to the last answer."""
    late: float
    """The 99th percentile of the delays of the sender."""

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self.verdict), "inside": self.inside.as_json(), "outside": self.outside.as_json(),
            "seconds": round(self.seconds, 2), "sent_late_p99_ms": round(self.late * MILLI, 2),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Memory:
    """The resident bytes of the bot."""

    start: int
    """After loading the catalogue, before the first search."""
    middle: int
    end: int
    peak: int

    @classmethod
    def of(cls, start: int, samples: Sequence[int]) -> Self:
        """Compute the figures from samples at equal intervals. The middle and the end are medians of a few samples."""
        samples = samples or [start]
        half, few = len(samples) // 2, max(1, int(len(samples) * WINDOW))
        middle = samples[max(0, half - few // 2) :][:few]
        return cls(start, int(median(middle)), int(median(samples[-few:])), max(samples))

    @property
    def growth(self) -> float:
        """The growth over the second half of the run, as a share."""
        return self.end / self.middle - 1


@dataclass(frozen=True, slots=True)
class Swaps:
    """How many catalogues were published under load, and how many of them the bot served and rejected."""

    published: int
    served: int
    refused: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One run of `toko bench bot`."""

    machine: Machine
    plan: Plan
    settings: dict[str, str]
    """The bot's settings that are not the defaults."""
    steady: Phase
    burst: Phase
    memory: Memory
    swaps: Swaps
    complaints: tuple[str, ...]
    """Warnings and errors in the bot's log."""
    busy: float
    """The processor cores that the bot used under the steady load."""
    other_load: float
    """The cores that all programs other than the bot and this benchmark used, on average."""

    def as_json(self) -> dict[str, Any]:
        """Return the results for `--json`."""
        return {
            "benchmark": "bot",
            "machine": self.machine.as_json(),
            "plan": asdict(self.plan),
            "settings": self.settings,
            "steady": self.steady.as_json(),
            "burst": self.burst.as_json(),
            "memory_bytes": asdict(self.memory) | {"growth_over_the_second_half": round(self.memory.growth, 4)},
            "swaps": asdict(self.swaps),
            "complaints": list(self.complaints),
            "bot_cores": round(self.busy, 3),
            "other_load_cores": round(self.other_load, 2),
        }
