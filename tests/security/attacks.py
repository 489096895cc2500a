"""Attacks the archive reader, the photo decoders and whole syncs with thousands of damaged and hostile files.

    .venv/bin/python -m tests.security.attacks                     # all of them, going on where that stopped
    .venv/bin/python -m tests.security.attacks photos --attacks 100
    .venv/bin/python -m tests.security.attacks archives --only 1234

20,000 mutations of archives go through the reader, 2,000 photos through the decoders of the chain and of the bot, and
200 dumps through `toko sync`. Each attack is made from its number alone, which is its seed. An attack fails if its
process crashes, takes more than 10 s, has more than 600 MB of memory together with the processes that it starts, reads
rows that are not in the file, or publishes a price that the rules do not give. `.faults/attacks` keeps the results, and
the files of the attacks that failed.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.security.parts import PARTS
from tests.security.supervision import Outcome, Worker

RESULTS = Path(".faults/attacks")
PROGRESS_SECONDS = 10.0


def read(file: Path) -> list[Outcome]:
    """Read the results so far."""
    return [Outcome(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []


def attack(name: str, numbers: Iterable[int], folder: Path) -> Iterator[Outcome]:
    """Do the attacks of a part with these numbers. The folder keeps the files of those that fail."""
    with Worker(name, folder / f"{name}-work", PARTS[name].longest) as worker:
        for number in numbers:
            outcome = worker.attack(number)
            if outcome.fault:
                worker.keep(folder / f"{name}-{number}")
            yield outcome


def go_on(name: str, attacks: int, folder: Path, *, again: bool = False) -> list[Outcome]:
    """Do the attacks whose results the folder lacks, show the progress, and return all results.

    With `again`, those that failed before are done once more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.jsonl"
    done = [outcome for outcome in read(file) if not (again and outcome.fault)]
    file.write_text("".join(_line(outcome) for outcome in done))
    known = {outcome.number for outcome in done}
    missing = [number for number in range(attacks) if number not in known]
    print(f"{name}: {len(missing):,} of {attacks:,} attacks, numbers {missing[:1]} to {missing[-1:]}", flush=True)
    begun = shown = time.monotonic()
    with file.open("a") as results:
        for count, outcome in enumerate(attack(name, missing, folder), 1):
            results.write(_line(outcome))
            results.flush()
            done.append(outcome)
            if outcome.fault:
                print(f"  ✗ {name} {outcome.number}, {outcome.kind}: {outcome.fault}", flush=True)
            if time.monotonic() - shown > PROGRESS_SECONDS or count == len(missing):
                shown = time.monotonic()
                left = (shown - begun) / count * (len(missing) - count)
                faults = sum(bool(one.fault) for one in done)
                print(f"  {name}: {len(done):,} of {attacks:,}, faults: {faults}, {left / 60:.1f} min left", flush=True)
    return sorted(done, key=lambda one: one.number)


def summarise(name: str, done: Sequence[Outcome]) -> Iterator[str]:
    """Yield a line for each kind of attack, and one for all."""
    by_kind: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in done:
        by_kind[outcome.kind].append(outcome)
    for kind, outcomes in sorted(by_kind.items()):
        yield f"  {kind}: {_figures(outcomes)}"
    yield f"{name}: {_figures(done)}"


def _figures(outcomes: Sequence[Outcome]) -> str:
    ends = ", ".join(
        f"{end or 'no answer'} {count:,}" for end, count in Counter(one.end for one in outcomes).most_common()
    )
    slowest, largest = max(one.seconds for one in outcomes), max(one.memory for one in outcomes)
    faults = sum(bool(one.fault) for one in outcomes)
    return f"{len(outcomes):,} ({ends}), slowest {slowest:.2f} s, most memory {largest >> 20:,} MB, faults {faults}"


def _line(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome)) + "\n"


def main() -> None:
    """Print the results; end with status 1 if an attack failed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    arguments.add_argument("--attacks", type=int, help="how many of each part")
    arguments.add_argument("--only", type=int, metavar="NUMBER", help="one attack, whose result is not kept")
    arguments.add_argument("--again", action="store_true", help="repeat the attacks that failed")
    arguments.add_argument("--results", type=Path, default=RESULTS)
    wanted = arguments.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        arguments.error(f"unknown: {', '.join(unknown)}")
    faults = 0
    for name in wanted.parts or PARTS:
        if wanted.only is not None:
            done = list(attack(name, [wanted.only], wanted.results))
            print(*done, sep="\n")
        else:
            done = go_on(name, wanted.attacks or PARTS[name].attacks, wanted.results, again=wanted.again)
            print(*summarise(name, done), sep="\n", flush=True)
        faults += sum(bool(outcome.fault) for outcome in done)
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
