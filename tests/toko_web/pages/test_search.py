"""The search page."""

from tests.toko_web.serving import RunningWeb


def test_a_search_with_a_typo_finds_the_product(web: RunningWeb) -> None:
    with web.client() as client:
        response = client.get("/", params={"q": "indomi goreng"})
    assert response.status_code == 200
    assert "INDOMIE" in response.text
