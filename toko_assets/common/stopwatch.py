"""How long the parts of a piece of work take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Measures named parts of a piece of work: `with watch("build"): …`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """By part, in the order in which the parts first ended. A part that ran several times counts as their sum."""

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - begun
