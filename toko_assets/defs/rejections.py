"""Remembers, in Dagster's runs, which backups the checks rejected, so that no sensor or schedule tries them again."""

from importlib.metadata import version

import dagster as dg

from toko_assets.common.settings import Settings
from toko_assets.defs.failures import asset_failure

TAKEN, RULES = "toko/taken", "toko/rules"
"""Tags of a run: the revision of the backup that it took last, and the rules by which it judges."""


def judging_rules(settings: Settings) -> str:
    """Return a mark of all that decides whether a backup is rejected, besides the backup: version and settings."""
    return f"{version('toko')} {settings.shop_timezone} {settings.ipos_database or '-'}"


def tag_taken(context: dg.AssetExecutionContext, rules: str, revision: str) -> None:
    """Record that the run takes this revision."""
    context.instance.add_run_tags(context.run.run_id, {TAKEN: revision, RULES: rules})


def rejection(instance: dg.DagsterInstance, revision: str, rules: str) -> str | None:
    """Return why the last run that took this revision rejected it; None if it did not, or judged by other rules."""
    record = next(iter(instance.get_run_records(dg.RunsFilter(tags={TAKEN: revision}), limit=1)), None)
    if record is None or record.dagster_run.status != dg.DagsterRunStatus.FAILURE:
        return None
    if record.dagster_run.tags.get(RULES) != rules:
        return None
    failure = asset_failure(instance, record.dagster_run.run_id)
    return failure.said if failure and failure.rejected else None
