"""Runs the chain, or a part of it, in this process. Dagster's instance records the run for the web interface."""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from dagster import DagsterEventType
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import SQLAlchemyError

from toko_assets.backups.choose_source import open_source
from toko_assets.cli.dagster_home import prepare_dagster_home
from toko_assets.cli.terminal import plain, short_path
from toko_assets.common.lock import sync_lock
from toko_assets.common.records import Catalog
from toko_assets.common.settings import Settings, load_telegram_settings
from toko_assets.defs.code_location import build_defs
from toko_assets.defs.failures import DETAILS, AssetFailure, first_failure
from toko_assets.defs.jobs import CHAIN
from toko_assets.defs.recovery import COMMAND, STARTED_BY, recover
from toko_assets.defs.rejections import judging_rules, rejection
from toko_assets.defs.run_log import LOGGER
from toko_assets.defs.sensors.heartbeat import report_successes
from toko_assets.publishing.candidates import find_candidates
from toko_assets.publishing.heartbeat import SyncHeartbeat
from toko_assets.publishing.served import read_shop_database
from toko_core import TokoError
from toko_core.files import full_path


class RunFailedError(TokoError):
    """A run failed. The message is that of the asset that failed."""

    def __init__(self, message: str, *, rejected: bool = False) -> None:
        super().__init__(message)
        self.rejected = rejected
        """Whether the backup itself is wrong."""


def sync_backup(
    settings: Settings,
    backup: Path | None,
    console: Console,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    adopt: str | None = None,
    wait: bool = True,
) -> None:
    """Run the chain once, from the newest backup or from `backup`, and print what is served now.

    `config` is the run config of each asset: the limits of the publication. If the newest backup is rejected, the next
    newest one that is newer than the served one is tried. `adopt` names the database that becomes the shop's.
    """
    take = local_file(backup) if backup else {"newest_again": {}}
    assets = [asset.key.to_user_string() for asset in CHAIN]
    while True:
        try:
            records = run_assets(settings, assets, console, take, config, adopt=adopt, wait=wait)
            break
        except RunFailedError as error:
            if backup or not error.rejected or not _has_further_backup(settings, adopt):
                raise
            console.print(f"[yellow]![/] Skipped: {plain(str(error))}", highlight=False, soft_wrap=True)
            take = {"newest": {}}
    published: Catalog = records["product_catalog"]
    file = short_path(published.file)
    if published.is_new:
        console.print(
            f"[bold]Published[/] {file}: {published.counts['products']:,} products.", highlight=False, soft_wrap=True
        )
    else:
        same = "was already made from this backup"
        console.print(f"[bold]Nothing new:[/] {file} {same}.", highlight=False, soft_wrap=True)
    _report(settings, console)


def _report(settings: Settings, console: Console) -> None:
    """Request HEARTBEAT_URL, if it is set, for this sync and others that the sensor report_syncs has not reported."""
    heartbeat = SyncHeartbeat(settings)
    if not heartbeat.is_set_up:
        return
    try:
        with console.status("Requesting HEARTBEAT_URL"), storage_errors(), dg.DagsterInstance.get() as instance:
            report_successes(heartbeat, instance)
        problem = heartbeat.problem
    except (TokoError, OSError) as error:  # the sync has succeeded all the same
        problem = f"HEARTBEAT_URL was not requested: {error}"
    if problem:
        again = "The next sync, or the sensor report_syncs, requests it again."
        console.print(f"[yellow]![/] {plain(problem)} {again}", highlight=False, soft_wrap=True)


