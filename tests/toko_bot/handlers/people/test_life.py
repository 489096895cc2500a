"""The whole life of an employee without touching a file, with two replicas of the bot and a restart."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.servers.dagster import dagster
from tests.servers.telegram import Message, Person, TelegramServer
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import SITI, running_bot
from tests.toko_bot.bot.proxy import free_port, round_robin
from tests.toko_bot.bot.shop import COST, INDOMIE, SUGAR, publish_shop
from toko_bot.replies.people import texts
from toko_core.state.database import StateDatabase, file_url
from toko_core.state.decisions import Decisions, Kind, Question

SECRET = "rahasia_webhook_0123456789"  # noqa: S105
RINA, ANDI = 103, 201
ENDED = "sudah berakhir"


class Replicas:
    """Two replicas behind a proxy, which gives each the next update in turn."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.data = folder, folder / "data"
        publish_shop(self.data, [INDOMIE, SUGAR])
        self._stack, self._running = ExitStack(), ExitStack()
        self.server = self._stack.enter_context(TelegramServer())
        self.dagster = self._stack.enter_context(dagster())
        self._ports = [free_port(), free_port()]
        self._address = self._stack.enter_context(round_robin(self._ports))

    def start(self) -> None:
        """Start both. Their state database is in the data folder that they share."""
        settings: dict[str, Any] = {
            "WEBHOOK_URL": f"{self._address}/telegram/x", "WEBHOOK_SECRET": SECRET, "OWNER_USERS": f"{SITI},{RINA}",
            "ALLOWED_USERS": "", "DAGSTER_URL": self.dagster.url,
        }  # fmt: skip
        before = len([request for request in self.server.received("setWebhook") if request.status])
        bots = [
            self._running.enter_context(running_bot(
                self.server, self.data, self._folder / str(port), wait=False, WEBHOOK_LISTEN=f"127.0.0.1:{port}",
                **settings,
            ))
            for port in self._ports
        ]  # fmt: skip
        for bot in bots:
            bot.wait_for_log("answers")
        self.server.wait_until(
            lambda: len([r for r in self.server.received("setWebhook") if r.status]) >= before + 2, "both listen"
        )

    def stop(self) -> None:
        self._running.close()

    def close(self) -> None:
        self.stop()
        self._stack.close()


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    replicas = Replicas(tmp_path_factory.mktemp("life"))
    replicas.start()
    yield replicas
    replicas.close()


def test_the_whole_life_of_an_employee_across_two_replicas_and_a_restart(replicas: Replicas) -> None:
    server = replicas.server
    siti, rina = server.user(SITI, "Siti"), server.user(RINA, "Rina")
    andi = server.user(ANDI, "Andi", username="andi_toko")

    answer = andi.ask("halo, saya Andi")
    assert str(ANDI) in answer.text
    assert "Pemilik toko sudah ditanya" in answer.text
    asked = {owner: owner.next_message("minta akses") for owner in (siti, rina)}
    assert asked[siti].text == f"👤 Andi (@andi_toko, {ANDI}) minta akses."
    assert asked[siti].labels == ["Staf", "Pelanggan", "Tolak"]

    siti.press("Staf", asked[siti]).answered()
    for owner in (siti, rina):
        edited = owner.next_edit(of=asked[owner])
        assert edited.text.startswith(f"✅ Andi (@andi_toko, {ANDI}): staf\nSiti · ")
        assert edited.labels == []
    assert "Anda sekarang staf" in andi.next_message().text
    server.wait_until(andi.commands, "the menu is set")

    result = andi.ask("indomie goreng special")
    andi.press("1", result).answered()
    assert COST not in plain(andi.next_edit(of=result))
    assert "hanya untuk pemilik" in andi.ask("/pengguna").text

    page = opened(rina, "Andi")
    rina.press("Jadikan pemilik", page).answered()
    assert "Peran: pemilik" in rina.next_edit(of=page).text
    assert "Anda sekarang pemilik" in andi.next_message().text
    result = andi.ask("indomie goreng special")
    product = press(andi, "1", result)
    assert COST in plain(product)
    list_of_people = andi.ask("/pengguna")
    assert "Andi – pemilik" in list_of_people.text

    replicas.stop()
    replicas.start()
    result = andi.ask("indomie goreng special")
    assert COST in plain(press(andi, "1", result))

    page = opened(siti, "Andi")
    assert "Hapus akses Andi" in press(siti, "Hapus akses", page).text
    siti.press("Ya, hapus").answered()
    siti.next_edit(of=page)
    andi.skip()
    for _ in range(2):  # both replicas
        for data in ("p1:indomie goreng", "ul1"):
            ended = andi.forge(data, result).answered()
            assert (ENDED in ended.text, ended.alert) == (True, True)
        assert ENDED in andi.ask("gula").text
    assert andi.commands() == []
    andi.inline("indomie")
    andi.expect_silence(0.2)
    siti.expect_silence(0)
    notes = siti.ask("/catatan").text
    assert [line.split(" · ")[1] for line in notes.split("\n\n")[1:]] == [
        "Siti menghapus akses Andi", "Rina mengubah Andi: peran staf → pemilik", "Siti memberi akses Andi: staf",
    ]  # fmt: skip


