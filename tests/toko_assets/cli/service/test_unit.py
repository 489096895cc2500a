"""The systemd unit: what systemd itself says of it, and what must not be in it."""

import os
import subprocess
from pathlib import Path

import pytest

from toko_assets.cli.service.unit import PROGRAM, Unit, owner_of, unit_name
from toko_core import TokoError

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"  # noqa: S105 -- nobody's


@pytest.mark.parametrize("user", ["root", "daemon", None], ids=["root", "another user", "a user's own"])
def test_systemd_accepts_the_unit_of_a_folder_with_any_name(
    user: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / 'Toko "Maju" $HOME 100%'
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path(".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    unit = Unit(folder, 3000, user)
    file = tmp_path / unit.name
    file.write_text(unit.text)
    scope = [] if user else ["--user"]
    done = subprocess.run(
        ["systemd-analyze", *scope, "verify", "--man=no", file],
        capture_output=True, text=True, check=False, env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert TOKEN not in unit.text
    assert f"ExecStart={PROGRAM} up --port 3000\n" in unit.text
    assert PROGRAM.is_absolute()
    assert PROGRAM.exists()
    assert ("\nUser=daemon\n" in unit.text) == (user == "daemon")


def test_each_folder_has_a_service_of_its_own() -> None:
    folders = ["/srv/toko", "/home/budi/toko", "/srv/Toko Maju", "/srv/toko-maju", "/", "/srv/店"]
    names = [unit_name(Path(folder)) for folder in folders]
    assert len(set(names)) == len(folders)
    assert [name.rpartition("-")[0] for name in names] == ["toko", "toko", "toko-maju", "toko-maju", "toko", "toko"]


def test_the_service_runs_as_the_owner_of_the_data_folder_or_of_what_will_hold_it(tmp_path: Path) -> None:
    assert owner_of(tmp_path / "shop" / "data") == owner_of(tmp_path)
    assert owner_of(Path("/proc/self")) == owner_of(tmp_path)


def test_a_folder_of_a_user_whom_this_machine_does_not_know_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    with pytest.raises(TokoError, match=f"{tmp_path} belongs to user {os.getuid()}, whom this machine does not know"):
        owner_of(tmp_path / "data")
