"""The figures of one run. Times are in seconds and memory is in bytes; tables and JSON have milliseconds."""

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.bot.results import Latency
from benchmarks.machine import Machine


@dataclass(frozen=True, slots=True)
class Plan:
    """The options of a run."""

    requests: int
    """For each route."""
    rate: float
    """Requests a second."""
    products: int
    swaps: int
    """Catalogues published during each route's requests."""


@dataclass(frozen=True, slots=True)
class Phase:
    """The figures of one route."""

    route: str
    answers: int
    """Responses with status 200."""
    wrong: int
    """All others, and requests without one."""
    body: int
    """The mean size of a body as it was sent, in bytes."""
    inside: Latency
    """The time in the server: from a whole request until its response goes to the network."""
    outside: Latency
    """The time for clients: from the moment at which a request was due until the end of its response."""
    late: float
    """The 99th percentile of the delays of the sender."""
    busy: float
    """The cores that the server used."""
    memory: int
    """The proportional set size of the server at the end."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"inside": self.inside.as_json(), "outside": self.outside.as_json()}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One run of `toko bench web`."""

    machine: Machine
    plan: Plan
    phases: tuple[Phase, ...]
    memory_at_start: int
    """The proportional set size after the catalogue was loaded, before the first request."""
    peak: int
    """The most resident bytes."""
    complaints: tuple[str, ...]
    """Warnings and errors in the server's log."""
    other_load: float
    """The cores that all programs other than the server and this benchmark used, on average."""

    def as_json(self) -> dict[str, Any]:
        """Return the results for `--json`."""
        return {
            "benchmark": "web", "machine": self.machine.as_json(), "plan": asdict(self.plan),
            "routes": [phase.as_json() for phase in self.phases],
            "memory_bytes": {"start": self.memory_at_start, "end": self.phases[-1].memory, "peak_resident": self.peak},
            "complaints": list(self.complaints), "other_load_cores": round(self.other_load, 2),
        }  # fmt: skip
