"""Checks what `toko dev`, `toko up` or the containers keep running: the daemon, the code location, the newest tick.

Where nothing was ever started, there is nothing to check.
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from toko_assets.cli.dagster_home import set_dagster_home
from toko_assets.cli.dev.lock import Started, find_started
from toko_assets.cli.doctor.backups import shown_age
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.settings import Settings
from toko_assets.defs.sensors import NEW_BACKUP
from toko_assets.publishing.heartbeat import SyncHeartbeat, server_problem
from toko_core.settings import PartSettings, SecretUrl, host_of, load

HEARTBEATS = "heartbeats"
LATE_SECONDS = 120
"""The daemon writes a heartbeat every 30 seconds, and the sensor ticks as often."""
WEB_SECONDS = 10
STARTED_AGAIN = "`toko {}` starts it again within 30 s. If not, its output says why."
UNREACHABLE = "DagsterUserCodeUnreachableError"
RESTART = "`make dev` starts everything (in containers `make up`)."
RESTART_UP = "`toko up` starts everything, and `toko service install` keeps it running."
LOCATIONS = """{ workspaceOrError {
  ... on PythonError { message causes { message } }
  ... on Workspace { locationEntries { locationOrLoadError { ... on PythonError { message causes { message } } } } }
} }"""


def look_at_services(settings: Settings) -> Iterator[Finding]:
    """Check the daemon, the code location and the newest tick of the sensor new_backup."""
    home = set_dagster_home(settings)
    if (instance := _open_instance(home)) is None:
        return
    with instance:
        started, now = find_started(home), time.time()
        beats = {beat.daemon_type: now - beat.timestamp for beat in instance.get_daemon_heartbeats().values()}
        if started and started.is_alive:
            yield from _look_at_location(started)
        elif started:
            restart = RESTART_UP if started.command == "up" else RESTART
            yield wrong(f"toko {started.command}", f"It was killed, and nothing has started it again. {restart}")
            return
        if not beats:
            return
        if min(beats.values()) > LATE_SECONDS and not started:
            age = shown_age(timedelta(seconds=min(beats.values())))
            yield note("daemon", f"Stopped since {age}: a new backup is synced only by `toko sync`. {RESTART}")
            return
        yield from _look_at_daemon(instance, beats)
        yield from _look_at_ticks(instance, now)


class BotHeartbeat(PartSettings):
    """The bot's address: its other settings need not be valid here."""

    bot_heartbeat_url: SecretUrl | None = None


def look_at_heartbeats(settings: Settings) -> Iterator[Finding]:
    """Check that the servers of HEARTBEAT_URL and BOT_HEARTBEAT_URL respond. The addresses are not requested.

    A request would be a sign of life of the chain or the bot.
    """
    found = {"HEARTBEAT_URL": settings.heartbeat_url, "BOT_HEARTBEAT_URL": load(BotHeartbeat).bot_heartbeat_url}
    addresses = {name: secret.get_secret_value() for name, secret in found.items() if secret}
    for name in found:
        if name not in addresses:
            yield good(HEARTBEATS, f"{name} is not set here (docs/deployment.md, A dead-man's switch)")
        elif reason := server_problem(addresses[name]):
            text = f"{name}: {host_of(addresses[name])} cannot be reached ({reason})"
            yield wrong(HEARTBEATS, text, "correct the address, or the network of this machine.")
        else:
            yield good(HEARTBEATS, f"{name} is set, and {host_of(addresses[name])} responds")
    if len(addresses) > len(set(addresses.values())):
        yield note(HEARTBEATS, "Both addresses are the same", "set two, or the death of one part is not noticed.")
    if problem := SyncHeartbeat(settings).problem:
        yield note(HEARTBEATS, f"The last time, {problem}")


def _open_instance(home: Path) -> dg.DagsterInstance | None:
    """Open Dagster's instance. None if there is none, or if it cannot be opened, which look_at_dagster reports."""
    if not (home / "dagster.yaml").exists():
        return None
    try:
        return dg.DagsterInstance.from_config(str(home))
    except Exception:  # a file that somebody edited may cause any error
        return None


def _look_at_location(started: Started) -> Iterator[Finding]:
    """Ask the web server whether the code location is loaded."""
    again = STARTED_AGAIN.format(started.command)
    try:
        request = urllib.request.Request(  # noqa: S310 - http, on this machine
            f"{started.address}/graphql",
            json.dumps({"query": LOCATIONS}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=WEB_SECONDS) as answer:  # noqa: S310
            workspace: dict[str, Any] = json.load(answer)["data"]["workspaceOrError"]
    except (OSError, ValueError) as error:
        yield wrong("web server", f"{started.address} does not respond ({error})", again)
        return
    entries = [entry["locationOrLoadError"] or {} for entry in workspace.get("locationEntries", [])] or [workspace]
    problem = next((entry for entry in entries if "message" in entry), None)
    if problem is None:
        yield good("code", f"it is loaded, and {started.address} responds")
    elif UNREACHABLE in problem["message"]:
        yield wrong("code", "The code server does not respond", again)
    else:
        reason = _first_line([problem, *problem["causes"]][-1]["message"])
        yield wrong(
            "code", f"It cannot be loaded: {reason} Fix that, then press Reload at {started.address}/locations."
        )


def _look_at_daemon(instance: dg.DagsterInstance, beats: dict[str, float]) -> Iterator[Finding]:
    """Check the heartbeat of each part of the daemon."""
    late = {kind: beats.get(kind) for kind in instance.get_required_daemon_types()}
    late = {kind: age for kind, age in late.items() if age is None or age > LATE_SECONDS}
    if late:
        yield wrong("daemon", f"No heartbeat in the last {LATE_SECONDS} s: {', '.join(sorted(late))}. {RESTART}")
    else:
        yield good("daemon", f"all parts reported, the latest {min(beats.values()):.0f} s ago")


def _look_at_ticks(instance: dg.DagsterInstance, now: float) -> Iterator[Finding]:
    """Check the newest tick of the sensor."""
    states = [state for state in instance.all_instigator_state() if state.name == NEW_BACKUP]
    if any(not state.is_running for state in states):
        yield note("sensor", f"{NEW_BACKUP} is turned off", "turn it on in the web interface, under Automation.")
        return
    ticks = [t for s in states for t in instance.get_ticks(s.instigator_origin_id, s.selector_id, limit=1)]
    if not ticks:
        yield note("sensor", f"{NEW_BACKUP} has not run yet.")
        return
    tick = max(ticks, key=lambda tick: tick.timestamp)
    age = now - tick.timestamp
    if age > LATE_SECONDS:
        yield wrong("sensor", f"{NEW_BACKUP} last ran {shown_age(timedelta(seconds=age))} ago. {RESTART}")
    elif tick.error:
        reason = _first_line(tick.error.message)
        yield wrong("sensor", f"{NEW_BACKUP} failed {age:.0f} s ago: {reason} It runs again within 30 s.")
    else:
        yield good("sensor", f"{NEW_BACKUP} last ran {age:.0f} s ago: {tick.skip_reason or 'it asked for a run'}")


def _first_line(message: str) -> str:
    """Return an error's first line, as a sentence."""
    return message.strip().splitlines()[0].rstrip(".:") + "."
