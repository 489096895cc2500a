"""Pages of other sites, in a real browser, beside an operator's web interface."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.conftest import ARGUMENTS
from tests.toko_assets.defs.webserver.serving import MUTATION, REPORT, Served, web_server

EVIL = "evil.example"
"""A name that its owner points to this machine."""
WAYS = """
const mutation = {mutation}, report = {report}, graphql = {graphql};
const query = graphql + "?query=" + encodeURIComponent(mutation);
const settle = promise => promise.then(() => 0, () => 0);
const show = url => settle(new Promise((_, end) => Object.assign(new Image(), {{src: url}}).onerror = end));
const add = (kind, fields) => document.body.appendChild(Object.assign(document.createElement(kind), fields));
const submit = url => new Promise(end => {{
  const frame = add("iframe", {{name: url}}), form = add("form", {{action: url, method: "POST", target: frame.name}});
  frame.onload = () => end();
  form.submit();
}});
const send = (url, type) => {{
  const body = JSON.stringify({{query: mutation}});
  return settle(fetch(url, {{method: "POST", mode: "no-cors", headers: {{"Content-Type": type}}, body}}));
}};
const open_socket = url => new Promise(end => {{
  const socket = new WebSocket(url.replace("http", "ws"), "graphql-ws");
  Object.assign(socket, {{onopen: () => end("opened"), onerror: () => end("closed")}});
}});
const ways = {{
  image: () => show(query),
  fetch: () => settle(fetch(query, {{mode: "no-cors"}})),
  form: () => submit(query),
  report: () => submit(report),
  text: () => send(graphql, "text/plain"),
  urlencoded: () => send(query, "application/x-www-form-urlencoded"),
  socket: () => open_socket(graphql),
}};
window.go = way => ways[way]();
"""
COMMANDS = ("image", "fetch", "form", "report", "text", "urlencoded")
"""The ways to send a mutation or a report."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Served]:
    with web_server(tmp_path) as served:
        yield served


@pytest.fixture
def page() -> Iterator[Page]:
    program = find_chromium()
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP {EVIL} 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, rules])
        yield browser.new_page()
        browser.close()


@contextmanager
def site(folder: Path, script: str) -> Iterator[int]:
    """Another web server of this machine, with one page that runs a script. Answers its port."""
    (folder / "index.html").write_text(f"<body><script>{script}</script>")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_no_page_of_another_site_commands_dagster(web: Served, page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    values = {"mutation": MUTATION, "graphql": f"{web.address}/graphql", "report": f"{web.address}{REPORT}"}
    script = WAYS.format_map({name: json.dumps(value) for name, value in values.items()})
    got_through = []
    with site(folder, script) as port:
        for host in (EVIL, "localhost", "127.0.0.1"):
            page.goto(f"http://{host}:{port}/")
            for way in COMMANDS:
                page.evaluate("way => go(way)", way)
                got_through += [(host, way)] if web.was_commanded() else []
            got_through += [(host, "socket")] if page.evaluate("go('socket')") == "opened" else []
    assert got_through == []

    answer = page.goto(f"http://{EVIL}:{web.port}/graphql?query={quote(MUTATION)}")  # DNS rebinding
    assert answer is not None
    assert (answer.status, "ALLOWED_HOSTS" in answer.text()) == (421, True)
    assert not web.was_commanded()
