"""Publishes one catalogue after the other while the bot answers."""

import shutil
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from toko_core.catalog.store import publish

KEPT = 3


class Swaps(AbstractContextManager["Swaps"]):
    """Publishes `swaps` catalogues at equal intervals within `seconds`, in a thread, until the block ends."""

    def __init__(self, catalogs: Sequence[Path], folder: Path, swaps: int, seconds: float) -> None:
        self._catalogs, self._folder = catalogs, folder
        self._swaps, self._pause = swaps, seconds / (swaps + 1)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._error: BaseException | None = None
        self.published = 0

    def __enter__(self) -> "Swaps":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            for number in range(1, self._swaps + 1):
                if self._end.wait(self._pause):
                    return
                publish_copy(self._catalogs[number % len(self._catalogs)], self._folder, number)
                self.published = number
        except BaseException as error:  # the main thread raises it again
            self._error = error


def publish_copy(catalog: Path, folder: Path, number: int) -> Path:
    """Publish a copy of a catalogue as the chain does: rename the complete file, then replace CURRENT."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "next.duckdb.part"
    shutil.copyfile(catalog, part)
    return publish(part, f"catalog-{number:06}.duckdb", KEPT)
