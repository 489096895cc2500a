"""Reports results of the assets to Dagster: failures as one line, check outcomes, durations."""

import errno
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import dagster as dg
import duckdb
import pandas as pd
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from toko_assets.common.checks import Outcome, explain_overrides
from toko_assets.defs.failures import DETAILS, FINAL, ORDERED, REJECTED
from toko_assets.defs.metadata.check_texts import CHECK_TEXTS
from toko_assets.defs.metadata.columns import rows_table
from toko_assets.defs.recovery import is_of_command
from toko_assets.publishing.rejected import RejectedError
from toko_core import BackupError, PermanentError, TokoError
from toko_core.catalog.open_file import lock_problem

EXAMPLES = 3
"""The rows that a failure's message names; if several checks failed, it names one row of each."""
RETRIES = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL)
"""Retries of an asset after a transient error: after 10 and 20 seconds. The sensor makes further attempts later."""


def check_specs(asset: str, blocking: Iterable[str], warning: Iterable[str] = ()) -> list[dg.AssetCheckSpec]:
    """Declare an asset's checks by name. CHECK_TEXTS has their descriptions."""
    return [
        dg.AssetCheckSpec(name, asset=asset, blocking=blocks, description=CHECK_TEXTS[name])
        for names, blocks in ((blocking, True), (warning, False))
        for name in names
    ]


def report_checks(outcomes: Iterable[Outcome], file: str = "") -> Iterator[dg.AssetCheckResult]:
    """Yield every outcome as a check result, then fail the asset if a blocking check did not pass.

    The error message names `file`, and at its end all that lets these checks pass. The asset fails before it is
    materialised; a separate blocking check would run after the materialisation.
    """
    failed = []
    for outcome in outcomes:
        yield check_result(outcome)
        if outcome.stops:
            failed.append(outcome)
    if failed:
        shown = EXAMPLES if len(failed) == 1 else 1
        parts = [part for o in failed for part in (o.summary, _examples(o, shown), o.advice)]
        anyway = explain_overrides(o.override for o in failed if o.override)
        parts = [f"{file}:" if file else "", *parts, anyway]
        message = " ".join(" ".join(parts).split())  # a code may hold line breaks
        checks = ", ".join(o.name for o in failed)
        raise dg.Failure(message, metadata={"checks": checks, FINAL: True, REJECTED: True}, allow_retries=False)


@contextmanager
def one_line_failures() -> Iterator[None]:
    """Turn errors into failures with a one-line message. Only transient errors are retried."""
    try:
        yield
    except dg.Failure:
        raise
    except dg.DagsterExecutionInterruptedError as error:
        # Somebody ended the run, or the machine is stopping: with RETRIES, Dagster would continue the run.
        message = "Interrupted: nothing was published."
        raise dg.Failure(message, metadata={FINAL: False, ORDERED: True}, allow_retries=False) from error
    except TokoError as error:
        raise _failure(
            " ".join(str(error).split()),
            transient=not isinstance(error, PermanentError),
            ordered=isinstance(error, RejectedError),
            rejected=isinstance(error, BackupError),
        ) from error
    except OSError as error:
        raise _failure(f"{_os_message(error)} Nothing was published.", transient=True) from error
    except (duckdb.Error, psycopg.Error) as error:
        if locked := lock_problem(error):
            raise _failure(f"{locked} Nothing was published.", transient=False) from error
        reason = str(error).strip().splitlines()[0]
        library = type(error).__module__.split(".")[0]
        transient = isinstance(error, (duckdb.OperationalError, psycopg.OperationalError))  # disk full, no connection
        raise _failure(f"{library} reports: {reason} Nothing was published.", transient=transient) from error
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise _failure(f"Dagster's storage reports: {reason} Nothing was published.", transient=True) from error
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        raise _failure(f"Unexpected error: {reason} {DETAILS}", transient=False) from error


def seconds_metadata(seconds: Mapping[str, float]) -> dict[str, dg.FloatMetadataValue]:
    """Return the seconds of each part of an asset's work, which Dagster plots."""
    return {f"seconds_{part}": dg.FloatMetadataValue(round(taken, 3)) for part, taken in seconds.items()}


def _failure(message: str, *, transient: bool, ordered: bool = False, rejected: bool = False) -> dg.Failure:
    """Return a failure that Dagster retries if it is transient, unless a person started the run with `toko`."""
    by_hand = is_of_command(dg.AssetExecutionContext.get().run)
    metadata = {FINAL: not transient, ORDERED: ordered, REJECTED: rejected}
    return dg.Failure(message, metadata=metadata, allow_retries=transient and not by_hand)


def _os_message(error: OSError) -> str:
    reason = (error.strerror or str(error)).rstrip(".")
    what = f"{reason}: {error.filename}." if error.filename else f"{reason}."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full ({what}) Free some space, then sync again."
    return what


def check_result(outcome: Outcome) -> dg.AssetCheckResult:
    """Return a check result. Dagster sorts the metadata by name, so that the rows, which are long, come last."""
    anyway = explain_overrides([outcome.override]) if outcome.override else ""
    advice = f"{outcome.advice} {anyway}".strip() or "See the description above."
    return dg.AssetCheckResult(
        check_name=outcome.name,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if outcome.blocking else dg.AssetCheckSeverity.WARN,
        description=outcome.summary,
        metadata={
            "count": outcome.found,
            "limit": outcome.limit,
            "what to do": "Nothing." if outcome.passed else advice,
            **({} if outcome.rows.empty else {"which rows": rows_table(outcome.rows)}),
        },
    )


def _examples(outcome: Outcome, shown: int) -> str:
    if outcome.rows.empty:
        return ""
    first = [
        "/".join(str(value) for value in row if not pd.isna(value))
        for row in outcome.rows.head(shown).itertuples(index=False)
    ]
    return f"First: {'; '.join(first)}."
