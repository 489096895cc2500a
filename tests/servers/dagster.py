"""A server that answers the queries of the bot and of the pages as Dagster's GraphQL API does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REPOSITORY = {
    "name": "__repository__",
    "location": {"name": "toko"},
    "jobs": [{"name": "sync"}, {"name": "rollback_catalog"}],
}
FAILURE = "dagster._core.definitions.events.Failure: "
"""What Dagster writes before the message of an asset that failed."""


@dataclass
class FakeDagster:
    """Answers the bot's queries. `states` are the states of a run at each poll, and the last one stays.

    `failed` are the messages of the error of a failed run and of its causes, the innermost last.
    """

    url: str = ""
    states: list[tuple[str, int]] = field(default_factory=list)
    launched: list[dict[str, Any]] = field(default_factory=list)
    failed: list[str] = field(default_factory=lambda: [FAILURE])
    rejection: str = ""
    slow: threading.Event | None = None
    """A launch begins when this is set. Meanwhile its request has no response."""
    runs: list[dict[str, Any]] = field(default_factory=list)
    """Runs with their tags, the newest first: those that were launched, and others."""

    past: list[tuple[str, str]] = field(default_factory=lambda: [("r-0", "SUCCESS")])
    """Ids and states of the runs of the job that syncs, the newest first."""
    checks: dict[str, list[tuple[str, bool, str]]] = field(default_factory=dict)
    """The name of each check of an asset, whether it passed, and its severity."""

    silent: threading.Event | None = None
    """No request has a response until this is set."""

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if self.silent is not None:
            self.silent.wait(30)
        if "repositoriesOrError" in query:
            return {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [REPOSITORY]}}
        if "launchRun" in query:
            if self.slow is not None:
                self.slow.wait(30)
            self.launched.append(variables["params"])
            if self.rejection:
                return {"launchRun": {"__typename": "PythonError", "message": self.rejection}}
            tags = variables["params"]["executionMetadata"]["tags"]
            self.runs.insert(0, {"runId": "r-1", "status": "STARTED", "tags": tags})
            return {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": "r-1"}}}
        if "runOrError" in query:
            status, done = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return {"runOrError": {"__typename": "Run", "status": status, "stats": {"stepsSucceeded": done}}}
        if "logsForRun" in query:
            message, *causes = self.failed
            error = {"message": message, "causes": [{"message": cause} for cause in causes]}
            return {"logsForRun": {"events": [{"__typename": "ExecutionStepFailureEvent", "error": error}]}}
        if "key" in variables:
            tag = {"key": variables["key"], "value": variables["value"]}
            return {"runsOrError": {"__typename": "Runs", "results": [run for run in self.runs if tag in run["tags"]]}}
        if "recent" in variables:
            return {"runsOrError": {"__typename": "Runs", "results": self.runs}}
        if "assetNodes" in query:
            return {"assetNodes": [_node(asset, checks) for asset, checks in self.checks.items()]}
        times = {"startTime": 1795398995.0, "creationTime": 1795398994.0}
        runs = [{"runId": run, "status": status} | times for run, status in self.past]
        return {"runsOrError": {"__typename": "Runs", "results": runs[: variables["limit"]]}}


def _node(asset: str, checks: list[tuple[str, bool, str]]) -> dict[str, Any]:
    """Return an asset and its checks. One that never ran has no execution."""
    done = {"status": "SUCCEEDED", "runId": "r-7", "timestamp": 1795398995.0}
    results = [
        {"name": name, "executionForLatestMaterialization": done | {
            "evaluation": {"success": passed, "severity": severity, "description": None},
        }} for name, passed, severity in checks
    ]  # fmt: skip
    checked = [*results, {"name": "never_ran", "executionForLatestMaterialization": None}]
    return {"assetKey": {"path": [asset]}, "assetChecksOrError": {"checks": checked}}


@contextmanager
def dagster() -> Iterator[FakeDagster]:
    """Run the server on a port of this machine, until the `with` block ends."""
    fake = FakeDagster()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"data": fake.answer(asked["query"], asked["variables"])}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    listener.block_on_close = False
    fake.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
