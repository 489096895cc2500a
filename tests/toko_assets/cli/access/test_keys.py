"""`toko keys`: a key is printed once, listed without its secret, and revoked."""

import re
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.installation import Installation
from toko_core.people.keys import Keys
from toko_core.people.view import View
from toko_core.state.database import StateDatabase, file_url

Capture = pytest.CaptureFixture[str]
SECRET = re.compile(r"toko_[\w-]{43}")


def test_a_key_is_added_used_listed_and_revoked(toko: Installation, capsys: Capture) -> None:
    toko.data.mkdir()
    added = toko.run("keys", "add", "kasir-2", "--scope", "prices, cost", "--level", "2", capsys=capsys)
    assert (added.status, added.error) == (0, "")
    assert added.output.startswith("kasir-2 may read prices, cost of level 2. This is the key:")
    (secret,) = SECRET.findall(added.output)
    with closing(StateDatabase(file_url(toko.data / "state" / "state.db"))) as state:
        keys = Keys(state)
        found = keys.find(secret)
        assert found is not None
        assert found.view == View(cost=True, stock=False, level=2)
        keys.count({"kasir-2": 1234}, datetime.now(ZoneInfo("Asia/Jakarta")).date())
        listed = toko.run("keys", "list", capsys=capsys).output
        assert re.search(r"kasir-2 prices,cost 2 \d{4}-\d\d-\d\d command line 1,234$", listed), listed
        assert secret not in listed
        assert toko.run("keys", "revoke", "kasir-2", capsys=capsys).output == "The key kasir-2 no longer works."
        assert keys.find(secret) is None
    assert toko.run("keys", "list", capsys=capsys).output.startswith("There are no keys")
    audit = toko.run("people", "audit", capsys=capsys).output
    assert "command line: add_key kasir-2 scopes: cost → prices, level: 2" in audit


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ("add x --scope price", "price is not a scope: these are prices, stock, cost."),
        ("add x --scope cost", "A key needs at least the scope prices."),
        ("add a/b", "A key's name has up to 40 letters without accents, digits, dots, hyphens and underscores."),
        ("revoke x", "There is no key x: `toko keys list` shows all."),
    ],
)
def test_what_cannot_be_done_is_one_line(toko: Installation, capsys: Capture, args: str, line: str) -> None:
    toko.data.mkdir()
    answer = toko.run("keys", *args.split(), capsys=capsys)
    assert (answer.status, answer.output, answer.error) == (1, "", f"toko: {line}")
