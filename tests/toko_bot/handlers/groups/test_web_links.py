"""/web in a group, which others read."""

from tests.toko_bot.handlers.groups.conftest import Place
from toko_bot.replies.people.texts import WEB_IN_PRIVATE


def test_in_a_group_nobody_gets_a_link_that_signs_in(place: Place) -> None:
    assert place.ask("/web@toko_bot").text == WEB_IN_PRIVATE
