"""`toko bench` with missing packages, and the imports of its help. Each test runs a new process."""

import subprocess
import sys

import pytest

MAIN = "import sys; sys.argv = ['toko', *sys.argv[1:]]; from toko_assets.cli.commands import cli, main; "


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", MAIN + code, *options], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("missing", "options", "error"),
    [
        ("benchmarks", ["--help"], "The benchmarks are not part of an installed toko: run them in a checkout."),
        ("benchmarks", ["sync"], "The benchmarks are not part of an installed toko: run them in a checkout."),
        ("telegram", ["bot"], "The benchmark needs telegram: run `make clean install`."),
    ],
)
def test_a_missing_package_is_a_one_line_error(missing: str, options: list[str], error: str) -> None:
    ended = run(f"sys.modules[{missing!r}] = None; main()", "bench", *options)

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"toko: {error}\n")


@pytest.mark.parametrize("options", [["--help"], ["bench", "--help"], ["bench", "bot", "--help"]], ids=" ".join)
def test_help_imports_no_heavy_package(options: list[str]) -> None:
    ended = run("cli(standalone_mode=False); print(*sys.modules)", *options)

    assert ended.returncode == 0, ended.stderr
    text, _, modules = ended.stdout.strip().rpartition("\n")
    assert "bench" in text
    assert not {"dagster", "matplotlib", "pandas", "psycopg", "telegram"} & set(modules.split())
