"""`make audit` tells known vulnerabilities apart from a source that cannot be asked. A server speaks OSV's protocol."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.servers.postgres import free_port
from tests.test_project import LOCKS, pins

ROOT = Path(__file__).parent.parent


@contextmanager
def osv(vulnerable: dict[str, list[str]], answer: Any = None) -> Iterator[str]:
    """A server that knows these packages' vulnerabilities, or gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            assert all(one["package"]["ecosystem"] == "PyPI" and one["version"] for one in asked)
            found = [vulnerable.get(one["package"]["name"], []) for one in asked]
            results = [{"vulns": [{"id": each, "modified": "2026-01-01T00:00:00Z"} for each in ids]} if ids else {}
                       for ids in found]  # fmt: skip
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer if answer is not None else {"results": results}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/querybatch"
        finally:
            server.shutdown()
            thread.join()


def audit(source: str) -> tuple[int, list[str]]:
    command = [sys.executable, str(ROOT / "tools" / "audit.py"), "--source", source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_a_known_vulnerability_is_a_line_and_fails() -> None:
    with osv({"pillow": ["GHSA-a", "PYSEC-b"], "not-ours": ["GHSA-c"]}) as source:
        status, lines = audit(source)
    version = pins("dev")["pillow"]
    assert status == 1
    assert lines == [
        f"pillow {version}: {each}, https://osv.dev/vulnerability/{each}" for each in ("GHSA-a", "PYSEC-b")
    ]


def test_without_one_a_line_says_how_many_packages_were_asked_for() -> None:
    with osv({}) as source:
        status, (line,) = audit(source)
    packages = {pin for lock in LOCKS for pin in pins(lock).items()}
    assert status == 0
    assert int(line.split()[4]) >= len(packages)


def test_a_source_that_cannot_be_asked_is_a_line_and_another_status() -> None:
    with osv({}, answer={"code": 5, "message": "not found"}) as captive:
        for source in (f"http://127.0.0.1:{free_port()}/v1/querybatch", captive):
            status, (line,) = audit(source)
            assert status == 3
            assert line.startswith(f"Not audited: {source} cannot be asked (")
