"""`toko people password`, `passwords` and `sign-ins`: passwords and sign-ins from the command line."""

import io
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.installation import Answer, Installation
from toko_core.people.passwords import Passwords
from toko_core.people.sign_ins import SignIns, Way
from toko_core.state.database import StateDatabase, file_url

Capture = pytest.CaptureFixture[str]
GOOD = "empat kuda liar"


@pytest.fixture(autouse=True)
def people_of_env(toko: Installation, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("OWNER_USERS", "1")
    monkeypatch.setenv("ALLOWED_USERS", "2")
    monkeypatch.setenv("SHOP_NAME", "Toko Makmur")
    toko.data.mkdir()
    for args in (("5", "--name", "Budi Santoso"), ("6", "--name", "Budi Jaya"), ("7", "--name", "Wati")):
        toko.run("people", "add", *args, capsys=capsys)


@pytest.fixture
def state(toko: Installation) -> Iterator[StateDatabase]:
    with closing(StateDatabase(file_url(toko.data / "state" / "state.db"))) as opened:
        yield opened


def give(toko: Installation, capsys: Capture, monkeypatch: pytest.MonkeyPatch, said: bytes, *args: str) -> Answer:
    """Run `toko people password … --stdin` with a password at its standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said), encoding="utf-8"))
    return toko.run("people", "password", *args, "--stdin", capsys=capsys)


def test_a_password_is_set_listed_and_removed(
    toko: Installation, capsys: Capture, monkeypatch: pytest.MonkeyPatch, state: StateDatabase
) -> None:
    said = give(toko, capsys, monkeypatch, GOOD.encode() + b"\r\n", "wati", "--as", "wati.kasir")
    assert (said.status, said.error) == (0, "")
    assert said.output == "Wati signs in as wati.kasir or 7. Their other sign-ins have ended."
    assert give(toko, capsys, monkeypatch, GOOD.encode(), "1").output.startswith("1 signs in as 1.")
    assert (Passwords(state).check("wati.kasir", GOOD), Passwords(state).check("1", GOOD)) == (7, 1)
    listed = toko.run("people", "passwords", capsys=capsys).output
    assert listed.startswith("ID Name Signs in as Password set 7 Wati wati.kasir ")
    assert "1 1 " in listed
    removed = toko.run("people", "password", "wati.kasir", "--remove", capsys=capsys)
    assert removed.output == "Wati has no password any more. The bot's /web still signs them in."
    assert Passwords(state).check("7", GOOD) is None
    audit = toko.run("people", "audit", capsys=capsys).output
    assert "command line: remove_password Wati (7)" in audit
    assert "command line: set_password Wati (7)" in audit
    assert GOOD not in listed + audit


@pytest.mark.parametrize(
    ("who", "password", "line"),
    [
        ("budi", GOOD, "budi may be Budi Jaya (6), Budi Santoso (5): give the id."),
        ("8", GOOD, "Nobody with access has the name or id 8: `toko people list` shows all."),
        ("", GOOD, "Nobody with access has the name or id : `toko people list` shows all."),
        ("santoso", "kurang", "A password has at least 8 characters; 15 are better."),
        ("santoso", "x1" * 65, "A password has at most 128 characters."),
        (
            "santoso",
            "makmur123",
            "That password is a name with digits around it, which is easy to guess: choose another.",
        ),
        ("santoso", "rahasia123", "That password is one of the first that somebody would try: choose another."),
    ],
)
def test_what_is_wrong_is_one_line_and_sets_no_password(
    toko: Installation, capsys: Capture, monkeypatch: pytest.MonkeyPatch, who: str, password: str, line: str
) -> None:
    answer = give(toko, capsys, monkeypatch, password.encode(), who)
    assert (answer.status, answer.output, answer.error) == (1, "", f"toko: {line}")
    assert toko.run("people", "passwords", capsys=capsys).output.startswith("Nobody has a password.")


def test_bytes_that_are_no_text_are_one_line(
    toko: Installation, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert give(toko, capsys, monkeypatch, b"\xff\xfe" * 8, "7").error == "toko: The password is not UTF-8 text."


def test_without_a_terminal_the_password_is_not_asked_for(
    toko: Installation, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(GOOD))
    assert "give it with --stdin" in toko.run("people", "password", "7", capsys=capsys).error


def test_in_a_terminal_the_password_is_asked_for_twice_without_an_echo(
    toko: Installation, state: StateDatabase
) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TOKO_DATA_DIR": str(toko.data)}
    command = [str(Path(sys.executable).with_name("toko")), "people", "password", "7"]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=toko.data.parent,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        screen = wait_for(ours, b"New password of Wati: ")
        os.write(ours, GOOD.encode() + b"\n")
        screen += wait_for(ours, b"Once more: ")
        os.write(ours, GOOD.encode() + b"\n")
        screen += wait_for(ours, b"have ended.")
        assert process.wait(30) == 0
    os.close(ours)
    assert GOOD.encode() not in screen
    assert Passwords(state).check("7", GOOD) == 7


def wait_for(terminal: int, text: bytes) -> bytes:
    """Read what a program prints until it has printed the text."""
    screen = b""
    while text not in screen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, screen
        screen += os.read(terminal, 1000)
    return screen


def test_sign_ins_are_listed_and_ended(toko: Installation, capsys: Capture, state: StateDatabase) -> None:
    assert toko.run("people", "sign-ins", capsys=capsys).output == "Nobody is signed in."
    sign_ins = SignIns(state)
    for person_id, device in ((7, "Chrome di Android"), (7, "Edge di Windows"), (2, "Safari di iPhone")):
        sign_ins.begin(person_id, "Siti" if person_id == 2 else "Wati", Way.LINK, device)
    listed = toko.run("people", "sign-ins", capsys=capsys).output
    for line in ("7 Wati Chrome di Android link", "7 Wati Edge di Windows link", "2 Siti Safari di iPhone link"):
        assert line in listed
    assert "iPhone" not in toko.run("people", "sign-ins", "Wati", capsys=capsys).output
    assert toko.run("people", "sign-ins", "Wati", "--end", capsys=capsys).output == "2 sign-ins have ended."
    assert [one.person_id for one in sign_ins.all()] == [2]
    assert toko.run("people", "sign-ins", "--end", capsys=capsys).output == "1 sign-in has ended."
    assert "command line: end_sign_ins Wati (7) sign_ins: 2" in toko.run("people", "audit", capsys=capsys).output
