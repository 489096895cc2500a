"""The description of the API, and that examples and responses are as it says."""

from typing import Any
from urllib.parse import quote

import pytest
from pydantic import BaseModel, TypeAdapter

from tests.toko_web.api.conftest import Get
from tests.toko_web.api.shop import COFFEE, OIL
from toko_core.catalog.product_hashes import product_hash
from toko_web.api.problems import KINDS
from toko_web.api.reference import models
from toko_web.api.reference.description import EXAMPLES

MODELS: dict[str, type[BaseModel]] = {
    "search": models.SearchResults, "products": models.Products, "product": models.ProductDetails,
    "prices": models.ProductPrices, "stock": models.ProductStock, "barcode": models.BarcodeProducts,
    "changes": models.PriceChanges, "catalog": models.Catalog,
}  # fmt: skip
OIL_ID = product_hash(OIL.kodeitem)
PATHS = [
    ("search", "/search?q=oli"), ("search", "/search?q=zzzzqqq"), ("products", "/products?limit=100"),
    ("product", f"/products/{OIL_ID}"), ("product", f"/products/by-code?code={COFFEE.kodeitem}"),
    ("prices", f"/products/{OIL_ID}/prices"), ("barcode", f"/barcodes/{quote('(01)08990000000013')}"),
    ("changes", "/price-changes"), ("catalog", "/catalog"),
]  # fmt: skip


@pytest.fixture
def description(get: Get) -> dict[str, Any]:
    found: dict[str, Any] = get("/openapi.json", None).json()
    return found


def operations(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path, operation) for path, methods in description["paths"].items() for operation in methods.values()]


@pytest.mark.parametrize("name", MODELS)
def test_the_example_of_each_response_is_one(name: str) -> None:
    assert EXAMPLES.keys() == MODELS.keys()
    MODELS[name].model_validate(EXAMPLES[name])


def test_the_description_shows_the_examples_with_their_nulls(description: dict[str, Any]) -> None:
    contents = [operation["responses"]["200"]["content"] for _, operation in operations(description)]
    shown = [content["application/json"]["example"] for content in contents if "application/json" in content]
    assert all(example in EXAMPLES.values() for example in shown)


@pytest.mark.parametrize("key", ["prices", "stock", "cost", "all", "level-2"])
def test_every_response_has_the_fields_of_its_model(get: Get, key: str) -> None:
    for name, path in PATHS:
        response = get(path, key)
        assert response.status_code == 200, response.text
        MODELS[name].model_validate_json(response.content)
    stock = get(f"/products/{OIL_ID}/stock", key)
    if stock.status_code != 403:
        models.ProductStock.model_validate_json(stock.content)
    TypeAdapter(models.Problem).validate_json(get("/search", key).content)


def test_the_description_is_openapi_3_1_and_explains_every_operation(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    for path, operation in operations(description):
        assert operation["description"], path
        assert operation["security"] == [{"key": []}], path
        assert {"200", "304", "401", "403", "406", "422", "429", "503"} <= operation["responses"].keys(), path
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert "example" in response["content"]["application/problem+json"], (path, status)
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])
    assert description["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_reference_of_the_description_leads_to_a_schema(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in references(description)} == set(schemas)


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own | {ref for each in value.values() for ref in references(each)}
    return {ref for each in value for ref in references(each)} if isinstance(value, list) else set()


def test_the_reference_page_has_every_operation_and_loads_nothing_from_other_hosts(
    get: Get, description: dict[str, Any]
) -> None:
    response = get("/docs", None)
    assert response.headers["Content-Type"].startswith("text/html")
    for path in description["paths"]:
        assert f"GET /v1{path}" in response.text
    for kind in KINDS:
        assert f'id="{kind.name}"' in response.text
    assert "://" not in response.text
    assert "<script" not in response.text
    assert "`" not in response.text
    assert "in texts (<code>&#34;2612.5&#34;</code>)" in response.text
