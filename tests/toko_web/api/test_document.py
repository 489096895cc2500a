"""The examples of docs/api.md run as they are printed, against a server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toko_web.api.conftest import Api

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(DOCUMENT.read_text())
SHOWN = ("INDOMIE GORENG SPECIAL 85GR", "code,name,brand", "GULA1 BKS 17500", "404 The catalogue has no product")
"""What each block prints, in their order."""


@pytest.mark.parametrize(("language", "block", "shown"), [(*block, SHOWN[n]) for n, block in enumerate(BLOCKS)])
def test_an_example_of_the_document_works(api: Api, tmp_path: Path, language: str, block: str, shown: str) -> None:
    given = {**os.environ, "API_URL": api.web.url, "API_KEY": api.secrets["stock"]}
    command = ["bash", "-euo", "pipefail", "-c", block] if language == "sh" else [sys.executable, "-c", block]
    ended = subprocess.run(command, env=given, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert shown in ended.stdout


def test_the_document_names_every_route(api: Api) -> None:
    with api.client(None) as client:
        paths = client.get("/v1/openapi.json").json()["paths"]
    text = DOCUMENT.read_text()
    assert [path for path in paths if f"`/v1{path}" not in text] == []


def test_the_column_of_the_formula_is_the_shown_price(api: Api) -> None:
    formula = re.search(r'XLOOKUP\("MIE001", A:A, ([A-Z]):', DOCUMENT.read_text())
    assert formula is not None
    with api.client("stock") as client:
        columns = client.get("/v1/catalog.csv").text.splitlines()[0].split(",")
    assert columns[0] == "code"
    assert columns[ord(formula[1]) - ord("A")] == "shown_price"
