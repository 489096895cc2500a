"""The config of raw_backup before 0.2.0. Runs that were queued during the upgrade hold it, and what people saved."""

import dagster as dg
from pydantic import Field


def _unset() -> None:
    """As a default_factory: the Launchpad would show a `default`, though it be None."""


class EarlierBackupConfig(dg.Config):
    """What `take` says now: the first that is set of `path`, `backup`, and `file` with `revision`."""

    backup: str | None = Field(default_factory=_unset, description="Before 0.2.0; now `take: {chosen: {backup: …}}`.")
    path: str | None = Field(default_factory=_unset, description="Before 0.2.0; now `take: {file: {path: …}}`.")
    file: str | None = Field(
        default_factory=_unset, description="Before 0.2.0, set by the sensor; now `take: {listed: {…}}`."
    )
    revision: str | None = Field(default_factory=_unset, description="Before 0.2.0: which revision of `file`.")
