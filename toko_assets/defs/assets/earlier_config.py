"""The config of raw_backup before 0.2.0: runs that were queued during the upgrade, and saved configs, still hold it."""

import dagster as dg
from pydantic import Field


def unset() -> None:
    """A default_factory, because the Launchpad would show a `default` even if it is None."""


class EarlierBackupConfig(dg.Config):
    """The fields that `take` replaces. The first one that is set counts: `path`, `backup`, `file` with `revision`."""

    backup: str | None = Field(default_factory=unset, description="Before 0.2.0; now `take: {chosen: {backup: …}}`.")
    path: str | None = Field(default_factory=unset, description="Before 0.2.0; now `take: {file: {path: …}}`.")
    file: str | None = Field(
        default_factory=unset, description="Before 0.2.0, set by the sensor; now `take: {listed: {…}}`."
    )
    revision: str | None = Field(default_factory=unset, description="Before 0.2.0: which revision of `file`.")
