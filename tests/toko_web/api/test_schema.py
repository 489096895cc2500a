"""Schemathesis: requests of all kinds, made from the API's own description, and what comes back."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Config, GenerationMode
from schemathesis.core.result import Ok

from tests.toko_web.serving import RunningWeb

EXAMPLES = settings(
    max_examples=15, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

REJECTED = [404, 406, 414, 422]
CONFIG = Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REJECTED}}})


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_response_is_as_the_description_says(web: RunningWeb, mode: GenerationMode) -> None:
    results = list(schemathesis.openapi.from_dict(described_without_keys(web), config=CONFIG).get_all_operations())
    assert len(results) >= 10
    for result in results:
        assert isinstance(result, Ok)
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and "parameters" not in operation.definition.raw:
            continue  # nothing can be wrong

        @given(operation.as_strategy(generation_mode=mode))
        @EXAMPLES
        def check(case: Any) -> None:
            if mode is GenerationMode.POSITIVE:
                case.query.pop("cursor", None)  # only the API makes those that it accepts
            case.call_and_validate(base_url=f"{web.url}/v1")

        check()


def described_without_keys(web: RunningWeb) -> dict[str, Any]:
    """Return the description of the API in the open mode, which needs no key."""
    with web.client() as client:
        described: dict[str, Any] = client.get("/v1/openapi.json").json()
    for methods in described["paths"].values():
        del methods["get"]["security"]
    return described


def test_the_server_had_no_unexpected_error(web: RunningWeb) -> None:
    assert "Unexpected error" not in web.log
