"""No photo costs more memory or processor time than the limits, or harms the process that has it decoded."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from PIL import Image

from tests.processes import descendants, is_alive, kill
from tests.toko_core.catalog.photos import bombs
from tests.waiting import wait_until
from toko_core.catalog.photos import PhotoDecoder, PhotoError, Problem

MEGABYTE = 1024 * 1024
SMALL = bombs.saved(Image.new("RGB", (300, 200), "red"), "JPEG")


def problem(decoder: PhotoDecoder, photo: bytes) -> Problem | None:
    """Return what is wrong with a photo, or None if there is a result."""
    try:
        assert decoder.submit(photo).result()
    except PhotoError as error:
        return error.problem
    return None


@pytest.fixture(scope="module")
def decoder() -> Iterator[PhotoDecoder]:
    with PhotoDecoder("read_barcodes", 1) as decoder:
        yield decoder


SCALE_ALL = """
import json, resource, sys
from pathlib import Path
from toko_core.catalog.photos import PhotoDecoder, PhotoError

found = {}
with PhotoDecoder("scale") as decoder:
    photos = {file.name: decoder.submit(file.read_bytes()) for file in Path(sys.argv[1]).iterdir()}
    for name, photo in photos.items():
        try:
            found[name] = len(photo.result()) < 60_000
        except PhotoError as error:
            found[name] = error.problem.name
own = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([found, int(own) * 1024, of_children * 1024, "PIL" in sys.modules]))
"""


def test_bombs_cost_little_memory_and_a_large_photo_of_a_phone_is_decoded(tmp_path: Path) -> None:
    """Without limits, the WebP takes 800 MB, and the PNG 420 MB."""
    files = {
        "webp": bombs.webp(), "png": bombs.png(bombs.SIDE, bombs.SIDE),
        "wide": bombs.png(60_000_000, 1, bits=1, color=0), "texts": bombs.png_texts(),
        "gif": bombs.gif(), "bmp": bombs.bmp_runs(), "cmyk": bombs.saved(Image.new("CMYK", (2000, 2000)), "JPEG"),
        "cut": bombs.saved(Image.effect_noise((900, 900), 80), "JPEG")[:9000],
        "phone": bombs.saved(Image.new("RGB", (8192, 6144), "red"), "JPEG", progressive=True),
    }  # fmt: skip
    for name, photo in files.items():
        (tmp_path / name).write_bytes(photo)
    program = [sys.executable, "-c", SCALE_ALL, str(tmp_path)]
    ended = subprocess.run(program, capture_output=True, text=True, check=True)
    found, own, of_children, has_pillow = json.loads(ended.stdout)
    assert found == {
        "webp": Problem.UNREADABLE.name, "png": Problem.TOO_LARGE.name, "wide": Problem.TOO_LARGE.name,
        "texts": Problem.UNREADABLE.name, "gif": True, "bmp": True, "cmyk": True, "cut": Problem.UNREADABLE.name,
        "phone": True,
    }  # fmt: skip
    assert of_children < 320 * MEGABYTE
    assert own < 60 * MEGABYTE
    assert not has_pillow
    assert ended.stderr == ""


def test_a_photo_that_takes_too_long_is_given_up_and_the_next_one_is_decoded() -> None:
    with PhotoDecoder("scale", 1, seconds=1) as decoder:
        slow, next_one = decoder.submit(bombs.scans()), decoder.submit(SMALL)
        with pytest.raises(PhotoError) as raised:
            slow.result()
        assert raised.value.problem is Problem.TOO_SLOW
        assert next_one.result() == SMALL


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_five_formats_are_decoded(decoder: PhotoDecoder, kind: str) -> None:
    assert problem(decoder, bombs.saved(Image.new("RGB", (100, 100), "red"), kind)) is None


@pytest.mark.parametrize("kind", ["JPEG2000", "EPS", "TIFF", "ICO", "PPM", "PDF", "AVIF"])
def test_no_other_format_is_decoded(decoder: PhotoDecoder, kind: str) -> None:
    photo = bombs.saved(Image.new("RGB", (100, 100), "red"), kind)
    assert problem(decoder, photo) is Problem.UNREADABLE
    assert problem(decoder, b"BM" + photo) is Problem.UNREADABLE  # the child trusts no first bytes


def test_a_file_larger_than_any_photo_is_rejected_at_once(decoder: PhotoDecoder) -> None:
    assert problem(decoder, SMALL + bytes(33 * MEGABYTE)) is Problem.TOO_LARGE


def test_a_child_that_dies_is_replaced_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "secret")
    others = set(children(os.getpid()))
    with PhotoDecoder("scale", 1) as decoder:
        for _ in range(2):
            assert problem(decoder, SMALL) is None
            (child,) = set(children(os.getpid())) - others
            assert b"secret" not in Path(f"/proc/{child}/environ").read_bytes()
            kill(child)


def test_closing_ends_the_children_and_cancels_what_they_do() -> None:
    decoder = PhotoDecoder("scale", 1)
    before = set(children(os.getpid()))
    photos = [decoder.submit(bombs.scans()) for _ in range(2)]
    wait_until(lambda: any(busy(child) for child in set(children(os.getpid())) - before))
    decoder.close()
    for photo in photos:
        with pytest.raises(CancelledError):
            photo.result()
    assert set(children(os.getpid())) == before


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "slow").write_bytes(bombs.scans(500_000))
    parent = subprocess.Popen([sys.executable, "-c", SCALE_ALL, str(tmp_path)])
    wait_until(lambda: any(busy(child) for child in children(parent.pid)))
    started = list(children(parent.pid))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not any(map(is_alive, started)))


def children(pid: int) -> dict[int, str]:
    """The decoders that a process has started."""
    return {child: command for child, command in descendants(pid).items() if "photos.child" in command}


def busy(pid: int) -> bool:
    """Return whether a process has used more than the processor time that it takes to start."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11]
    return int(used) / os.sysconf("SC_CLK_TCK") > 0.5
