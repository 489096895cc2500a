"""The installation of the version before, for each test or for a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.takeover.installation import OldInstallation, old_installation


@pytest.fixture
def old(tmp_path: Path) -> Iterator[OldInstallation]:
    with old_installation(tmp_path) as old:
        yield old


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldInstallation]:
    """One for tests that change nothing."""
    with old_installation(tmp_path_factory.mktemp("untouched")) as old:
        yield old
