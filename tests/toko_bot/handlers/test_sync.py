"""/sync and /status use Dagster's GraphQL API."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import SITI, running_bot

REPOSITORY = {"name": "__repository__", "location": {"name": "toko"}, "jobs": [{"name": "sync"}]}


@dataclass
class FakeDagster:
    """Answers the bot's queries. `states` are the states of a run at each poll, and the last one stays."""

    url: str = ""
    states: list[tuple[str, int]] = field(default_factory=list)
    launched: list[dict[str, Any]] = field(default_factory=list)
    rejection: str = ""

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "repositoriesOrError" in query:
            return {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [REPOSITORY]}}
        if "launchRun" in query:
            self.launched.append(variables["params"])
            if self.rejection:
                return {"launchRun": {"__typename": "PythonError", "message": self.rejection}}
            return {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": "r-1"}}}
        if "runOrError" in query:
            status, done = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return {"runOrError": {"__typename": "Run", "status": status, "stats": {"stepsSucceeded": done}}}
        if "logsForRun" in query:
            error = {
                "message": "x.Failure",
                "causes": [{"message": "toko_core.errors.PermanentError: i5_A.i5bu is cut off\n"}],
            }
            return {"logsForRun": {"events": [{"__typename": "ExecutionStepFailureEvent", "error": error}]}}
        run = {"status": "SUCCESS", "startTime": 1795398995.0, "creationTime": 1795398994.0}
        return {"runsOrError": {"__typename": "Runs", "results": [run]}}


@contextmanager
def dagster() -> Iterator[FakeDagster]:
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


def test_a_sync_is_started_and_followed_and_its_result_is_shown(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, dagster() as fake:
        settings: dict[str, Any] = {"DAGSTER_URL": fake.url, "WEB_URL": "http://toko.lan:3000"}
        with running_bot(server, data, tmp_path, **settings):
            siti = server.user(SITI, "Siti")
            fake.states = [("STARTED", 1), ("SUCCESS", 4)]
            message = siti.ask("/sync")
            assert "1 langkah selesai" in siti.next_edit(of=message).text
            assert "Sinkronisasi berhasil" in siti.next_edit(of=message).text
            assert fake.launched[0]["selector"] == {
                "repositoryLocationName": "toko", "repositoryName": "__repository__", "jobName": "sync",
            }  # fmt: skip
            fake.states = [("FAILURE", 0)]
            failed = siti.next_edit(of=siti.ask("/sync")).text
            assert "gagal" in failed
            assert "\ni5_A.i5bu is cut off" in failed
            assert "http://toko.lan:3000/runs/r-1" in failed
            fake.rejection = "no <such> job"
            assert "no <such> job" in siti.next_edit(of=siti.ask("/sync")).text
            assert "berhasil" in siti.ask("/status").text


def test_without_dagster_a_sync_says_what_to_check(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path):
        siti = server.user(SITI, "Siti")
        assert "DAGSTER_URL" in siti.next_edit(of=siti.ask("/sync")).text
