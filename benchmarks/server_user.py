"""The user of PostgreSQL servers that measurements and tests start: PostgreSQL does not run as root."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

NOBODY = 65534
REACH = "+dac_override,+dac_read_search"
"""The server may enter the folders of root that its own is in."""


def as_server_user(command: Sequence[str | Path]) -> list[str]:
    """Return the command line that runs a command as the server's user, if we are root. It ends with this process.

    Raises FileNotFoundError if `setpriv` is missing.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise FileNotFoundError("setpriv is missing: apt-get install util-linux")
    options = ["--pdeathsig", "INT"]
    if os.geteuid() == 0:
        options += [
            f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--securebits=+no_setuid_fixup",
            f"--inh-caps={REACH}", f"--ambient-caps={REACH}",
        ]  # fmt: skip
    return [setpriv, *options, *map(str, command)]


def give_to_server(path: Path) -> None:
    """Make a file or folder the server user's, if we are root."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
