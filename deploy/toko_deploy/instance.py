"""Dagster's instance in containers: a run ends itself when the web interface asks for it.

It overrides one private property of Dagster, one reason why `dagster` is pinned to its minor version. What it gains:
the web interface can end a run without the Docker socket, and whoever has that socket is root on the server.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.instance import InstanceRef


class Instance(dg.DagsterInstance):
    """What `dagster.yaml` names."""

    @classmethod
    def config_schema(cls) -> dict[str, Any]:
        """Nothing beside what every instance has."""
        return {}

    @classmethod
    def config_defaults(cls, base_dir: str) -> Mapping[str, Any]:
        """As every instance."""
        return InstanceRef.config_defaults(base_dir)

    @property
    def should_start_background_run_thread(self) -> bool:
        """Every run watches its own status, and ends when it is being cancelled."""
        return True