def test_two_owners_who_press_at_once_make_one_decision(replicas: Replicas) -> None:
    server = replicas.server
    siti, rina = server.user(SITI, "Siti"), server.user(RINA, "Rina")
    for number in range(10):
        person = server.user(300 + number, f"Calon {number}")
        person.send("halo")
        asked = {owner: owner.next_message(f"Calon {number}") for owner in (siti, rina)}
        presses = [siti.press("Staf", asked[siti]), rina.press("Tolak", asked[rina])]
        alerts = [answered.answered().text for answered in presses]
        assert sorted(bool(alert) for alert in alerts) == [False, True], alerts
        winner, what = ("Siti", "staf") if not alerts[0] else ("Rina", "ditolak")
        person.next_message("Anda sekarang staf" if what == "staf" else texts.REJECTED)
        assert f"Sudah diputuskan {winner}: " in "".join(alerts)
        for owner, message in asked.items():
            assert f"{what}\n{winner} · " in owner.next_edit(of=message, containing=winner).text
    notes = server.user(SITI).ask("/catatan").text
    assert len([line for line in notes.split("\n\n") if " Calon " in line]) == 10


def test_two_owners_who_decide_at_once_launch_one_run_across_two_replicas_and_a_restart(replicas: Replicas) -> None:
    server, fake = replicas.server, replicas.dagster
    owners = {name: server.user(number, name) for number, name in ((SITI, "Siti"), (RINA, "Rina"))}
    fake.states = [("STARTED", 1)]
    with closing(StateDatabase(file_url(replicas.data / "state" / "state.db"))) as state:
        store = Decisions(state)
        for number in range(6):
            if number == 3:
                replicas.stop()
                replicas.start()
            question = Question(f"sync:{number}", Kind.SYNC, f"Pertanyaan {number}", {"job": "sync", "runs": [{}]})
            decision, before = store.ask(question).id, len(fake.launched)
            asked = {owner: owner.ask("/tenang") for owner in owners.values()}
            for owner, message in asked.items():
                store.note_message(question.key, owner.user.id, message.id)
            presses = [owner.forge(f"dy{decision}.1", message) for owner, message in asked.items() for _ in range(2)]
            alerts = {press.answered().text for press in presses}
            found = store.find(decision)
            assert found is not None
            assert alerts == {"", f"Sudah diputuskan {found.by}: sinkronisasi dimulai."}
            for owner, message in asked.items():
                assert f"dimulai\n{found.by} · " in owner.next_edit(of=message, containing=f"Pertanyaan {number}").text
            assert len(fake.launched) == before + 1


def opened(owner: Person, name: str) -> Message:
    """Open somebody's page from the list of people."""
    people = owner.ask("/pengguna")
    (line,) = [line for line in people.text.splitlines() if f" {name} – " in line]
    return press(owner, line.split(".")[0], people)


def plain(message: Message) -> str:
    return message.text.replace(".", "")
