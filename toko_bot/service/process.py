"""Tunes the whole process. Only the command does this, once at its start; importing or building a bot never does."""

import sys
from importlib.util import find_spec

from toko_core.log import escape_records
from toko_core.settings import process


def tune_process() -> None:
    """Tune this process for a bot."""
    process.tune_process()
    escape_records()
    skip_search_for_sniffio()
    leave_out_command_of_httpx()


def skip_search_for_sniffio() -> None:
    """Make `import sniffio` fail at once if the package is not installed.

    httpcore 1.0.9 imports it about ten times a request, and each failed import searches all folders of sys.path.
    Without this function a request of the bot takes about 40% more processor time: 1.0 instead of 0.7 ms.
    Remove it when httpcore imports sniffio only once: https://github.com/encode/httpcore/pull/1103. A test of this
    module fails then.
    """
    if find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # how Python marks a missing module


def leave_out_command_of_httpx() -> None:
    """Make httpx leave out its command line, as it does where that cannot be imported: with it come 2 MB of memory."""
    if "httpx" not in sys.modules:
        sys.modules["httpx._main"] = None  # type: ignore[assignment]  # how Python marks a missing module
