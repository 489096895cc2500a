"""The process that is attacked: `python -m tests.security.worker PART FOLDER`.

It reads the number of an attack from its input, makes it, says of which kind it is, waits for a line, attacks, and says
what became of it.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.security.parts import PARTS


def main() -> None:
    """Attack until the input ends."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the attacked code prints goes into the log
    part = importlib.import_module(PARTS[name].module)

    def say(**answer: Any) -> None:
        answers.write(json.dumps(answer) + "\n")

    with part.ready(folder) as attack:
        say()
        for line in sys.stdin:
            made = attack.make(int(line))
            say(kind=made.kind)
            sys.stdin.readline()
            try:
                say(end=attack.strike(made), fault="")
            except AssertionError as wrong:
                say(end="wrong", fault=str(wrong)[:500] or "an assertion failed")
            except Exception as error:
                say(end="raised", fault=f"{type(error).__name__}: {error}"[:500])


if __name__ == "__main__":
    main()
