"""The command tunes the process once. A test fails when httpcore no longer needs the workaround."""

import importlib.abc
import subprocess
import sys
from importlib.machinery import ModuleSpec

import httpcore._synchronization
import pytest

from toko_core.settings.process import SWITCH_SECONDS


class CountsSniffio(importlib.abc.MetaPathFinder):
    """Counts how often Python searches for sniffio, and reports it as missing."""

    def __init__(self) -> None:
        self.searches = 0

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name == "sniffio":
            self.searches += 1
            raise ModuleNotFoundError(name)
        return None


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> CountsSniffio:
    finder = CountsSniffio()
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)
    return finder


def test_httpcore_still_searches_for_sniffio_again_and_again(searches: CountsSniffio) -> None:
    for _ in range(3):
        httpcore._synchronization.current_async_library()
    assert searches.searches == 3, "remove skip_search_for_sniffio from toko_bot/service/process.py"


TUNED = """
import subprocess
import sys
from importlib.abc import MetaPathFinder
import httpcore._synchronization
from toko_bot.service.process import tune_process

class Finder(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        print("search for", name)

tune_process()
httpcore._synchronization.current_async_library()
sys.meta_path.insert(0, Finder())
httpcore._synchronization.current_async_library()
print(sys.getswitchinterval())
"""


def test_a_tuned_process_searches_for_no_module_during_a_request_and_switches_threads_early() -> None:
    ended = subprocess.run([sys.executable, "-c", TUNED], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == [str(SWITCH_SECONDS)]


def test_a_tuned_process_imports_httpx_without_its_command_line() -> None:
    code = (
        "from toko_bot.service.process import tune_process; tune_process()\nimport httpx, sys; httpx.Client().close()"
    )
    said = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint('pygments' in sys.modules)"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "False\n"
