"""Provides what the tests need and no Python package brings: `python -m tests.provide`, run by `make test` first.

It installs what is missing where it may: Chromium with `playwright install`, the rest, and Chromium where that fails,
with apt-get as root or with sudo. Otherwise it prints one line that says what to install, and exits with status 1.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import find_chromium, playwright_starts

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin/postgres")
HAS_POSTGRES_15 = "VERSION_CODENAME=bookworm"
"""The line of /etc/os-release of the Debian whose PostgreSQL is 15."""
CHROMIUM_SECONDS = 900
CONNECT_MS = 10_000
"""How long Playwright waits for its server; it tries five times."""
INSTALL = """
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
case " $* " in *" postgresql-15 "*)
  settings=/etc/postgresql-common/createcluster.d
  mkdir -p $settings
  trap 'rm -f $settings/toko-tests.conf' EXIT
  echo 'create_main_cluster = false' >$settings/toko-tests.conf
esac
apt-get install -y -qq --no-install-recommends "$@"
"""
"""Of PostgreSQL only the programs: no server starts by itself. A source that cannot be updated need not be needed."""
AS_ROOT = ["unshare", "--mount", "setpriv", "--reuid=65534", "--clear-groups", "--securebits=+no_setuid_fixup",
           "--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search",
           "true"]  # fmt: skip
AS_A_USER = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "true"]
"""What tests of full disks and of servers do, as root and as another user; containers and some kernels forbid it."""


class MissingError(Exception):
    """Something is missing. One line that says what to do."""


@dataclass(frozen=True)
class Need:
    name: str
    package: str
    """Debian's."""
    is_here: Callable[[], bool]


def needs() -> list[Need]:
    """Everything that tests use besides Python packages, and PostgreSQL 15 where this system offers it."""
    return [
        *(program(name, "util-linux") for name in ("setpriv", "unshare")),
        *(program(name, name) for name in ("mount", "openssl", "git", "curl")),
        program("systemd-analyze", "systemd"),
        Need("time zones", "tzdata", Path("/usr/share/zoneinfo/Asia/Jakarta").exists),
        Need("libatomic", "libatomic1", lambda: loads("libatomic.so.1")),  # Playwright's driver is linked with it
        Need("Chromium", "chromium", lambda: find_chromium() is not None),
        Need("PostgreSQL 15", "postgresql-15", lambda: POSTGRES_15.exists() or not offers_postgres_15()),
    ]


def program(name: str, package: str) -> Need:
    return Need(name, package, lambda: shutil.which(name) is not None)


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def offers_postgres_15() -> bool:
    """Whether this system's packages have it: Debian 12, or a source that was added."""
    release = Path("/etc/os-release")
    if release.exists() and HAS_POSTGRES_15 in release.read_text().splitlines():
        return True
    if shutil.which("apt-cache") is None:
        return False
    done = subprocess.run(["apt-cache", "policy", "postgresql-15"], capture_output=True, text=True, check=False)
    return "Candidate:" in done.stdout and "Candidate: (none)" not in done.stdout


def provide() -> None:
    """Install what is missing. Raises MissingError when something stays missing."""
    missing = [need for need in needs() if not need.is_here()]
    if any(need.name == "Chromium" for need in missing) and playwright_starts():
        download_chromium()
    missing = still_missing(missing)
    root = root_command()
    if missing and root is not None:
        install([need.package for need in missing], root)
    if missing := still_missing(missing):
        raise MissingError(how_to_install(missing))
    ensure_kernel_allows()


def still_missing(needs: Sequence[Need]) -> list[Need]:
    return [need for need in needs if not need.is_here()]


def download_chromium() -> None:
    """Playwright's own Chromium; where its server is out of reach this fails, and find_chromium() says so."""
    say("playwright install chromium")
    environment = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": str(CONNECT_MS), **os.environ}
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        env=environment, capture_output=True, timeout=CHROMIUM_SECONDS, check=False,
    )  # fmt: skip


def root_command() -> list[str] | None:
    """What comes before a command that installs packages; None if we may not install any."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    without_password = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n"] if without_password else None


def install(packages: Sequence[str], root: Sequence[str]) -> None:
    wanted = sorted(set(packages))
    say(f"apt-get install {' '.join(wanted)}")
    done = subprocess.run([*root, "sh", "-c", INSTALL, "sh", *wanted], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise MissingError(f"apt-get install {' '.join(wanted)} failed: {said[-1]}")


def how_to_install(missing: Sequence[Need]) -> str:
    names, packages = ", ".join(need.name for need in missing), " ".join(sorted({need.package for need in missing}))
    if shutil.which("apt-get") is None:
        return f"The tests need {names}: install them with the system's package manager."
    return f"The tests need {names}. As root: apt-get update && apt-get install {packages}"


def ensure_kernel_allows() -> None:
    command = AS_ROOT if os.geteuid() == 0 else AS_A_USER
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MissingError(
            f"The tests mount file systems and run servers as another user, which is not allowed here "
            f"({done.stderr.strip()}): allow unprivileged user namespaces, or make the container privileged."
        )


def say(line: str) -> None:
    print(f"Preparing the tests: {line}", flush=True)


def main() -> None:
    """Entry point."""
    try:
        provide()
    except MissingError as error:
        sys.exit(f"make test: {error}")
    if not POSTGRES_15.exists():
        say(
            "PostgreSQL 15 is not among this system's packages; tests of external servers use 16 and 18 alone, "
            "and toko bench search leaves pg_trgm out."
        )


if __name__ == "__main__":
    main()
