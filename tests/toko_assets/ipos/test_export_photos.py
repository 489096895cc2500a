"""Photos of a hostile backup are left out, and cost little memory."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from pyarrow import parquet

from tests.toko_core.catalog.photos import bombs
from toko_assets.ipos import export
from toko_assets.ipos.export import PHOTOS, PHOTOS_A_BATCH, write_photos
from toko_core.catalog.photos import PhotoDecoder

WRITE = """
import json, resource, sys
from pathlib import Path
from toko_assets.ipos.export import write_photos

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) * 1024

folder, before = Path(sys.argv[1]), peak()
photos = [(file.stem, file.read_bytes()) for file in sorted(folder.glob("*.photo"))]
found = write_photos(folder, photos, frozenset(code for code, _ in photos), None, lambda _: None)
of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps([found, peak() - before, of_children, "PIL" in sys.modules]))
"""
MEGABYTE = 1024 * 1024


def test_bombs_are_left_out_and_the_other_photos_are_written(tmp_path: Path) -> None:
    good = bombs.saved(Image.new("RGB", (300, 200), "red"), "JPEG")
    for number in range(4):
        (tmp_path / f"bomb{number}.photo").write_bytes(bombs.webp(6300 - number))  # 640 MB each without a limit
    (tmp_path / "good.photo").write_bytes(good)
    (tmp_path / "other.photo").write_bytes(bombs.saved(Image.new("RGB", (300, 200), "red"), "JPEG2000"))
    program = [sys.executable, "-c", WRITE, str(tmp_path)]
    ended = subprocess.run(program, capture_output=True, text=True, check=True)
    found, own, of_children, has_pillow = json.loads(ended.stdout)
    assert found == [1, ["bomb0", "bomb1", "bomb2", "bomb3", "other"]]
    assert parquet.read_table(tmp_path / PHOTOS)["gambar"].to_pylist() == [good]
    assert own < 100 * MEGABYTE
    assert of_children < 320 * MEGABYTE
    assert not has_pillow


def test_after_many_slow_photos_only_those_that_were_scaled_before_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_SLOW", 1)
    monkeypatch.setattr(export, "PhotoDecoder", partial(PhotoDecoder, seconds=1))
    good = bombs.saved(Image.new("RGB", (300, 200), "red"), "JPEG")
    written(tmp_path / "earlier", [("known", good)])
    ahead = [(str(number), good) for number in range(PHOTOS_A_BATCH - 1)]  # they are in hand with the slow one
    photos = [("slow", bombs.scans()), *ahead, ("new", good), ("known", good)]
    assert written(tmp_path / "later", photos, tmp_path / "earlier" / PHOTOS) == (PHOTOS_A_BATCH, ["slow", "new"])


def written(folder: Path, photos: list[tuple[str, bytes]], previous: Path | None = None) -> tuple[int, list[str]]:
    folder.mkdir()
    return write_photos(folder, photos, frozenset(code for code, _ in photos), previous, lambda _: None)
