"""docs/security.md names a test of each protection, and says of each container what docker-compose.yml says."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CODE = re.compile(r"`([^`]+)`")
CAPABILITY = re.compile(r"\b[A-Z]+(?:_[A-Z]+)*\b")
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET|HEARTBEAT")


def rows(heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables whose head begins with a text."""
    inside = False
    for line in PAGE.splitlines():
        inside = line.startswith(f"| {heading}") or (inside and line.startswith("|"))
        if inside and not line.startswith((f"| {heading}", "|---")):
            yield [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("heading", ["what they try", "what it tries"])
def test_each_protection_names_its_test(heading: str) -> None:
    found = list(rows(heading))
    assert found
    assert [row[0] for row in found if len(row) != 3 or not re.search(r"\btest_\w+", row[2])] == []
    assert "TODO" not in PAGE


def test_the_page_on_security_lists_what_each_container_may_reach() -> None:
    listed = {row[0].split("`")[1]: row for row in rows("container") if row[0].startswith("`")}
    assert listed.keys() == COMPOSE["services"].keys()
    for name, service in COMPOSE["services"].items():
        _, networks, ports, mounts, secrets, capabilities = listed[name]
        assert set(CODE.findall(networks)) == set(service["networks"]), name
        assert len(CODE.findall(ports)) == len(service.get("ports", [])), name
        assert (mounts == "none") == (not service.get("volumes")), name
        assert ("Docker socket" in mounts) == ("docker.sock" in str(service.get("volumes"))), name
        assert set(CODE.findall(secrets)) == set(filter(SECRET.search, environment(service))), name
        assert set(CAPABILITY.findall(capabilities)) == set(service.get("cap_add", [])), name


def environment(service: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a service. YAML merges one level only, and each anchor is written out."""
    variables: dict[str, Any] = service.get("environment", {})
    return variables
