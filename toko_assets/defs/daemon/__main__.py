"""The command: Dagster's daemon, and a thread that watches the source of backups."""

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click
import dagster as dg
from dagster._cli.utils import assert_no_remaining_opts
from dagster._cli.workspace.cli_target import workspace_opts_to_load_target
from dagster._core.instance.ref import InstanceRef
from dagster._daemon.controller import create_daemons_from_instance, daemon_controller_from_instance
from dagster._daemon.daemon import DagsterDaemon, SensorDaemon
from dagster._utils.interrupts import capture_interrupts
from dagster_shared.cli import WorkspaceOpts, workspace_options

from toko_assets.backups.choose_source import open_source
from toko_assets.backups.watch.watcher import watch
from toko_assets.common.settings import load_settings
from toko_assets.defs.daemon.fork_server import fork_fork_server
from toko_assets.defs.daemon.run_launcher import WarmRunLauncher
from toko_assets.defs.daemon.sensor_daemon import PromptSensorDaemon
from toko_assets.defs.daemon.watching_launcher import WatchingLauncher
from toko_core import TokoError
from toko_core.files import keep_private
from toko_core.log import escape_records

LOG = logging.getLogger("dagster.daemon.BackupWatcher")


@click.command()
@click.option("--log-level", default="info", show_default=True, envvar="DAGSTER_DAEMON_LOG_LEVEL")
@click.option("--log-format", default="colored", show_default=True, type=click.Choice(["colored", "json", "rich"]))
@click.option("--ready-file", type=click.Path(path_type=Path), help="Create this file when the daemon works.")
@workspace_options
def main(log_level: str, log_format: str, ready_file: Path | None, **options: object) -> None:
    """Run Dagster's daemon with a watcher of the source of backups, until SIGINT or SIGTERM."""
    keep_private()
    escape_records()
    workspace = WorkspaceOpts.extract_from_cli_options(options)
    assert_no_remaining_opts(options)
    if _forks_runs():
        fork_fork_server()  # now, because the instance below opens files and starts threads
    bell = Event()

    def daemons(instance: dg.DagsterInstance) -> Sequence[DagsterDaemon[Any]]:
        return list(_with_prompt_sensors(instance, bell))

    try:
        with (
            capture_interrupts(),
            dg.DagsterInstance.get() as instance,
            daemon_controller_from_instance(
                instance,
                workspace_opts_to_load_target(workspace),
                gen_daemons=daemons,
                code_server_log_level="warning",
                log_level=log_level,
                log_format=log_format,
            ) as controller,
        ):
            if isinstance(launcher := instance.run_launcher, WatchingLauncher):
                launcher.when_run_ends = bell.set  # a backup may wait for that, or the run be repeated
                launcher.prepare()
            _start_watcher(bell)
            if ready_file is not None:
                ready_file.touch()
            controller.check_daemon_loop()
    except KeyboardInterrupt:
        return


def _forks_runs() -> bool:
    """Whether `dagster.yaml` names the run launcher that forks runs. This opens no storage."""
    home = os.environ.get("DAGSTER_HOME")
    launcher = InstanceRef.from_dir(home).run_launcher_data if home else None
    return launcher is not None and launcher.class_name == WarmRunLauncher.__name__


def _with_prompt_sensors(instance: dg.DagsterInstance, bell: Event) -> Iterator[DagsterDaemon[Any]]:
    """Return Dagster's daemons with ours in place of its sensor daemon."""
    for daemon in create_daemons_from_instance(instance):
        yield PromptSensorDaemon(instance, bell) if isinstance(daemon, SensorDaemon) else daemon


def _start_watcher(bell: Event) -> None:
    """Watch the source in a thread that ends with the process. Without valid settings, ticks alone find backups."""
    try:
        source = open_source(load_settings())
    except TokoError as error:
        LOG.error("Backups are not watched: %s", error)
        return
    Thread(target=watch, args=(source, bell.set, LOG, Event()), name="backup-watcher", daemon=True).start()


if __name__ == "__main__":
    main()
