"""`toko service`: `toko up` as a systemd service, which starts at boot and is started again whenever it ends."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from toko_assets.cli.dagster_home import set_dagster_home
from toko_assets.cli.dev.lock import Started, find_started
from toko_assets.cli.dev.status import Status
from toko_assets.cli.service.systemd import Systemd, keep_running_after_logout
from toko_assets.cli.service.unit import Unit, owner_of, unit_name
from toko_assets.cli.terminal import plain
from toko_assets.cli.up.written import list_lines, read_status, summarise
from toko_assets.common.settings import Settings
from toko_core import TokoError
from toko_core.files import whole_file
from toko_core.settings import ENV_FILE, NAMES, env_file

ANSWER_SECONDS = 300.0
POLL_SECONDS = 0.5
LOG_LINES = 100


def install(settings: Settings, port: int, console: Console) -> None:
    """Write the unit, start the service, and wait until all its parts work. Raises TokoError in one line."""
    systemd, folder = Systemd.find(), Path.cwd()
    _warn_of_shell_settings(console)
    home = set_dagster_home(settings)
    unit = Unit(folder, port, owner_of(settings.data_folder) if systemd.is_system else None)
    _refuse_another(systemd, unit.name, home)
    file = systemd.units / unit.name
    is_new = not file.exists() or file.read_text() != unit.text
    if is_new:
        with whole_file(file) as temporary:
            temporary.write_text(unit.text)
            temporary.chmod(0o644)
    systemd.call("daemon-reload")
    systemd.call("enable", "--quiet", unit.name)
    hint = None if systemd.is_system else keep_running_after_logout()
    with console.status("Starting") as status:
        if is_new or not _is_active(systemd, unit.name) or _is_older_than_env(systemd, unit.name):
            systemd.restart(unit.name)
        statuses = _wait_for_answer(systemd, unit.name, home, status.update)
    _print_parts(statuses, settings, console)
    as_user = f" as {unit.user}" if unit.user else ""
    from_boot = "" if hint else " and starts at boot"
    _say(console, f"{unit.name} runs{as_user}{from_boot}. After a change of .env: toko service install")
    if hint:
        console.print(f"[yellow]![/] {plain(hint)}", highlight=False, soft_wrap=True)


def remove(settings: Settings, console: Console) -> None:
    """End the service and remove its unit. All data stay."""
    systemd, name = Systemd.find(), unit_name(Path.cwd())
    file = systemd.units / name
    if not file.exists():
        raise TokoError(_not_installed(systemd))
    with console.status("Stopping"):
        systemd.call("disable", "--now", "--quiet", name)
        file.unlink()
        systemd.call("daemon-reload")
    _say(console, f"{name} has ended and is removed. The data in {settings.data_folder} stay.")


def show_status(settings: Settings, console: Console) -> bool:
    """Print the state of the service, or of a `toko up` in a terminal. Return whether all parts work."""
    started, name = find_started(set_dagster_home(settings)), unit_name(Path.cwd())
    is_up = started is not None and started.is_alive and started.command == "up"
    try:
        systemd = Systemd.find()
        state = systemd.show(name)
    except TokoError as error:
        if not is_up:
            raise
        state = {}
        _say(console, str(error))
    if state.get("LoadState") == "loaded":
        memory = state.get("MemoryCurrent", "")
        held = f", {int(memory) / 1e6:,.0f} MB with caches" if memory.isdigit() else ""
        _say(
            console,
            f"{name}: {state['ActiveState']} ({state['SubState']}), started again {state['NRestarts']} times{held}.",
        )
        if is_up and _is_older_than_env(systemd, name):
            _say(console, "! .env was changed since the start: `toko service install` restarts it.")
    elif is_up and started is not None:
        _say(console, f"`toko up` runs in a terminal (process {started.pid}). No service is installed.")
    else:
        raise TokoError(_not_installed(systemd))
    if not is_up:
        return False
    statuses = read_status(set_dagster_home(settings))
    _print_parts(statuses, settings, console)
    return _is_done(statuses)


def show_logs(lines: int, follow: bool) -> None:
    """Become `journalctl`, which prints the log of the service."""
    systemd, name = Systemd.find(), unit_name(Path.cwd())
    if not (systemd.units / name).exists():
        raise TokoError(_not_installed(systemd))
    command = [*systemd.journal(name), "-n", str(lines), *(["--follow"] if follow else [])]
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


def _refuse_another(systemd: Systemd, name: str, home: Path) -> None:
    """Raise TokoError if a `toko up` or `toko dev` runs that is not the service."""
    started = find_started(home)
    if started is None or not started.is_alive:
        return
    if systemd.show(name).get("MainPID") != str(started.pid):
        raise TokoError(
            f"`toko {started.command}` is running for {home} (process {started.pid}, {started.address}): stop it first."
        )


def _warn_of_shell_settings(console: Console) -> None:
    """Name the settings of this shell that the service will not have."""
    known = env_file()
    names = [name for name in sorted(NAMES) if name in os.environ and os.environ[name] != known.get(name)]
    if names:
        line = f"{', '.join(names)}: set in this shell, not in .env. The service does not see it: put it into .env."
        console.print(f"[yellow]![/] {line}", highlight=False, soft_wrap=True)


def _wait_for_answer(systemd: Systemd, name: str, home: Path, show: Callable[[str], None]) -> list[Status]:
    """Wait until every part of the service works, or cannot run. Raises TokoError if the service does not start."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        state, started = systemd.show(name), find_started(home)
        statuses = read_status(home) if _is_running(state, started) else []
        if statuses and _is_done(statuses):
            return statuses
        if statuses:
            show(f"Starting: {summarise(statuses)}")
        if state.get("SubState") in ("failed", "auto-restart"):
            lines = [line for line in systemd.last_lines(name, 20) if line.startswith("toko: ")]
            reason = lines[-1].removeprefix("toko: ") if lines else "`toko service logs` says why."
            raise TokoError(f"The service does not start, and is tried again every 5 seconds: {reason}")
        if time.monotonic() > deadline:
            raise TokoError(f"After {ANSWER_SECONDS:.0f} s not all parts work: {summarise(statuses) or 'none began'}.")
        time.sleep(POLL_SECONDS)


def _is_running(state: dict[str, str], started: Started | None) -> bool:
    return started is not None and started.is_alive and state.get("MainPID") == str(started.pid)


def _is_done(statuses: list[Status]) -> bool:
    return bool(statuses) and all(status.state in ("ready", "off") for status in statuses)


def _is_active(systemd: Systemd, name: str) -> bool:
    return systemd.show(name).get("ActiveState") in ("active", "activating")


def _is_older_than_env(systemd: Systemd, name: str) -> bool:
    """Whether `.env` was changed after the service was started."""
    entered = systemd.show(name).get("ActiveEnterTimestamp", "").removeprefix("@")
    return entered.isdigit() and ENV_FILE.is_file() and ENV_FILE.stat().st_mtime > int(entered) + 1


def _print_parts(statuses: list[Status], settings: Settings, console: Console) -> None:
    for line in list_lines(statuses, settings.zone):
        _say(console, line)


def _not_installed(systemd: Systemd) -> str:
    by = " by root" if systemd.is_system else f" by {owner_of(Path.home())}"
    return f"No service is installed{by} for {Path.cwd()}: `toko service install` installs it."


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True, markup=False)
