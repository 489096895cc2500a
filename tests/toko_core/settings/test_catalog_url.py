"""Where people reach the catalogue's pages."""

from pathlib import Path

import pytest

from toko_core.settings import load
from toko_core.settings.catalog_url import CatalogUrlSettings


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CATALOG_URL", "SITE_ADDRESS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("toko.example.com", "https://toko.example.com"),
        ("https://toko.example.com, toko.lan", "https://toko.example.com"),
        ("192.168.1.7", "https://192.168.1.7"),
        ("[fd00::7]", "https://[fd00::7]"),
        ("localhost", None),
        ("http://toko.lan", None),
        ("*.example.com", None),
        ("toko.example.com:8443", None),
        (":80", None),
        ("", None),
    ],
)
def test_the_address_of_the_proxy_is_that_of_the_pages_unless_there_is_none(
    site: str, url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_ADDRESS", site)
    assert load(CatalogUrlSettings).catalog_url == url
    monkeypatch.setenv("CATALOG_URL", "https://harga.example.com/")
    assert load(CatalogUrlSettings).catalog_url == "https://harga.example.com"
