"""What kills did, one result a line in a file, so that a series of kills can be continued."""

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Healed:
    """One kill."""

    victim: str
    after: float
    """Seconds from the arrival of a backup to the kill."""
    answers: float
    """Seconds from the kill until the bot answered at all."""
    well: float
    """Seconds from the kill until the bot answered with the new price, and all was well."""

    def __str__(self) -> str:
        killed = f"{self.victim}, {self.after:.1f} s after a backup arrived"
        return f"{killed}: the bot answered after {self.answers:.1f} s, all was well after {self.well:.1f} s"


def read(file: Path) -> list[Healed]:
    """Read the results so far."""
    return [Healed(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []


def go_on(file: Path, victims: Sequence[str], kills: int, kill: Callable[[int, str], Healed]) -> None:
    """Do the kills that the file lacks, the victims in turn, and print each."""
    for number in range(len(read(file)), kills):
        healed = kill(number, victims[number % len(victims)])
        with file.open("a") as results:
            results.write(json.dumps(asdict(healed)) + "\n")
        print(f"{number + 1} of {kills}: {healed}", flush=True)


def summarise(done: Sequence[Healed]) -> Iterator[str]:
    """Yield a line for each victim, and one for all."""
    for victim in (*dict.fromkeys(healed.victim for healed in done), "all"):
        seconds = [healed.well for healed in done if victim in (healed.victim, "all")]
        yield f"{victim}: {len(seconds)}, median {statistics.median(seconds):.1f} s, worst {max(seconds):.1f} s"
