"""The code location as Dagster's daemon runs it: its sensors one tick at a time, and the runs that they ask for."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from tests import made_once
from tests.acceptance.dumps import dumped_at
from tests.acceptance.places import installed, set_time
from tests.installation import Installation
from tests.servers.telegram import Person, TelegramServer
from toko_assets.backups.decision import Cursor
from toko_assets.common.publications import PriceChange, Published, write_publication
from toko_assets.common.settings import load_settings, load_telegram_settings
from toko_assets.defs.code_location import build_defs
from toko_assets.ipos.archive.reader import HEADER_BYTES, read_header

TICK = timedelta(seconds=30)
NOTIFYING = ("tell_success", "tell_failure")
OWNER = 102
FEBRUARY = datetime(2026, 2, 1)
NEW_YEAR = 1_767_200_400
"""1 January 2026 in Jakarta, in seconds since 1970."""


@dataclass(frozen=True)
class Look:
    """One tick of a sensor."""

    requests: list[dg.RunRequest]
    said: str
    """The skip reason."""


@dataclass
class Daemon:
    """What `dagster dev` does with the installation, one thing at a time and by a clock that can be put forward."""

    toko: Installation
    instance: dg.DagsterInstance
    defs: dg.Definitions = field(init=False)
    cursors: dict[str, str | None] = field(default_factory=dict)
    later: timedelta = timedelta()
    logged: list[str] = field(default_factory=list)
    """What sensors logged."""
    longest_cursor: int = 0
    looked: int = 0
    """How often, by `looks`."""

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Load the code anew, with the settings that the environment has now."""
        self.defs = build_defs(load_settings(), load_telegram_settings(), clock=lambda: self.now)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    @property
    def cursor(self) -> Cursor:
        """Of `new_backup`."""
        return Cursor.read(self.cursors.get("new_backup"))

    @property
    def job(self) -> dg.JobDefinition:
        return self.defs.resolve_job_def("sync")

    def wait(self, time: timedelta) -> None:
        self.later += time

    def look(self) -> Look:
        """A tick of `new_backup`."""
        return self._tick(self._sensor("new_backup"))

    def look_at(self, sensor: str) -> Look:
        """A tick of another sensor."""
        return self._tick(self._sensor(sensor))

    def put(self, name: str, day: int, data: bytes = b"no backup") -> Path:
        """A file in the folder, dumped and changed on that day in January 2026: whole for long.

        A backup that was dumped in that month keeps its time.
        """
        file, seconds = self.toko.inbox / name, NEW_YEAR + day * 86_400
        file.write_bytes(data)
        if data.startswith(b"PGDMP") and read_header(data[:HEADER_BYTES], name).dumped_at > FEBRUARY:
            dumped_at(file, datetime.fromtimestamp(seconds, UTC) + timedelta(hours=7))
        return set_time(file, seconds)

    def looks(self, time: timedelta) -> set[str]:
        """All ticks of it in this time, of which none may ask for a run; gives their skip reasons.

        Resources are set up once: that takes longer than a look.
        """
        said, new_backup = set(), self._sensor("new_backup")
        with self._context(new_backup) as context:
            for _ in range(time // TICK):
                self.wait(TICK)
                result = new_backup(context)
                assert isinstance(result, dg.SensorResult)
                assert not result.run_requests
                assert isinstance(result.skip_reason, dg.SkipReason)
                assert result.cursor is not None
                context.update_cursor(result.cursor)
                said.add(str(result.skip_reason.skip_message))
                self.looked += 1
                self.longest_cursor = max(self.longest_cursor, len(result.cursor))
            self.cursors["new_backup"] = context.cursor
        return said

    def ask(self) -> dg.RunRequest:
        """A tick of it that must ask for a run."""
        look = self.look()
        assert len(look.requests) == 1, look.said
        return look.requests[0]

    def run(self, request: dg.RunRequest | None = None, tags: Mapping[str, str] | None = None) -> dg.DagsterRun:
        """The run that was asked for, to its end; without a request as if somebody had launched the job."""
        made_once.give_postgres(self.toko.data)
        return self.job.execute_in_process(
            instance=self.instance,
            run_config={**(request.run_config if request else {}), "loggers": {"console": {}}},  # not on the terminal
            tags={**(request.tags if request else {}), **(tags or {})},
            raise_on_error=False,
        ).dagster_run

    def launch(self, job: str, tags: Mapping[str, str] | None = None, /, **config: object) -> dg.DagsterRun:
        """A job launched from the Launchpad with this config, or with tags by the bot."""
        made_once.give_postgres(self.toko.data)
        definition = self.defs.resolve_job_def(job)
        return definition.execute_in_process(
            instance=self.instance, run_config=config, tags=tags, raise_on_error=False
        ).dagster_run

    def sync(self, changes: Iterable[tuple[str, str, str, str]] = (), *, prices_changed: int = 0) -> dg.DagsterRun:
        """A sync that leaves what a real one of 20,000 products does: name, unit, old and new price."""
        largest = [PriceChange(name, unit, _amount(before), _amount(now)) for name, unit, before, now in changes]
        data_time = datetime.fromtimestamp(NEW_YEAR, UTC)
        publications = self.toko.data / "records" / "publications"

        @dg.op
        def product_catalog(context: dg.OpExecutionContext) -> None:
            published = Published(20_000, True, 0, 0, prices_changed, largest, data_time)
            write_publication(publications, context.run_id, published)
            context.log_event(dg.AssetMaterialization("product_catalog"))

        return _a_run(product_catalog, self.instance)

    def part(self) -> dg.DagsterRun:
        """A run that succeeds and is no sync."""

        @dg.op
        def raw_backup() -> None: ...

        return _a_run(raw_backup, self.instance)

    def status(self, run: dg.DagsterRun) -> dg.DagsterRunStatus:
        found = self.instance.get_run_by_id(run.run_id)
        assert found is not None
        return found.status

    def reason(self, run: dg.DagsterRun) -> str:
        """Why it failed."""
        entries = self.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        (event,) = (entry.dagster_event for entry in entries)
        assert event is not None
        assert event.step_failure_data.user_failure_data is not None
        return str(event.step_failure_data.user_failure_data.description)

    def tags(self, run: dg.DagsterRun) -> Mapping[str, str]:
        found = self.instance.get_run_by_id(run.run_id)
        assert found is not None
        return found.tags

    def attempts(self, run: dg.DagsterRun) -> int:
        """How often its first asset was tried."""
        again = self.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY)
        return len(again) + 1

    def tell(self) -> list[str]:
        """Ticks of the run-status sensors, until they have seen all that happened; gives what they logged."""
        begin = len(self.logged)
        for sensor in map(self._sensor, NOTIFYING):
            before = None
            while before != self.cursors[sensor.name]:
                before = self.cursors[sensor.name]
                self._tick(sensor)
        return self.logged[begin:]

    def deliver(self) -> str:
        """A tick of `deliver_messages`; gives its skip reason."""
        return self.look_at("deliver_messages").said

    def start(self) -> None:
        """The first tick of the run-status sensors, which looks at nothing before it."""
        for sensor in map(self._sensor, NOTIFYING):
            self._tick(sensor)

    def _sensor(self, name: str) -> dg.SensorDefinition:
        return next(sensor for sensor in self.defs.sensors or () if sensor.name == name)

    def _tick(self, sensor: dg.SensorDefinition) -> Look:
        with self._context(sensor) as context:
            data = sensor.evaluate_tick(context)
        assert not [reaction.error for reaction in data.dagster_run_reactions or () if reaction.error]
        self.cursors[sensor.name] = data.cursor
        return Look(list(data.run_requests or []), data.skip_message or "")

    @contextmanager
    def _context(self, sensor: dg.SensorDefinition) -> Iterator[dg.SensorEvaluationContext]:
        used = {
            name: resource
            for name, resource in (self.defs.resources or {}).items()
            if name in sensor.required_resource_keys
        }
        cursor = self.cursors.get(sensor.name)
        with dg.build_sensor_context(self.instance, cursor, sensor_name=sensor.name, resources=used) as context:
            context.log.addHandler(_Lines(self.logged))
            yield context


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _a_run(op: dg.OpDefinition, instance: dg.DagsterInstance) -> dg.DagsterRun:
    config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return (
        dg.GraphDefinition("sync", node_defs=[op]).execute_in_process(instance=instance, run_config=config).dagster_run
    )


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())


@contextmanager
def a_daemon(folder: Path, **settings: str) -> Iterator[Daemon]:
    """An empty installation with these settings, and its daemon."""
    with installed(folder, **settings) as toko, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0.0)
        made_once.give_dagster(toko.data / "dagster")
        with dg.DagsterInstance.get() as instance:
            daemon = Daemon(toko, instance)
            daemon.start()
            yield daemon


@dataclass
class Owner:
    """The owner of the shop, with Telegram."""

    telegram: TelegramServer
    person: Person
    seen: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """Of a shop with one member of staff besides."""
        return {**self.telegram.settings, "ALLOWED_USERS": f"101,{OWNER}", "OWNER_USERS": str(OWNER)}

    def read(self) -> list[str]:
        """What the bot wrote since the last time."""
        new = texts(self.person)[self.seen :]
        self.seen += len(new)
        return new


@contextmanager
def an_owner() -> Iterator[Owner]:
    """One who has written to the bot."""
    with TelegramServer() as telegram:
        yield Owner(telegram, telegram.user(OWNER, "Siti"))


def texts(person: Person) -> list[str]:
    """What the bot wrote to somebody."""
    return [message.text for message in person.messages if message.sender.is_bot]
