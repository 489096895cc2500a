"""Starts jobs and follows their runs through Dagster's GraphQL API. It does not import Dagster."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from toko_core.state.certificates import trusted_certificates

JOB = "sync"
SECONDS = 10.0
CLASS = re.compile(r"^[A-Za-z_][\w.]*\.[A-Z]\w*: ")
FINAL = {"SUCCESS", "FAILURE", "CANCELED"}
STARTED_BY, ASKED, TAKEN = "toko/started_by", "toko/asked", "toko/taken"
"""Tags of runs: who started it, the message of Telegram that asked for it, and the revision of the backup that it
took."""
NO_TAGS: Mapping[str, str] = {}
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
"""The errors before a request is sent."""
REJECTED = {403, 421}
"""The statuses of the web server's guard, whose answer is one line that says what to set."""

FIND_JOB = """query { repositoriesOrError {
  __typename
  ... on RepositoryConnection { nodes { name location { name } jobs { name } } }
  ... on PythonError { message }
} }"""
LAUNCH = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on Error { message }
} }"""
FOLLOW = """query ($run: ID!) { runOrError(runId: $run) {
  __typename
  ... on Run { status stats { ... on RunStatsSnapshot { stepsSucceeded } } }
} }"""
WHY = """query ($run: ID!) { logsForRun(runId: $run) {
  ... on EventConnection { events {
    __typename
    ... on ExecutionStepFailureEvent { error { message causes { message } } }
    ... on RunFailureEvent { message error { message } }
  } }
} }"""
TAGGED = """query ($key: String!, $value: String!) {
  runsOrError(filter: {tags: [{key: $key, value: $value}]}, limit: 1) {
    __typename
    ... on Runs { results { runId } }
} }"""
RECENT = """query ($recent: Int!) { runsOrError(limit: $recent) {
  __typename
  ... on Runs { results { runId status tags { key value } } }
} }"""
MOST_RECENT = 50
LAST = """query ($limit: Int!) { runsOrError(filter: {pipelineName: "sync"}, limit: $limit) {
  __typename
  ... on Runs { results { runId status startTime creationTime } }
} }"""
CHECKS = """query { assetNodes {
  assetKey { path }
  assetChecksOrError {
    ... on AssetChecks { checks {
      name
      executionForLatestMaterialization { status runId timestamp evaluation { success severity description } }
    } }
  }
} }"""


class DagsterError(Exception):
    """Dagster responded with an error. The message is one line."""


class DagsterUnreachableError(DagsterError):
    """Nothing responds at DAGSTER_URL, or the response is not Dagster's.

    `is_unclear` says whether the request may have reached Dagster, which may do it yet.
    """

    def __init__(self, message: str, *, is_unclear: bool) -> None:
        super().__init__(message)
        self.is_unclear = is_unclear


@dataclass(frozen=True, slots=True)
class RunState:
    status: str
    steps_done: int

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


@dataclass(frozen=True, slots=True)
class PastRun:
    run: str
    status: str
    time: datetime


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check of the newest catalogue that did not pass."""

    asset: str
    """The key of the asset, joined with slashes."""
    name: str
    run: str
    time: datetime
    blocks: bool
    """Whether it stops the catalogue from being published; otherwise it warns."""
    description: str


