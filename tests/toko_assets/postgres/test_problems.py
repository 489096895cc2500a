"""Errors of an external server that no server at hand gives: other languages, other states."""

import psycopg
import pytest

from toko_assets.postgres.problems import NoEntryError, during_work, on_connecting
from toko_core import PermanentError, TransientError

AT = 'connection failed: connection to server at "10.0.0.7", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "kind", "shown"),
    [
        (
            'ВАЖНО:  пользователь "toko" не прошёл проверку подлинности',
            PermanentError,
            "rejects role toko: пользователь",
        ),
        ("FATAL:  the database system is starting up", TransientError, "accepts no connection now"),
        ("FATAL:  the database system is in recovery mode", TransientError, "accepts no connection now"),
        (
            "FATAL:  remaining connection slots are reserved for roles with …",
            TransientError,
            "accepts no connection now",
        ),
        ('FATAL:  database "postgres" does not exist', NoEntryError, "into database postgres"),
        ("timeout expired", TransientError, "cannot be reached: timeout expired. Is it running"),
        ("No route to host\n\tIs the server running?", TransientError, "cannot be reached: No route to host. Is"),
        ("SSL error: certificate verify failed", TransientError, "cannot be reached: SSL error: certificate"),
    ],
)
def test_the_server_and_the_network_are_told_apart(said: str, kind: type[Exception], shown: str) -> None:
    error = on_connecting(psycopg.OperationalError(AT + said), "10.0.0.7:5432", "toko", "postgres")
    assert type(error) is kind
    assert shown in str(error)
    assert "\n" not in str(error)


def test_of_an_encrypted_and_a_plain_attempt_the_last_counts() -> None:
    hba = 'FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "toko", database "postgres", '
    both = AT + hba + "SSL encryption\n" + AT.removeprefix("connection failed: ") + hba + "no encryption"
    error = on_connecting(psycopg.OperationalError(both), "10.0.0.7:5432", "toko", "postgres")
    assert isinstance(error, NoEntryError)
    assert "no encryption" in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("error", "kind", "shown"),
    [
        (psycopg.errors.AdminShutdown("terminating connection"), TransientError, "was lost: terminating connection"),
        (psycopg.OperationalError("consuming input failed: gone\n\tbefore or while"), TransientError, "was lost"),
        (psycopg.errors.OutOfMemory("out of memory"), TransientError, "reports: out of memory. Try again later"),
        (psycopg.errors.InsufficientPrivilege("permission denied"), PermanentError, "ALTER ROLE"),
    ],
)
def test_what_is_worth_another_try_is_a_transient_error(
    error: psycopg.Error, kind: type[Exception], shown: str
) -> None:
    problem = during_work(error, "db:5432")
    assert isinstance(problem, kind)
    assert shown in str(problem)
    assert "\n" not in str(problem)
