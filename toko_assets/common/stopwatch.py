"""Measures how long the parts of a task take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Measures named parts of a task: `with watch("build"): …`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """Seconds per part, in the order in which the parts first ended. Repeated parts are summed."""

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - begun
