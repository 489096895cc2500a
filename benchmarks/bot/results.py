"""The figures of one run. Times are seconds, memory is bytes; people and JSON get milliseconds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Self

from benchmarks.latency import MILLI, quantile
from benchmarks.machine import Machine

WINDOW = 0.1
"""The share of a run's samples that its middle, and its end, are the median of."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for."""

    users: int
    searches: int
    rate: float
    """A second."""
    products: int
    swaps: int
    burst: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of a search; NaN where there is none."""

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
    """Searches and their answers. All but the first two, and the catalogues, are to be 0."""

    searches: int
    answers: int
    lost: int
    doubled: int
    mixed_up: int
    """Of a query that this user has not sent, or with other products or prices than the query's."""
    of_two_catalogues: int
    catalogues_seen: int
    """That prices were of."""
    examples: tuple[str, ...]
    """Of what was wrong."""

    @property
    def wrong(self) -> int:
        return self.lost + self.doubled + self.mixed_up + self.of_two_catalogues


@dataclass(frozen=True, slots=True)
class Phase:
    """Searches that arrived at random, or at once."""

    verdict: Verdict
    inside: Latency
    """In the bot: from the update's start in the handlers until the answer goes to the network."""
    outside: Latency
    """As people see it: from sending until the answer, the Bot API server and both ways there included."""
    seconds: float
    """From the first search to the last answer."""
    late: float
    """99th percentile of the seconds by which the sender was late."""

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self.verdict), "inside": self.inside.as_json(), "outside": self.outside.as_json(),
            "seconds": round(self.seconds, 2), "sent_late_p99_ms": round(self.late * MILLI, 2),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident bytes of the bot."""

    start: int
    """With its catalogue, before the first search."""
    middle: int
    end: int
    peak: int

    @classmethod
    def of(cls, start: int, samples: Sequence[int]) -> Self:
        """From samples at equal distances during the load: the middle and the end are medians of a few of them."""
        samples = samples or [start]
        half, few = len(samples) // 2, max(1, int(len(samples) * WINDOW))
        middle = samples[max(0, half - few // 2) :][:few]
        return cls(start, int(median(middle)), int(median(samples[-few:])), max(samples))

    @property
    def growth(self) -> float:
        """Over the second half, as a share."""
        return self.end / self.middle - 1


@dataclass(frozen=True, slots=True)
class Swaps:
    """Catalogues published under load, those of them that the bot took into service, and those that it refused."""

    published: int
    served: int
    refused: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One run of `toko bench bot`."""

    machine: Machine
    plan: Plan
    settings: dict[str, str]
    """Of the bot, where they are not the defaults."""
    steady: Phase
    burst: Phase
    memory: Memory
    swaps: Swaps
    complaints: tuple[str, ...]
    """Warnings and errors in the bot's log."""
    busy: float
    """Processor cores that the bot kept busy under the steady load."""
    other_load: float
    """Cores that everything but the bot and this benchmark kept busy, on average."""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
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