def run_assets(
    settings: Settings,
    assets: list[str],
    console: Console,
    take: Mapping[str, Any] | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    adopt: str | None = None,
    wait: bool = True,
) -> dict[str, Any]:
    """Materialise these assets with the job `sync` and show the progress. Return the record of each asset.

    `take` and `adopt` are the config of raw_backup, `config` that of other assets. Raises RunFailedError, and
    SyncRunningError if another sync is running and `wait` is false.
    """
    prepare_dagster_home(settings)
    ops = {asset: {"config": dict(values)} for asset, values in (config or {}).items()}
    if take is not None:
        ops["raw_backup"] = {"config": {"take": take, **({"adopt_database": adopt} if adopt else {})}}
    started, folder, defs = time.monotonic(), settings.folder, build_defs(settings, load_telegram_settings())

    def waiting() -> None:
        console.print("Another sync is running: waiting until it is done.")

    # The lock is acquired before the run starts, so an unfinished run of this command without a lock is dead.
    with (
        sync_lock(folder.root, waiting if wait else None),
        storage_errors(),
        dg.DagsterInstance.get() as instance,
        show_progress(console),
    ):
        for line in recover(instance, folder):
            console.print(f"[yellow]![/] {plain(line)}", highlight=False, soft_wrap=True)
        result = defs.resolve_job_def("sync").execute_in_process(
            instance=instance,
            # Any selection would add the check till_agrees, which the job leaves to recent_sales.
            asset_selection=None if len(assets) == len(CHAIN) else [dg.AssetKey(asset) for asset in assets],
            run_config={"ops": ops, "loggers": {"console": {}}},  # our logger; Dagster's would print every event
            raise_on_error=False,
            tags={STARTED_BY: COMMAND},
        )
    if not result.success:
        failure = first_failure(result.all_events) or AssetFailure("", f"The run failed. {DETAILS}", final=False)
        raise RunFailedError(failure.said, rejected=failure.rejected)
    console.print(f"[dim]Done in {time.monotonic() - started:.1f} s. Run {result.run_id[:8]}.[/]", highlight=False)
    return {asset: result.asset_value(asset) for asset in assets}


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn errors of Dagster's storage, a database that fails first on a full disk, into RunFailedError."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        home = os.environ["DAGSTER_HOME"]
        raise RunFailedError(f"Dagster's storage in {home} cannot be used: {reason} Is the disk full?") from error


def local_file(path: Path) -> dict[str, Any]:
    """Return the config of raw_backup that takes a file of this machine."""
    return {"file": {"path": str(full_path(path))}}


def _has_further_backup(settings: Settings, adopt: str | None) -> bool:
    """Whether there is a backup that is newer than the served one, besides those that the checks rejected."""
    source, folder, rules = open_source(settings), settings.folder, judging_rules(settings)
    shop = read_shop_database(folder, settings.ipos_database).adopting(adopt)
    found = find_candidates(folder, source, source.listing(), shop, settings.zone, datetime.now(UTC))
    with dg.DagsterInstance.get() as instance:
        return any(rejection(instance, backup.listed.revision, rules) is None for backup in found.newer)


@contextmanager
def show_progress(console: Console) -> Iterator[None]:
    """Print a line for each finished asset, and show a spinner with the last message of the current one."""
    logger = logging.getLogger(LOGGER)
    logger.propagate = False
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        handler = _StepLines(progress)
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)


class _StepLines(logging.Handler):
    """A logging handler that prints Dagster's events and the assets' messages as lines."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("Starting")
        self._last_message = ""
        self._warnings: list[str] = []
        self._begun = time.monotonic()
        self._failed = False

    def emit(self, record: logging.LogRecord) -> None:
        meta: Mapping[str, Any] = getattr(record, "dagster_meta", {})
        event, step = meta.get("dagster_event"), meta.get("step_key")
        if self._failed:  # later events only say that the remaining steps do not run
            return
        if event is None and step:
            self._message(record, meta.get("orig_message", ""))
        elif event is not None and event.event_type == DagsterEventType.STEP_START:
            self._begun, self._last_message, self._warnings = time.monotonic(), "", []
            self._progress.reset(self._task, description=str(step))
        elif event is not None and event.event_type == DagsterEventType.STEP_SUCCESS:
            seconds = time.monotonic() - self._begun
            self._print(f"[green]✓[/] {step:<18} {seconds:6.1f} s  {plain(self._last_message)}")
            if self._warnings:
                self._print(f"  [yellow]![/] [dim]{len(self._warnings)} checks warn: {', '.join(self._warnings)}[/]")
        elif event is not None and event.event_type == DagsterEventType.STEP_FAILURE:
            self._failed = True
            self._print(f"[red]✗[/] {step}")
        elif event is not None and event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if not check.passed and check.severity == dg.AssetCheckSeverity.WARN:
                self._warnings.append(f"{check.check_name} ({check.metadata['count'].value})")

    def _message(self, record: logging.LogRecord, message: str) -> None:
        if record.levelno >= logging.WARNING:
            self._print(f"[yellow]![/] {plain(message)}")
        else:
            self._last_message = message
            self._progress.update(self._task, description=f"{plain(message)} …")

    def _print(self, line: str) -> None:
        self._progress.console.print(line, highlight=False, soft_wrap=True)
