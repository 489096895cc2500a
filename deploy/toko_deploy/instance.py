"""Dagster's instance in containers: a run stops itself when the web interface cancels it.

It overrides a private property of Dagster, which is one reason why `dagster` is pinned to a minor version. The benefit:
the web interface can stop a run without the Docker socket, and access to that socket means root on the server.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.instance import InstanceRef

from toko_assets.common.process import hide_process

hide_process()  # every process that loads this has DB_PASSWORD, and programs of the same user read untrusted files


class Instance(dg.DagsterInstance):
    """The instance class that `dagster.yaml` names."""

    @classmethod
    def config_schema(cls) -> dict[str, Any]:
        """Return no options of its own."""
        return {}

    @classmethod
    def config_defaults(cls, base_dir: str) -> Mapping[str, Any]:
        """Return the defaults of Dagster's own instance."""
        return InstanceRef.config_defaults(base_dir)

    @property
    def should_start_background_run_thread(self) -> bool:
        """True: every run polls its own status, and stops when it is cancelled."""
        return True
