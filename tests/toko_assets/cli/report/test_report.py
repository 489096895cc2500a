"""`toko report`: what a supporter needs, without a secret, also on a broken installation."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import dagster as dg
import pytest
from pydantic import SecretStr

from tests.acceptance.places import installed, run_toko
from toko_assets.cli.dagster_home import prepare_dagster_home
from toko_assets.cli.report import SECTIONS
from toko_assets.common.settings import load_settings
from toko_assets.postgres.restoring_role import derive_password
from toko_bot.settings import BotSettings
from toko_core.settings import NAMES, SECRETS

TOKEN, OLD_TOKEN = f"7000000001:{'Rahasia' * 5}", f"6000000002:{'Lama' * 9}"
PLANTED = {
    "BOT_HEARTBEAT_URL": "https://hc.example/ping/rahasia-bot-6b1d",
    "DB_PASSWORD": "p@ss w/rahasia'\"#1",
    "DB_RESTORE_PASSWORD": "rahasia-pemulih",
    "DROPBOX_APP_KEY": "kunci-rahasia",
    "DROPBOX_APP_SECRET": "rahasia-dropbox",
    "DROPBOX_REFRESH_TOKEN": "AbCdRahasia_segar-1",
    "HEARTBEAT_URL": "https://hc.example/ping/rahasia-rantai-9a2c",
    "POSTGRES_PASSWORD": "pgrhs",
    "STATE_URL": "postgresql://toko:rahasia-orang@127.0.0.1:9/toko",
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "WEBHOOK_SECRET": "rahasia_webhook_0123456789",
    "WEBHOOK_URL": "https://toko.example/rahasia/jalur-bot",
    "WEB_PASSWORD_HASH": "$2a$14$rahasiaRahasiaRahasia",
}
"""Every secret setting."""
ELSEWHERE = (
    OLD_TOKEN, "sandi-lama", "sandi-lain", "sandi-rusak", "sandi-salah-eja", "sandi-lingkungan", "jalur-lama",
    "sandi-campuran",
    "Budi Santoso", "81234567", "GULA 1 KG", "Rp17.500", "999000111", "999000112", "sandi-kepala",
    "sl.Bx1234567890abcdefgh", "Siti Aminah",
    "k3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3y",
)  # fmt: skip
"""What no setting has now, or is no business of a supporter."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The working folder of an installation without settings in the environment."""
    with installed(tmp_path), pytest.MonkeyPatch.context() as patch:
        for name in NAMES - {"TOKO_DATA_DIR", "DAGSTER_HOME"}:
            patch.delenv(name, raising=False)
        yield tmp_path


def report(folder: Path) -> str:
    """Write a report that no other user can read. Return its text."""
    answer = run_toko("report", "r.txt")
    assert (answer.status, "Traceback" in answer.error) == (0, False), answer
    file = folder / "r.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(file) in answer.output
    assert "It contains versions" in answer.output
    text = file.read_text()
    file.unlink()
    assert [title for title in SECTIONS if f"\n== {title} ==\n" not in text] == []
    return text


def fail_a_run(message: str) -> None:
    """A run that fails with this message, and a check of it that does not pass."""

    @dg.asset(check_specs=[dg.AssetCheckSpec("prices_filled_in", asset="raw_backup")])
    def raw_backup() -> Iterator[dg.AssetCheckResult]:
        yield dg.AssetCheckResult(passed=False, description="First: GULA 1 KG/Rp17.500", metadata={
            "count": 630, "limit": 0, "which rows": "GULA 1 KG",
        })  # fmt: skip
        raise dg.Failure(message)

    with dg.DagsterInstance.get() as instance:
        job = dg.Definitions([raw_backup], jobs=[dg.define_asset_job("sync")]).resolve_job_def("sync")
        config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)


