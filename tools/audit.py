"""Asks OSV (osv.dev) for known vulnerabilities of all packages that the lock files pin: `make audit`.

It needs no package of its own: one request holds the names and versions of all lock files. It ends with status 0 if no
vulnerability is known, 1 if one is, and 3 if OSV cannot be asked, which says nothing about the packages.
"""

import argparse
import json
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
OSV = "https://api.osv.dev/v1/querybatch"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
SECONDS = 30
VULNERABLE, UNREACHABLE = 1, 3
"""Exit statuses. `make` shows the status, and ends with 2 itself."""


def read_pins(locks: list[Path]) -> list[tuple[str, str]]:
    """Return the names and versions in the lock files, each once."""
    return sorted({(name, version) for lock in locks for name, version in PIN.findall(lock.read_text())})


def ask_osv(pins: list[tuple[str, str]], source: str) -> list[list[str]]:
    """Return the ids of the known vulnerabilities of each package. Raises OSError and ValueError."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pins]
    request = urllib.request.Request(  # noqa: S310 - an address of ours, or a test's
        source, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
        answer: Any = json.load(response)
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != len(pins):
        raise ValueError("the response is not OSV's")
    return [[found["id"] for found in result.get("vulns", ())] for result in results]


def main() -> int:
    """Print a line for each vulnerability, or one that says that there is none. Return the exit status."""
    parser = argparse.ArgumentParser(description="Known vulnerabilities of the packages in the lock files.")
    parser.add_argument("--source", default=OSV, help="another address of OSV's querybatch")
    source: str = parser.parse_args().source
    pins = read_pins(sorted((ROOT / "requirements").glob("*.txt")))
    try:
        known = ask_osv(pins, source)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(getattr(error, "reason", None) or error).split())
        print(f"Not audited: {source} cannot be asked ({reason}). Is there a network?", file=sys.stderr)
        return UNREACHABLE
    for (name, version), ids in zip(pins, known, strict=True):
        for each in ids:
            print(f"{name} {version}: {each}, https://osv.dev/vulnerability/{each}")
    if any(known):
        return VULNERABLE
    print(f"No vulnerability of the {len(pins)} pinned packages is known.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
