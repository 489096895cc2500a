"""Dagster's code server, which ends when the process that has loaded the code dies.

Run it as `python -m toko_assets.cli.dev.code_server`, with the arguments of `dagster code-server start`. That command
loads the code in a process of its own, which *Reload* in the web interface replaces. It does not notice that this
process dies, and then every sensor tick and every run fails until somebody presses *Reload*. This one ends instead,
with status 1, so that its supervisor starts it again.
"""

import os
import signal

from dagster._cli.code_server import start_command

from toko_assets.cli.upkeep.unfinished import finish_restore
from toko_core.files import keep_private
from toko_core.log import escape_records


def main() -> None:
    """Run `dagster code-server start` with the arguments of this process, after a restore that runs or was killed."""
    keep_private()
    escape_records()
    finish_restore(wait=True)  # one that runs in this container would die with it
    signal.signal(signal.SIGCHLD, _end_without_children)
    signal.signal(signal.SIGINT, _stop)  # Dagster makes it SIGTERM's handler as well
    start_command()


def _stop(*_: object) -> None:
    """Let Dagster end this process, with status 0: its children end first."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    raise KeyboardInterrupt


def _end_without_children(*_: object) -> None:
    """Reap children that ended, and end this process if none is left. After a *Reload* the new one is left."""
    try:
        while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):
            pass
    except ChildProcessError:
        os._exit(1)


if __name__ == "__main__":
    main()