def test_a_report_has_what_a_supporter_needs_and_no_secret_wherever_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_dagster_home(load_settings())
    secret_settings = {name for name, kind in BotSettings.model_fields.items() if "Secret" in str(kind.annotation)}
    assert {*SECRETS, *map(str.upper, secret_settings)} <= set(PLANTED)
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in PLANTED.items()}
    in_file = list(PLANTED)[::2]
    (folder / ".env").write_text(
        "".join(f"{name}='{quoted[name]}'\n" for name in in_file)
        + "DB_PASSWORDS=sandi-salah-eja\nKEEP_BACKUPS=7\nX_TOKEN=${KEEP_BACKUPS}-sandi-campuran\n"
        + "COMPOSE_PROJECT_NAME=toko\nowner_users=999000111,999000112\n"
        + "TELEGRAM_BASE_URL=http://127.0.0.1:9\nDB_HOST=postgres://toko:sandi-lain@db/i5bu\nDB_PASSWORD 'sandi-rusak\n"
    )
    for name in set(PLANTED) - set(in_file):
        monkeypatch.setenv(name, PLANTED[name])
    monkeypatch.setenv("PGPASSWORD", "sandi-lingkungan")
    password = PLANTED["DB_PASSWORD"]
    derived = derive_password(SecretStr(password)).get_secret_value()
    lines = [
        *(write(secret) for secret in PLANTED.values() for write in (str, quote, json.dumps, repr)), derived,
        f'  File "x.py", line 1: https://api.telegram.org/bot{OLD_TOKEN.replace(":", "%3A")}/getMe timed out',
        f"telegram.error.InvalidToken: The token `{OLD_TOKEN}` was rejected by the server.",
        "psycopg.OperationalError: connection to postgresql://toko:sandi-lama@db:5432/i5bu failed",
        "connection failed: host=db user=toko password='sandi-lama' dbname=i5bu",
        '{"refresh_token": "sandi-lama", "Authorization": "Bearer sandi-lama"}', "Authorization: Bearer sandi-lama",
        "GET https://hc.example/ping/jalur-lama 404", "sl.Bx1234567890abcdefgh",
        "the folder is in the Dropbox of Siti Aminah",
        "k3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3y", "Owner 999000111 could not be notified", "999000112 neither",
        "X-Api-Key: sandi-kepala-1", "token: sandi-kepala-2",
        'ERROR:  invalid input syntax for type numeric: "Budi Santoso"',
        'CONTEXT:  COPY tbl_supel, line 7: "Budi Santoso', "\tJl. Mawar 81234567",
        "7-sandi-campuran",
        "harmless: 3 files", "\x1b[2Jcleared",
    ]  # fmt: skip
    (folder / "data" / "postgres.log").write_text("\n".join(lines))
    (folder / "data" / "dagster" / "storage").mkdir(exist_ok=True)
    (folder / "data" / "dagster" / "storage" / "tick.err").write_text("\n".join(reversed(lines)))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DB_PASSWORD", raising=False)
        fail_a_run(
            f"database postgresql://toko:{quote(password, safe='')}@db: no. First: GULA 1 KG/Rp17.500/Budi Santoso"
        )
    text = report(folder)
    for secret in (*PLANTED.values(), *ELSEWHERE, derived):
        for form in (secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]):
            assert form not in text, form
    assert "\x1b" not in text
    for said in (
        "toko 0.", "dagster 1.", "duckdb 2.", "kernel ", "Memory: ", "KEEP_BACKUPS=7 (.env)", "DB_HOST is set (.env)",
        "HEARTBEAT_URL is set", "TELEGRAM_BOT_TOKEN is set", "OWNER_USERS is set (.env)",
        "DB_PASSWORDS in .env is not a setting",
        "Line 15 of .env cannot be read.", "fail settings", "1 runs, the newest first:", "sync FAILURE",
        "check prices_filled_in did not pass (ERROR): count 630, limit 0", "failed: raw_backup: database postgresql://",
        "-- ", "harmless: 3 files", "password=<secret>", "https://api.telegram.org/…", "postgresql://<secret>@db:5432/i5bu",
    ):  # fmt: skip
        assert said in text, said
    assert run_toko("report", ".env").error.endswith(".env exists: remove it, or name another file.")


def test_a_broken_installation_gets_a_report_that_says_what_could_not_be_collected(folder: Path) -> None:
    (folder / ".env").write_bytes(b"SHOP_NAME=\xff\nKEEP_BACKUPS=0\n'\n")
    text = report(folder)  # there is no data folder
    for said in (
        ".env is not UTF-8 text.", "Line 3 of .env cannot be read.", f"There is no folder {folder}/data.",
        "CURRENT names no file in ", "There is no dagster.yaml in "
    ):  # fmt: skip
        assert said in text, said
    (folder / ".env").unlink()
    prepare_dagster_home(load_settings())
    (folder / "data" / "dagster" / "dagster.yaml").write_text("storage: {: ")
    catalogs = folder / "data" / "catalog"
    catalogs.mkdir()
    (catalogs / "catalog-1.duckdb").write_bytes(b"no database")
    (catalogs / "CURRENT").write_text("catalog-1.duckdb\n")
    text = report(folder)
    assert "CURRENT: catalog-1.duckdb" in text
    assert text.count("Not collected: ") >= 2
    runs = text.split("== Last runs and sensors ==\n")[1].splitlines()[0]
    assert runs.startswith("Not collected: ")
    (folder / "data" / "dagster" / "dagster.yaml").unlink()
    (folder / "data").rename(folder / "elsewhere")
    (folder / "data").write_text("a file")
    assert "is a file: remove it, or set TOKO_DATA_DIR." in report(folder)
    answer = run_toko("report", "-")
    assert answer.status == 0
    assert answer.output.startswith("toko report of ")
