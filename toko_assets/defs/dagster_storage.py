"""Dagster's SQLite storage, with connections that stay open.

Dagster opens its file again for each of the 400 statements of a run: 9 ms per event on a fast disk, where 2 ms suffice.
The files are the same, so Dagster's own classes can use them at the same time.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import OperationalError

LEAST_FREE = 4
"""A file is rewritten if one in so many of its pages is free."""
MOST_ENGINES = 4
"""Engines that are open at once. Every run has its own file, and the web interface reads many."""


class LocalStorage(DagsterSqliteStorage):
    """The storage class that `dagster.yaml` names: runs, events, and Dagster's own schedule storage."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)  # creates the files
        history = Path(base_dir, "history")
        self._run_storage = LocalRuns(create_db_conn_string(str(history), "runs"))
        self._event_log_storage = LocalEvents(str(history / "runs"))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """Create the storage from its config, as Dagster does."""
        return cls.from_local(inst_data=inst_data, **config_value)


class LocalRuns(SqliteRunStorage):
    """Run storage with open connections."""

    def __init__(self, conn_string: str) -> None:
        super().__init__(conn_string)
        self._engines = _Engines()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection with a transaction."""
        with self._engines.begin(self._conn_string) as connection:
            yield connection

    def dispose(self) -> None:
        """Close the files."""
        self._engines.dispose()


class LocalEvents(SqliteEventLogStorage):
    """Event storage with open connections: a file for each run, and one index for queries across runs."""

    def __init__(self, base_dir: str) -> None:
        self._engines = _Engines()
        self._tables: set[str] = set()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        url = self.conn_string_for_shard(shard)
        if url not in self._engines:
            with super()._connect(shard):  # creates the file
                pass
        with self._engines.begin(url) as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the table exists. Dagster asks for each event; a table that exists is not looked for again."""
        if table_name not in self._tables:
            with self.index_connection() as connection:
                if not inspect(connection).has_table(table_name):
                    return False
            self._tables.add(table_name)
        return True

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event and touch the file: the web interface watches it, and SQLite writes it only at intervals."""
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def delete_events(self, run_id: str) -> None:
        """Delete a run's events, and the file that only it has."""
        super().delete_events(run_id)
        self._engines.close(self.conn_string_for_shard(run_id))
        self._initialized_dbs.discard(run_id)
        for ending in ("", "-wal", "-shm"):
            Path(self.path_for_shard(run_id) + ending).unlink(missing_ok=True)

    def shrink(self) -> None:
        """Give the space of deleted events back to the disk, if it is a quarter of the file or more."""
        with self.index_connection() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
        if free * LEAST_FREE < pages:
            return
        engine = create_engine(self.conn_string_for_shard(INDEX_SHARD_NAME), isolation_level="AUTOCOMMIT")
        with suppress(OperationalError), engine.connect() as connection:  # another process may be reading
            connection.exec_driver_sql("VACUUM")
        engine.dispose()

    def wipe(self) -> None:
        """Remove everything."""
        self._engines.dispose()
        self._tables.clear()
        super().wipe()

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        self._engines.dispose()


class _Engines:
    """The engines of the most recently used files, with their connections."""

    def __init__(self) -> None:
        self._of: dict[str, Engine] = {}
        self._lock = threading.Lock()

    def __contains__(self, url: str) -> bool:
        return url in self._of

    @contextmanager
    def begin(self, url: str) -> Iterator[Connection]:
        with self._lock:
            engine = self._of.pop(url) if url in self._of else _engine(url)
            self._of[url] = engine  # the most recently used engine is the last
            if len(self._of) > MOST_ENGINES:
                self._of.pop(next(iter(self._of))).dispose()
        with engine.begin() as connection:
            yield connection

    def close(self, url: str) -> None:
        with self._lock:
            if url in self._of:
                self._of.pop(url).dispose()

    def dispose(self) -> None:
        with self._lock:
            while self._of:
                self._of.popitem()[1].dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _relax_durability)
    return engine


def _relax_durability(connection: Any, _: object) -> None:
    """Skip the disk flush after every event. A power loss may lose the last events, but cannot corrupt the file."""
    connection.execute("PRAGMA synchronous = NORMAL")
