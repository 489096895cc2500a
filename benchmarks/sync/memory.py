"""Samples the memory of a measured process and of those that it starts."""

from threading import Event, Thread

from benchmarks.procfs import descendants, proportional
from benchmarks.sync.results import Memory

SAMPLE_SECONDS = 0.2
"""Reading the sizes of a dozen processes takes some milliseconds: a few percent of one core at this interval."""


class TreeWatch:
    """Samples the memory of a process and its descendants in a thread: `with TreeWatch(pid) as watch: …`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._end = Event()
        self._thread = Thread(target=self._sample, daemon=True)
        self._others = self._together = 0

    def __enter__(self) -> "TreeWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def memory(self, process: int) -> Memory:
        """Return the sampled peaks. `process` is the peak that the process itself reported."""
        return Memory(process, self._others, self._together)

    def _sample(self) -> None:
        while not self._end.wait(SAMPLE_SECONDS):
            own = proportional(self._pid)
            others = sum(map(proportional, descendants(self._pid)))
            self._others = max(self._others, others)
            self._together = max(self._together, own + others)
