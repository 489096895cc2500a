"""`.env` is changed line by line, and read back by python-dotenv as it was meant."""

import os
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from toko_assets.cli.init.env_file import EnvFile
from toko_core import SettingError, TokoError


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def change(env: Path, **values: str) -> str:
    file = EnvFile(env)
    for name, value in values.items():
        file.set(name, value)
    file.write()
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    return env.read_bytes().decode()


def test_comments_unknown_names_and_the_order_of_lines_stay(env: Path) -> None:
    env.write_text(
        "# The shop\nSHOP_NAME=Lama  # its name\n\n  export SHOP_TIMEZONE='Asia/Jakarta'\nMY_OWN='two\nlines'\n"
        "not a setting at all\nBACKUP_FOLDER= # unset\nLAST=x"
    )
    env.chmod(0o644)
    assert change(env, SHOP_NAME="Baru", SHOP_TIMEZONE="Asia/Makassar", BACKUP_FOLDER="/a b", WEB_PORT="3001") == (
        "# The shop\nSHOP_NAME=Baru  # its name\n\n  export SHOP_TIMEZONE=Asia/Makassar\nMY_OWN='two\nlines'\n"
        "not a setting at all\nBACKUP_FOLDER='/a b' # unset\nLAST=x\nWEB_PORT=3001\n"
    )


def test_of_a_setting_that_stands_there_twice_the_line_that_counts_stays(env: Path) -> None:
    env.write_text("DB_PASSWORD=one\nshop_name=a\nX=1\nX=2\nDB_PASSWORD=two\nSHOP_NAME=b\n")
    file = EnvFile(env)
    assert (file.get("DB_PASSWORD"), file.repeated) == ("two", ["DB_PASSWORD", "SHOP_NAME"])
    assert change(env, SHOP_NAME="c") == "X=1\nX=2\nDB_PASSWORD=two\nSHOP_NAME=c\n"


def test_windows_line_ends_stay_and_a_byte_order_mark_does_not(env: Path) -> None:
    env.write_bytes(b"\xef\xbb\xbfSHOP_NAME=a\r\nX=1")
    assert change(env, SHOP_NAME="b", WEB_PORT="1") == "SHOP_NAME=b\r\nX=1\r\nWEB_PORT=1\r\n"


@pytest.mark.parametrize(
    "value", ["Toko Berkah", "Toko Bu'Ani", 'Toko "Jaya"', "50% # 1", "Warung $a", "é|&;<>", "a=b", " x ", "7:AA-_"]
)
def test_a_value_is_read_back_as_it_was_given(env: Path, value: str) -> None:
    change(env, SHOP_NAME=value)
    assert dotenv_values(env) == {"SHOP_NAME": value}
    assert EnvFile(env).get("SHOP_NAME") == value


@pytest.mark.parametrize("value", ["a\nb", "'\"", "${HOME}", "a\\b", "'$x", "\x1b[2J"])
def test_a_value_that_no_line_can_hold_is_rejected_in_one_line(env: Path, value: str) -> None:
    with pytest.raises(SettingError, match=r"^The setting SHOP_NAME is wrong: no line of \.env can hold this value"):
        EnvFile(env).set("SHOP_NAME", value)


def test_a_line_that_does_not_change_stays_as_it_is_written(env: Path) -> None:
    env.write_text("SHOP_NAME=a\\b ${HOME} # c\n")
    assert change(env, SHOP_NAME=EnvFile(env).get("SHOP_NAME"), WEB_PORT="1") == (
        "SHOP_NAME=a\\b ${HOME} # c\nWEB_PORT=1\n"
    )


def test_a_link_is_followed_and_the_owner_of_the_file_stays(env: Path, tmp_path: Path) -> None:
    real = tmp_path / "settings"
    real.write_text("X=1\n")
    if os.geteuid() == 0:
        os.chown(real, 65534, 65534)
    before = real.stat()
    env.symlink_to(real)
    assert change(env, SHOP_NAME="a") == "X=1\nSHOP_NAME=a\n"
    assert env.is_symlink()
    assert (real.stat().st_uid, real.stat().st_gid) == (before.st_uid, before.st_gid)


def test_what_another_program_wrote_meanwhile_is_not_lost(env: Path) -> None:
    file = EnvFile(env)
    file.set("SHOP_NAME", "a")
    env.write_text("SHOP_NAME=b\n")
    with pytest.raises(TokoError, match="changed by another program meanwhile"):
        file.write()
    assert env.read_text() == "SHOP_NAME=b\n"
    assert list(env.parent.iterdir()) == [env]