class Dagster:
    """A client for Dagster's GraphQL API. Each method raises DagsterError."""

    def __init__(self, url: str, seconds: float | None = None) -> None:
        """`seconds` is the longest that a request waits."""
        self._url = f"{url}/graphql"
        self._seconds = seconds

    async def start_sync(self, tags: Mapping[str, str] = NO_TAGS) -> str:
        """Launch the job `sync`. Returns the run's id."""
        return await self.launch(JOB, {}, tags)

    async def find_job(self, job: str) -> dict[str, str]:
        """Return the selector of a job, which also shows that Dagster responds and has loaded the code."""
        found = (await self._ask(FIND_JOB))["repositoriesOrError"]
        places = [node for node in found.get("nodes", ()) if any(each["name"] == job for each in node["jobs"])]
        if not places:
            raise DagsterError(found.get("message") or f"none of its code locations has a job named {job}")
        return {
            "repositoryLocationName": places[0]["location"]["name"],
            "repositoryName": places[0]["name"],
            "jobName": job,
        }

    async def launch(self, job: str, run_config: Mapping[str, Any], tags: Mapping[str, str]) -> str:
        """Launch a job with this config. Returns the run's id."""
        selector = await self.find_job(job)
        named = [{"key": key, "value": value} for key, value in {STARTED_BY: "telegram", **tags}.items()]
        params = {"selector": selector, "runConfigData": dict(run_config), "executionMetadata": {"tags": named}}
        launched = (await self._ask(LAUNCH, params=params))["launchRun"]
        if "run" not in launched:
            raise DagsterError(launched.get("message") or launched["__typename"])
        return str(launched["run"]["runId"])

    async def find_tagged(self, tag: str, value: str) -> str | None:
        """Return the id of the newest run with this tag; None if there is none."""
        found = (await self._ask(TAGGED, key=tag, value=value))["runsOrError"]
        return next((str(run["runId"]) for run in found.get("results", ())), None)

    async def has_failed_since(self, run: str, besides: Set[str]) -> bool:
        """Return whether a later run than this one took a backup and failed, other than of the revisions `besides`."""
        found = (await self._ask(RECENT, recent=MOST_RECENT))["runsOrError"]
        for later in found.get("results", ()):
            if later["runId"] == run:
                return False
            taken = {tag["value"] for tag in later["tags"] if tag["key"] == TAKEN}
            if later["status"] == "FAILURE" and taken - besides:
                return True
        return False

    async def state(self, run: str) -> RunState:
        """Return the status and progress of a run."""
        found = (await self._ask(FOLLOW, run=run))["runOrError"]
        if "status" not in found:
            raise DagsterError(f"the run is unknown: {found['__typename']}")
        return RunState(found["status"], int((found.get("stats") or {}).get("stepsSucceeded") or 0))

    async def why_failed(self, run: str) -> list[str]:
        """Return a line about a run's first error, and one about each of its causes, the innermost first."""
        events = (await self._ask(WHY, run=run))["logsForRun"].get("events", ())
        for event in events:
            error = event.get("error")
            if error:
                causes = [cause["message"] for cause in error.get("causes") or ()]
                return [_first_line(message) for message in reversed([error["message"], *causes])]
        return [_first_line(event["message"]) for event in events if event.get("message")][:1]

    async def last_runs(self, limit: int) -> list[PastRun]:
        """Return the last runs of the job, the newest first."""
        found = (await self._ask(LAST, limit=limit))["runsOrError"]
        return [
            PastRun(
                str(run["runId"]), run["status"], datetime.fromtimestamp(run["startTime"] or run["creationTime"], UTC)
            )
            for run in found.get("results", ())
        ]

    async def warnings(self) -> list[CheckResult]:
        """Return the checks of the last run of each asset that did not pass, those that block first."""
        found = []
        for node in (await self._ask(CHECKS))["assetNodes"]:
            asset = "/".join(node["assetKey"]["path"])
            for check in (node["assetChecksOrError"] or {}).get("checks", ()):
                done = check["executionForLatestMaterialization"] or {}
                result = done.get("evaluation")
                if result is not None and not result["success"]:
                    time = datetime.fromtimestamp(done["timestamp"], UTC)
                    blocks, text = result["severity"] == "ERROR", result["description"] or ""
                    found.append(CheckResult(asset, check["name"], done["runId"], time, blocks, text))
        return sorted(found, key=lambda check: not check.blocks)

    async def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=self._seconds or SECONDS, verify=trusted_certificates()) as client:
                answer = await client.post(self._url, json={"query": query, "variables": variables})
                if answer.status_code in REJECTED and answer.headers["content-type"].startswith("text/plain"):
                    raise DagsterError(_first_line(answer.text))
                content = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            is_unclear = not isinstance(error, NOT_SENT)
            raise DagsterUnreachableError(f"{type(error).__name__}: {error}", is_unclear=is_unclear) from error
        if not isinstance(content, dict) or not isinstance(content.get("data"), dict):
            errors = content.get("errors") if isinstance(content, dict) else None
            raise DagsterError(_first_line(str(errors[0].get("message"))) if errors else "no data")
        data: dict[str, Any] = content["data"]
        return data


def _first_line(text: str) -> str:
    """Return the first line of an error, without the class name that Dagster puts before the message."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return CLASS.sub("", lines[0]) if lines else ""
