"""Dagster's SQLite storage, with connections that stay open.

Dagster opens its file again for each of the 400 statements of a run: 9 ms per event on a fast disk, where 2 ms suffice.
Events that come together are stored in one transaction. The files are the same, so Dagster's own classes can use them
at the same time.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Self

import dagster
from dagster import DagsterEventType
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
FOLLOWED = {DagsterEventType.STEP_OUTPUT, DagsterEventType.ASSET_CHECK_EVALUATION}
"""Events of a step that another one follows, at the latest that of the step's end."""

os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")  # how many events of a new run Dagster stores together


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
    """Event storage with open connections: a file for each run, and one index for queries across runs.

    The results of a step's checks are stored together with the event after them.
    """

    def __init__(self, base_dir: str) -> None:
        self._engines = _Engines()
        self._tables: set[str] = set()
        self._of_thread = _OfThread()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        batch = self._of_thread.batch
        if batch is not None:
            yield batch.connection(shard)
            return
        self._store_waiting()
        with self._begin(shard) as connection:
            yield connection

    @contextmanager
    def _begin(self, shard: str) -> Iterator[Connection]:
        url = self.conn_string_for_shard(shard)
        if url not in self._engines:
            self._create(shard)
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
        """Store an event, with those of this thread that wait for it."""
        waiting = self._of_thread.waiting
        if event.step_key and event.dagster_event and event.dagster_event.event_type in FOLLOWED:
            waiting.append(event)
        else:
            self.store_event_batch([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction for each file, and touch the runs' files.

        The web interface watches these, and SQLite writes them only at intervals.
        """
        thread = self._of_thread
        together = [*thread.waiting, *events]
        with _Batch(self._begin) as thread.batch:
            try:
                for event in together:
                    super().store_event(event)
            finally:
                thread.batch = None
        thread.waiting.clear()
        for run_id in {event.run_id for event in together}:
            os.utime(self.path_for_shard(run_id))

    def _store_waiting(self) -> None:
        if self._of_thread.waiting:
            self.store_event_batch([])

    def _create(self, shard: str) -> None:
        """Create a file if it does not exist. Dagster's migration library needs 0.2 s for it; a copy needs 1 ms."""
        file = Path(self.path_for_shard(shard))
        empty = file.parent.with_name(f"empty-{dagster.__version__}.db")
        is_new = not file.exists()
        if is_new and empty.exists() and _copy(empty, file):
            self._initialized_dbs.add(shard)
            return
        with super()._connect(shard):
            pass
        if is_new and shard != INDEX_SHARD_NAME:
            for earlier in empty.parent.glob("empty-*.db"):
                earlier.unlink(missing_ok=True)
            _copy(file, empty)

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


def _copy(source: Path, target: Path) -> bool:
    """Copy a file, whole or not at all. Return false if that is impossible, for example without hard links."""
    with suppress(OSError), NamedTemporaryFile(dir=target.parent) as copy:
        shutil.copyfile(source, copy.name)
        os.link(copy.name, target)
        return True
    return False


class _Batch(ExitStack):
    """Transactions that end together, one for each file."""

    def __init__(self, begin: Callable[[str], AbstractContextManager[Connection]]) -> None:
        super().__init__()
        self._begin = begin
        self._connections: dict[str, Connection] = {}

    def connection(self, shard: str) -> Connection:
        if shard not in self._connections:
            self._connections[shard] = self.enter_context(self._begin(shard))
        return self._connections[shard]


class _OfThread(threading.local):
    """What a thread stores at the moment, and what it has not stored yet."""

    def __init__(self) -> None:
        self.batch: _Batch | None = None
        self.waiting: list[EventLogEntry] = []


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
