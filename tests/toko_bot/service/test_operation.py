"""Operation of the bot: webhooks and replicas, metrics, health checks and logs."""

import json
import os
import socket
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import BUDI, RunningBot, running_bot
from tests.toko_bot.bot.proxy import free_port, round_robin
from toko_core.catalog.reader import read_info
from toko_core.catalog.store import current_file

SECRET = "rahasia_webhook_0123456789"  # noqa: S105


def test_two_replicas_behind_a_proxy_answer_each_others_buttons(data: Path, tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with TelegramServer() as server, round_robin(ports) as address:
        settings: dict[str, Any] = {"WEBHOOK_URL": f"{address}/telegram/x", "WEBHOOK_SECRET": SECRET}
        with (
            running_bot(server, data, tmp_path / "1", WEBHOOK_LISTEN=f"127.0.0.1:{ports[0]}", **settings) as first,
            running_bot(server, data, tmp_path / "2", WEBHOOK_LISTEN=f"127.0.0.1:{ports[1]}", **settings) as second,
        ):
            server.wait_until(lambda: len([r for r in server.received("setWebhook") if r.status]) >= 2, "both listen")
            budi = server.user(BUDI, "Budi")
            answer = budi.ask("biskuit kelapa")
            for label, page in (("›", "2/6"), ("›", "3/6"), ("‹", "2/6")):
                budi.press(label, answer).answered()
                answer = budi.next_edit(of=answer)
                assert page in answer.labels
            for bot in (first, second):
                assert bot.check().returncode == 0, bot.check().stderr
                assert SECRET not in bot.log
            for secret in (None, "falsch", SECRET[:-1], SECRET.upper(), "é"):
                headers = {} if secret is None else {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
                url = f"http://127.0.0.1:{ports[0]}/telegram/x"
                assert httpx.post(url, json={"update_id": 1}, headers=headers, trust_env=False).status_code == 403
            assert first.stop() == 0
        assert not [r for r in server.received("deleteWebhook") if r.status == 200]


def test_metrics_count_searches_and_updates(data: Path, tmp_path: Path) -> None:
    port = free_port()
    with TelegramServer() as server, running_bot(server, data, tmp_path, METRICS_PORT=str(port)) as bot:
        assert "Umask:\t0077" in Path(f"/proc/{bot.process.pid}/status").read_text()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), 5)  # another address of this machine
        budi = server.user(BUDI, "Budi")
        budi.ask("indomie")
        budi.ask("zzzqqqxxx")
        server.user(70_001).ask("halo")  # whom no other test with this data knows
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        figures = {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}
    assert figures['toko_bot_searches_total{kind="text"}'] == 2
    assert figures["toko_bot_search_seconds_count"] == 2
    assert figures["toko_bot_answer_seconds_count"] == 3
    assert figures["toko_bot_empty_searches_total"] == 1
    assert figures["toko_bot_denied_total"] == 1
    assert figures["toko_bot_catalog_products"] == 244
    file = current_file(data / "catalog")
    assert file is not None
    age = datetime.now(UTC) - datetime.fromisoformat(read_info(file)["backup_time"])
    assert figures["toko_bot_catalog_age_seconds"] == pytest.approx(age.total_seconds(), abs=120)


def test_the_health_check_fails_when_polling_has_stopped(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path) as bot:
        server.user(BUDI, "Budi").ask("indomie")
        assert bot.check().returncode == 0
        _age_heartbeats(3600)
        stopped = bot.check()
        assert stopped.returncode == 1
        assert "has not processed" in stopped.stderr
        assert len(stopped.stderr.splitlines()) == 1
        bot.stop()
        assert "not running" in bot.check().stderr


def test_json_logs_have_one_object_per_line(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path, LOG_FORMAT="json", LOG_LEVEL="DEBUG") as bot:
        server.fail("sendMessage", "502", times=1)
        server.user(BUDI, "Budi").ask("indomie", timeout=10)
        bot.stop()
        entries = [json.loads(line) for line in bot.log.splitlines()]
    assert {"time", "level", "logger", "message"} <= set(entries[0])
    assert any("Bad Gateway" in entry["message"] for entry in entries)


def test_a_port_in_use_is_a_one_line_error(data: Path, tmp_path: Path, bot: RunningBot) -> None:
    with TelegramServer() as server:
        taken = str(bot.server.port)
        with running_bot(server, data, tmp_path, wait=False, METRICS_PORT=taken) as second:
            assert second.process.wait(15) == 1
            assert second.log.splitlines()[-1].startswith("toko: A port cannot be opened")


def _age_heartbeats(seconds: float) -> None:
    """Make the heartbeats of all running bots this much older, as if the bots had hung."""
    for file in Path(tempfile.gettempdir()).glob(f"toko-bot-{os.getuid()}-*.json"):
        beat = json.loads(file.read_text())
        file.write_text(json.dumps(beat | {"time": time.time() - seconds}))
