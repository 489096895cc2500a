"""`toko doctor`: checks every setting and everything that a sync and the bot need, and says what to fix.

It leaves nothing changed. To test, it writes and removes a file, starts and stops the embedded PostgreSQL, creates and
drops a database, and polls Telegram for updates without confirming them. It does not touch PostgreSQL while a sync is
running, and does not poll for updates while the bot is running.
"""

import json
from collections.abc import Iterator
from importlib.metadata import version

from rich.console import Console

from toko_assets.cli.doctor.backups import look_at_backups
from toko_assets.cli.doctor.catalogue import look_at_catalogue
from toko_assets.cli.doctor.database import look_at_postgres
from toko_assets.cli.doctor.finding import Finding, Mark, guarded, note, wrong
from toko_assets.cli.doctor.machine import look_at_data_folder, look_at_machine
from toko_assets.cli.doctor.people import look_at_people
from toko_assets.cli.doctor.running.page import look_at_page
from toko_assets.cli.doctor.running.services import look_at_heartbeats, look_at_services
from toko_assets.cli.doctor.sales import look_at_sales
from toko_assets.cli.doctor.setup import (
    look_at_containers,
    look_at_dagster,
    look_at_hosts,
    look_at_settings,
    look_at_synonyms,
    look_at_time_zone,
)
from toko_assets.cli.doctor.telegram import look_at_telegram
from toko_assets.cli.terminal import plain
from toko_assets.common.settings import load_settings
from toko_core import SettingError

CHECKS = (
    ("time zone", look_at_time_zone),
    ("data folder", look_at_data_folder),
    ("backups", look_at_backups),
    ("PostgreSQL", look_at_postgres),
    ("catalogue", look_at_catalogue),
    ("sales", look_at_sales),
    ("synonyms", look_at_synonyms),
    ("Dagster", look_at_dagster),
    ("web hosts", look_at_hosts),
    ("services", look_at_services),
    ("heartbeats", look_at_heartbeats),
    ("people", look_at_people),
    ("Telegram", look_at_telegram),
    ("page", look_at_page),
    ("containers", look_at_containers),
)


def examine() -> Iterator[Finding]:
    """Yield all findings, in the order of the checks. Never raises."""
    yield from guarded("machine", look_at_machine())
    try:
        settings = load_settings()
    except SettingError as error:
        yield from (wrong("settings", problem) for problem in error.problems)
        yield note("the rest", "Not checked", "fix the settings, then run `toko doctor` again.")
        return
    yield from guarded("settings", look_at_settings(settings))
    for subject, check in CHECKS:
        yield from guarded(subject, check(settings))


def print_json() -> bool:
    """Print all findings as one JSON object, with progress on standard error. Return whether nothing is wrong."""
    with Console(stderr=True).status("Checking"):
        findings = list(examine())
    ok = all(finding.mark is not Mark.WRONG for finding in findings)
    print(json.dumps({"toko": version("toko"), "ok": ok, "findings": [finding.data for finding in findings]}, indent=2))
    return ok


def run_doctor(console: Console) -> bool:
    """Print the findings, one per line. Return whether nothing is wrong."""
    wrong = 0
    with console.status("Checking") as status:
        for finding in examine():
            wrong += finding.mark is Mark.WRONG
            line = f"{finding.mark.value} {finding.subject:<12} {plain(finding.said)}"
            console.print(line, highlight=False, soft_wrap=True)
            status.update("Checking further")
    if wrong:
        console.print(f"[bold red]{wrong} {'problem' if wrong == 1 else 'problems'} found.[/]", highlight=False)
    else:
        console.print("[bold]Nothing is wrong.[/]", highlight=False)
    return not wrong
