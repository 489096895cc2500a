"""`toko doctor`: looks at every setting and everything a sync and the bot need, says what is wrong and what to do.

It changes nothing, but for what it has to try: it writes and removes a file, starts and stops the embedded PostgreSQL,
creates and drops a database, asks Telegram for updates without taking them. While a sync is running it leaves
PostgreSQL alone, and while the bot is running its updates.
"""

from collections.abc import Iterator

from rich.console import Console

from toko_assets.cli.doctor.backups import look_at_backups
from toko_assets.cli.doctor.catalogue import look_at_catalogue
from toko_assets.cli.doctor.database import look_at_postgres
from toko_assets.cli.doctor.finding import Finding, Mark, guarded
from toko_assets.cli.doctor.machine import look_at_data_folder, look_at_machine
from toko_assets.cli.doctor.setup import look_at_dagster, look_at_settings, look_at_time_zone
from toko_assets.cli.doctor.telegram import look_at_telegram
from toko_assets.cli.terminal import plain
from toko_assets.common.settings import load_settings
from toko_core.errors import SettingError

LOOKS = (
    ("time zone", look_at_time_zone),
    ("data folder", look_at_data_folder),
    ("backups", look_at_backups),
    ("PostgreSQL", look_at_postgres),
    ("catalogue", look_at_catalogue),
    ("Dagster", look_at_dagster),
    ("Telegram", look_at_telegram),
)


def examine() -> Iterator[Finding]:
    """Everything there is to say, as it is found out. Never raises."""
    yield from guarded("machine", look_at_machine())
    try:
        settings = load_settings()
    except SettingError as error:
        yield from (Finding(Mark.WRONG, "settings", problem) for problem in error.problems)
        yield Finding(Mark.NOTE, "the rest", "Not looked at: mend the settings, then run `toko doctor` again.")
        return
    yield from guarded("settings", look_at_settings(settings))
    for subject, look in LOOKS:
        yield from guarded(subject, look(settings))


def run_doctor(console: Console) -> bool:
    """Print the findings, a line each; answers whether nothing is wrong."""
    wrong = 0
    with console.status("Looking") as status:
        for finding in examine():
            wrong += finding.mark is Mark.WRONG
            line = f"{finding.mark.value} {finding.subject:<12} {plain(finding.said)}"
            console.print(line, highlight=False, soft_wrap=True)
            status.update("Looking further")
    if wrong:
        console.print(f"[bold red]{wrong} {'thing is' if wrong == 1 else 'things are'} wrong.[/]", highlight=False)
    else:
        console.print("[bold]Nothing is wrong.[/]", highlight=False)
    return not wrong
