"""A server that speaks as much of Docker's API as starting and stopping a run's container takes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
VERSION = {"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10"}


class DockerServer:
    """The containers that were created, with all that the client sent, and the path of every request."""

    def __init__(self) -> None:
        self.address = ""
        """As DOCKER_HOST names it."""
        self.created: list[Json] = []
        """One that has ended has a State, with the time at which it was Created."""
        self.names: list[str] = []
        self.removed: set[str] = set()
        self.requests: list[str] = []
        """Method and path, without the API's version."""
        self.ended: dict[str, int] = {}
        """The exit codes of the containers that have ended, by their ids."""
        self._changed = Condition()

    def end(self, name: str, exit_code: int) -> None:
        """End a container."""
        with self._changed:
            self.ended[name] = exit_code
            self._changed.notify_all()

    def wait(self, name: str) -> int:
        """Wait for the end of a container, and return its exit code."""
        with self._changed:
            self._changed.wait_for(lambda: name in self.ended)
            return self.ended[name]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Json) -> tuple[int, Any]:
        """Return the status and the body of a response."""
        self.requests.append(f"{method} {path}")
        match method, path.strip("/").split("/"):
            case "GET", ["version"]:
                return 200, VERSION
            case "GET", ["containers", "json"]:
                wanted = json.loads(query.get("filters", ["{}"])[0])
                found = {str(at): one for at, one in enumerate(self.created) if fits(one, wanted)}
                return 200, [{"Id": name} for name in found if name not in self.removed]
            case "POST", ["containers", "create"]:
                self.created.append(body)
                self.names += query.get("name", [])
                return 201, {"Id": str(len(self.created) - 1), "Warnings": []}
            case "GET", ["containers", name, "json"] if name.isdecimal() and int(name) < len(self.created):
                one = self.created[int(name)]
                state = {"Status": "exited" if name in self.ended else "running"}
                return 200, {"Id": name, "State": state, "Name": f"/{name}", "Config": one, **one}
            case "POST", ["containers", name, "wait"]:
                return 200, {"StatusCode": self.wait(name)}
            case "DELETE", ["containers", name]:
                self.removed.add(name)
                return 204, None
            case "POST", ["containers", _, "start" | "stop"]:
                return 204, None
        return 404, {"message": f"no such thing: {path}"}


def fits(container: Json, wanted: dict[str, Any]) -> bool:
    """Whether a container has the labels and one of the statuses."""
    status = container.get("State", {}).get("Status", "running")
    labels = {f"{name}={value}" for name, value in container["Labels"].items()} | set(container["Labels"])
    return set(wanted.get("label", [])) <= labels and status in wanted.get("status", ["running"])


@contextmanager
def docker_server() -> Iterator[DockerServer]:
    """The server, on a free port."""
    docker = DockerServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = url.path.removeprefix(f"/v{VERSION['ApiVersion']}")
            status, body = docker.answer(self.command, path, parse_qs(url.query), json.loads(sent or b"{}"))
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    docker.address = f"tcp://127.0.0.1:{server.server_port}"
    try:
        yield docker
    finally:
        server.shutdown()
        server.server_close()
