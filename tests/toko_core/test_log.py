"""Texts from outside command neither a terminal nor the log, whichever logger gets them."""

import io
import json
import logging
import secrets
from collections.abc import Iterator

import pytest

from toko_core.log import escape_records, set_up_logging
from toko_core.text import drop_controls, escape_controls

HOSTILE = "toko\x1b[2J\x9b0m\u202e.i5bu\n2026-01-01 CRITICAL forged\r\u2028\udcff"


@pytest.fixture
def _own_logging() -> Iterator[None]:
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    handlers, level = root.handlers[:], root.level
    yield
    logging.setLogRecordFactory(factory)
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("_own_logging")
@pytest.mark.parametrize("form", ["plain", "json", "%(levelname)s\n%(message)s"])
def test_a_record_is_printable_and_its_message_one_line(form: str) -> None:
    written = io.StringIO()
    set_up_logging("INFO", form, ["rahasia"]).setStream(written)  # type: ignore[attr-defined]
    logging.getLogger("any").warning("Skipped: %s rahasia", HOSTILE)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("any").exception("Failed")
    first, second = written.getvalue().split("Failed")
    assert all(line.isprintable() for line in written.getvalue().split("\n"))
    assert "forged" in first.split("\n")[form.count("\n")]
    assert "rahasia" not in first
    assert "Traceback" in second
    if form == "json":
        entries = [json.loads(line) for line in written.getvalue().splitlines()]
        assert HOSTILE.split("\x1b")[0] in entries[0]["message"]


@pytest.mark.usefixtures("_own_logging")
@pytest.mark.parametrize("form", ["plain", "json"])
def test_links_that_sign_in_and_keys_of_the_api_are_not_logged(form: str) -> None:
    written, secret = io.StringIO(), secrets.token_urlsafe(32)
    set_up_logging("INFO", form, []).setStream(written)  # type: ignore[attr-defined]
    logging.getLogger("any").error("GET /masuk/tautan/%s failed; key toko_%s", secret, secret)
    assert secret not in written.getvalue()
    assert "failed" in written.getvalue()


@pytest.mark.usefixtures("_own_logging")
def test_handlers_of_libraries_get_escaped_messages_too() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("of a library")
    logger.addHandler(handler)
    escape_records()
    logger.warning("found %s", HOSTILE)
    logger.removeHandler(handler)
    assert all(line.isprintable() for line in written.getvalue().split("\n"))


def test_what_commands_is_escaped_or_dropped_and_nothing_else() -> None:
    ordinary = "½ KG “ROTI” ñ 面包\u00a0🍞"
    assert drop_controls(ordinary) == escape_controls(ordinary) == ordinary
    assert drop_controls("a\tb\x00c\u2066d") == "a bcd"
    assert escape_controls("a\tb\u2066") == "a\\u0009b\\u2066"
