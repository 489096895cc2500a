"""The bot is built from settings alone. Bots of several shops can share a process, and imports have no side effects."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.in_thread import bot_settings, running_in_thread
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import BARCODE, INDOMIE, SUGAR, barcode_photo, publish_shop, with_price
from toko_bot.app import build_app

IMPORT_ALL = """
import importlib.util, os, pkgutil, sys, threading
from collections import UserDict

OURS = tuple(os.path.dirname(importlib.util.find_spec(name).origin) + "/" for name in ("toko_bot", "toko_core"))

class Environment(UserDict):
    def __getitem__(self, name):
        note(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        note(name)
        return super().__contains__(name)

    def __iter__(self):
        note("every variable")
        return super().__iter__()

def note(name):
    frame = sys._getframe(2)
    while frame is not None and "<frozen importlib" not in frame.f_code.co_filename:
        if frame.f_code.co_filename.startswith(OURS) and not str(name).startswith("PYDANTIC_"):
            print(f"{frame.f_code.co_filename}:{frame.f_lineno} reads {name}")
        frame = frame.f_back

os.environ = Environment(os.environ)
interval = sys.getswitchinterval()
import toko_bot
modules = [module.name for module in pkgutil.walk_packages(toko_bot.__path__, "toko_bot.")]
for name in modules:
    importlib.import_module(name)
assert len(modules) > 30, modules
if sys.getswitchinterval() != interval:
    print("the switch interval is changed")
print(*(f"thread {thread.name}" for thread in threading.enumerate()[1:]), sep="\\n", end="")
print(*(f"no module {name}" for name, module in sys.modules.items() if module is None), sep="\\n", end="")
"""
"""Prints all side effects of importing the bot's modules. Only third-party packages may read the environment."""


def test_importing_the_bot_changes_nothing_in_the_process(tmp_path: Path) -> None:
    program = [sys.executable, "-c", IMPORT_ALL]
    ended = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_two_bots_of_two_shops_share_one_process_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    publish_shop(tmp_path / "a", [with_price(INDOMIE, "3011"), SUGAR])
    publish_shop(tmp_path / "b", [with_price(INDOMIE, "3022"), with_price(SUGAR, "17222")])
    before = set(threading.enumerate())
    with TelegramServer() as one, TelegramServer() as other:
        first = build_app(bot_settings(one, tmp_path / "a", shop_name="Toko Satu", allowed_users=str(BUDI)))
        second = build_app(bot_settings(other, tmp_path / "b", shop_name="Toko Dua", allowed_users=str(SITI)))
        assert first.services.photo_slots is not second.services.photo_slots
        with running_in_thread(first), running_in_thread(second):
            budi, siti = one.user(BUDI, "Budi"), other.user(SITI, "Siti")
            assert "Toko Satu" in budi.ask("/start").text
            assert "Toko Dua" in siti.ask("/start").text
            assert "Rp3.011" in budi.ask("indomie").text
            assert "Rp3.022" in siti.ask("indomie").text
            for person in (budi, siti):
                person.send_photo(barcode_photo(BARCODE))
            assert "Rp17.500" in budi.next_message().text
            assert "Rp17.222" in siti.next_message().text
            assert "belum punya akses" in one.user(SITI, "Siti").ask("indomie").text
            assert "belum punya akses" in other.user(BUDI, "Budi").ask("indomie").text
            assert (first.metrics.today.searches, second.metrics.today.searches) == (2, 2)
            siti.ask("indomie goreng")
            assert (first.metrics.today.searches, second.metrics.today.searches) == (2, 3)
    assert set(threading.enumerate()) <= before
