"""Dagster's own storage in SQLite files, with the connections kept open.

Dagster opens its file anew for each of the 400 statements of a run: 9 ms an event on a fast disk, where 2 are enough.
The files are the same: Dagster's own classes can use them at the same time.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event, inspect

MOST_ENGINES = 4
"""Open at once: every run has a file of its own, and the web interface looks at many."""


class LocalStorage(DagsterSqliteStorage):
    """What `dagster.yaml` names: the runs, the events of each, and Dagster's own storage of schedules."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)  # makes the files
        history = Path(base_dir, "history")
        self._run_storage = LocalRuns(create_db_conn_string(str(history), "runs"))
        self._event_log_storage = LocalEvents(str(history / "runs"))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """As Dagster makes it."""
        return cls.from_local(inst_data=inst_data, **config_value)


class LocalRuns(SqliteRunStorage):
    """The runs."""

    def __init__(self, conn_string: str) -> None:
        super().__init__(conn_string)
        self._engines = _Engines()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection in a transaction."""
        with self._engines.begin(self._conn_string) as connection:
            yield connection

    def dispose(self) -> None:
        """Close the files."""
        self._engines.dispose()


class LocalEvents(SqliteEventLogStorage):
    """The events: a file for each run, and one of what is asked for across runs."""

    def __init__(self, base_dir: str) -> None:
        self._engines = _Engines()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        url = self.conn_string_for_shard(shard)
        if url not in self._engines:
            with super()._connect(shard):  # makes the file
                pass
        with self._engines.begin(url) as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether there is such a table."""
        with self.index_connection() as connection:
            return inspect(connection).has_table(table_name)

    def store_event(self, event: EventLogEntry) -> None:
        """Keep it, and let the web interface know: it watches the file, which SQLite changes only now and then."""
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def wipe(self) -> None:
        """Remove everything."""
        self._engines.dispose()
        super().wipe()

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        self._engines.dispose()


class _Engines:
    """One for each file that was used last, with its connections."""

    def __init__(self) -> None:
        self._of: dict[str, Engine] = {}
        self._lock = threading.Lock()

    def __contains__(self, url: str) -> bool:
        return url in self._of

    @contextmanager
    def begin(self, url: str) -> Iterator[Connection]:
        with self._lock:
            engine = self._of.pop(url) if url in self._of else _engine(url)
            self._of[url] = engine  # the last used is the last
            if len(self._of) > MOST_ENGINES:
                self._of.pop(next(iter(self._of))).dispose()
        with engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        with self._lock:
            while self._of:
                self._of.popitem()[1].dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _be_quick)
    return engine


def _be_quick(connection: Any, _: object) -> None:
    """Don't wait for the disk at every event. A power loss may take the last events with it, never the file."""
    connection.execute("PRAGMA synchronous = NORMAL")
