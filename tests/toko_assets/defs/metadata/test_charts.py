"""The pictures of Dagster's pages: small PNG files, of whatever a shop has."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from toko_assets.defs.metadata.charts import Change, change_bars, margin_bars, price_histogram

PROJECT = Path(__file__).parents[4]
LARGEST_BYTES = 40_000
NAME = "KOPI $5 $x^2 <b>奶茶</b> 😀 " + "SANGAT PANJANG " * 5
PRICES = np.exp(np.random.default_rng(1).normal(9.5, 1.2, 20_000))


@pytest.mark.parametrize(
    "png",
    [
        lambda: price_histogram(PRICES),
        lambda: price_histogram(np.array([])),
        lambda: price_histogram(np.array([1000.0])),
        lambda: price_histogram(np.array([0.0001, 9e13])),
        lambda: margin_bars([(f"{number} {NAME}", 30.0 - 4 * number) for number in range(15)]),
        lambda: margin_bars([]),
        lambda: change_bars([Change(NAME, "PCS", 1000.0 * n, 1500.0 * n * (-1) ** n + 900) for n in range(1, 11)]),
    ],
    ids=["prices", "no prices", "one price", "the widest range", "margins", "no margins", "changes"],
)
def test_a_picture_is_a_small_png(png: object) -> None:
    assert callable(png)
    drawn = png()
    assert len(drawn) < LARGEST_BYTES
    with Image.open(io.BytesIO(drawn)) as image:
        image.load()
        assert image.format == "PNG"
        assert image.width <= 720


def test_a_loss_is_drawn_in_another_colour_than_a_gain() -> None:
    assert _colours(margin_bars([("A", 10.0)])).isdisjoint(_reds(margin_bars([("A", -10.0)])))


def test_no_window_system_is_asked_for() -> None:
    price_histogram(PRICES)
    assert "matplotlib.pyplot" not in sys.modules


def test_loading_the_definitions_imports_neither_matplotlib_nor_dropbox(tmp_path: Path) -> None:
    loaded = "import sys, toko_assets.definitions; print(*sorted({'matplotlib', 'dropbox'} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", loaded],
        cwd=tmp_path,
        env=dict(os.environ) | {"BACKUP_SOURCE": "folder", "TOKO_DATA_DIR": str(tmp_path), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == ""


def _colours(png: bytes) -> set[tuple[int, ...]]:
    with Image.open(io.BytesIO(png)) as image:
        return {colour for _, colour in image.convert("RGB").getcolors(1 << 20) or [] if isinstance(colour, tuple)}


def _reds(png: bytes) -> set[tuple[int, ...]]:
    found = {colour for colour in _colours(png) if colour[0] > colour[2] + 60}
    assert found
    return found
