"""The figures of one benchmark run, and values derived from them. Times are seconds, memory is bytes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

READING_THE_FILE = "raw_backup"
"""The asset that walks, copies and hashes the whole backup: the only part that may grow with the history."""


@dataclass(frozen=True, slots=True)
class Step:
    """A named part of a measured process's work."""

    group: str
    """The step's asset; "first_version" for the first version."""
    name: str
    seconds: float

    @property
    def label(self) -> str:
        """The name for people. Two assets have a step "check", so there it includes the asset."""
        name = self.name.replace("_", " ")
        return f"{name} ({self.group.replace('_', ' ')})" if self.name == "check" else name


@dataclass(frozen=True, slots=True)
class Memory:
    """Peaks in bytes."""

    process: int
    """RSS of the Python process, from the kernel's high-water mark (VmHWM), which is exact."""
    others: int
    """The sum of PostgreSQL and our worker, as proportional set size, so that shared pages count once."""
    together: int
    """The sum of both at the same time, as proportional set size. Sampled, like `others`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one process."""

    steps: tuple[Step, ...]
    whole: float
    """From the start of the process to the published result."""
    start_up: float
    """The part of `whole` that starts the interpreter and imports modules."""
    afterwards: float
    """Time after `whole`, not part of it. For our chain: the asset metadata and charts of the catalogue. For the first
    version: the work of its bot before it can answer from a new CSV."""
    memory: Memory
    other_load: float
    """Processor cores that other processes kept busy meanwhile, on average."""

    def seconds(self, name: str) -> float:
        """Return the sum of the steps with this name."""
        return sum(step.seconds for step in self.steps if step.name == name)

    @property
    def reading_the_file(self) -> float:
        """Walking, copying and hashing the backup, which grows with the history."""
        return sum(step.seconds for step in self.steps if step.group == READING_THE_FILE)

    @property
    def everything_else(self) -> float:
        """The rest, which must not grow with the history, without the start-up, which does not depend on any size."""
        return self.whole - self.start_up - self.reading_the_file

    @property
    def rest(self) -> float:
        """Time that belongs to no step: Dagster's events, records, disconnecting from the server."""
        return self.whole - self.start_up - sum(step.seconds for step in self.steps)


@dataclass(frozen=True)
class Case:
    """One sample backup and all measurements on it."""

    products: int
    history: int
    """Rows of sales, purchases and ledgers."""
    photos: float
    """The share of the products that have a photo."""
    size: int
    """Bytes of the backup file."""
    first_sync: tuple[Measured, ...]
    """Our chain on an empty data folder; one entry per repetition."""
    next_sync: tuple[Measured, ...]
    """Our chain after a sync of yesterday's backup of the same shop, as on every normal day."""
    first_version: dict[str, tuple[Measured, ...]]
    """The first version, by its variants "as it was" and "at its best"."""

    @cached_property
    def first(self) -> Measured:
        return middle(self.first_sync)

    @cached_property
    def next(self) -> Measured:
        return middle(self.next_sync)

    @cached_property
    def theirs(self) -> dict[str, Measured]:
        """The median runs of the first version, by variant."""
        return {way: middle(runs) for way, runs in self.first_version.items()}

    def restore_ratio(self, ours: Measured, way: str) -> float:
        """Return the ratio of the restore times, theirs / ours."""
        return self.theirs[way].seconds("restore") / ours.seconds("restore")

    def whole_ratio(self, ours: Measured, way: str) -> float:
        """Return the ratio of the times from the process start to the published result, theirs / ours."""
        return self.theirs[way].whole / ours.whole

    def as_json(self) -> dict[str, Any]:
        """Return the medians, and every repetition in `runs`, for JSON."""
        return {
            "products": self.products,
            "history": self.history,
            "photos": self.photos,
            "backup_bytes": self.size,
            "ours_first_sync": measured_json(self.first),
            "ours_next_sync": measured_json(self.next),
            **{_name(way): measured_json(run) for way, run in self.theirs.items()},
            "ratios": {
                _name(way): {
                    "restore_alone": round(self.restore_ratio(self.first, way), 2),
                    "restore_alone_next_sync": round(self.restore_ratio(self.next, way), 2),
                    "file_to_published": round(self.whole_ratio(self.first, way), 2),
                    "file_to_published_next_sync": round(self.whole_ratio(self.next, way), 2),
                }
                for way in self.theirs
            },
            "runs": {
                "ours_first_sync": [measured_json(run) for run in self.first_sync],
                "ours_next_sync": [measured_json(run) for run in self.next_sync],
                **{_name(way): [measured_json(run) for run in runs] for way, runs in self.first_version.items()},
            },
        }


@dataclass(frozen=True, slots=True)
class Growth:
    """How our first sync's parts grow between two cases that differ in one size only."""

    what: str
    """`history` or `products`."""
    before: Case
    after: Case

    @property
    def factor(self) -> float:
        """Of the size itself."""
        return float(getattr(self.after, self.what) / getattr(self.before, self.what))

    @property
    def steps(self) -> list[tuple[Step, Step]]:
        """The same step of both."""
        return list(zip(self.before.first.steps, self.after.first.steps, strict=True))

    def as_json(self) -> dict[str, Any]:
        def seconds(part: Callable[[Measured], float]) -> list[float]:
            return [round(part(case.first), 3) for case in (self.before, self.after)]

        return {
            "of": self.what,
            "from": getattr(self.before, self.what),
            "to": getattr(self.after, self.what),
            "reading_the_file": seconds(lambda run: run.reading_the_file),
            "everything_else": seconds(lambda run: run.everything_else),
            "steps": [
                {"asset": old.group, "step": old.name, "seconds": [round(old.seconds, 3), round(new.seconds, 3)]}
                for old, new in self.steps
            ],
        }


def _name(way: str) -> str:
    return f"first_version_{way.replace(' ', '_')}"


def middle(runs: Iterable[Measured]) -> Measured:
    """Return the repetition with the median whole time, so that its parts add up, with the peak memory of all."""
    by_time = sorted(runs, key=lambda run: run.whole)
    peaks = Memory(
        process=max(run.memory.process for run in by_time),
        others=max(run.memory.others for run in by_time),
        together=max(run.memory.together for run in by_time),
    )
    return replace(by_time[len(by_time) // 2], memory=peaks)


def growths(cases: list[Case]) -> list[Growth]:
    """Return each pair of cases that differ only in history, then those that differ only in products."""
    pairs = [(before, after) for before in cases for after in cases]
    by_history = [("history", a, b) for a, b in pairs if a.products == b.products and a.history < b.history]
    by_products = [("products", a, b) for a, b in pairs if a.history == b.history and a.products < b.products]
    return [Growth(what, before, after) for what, before, after in by_history + by_products]


def measured_json(run: Measured) -> dict[str, Any]:
    """Return every figure of one process by name, for JSON."""
    return {
        "seconds_whole": round(run.whole, 3),
        "seconds_start_up": round(run.start_up, 3),
        "seconds_reading_the_file": round(run.reading_the_file, 3),
        "seconds_everything_else": round(run.everything_else, 3),
        "seconds_rest": round(run.rest, 3),
        "seconds_afterwards": round(run.afterwards, 3),
        "steps": [{"asset": step.group, "step": step.name, "seconds": round(step.seconds, 3)} for step in run.steps],
        "peak_bytes": {
            "process": run.memory.process,
            "others": run.memory.others,
            "together": run.memory.together,
        },
        "other_load_cores": round(run.other_load, 2),
    }
