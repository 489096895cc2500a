"""`toko people`: who may use the bot, from the command line."""

import pytest

from tests.installation import Installation

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def people_of_env(toko: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_USERS", "1")
    monkeypatch.setenv("ALLOWED_USERS", "2")
    toko.data.mkdir()


def test_the_list_has_those_of_env_and_those_of_the_database(toko: Installation, capsys: Capture) -> None:
    for args in (("5", "--name", "Budi"), ("6", "--role", "customer", "--level", "2"), ("7", "--role", "owner")):
        answer = toko.run("people", "add", *args, capsys=capsys)
        assert (answer.status, answer.error) == (0, "")
    assert toko.run("people", "list", capsys=capsys).output == (
        "ID Name Role Level Stock 1 owner all yes in .env 7 owner all yes "
        "2 staff all yes in .env 5 Budi staff all yes 6 customer 2 no"
    )


def test_each_command_says_what_it_did_and_the_audit_list_has_it(toko: Installation, capsys: Capture) -> None:
    said = [
        toko.run("people", *args.split(), capsys=capsys).output
        for args in (
            "add 5 --name Budi --role customer", "change 5 --level 3 --stock", "change 5 --role staff",
            "change 5 --level 2", "change 5 --level 0", "remove 5", "erase 5",
        )
    ]  # fmt: skip
    assert said == [
        "Budi has access: customer, level 1, without stock.",
        "Budi: customer, level 3.",
        "Budi: staff, all levels.",
        "Budi: staff, level 2.",
        "Budi: staff, all levels.",
        "Budi has no access any more. What they did stays in `toko people audit`.",
        "5 has no access, and the database does not say any more who it was. Earlier backups do.",
    ]
    listed = toko.run("people", "audit", "-n", "4", capsys=capsys).output
    assert "command line: erase" in listed
    assert "command line: remove (dihapus) role: staff" in listed
    assert "level: 2 → all" in listed
    assert "role: customer → staff, level: 3 → all" in toko.run("people", "audit", capsys=capsys).output
    assert "level: 1 → 3, stock: no → yes" in toko.run("people", "audit", capsys=capsys).output
    assert "Budi" not in listed
    assert "add" not in listed.split()


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ("remove 1", "1 is named in .env: change ALLOWED_USERS or OWNER_USERS there."),
        ("change 2 --role owner", "2 is named in .env: change ALLOWED_USERS or OWNER_USERS there."),
        ("remove 5", "5 has no access: there is nothing to change."),
        ("erase 5", "5 is nowhere in the database: nothing was erased."),
        ("change 5", "Nothing to change: give --role, --level, --stock, --no-stock or --name."),
    ],
)
def test_what_cannot_be_done_is_one_line(toko: Installation, capsys: Capture, args: str, line: str) -> None:
    answer = toko.run("people", *args.split(), capsys=capsys)
    assert (answer.status, answer.output, answer.error) == (1, "", f"toko: {line}")


@pytest.mark.parametrize("user_id", ["0", str((1 << 52) + 1), "9" * 30])
def test_an_id_that_telegram_never_gives_is_rejected(toko: Installation, capsys: Capture, user_id: str) -> None:
    answer = toko.run("people", "add", user_id, capsys=capsys)
    assert answer.status == 2
    assert "is not in the range" in answer.error


def test_without_any_setting_nobody_is_an_owner_and_the_list_says_how(
    toko: Installation, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OWNER_USERS")
    monkeypatch.delenv("ALLOWED_USERS")
    assert "Nobody is an owner: toko people add ID --role owner" in toko.run("people", "list", capsys=capsys).output
    toko.run("people", "add", "5", "--role", "owner", capsys=capsys)
    assert toko.run("people", "remove", "5", capsys=capsys).error == (
        "toko: 5 is the last owner: make somebody else an owner first."
    )
