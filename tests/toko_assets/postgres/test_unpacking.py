"""`pg_restore` reads untrusted archives: it has neither privileges nor secrets, and reaches nothing but its input."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archives import bomb, parse, write
from tests.backups import a_shop, write_backup
from tests.processes import descendants
from toko_assets.postgres.server import PostgresError, PostgresServer
from toko_assets.postgres.unpacking import unpacked_script

SECRETS = {"DB_PASSWORD": "rahasia", "TELEGRAM_BOT_TOKEN": "rahasia", "DROPBOX_REFRESH_TOKEN": "rahasia"}


def test_it_has_no_secret_no_capability_and_if_we_are_root_another_user_than_the_run_and_the_server(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    archive = parse(write_backup(postgres, tmp_path / "small.i5bu", a_shop()).read_bytes())
    entry = archive.entry("tbl_itemhj").id
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    file = private / "large.i5bu"
    file.write_bytes(write(replace(archive, stored={entry: bomb(b"0\n", 64 << 20)})))  # longer than the pipe
    with pytest.raises(PostgresError, match="incorrect data check"), unpacked_script(file, entry) as script:
        assert script.read(1)
        (pid,) = [pid for pid, command in descendants(os.getpid()).items() if "pg_restore" in command]
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        given = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"rahasia" not in given
        assert b"PATH=" in given
        users = set(status["Uid"].split())
        assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}
        if os.geteuid() == 0:
            assert users.isdisjoint({"0", "65534", str(Path(postgres.host).stat().st_uid)})
            assert status["Groups"].strip() == ""
        else:
            assert users == {str(os.geteuid())}
        for _ in script:
            pass
