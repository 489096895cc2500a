"""The server as a process: how it starts, what it says when it cannot, how it follows the catalogue, how it ends."""

import os
import pty
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks.bot.swaps import publish_copy
from benchmarks.procfs import proportional
from tests.toko_bot.bot.shop import publish_shop
from tests.toko_web.here import app_of, serving_here, settings_of
from tests.toko_web.serving import NAMES, OWNER, RunningWeb, free_port, running_web
from tests.waiting import wait_until
from toko_core.catalog.store import current_file
from toko_web.service.process import open_port

HTML = {"Accept": "text/html"}
MEBIBYTE = 1 << 20


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a command with only these settings."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    return {**inherited, "TOKO_DATA_DIR": str(folder / "data"), **settings}


def run_web(folder: Path, *args: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command until it ends."""
    environment = environment_of(folder, **settings)
    return subprocess.run(
        [sys.executable, "-m", "toko_web", *args], cwd=folder, env=environment, text=True, capture_output=True,
        timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"CATALOG_LISTEN": "8000"}, "The setting CATALOG_LISTEN is wrong: must be address:port"),
        ({"CATALOG_LISTEN": "192.0.2.7:8000", "OWNER_USERS": "1"}, "this machine has no such address"),
        ({"CATALOG_LISTEN": "0.0.0.0:8000"}, "which other machines reach, and nobody has access: set OWNER_USERS"),
        ({"TRUSTED_PROXIES": "10.0.0.0/99"}, "The setting TRUSTED_PROXIES is wrong"),
        ({"STATE_URL": "mysql://u:geheim@host/db"}, "The setting STATE_URL is wrong"),
    ],
)
def test_what_keeps_the_server_from_starting_is_said_in_one_line(
    tmp_path: Path, settings: dict[str, str], line: str
) -> None:
    ended = run_web(tmp_path, **settings)
    assert ended.returncode == 1
    assert line in ended.stderr
    assert ended.stderr.startswith("toko: ")
    assert ended.stderr.count("\n") == 1
    assert "geheim" not in ended.stderr


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"127.0.0.1:{other.getsockname()[1]}"
        ended = run_web(tmp_path, CATALOG_LISTEN=place)
    expected = f"toko: CATALOG_LISTEN ({place}) cannot be opened: another program has it."
    assert (ended.returncode, ended.stderr[: len(expected)]) == (1, expected)


def test_without_a_catalogue_the_server_says_so_and_serves_the_first_one(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with running_web(tmp_path / "data", tmp_path / "web") as web, web.client() as client:
        page = client.get("/", headers=HTML)
        assert page.status_code == 503
        assert "Data harga sedang disiapkan" in page.text
        assert page.headers["Retry-After"] == page.headers["Refresh"] == "5"
        health = client.get("/healthz")
        assert health.status_code == 503
        assert health.text == "No catalogue is served: no catalogue is published yet.\n"
        check = run_web(tmp_path, "--check", CATALOG_LISTEN=web.environment["CATALOG_LISTEN"])
        assert (check.returncode, check.stderr) == (1, f"toko: {health.text}")

        publish_shop(tmp_path / "data")
        wait_until(lambda: client.get("/healthz").status_code == 200, 120)
        assert "INDOMIE" in client.get("/", params={"q": "indomie"}).text
        check = run_web(tmp_path, "--check", CATALOG_LISTEN=web.environment["CATALOG_LISTEN"])
        assert (check.returncode, check.stderr) == (0, "")

        # A new one that cannot be read: the old one stays, and the health check says so.
        publish_copy(Path(__file__), tmp_path / "data" / "catalog", 2)
        wait_until(lambda: client.get("/healthz").status_code == 503, 120)
        assert client.get("/healthz").text.startswith("The newest catalogue is not served: ")
        far = client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
        assert (far.status_code, far.text) == (503, "Not ready\n")
        assert "INDOMIE" in client.get("/", params={"q": "indomie"}).text
        metrics = client.get("/metrics").text
        assert "toko_web_catalogs_loaded_total 1.0" in metrics
        assert "toko_web_catalogs_rejected_total 1.0" in metrics
        assert "toko_web_healthy 0.0" in metrics
        assert web.stop() == 0


def test_the_health_check_loads_neither_the_server_nor_the_catalogue() -> None:
    program = "import sys, toko_web.__main__, toko_web.service.asking; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, check=True).stdout.split()
    assert {"fastapi", "uvicorn", "duckdb", "numpy", "sqlalchemy"}.isdisjoint(loaded)


def test_new_catalogues_lose_no_request_and_take_no_memory(tmp_path: Path) -> None:
    catalog = publish_shop(tmp_path / "first")
    folder = tmp_path / "data" / "catalog"
    publish_copy(catalog, folder, 1)
    answers: list[bool] = []
    end = threading.Event()

    def search(web: RunningWeb) -> None:
        with web.client() as client:
            while not end.is_set():
                response = client.get("/", params={"q": "indomie"})
                answers.append(response.status_code == 200 and "INDOMIE" in response.text)
                time.sleep(0.01)

    with running_web(tmp_path / "data", tmp_path / "web") as web:
        people = [threading.Thread(target=search, args=(web,)) for _ in range(2)]
        for person in people:
            person.start()
        sizes, before = [], 0
        try:
            for number in range(2, 5):
                publish_copy(catalog, folder, number)
                wait_until(lambda: f"Serving catalog-{number:06}" in web.log, 120)  # noqa: B023
                wait_until(lambda: len(answers) > before + 30, 120)  # noqa: B023
                before = len(answers)
                sizes.append(proportional(web.process.pid))
        finally:
            end.set()
            for person in people:
                person.join()
    assert current_file(folder) == folder / "catalog-000004.duckdb"
    assert all(answers), f"{answers.count(False)} of {len(answers)} requests failed"
    assert sizes[-1] - sizes[0] < 5 * MEBIBYTE, sizes


def test_a_request_under_way_is_answered_before_the_server_ends(data_here: Path) -> None:
    app, begun, go_on = app_of(data_here), threading.Event(), threading.Event()

    @app.get("/slow")
    def slow() -> str:
        begun.set()
        go_on.wait(60)
        return "done"

    with serving_here(app) as here, here.connect(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n") as client:
        assert begun.wait(60)
        here.stop()
        wait_until(lambda: not here.server.servers[0].is_serving(), 60)  # no new connection is accepted
        go_on.set()
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")


def test_a_signal_ends_the_server_with_status_0_and_its_port_is_free_at_once(data: Path, tmp_path: Path) -> None:
    place = f"127.0.0.1:{free_port()}"
    with running_web(data, tmp_path / "web", CATALOG_LISTEN=place) as web, web.client() as client:
        client.get("/healthz")  # its connection stays open: the server closes it, so the port has to wait
        assert web.stop() == 0
        assert "leaked" not in web.log
    open_port(settings_of(data, catalog_listen=place)).close()


def test_in_a_terminal_the_command_says_where_to_open_the_pages(data: Path, tmp_path: Path) -> None:
    place, (ours, its) = f"127.0.0.1:{free_port()}", pty.openpty()
    environment = environment_of(tmp_path, TOKO_DATA_DIR=str(data), CATALOG_LISTEN=place)
    command = [str(Path(sys.executable).with_name("toko")), "web"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=its, stderr=subprocess.PIPE) as process:
        os.close(its)
        said = ""
        while said.count("\n") < 2:
            said += os.read(ours, 1000).decode()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
    os.close(ours)
    assert said.splitlines() == [
        "Starting the catalogue's pages …", f"Open http://{place}/ in a browser. Ctrl-C ends the server.",
    ]  # fmt: skip
    assert process.returncode == 0


def test_other_machines_may_connect_once_there_are_people(data: Path, tmp_path: Path) -> None:
    place = f"0.0.0.0:{free_port()}"
    people = {"CATALOG_LISTEN": place, "OWNER_USERS": str(OWNER)}
    with running_web(data, tmp_path / "web", **people) as web, web.client() as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz", headers={"Host": "192.0.2.1"}).status_code == 421
        assert client.get("/", headers={"Accept": "text/html"}).headers["Location"].startswith("/masuk")
        assert web.stop() == 0
