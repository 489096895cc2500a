"""Runs before Compose: `python3 -m toko_assets.cli.containers check` or `take-over`."""

import sys
from pathlib import Path

from toko_assets.cli.containers.docker import DockerError
from toko_assets.cli.containers.preflight import find_problems
from toko_assets.cli.containers.takeover import take_over


def main() -> None:
    """Print one line for each problem. Exit with status 1 if one of them keeps the containers from starting."""
    if sys.argv[1:] == ["take-over"]:
        try:
            take_over(print)
        except DockerError as error:
            sys.exit(str(error))
        return
    problems = list(find_problems(Path.cwd()))
    for problem in problems:
        print(f"{'!' if problem.is_warning else '✗'} {problem.line}", file=sys.stderr)
    if not all(problem.is_warning for problem in problems):
        sys.exit("Nothing was changed. Correct this, then run make up again.")


if __name__ == "__main__":
    main()
