"""The webhook's secret is compared in constant time. A test fails when the library does so itself."""

import inspect

import pytest
from telegram.ext._utils.webhookhandler import TelegramHandler

from toko_bot.service.webhook import WebhookSecret

SECRET = WebhookSecret("rahasia_webhook_0123456789")


def test_only_the_whole_secret_is_equal() -> None:
    assert str(SECRET) == SECRET
    assert not (str(SECRET) != SECRET)  # noqa: SIM202  # the operator that the library uses
    assert hash(SECRET) == hash(str(SECRET))


@pytest.mark.parametrize("wrong", ["", SECRET[:-1], SECRET.upper(), f"{SECRET}x", "é", "\ud800", None, 7])
def test_any_other_value_is_unequal_and_raises_no_error(wrong: object) -> None:
    assert wrong != SECRET
    assert not (wrong == SECRET)  # noqa: SIM201  # both operators


def test_the_library_still_compares_with_an_ordinary_operator() -> None:
    source = inspect.getsource(TelegramHandler)
    assert "token != self.secret_token" in source, "remove WebhookSecret if the library uses hmac.compare_digest"
