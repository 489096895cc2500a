"""The guides in Indonesian: their pictures and what they quote are what the bot says, and they fit on their paper."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chat import LEGIBLE, WIDTH, draw_chat, read_text
from tests.browser.conftest import Pictures
from tests.browser.paper import Guide, count_pages, print_guide
from tests.toko_bot.bot.directly import DirectBot
from tests.toko_bot.bot.guides import Scene, guided_bot, have_scenes, owner, staff
from tests.toko_bot.bot.talk import documented, read_markdown
from tests.toko_bot.test_docs import TIMES
from tests.toko_core.text.indonesian import english_words
from toko_bot.replies.messages import GROUP_COMMANDS, OWNER_COMMANDS, STAFF_COMMANDS

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
STAFF, OWNER = Guide(DOCS / "panduan-staf.md", pages=1, columns=2), Guide(DOCS / "panduan-pemilik.md", pages=2)
GUIDES = pytest.mark.parametrize("guide", [STAFF, OWNER], ids=lambda guide: guide.source.stem)
SAYING = ("toko_bot/replies", "toko_assets/defs/sensors", "toko_core/state/decisions", "toko_core/text")
"""Where the sentences are that people read in Telegram."""
SHOWN = re.compile(r"`([^`]+)`|“([^”]+)”")
"""In a guide: what a phone shows."""
TYPED = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
"""In a guide: what people type."""
MOST_BYTES = 80_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guides") / "data"


@pytest.fixture(scope="module")
def bot(data: Path) -> Iterator[DirectBot]:
    with guided_bot(data) as bot:
        yield bot


@pytest.fixture(scope="module")
def scenes(bot: DirectBot, data: Path) -> dict[str, Scene]:
    return {scene.name: scene for scene in have_scenes(bot, data)}


def test_the_pictures_of_the_guides_show_what_the_bot_says(
    scenes: dict[str, Scene], browser: Browser, pictures: Pictures
) -> None:
    """If this fails, `make screenshots` draws them again."""
    phone = browser.new_page(viewport={"width": WIDTH, "height": 800}, device_scale_factor=LEGIBLE)
    for scene in scenes.values():
        drawn = draw_chat(phone, scene.messages, scene.text)
        (pictures.folder / f"{scene.name}.png").write_bytes(drawn)
        shown = DOCS / f"{scene.name}.png"
        assert shown.stat().st_size < MOST_BYTES
        assert TIMES.sub("#", read_text(shown)) == TIMES.sub("#", scene.text), scene.name
    assert {f"{name}.png" for name in scenes} == STAFF.pictures.keys() | OWNER.pictures.keys()


@GUIDES
def test_a_guide_fits_on_its_sheets_and_its_pdf_is_up_to_date(
    guide: Guide, browser: Browser, pictures: Pictures, tmp_path: Path
) -> None:
    """If the PDF is not up to date, `make screenshots` prints it again."""
    pdf = print_guide(browser, guide, tmp_path)
    (pictures.folder / guide.printed.name).write_bytes(pdf)
    assert count_pages(pdf) == count_pages(guide.printed.read_bytes()) == guide.pages
    assert guide.printed.read_bytes().endswith(guide.mark)
    assert all(len(text) > 20 for text in guide.pictures.values())


@GUIDES
def test_what_a_guide_quotes_is_what_the_bot_says(guide: Guide, scenes: dict[str, Scene]) -> None:
    talks = [parts["Now"] for parts in read_markdown(documented()).values()]
    said = "\n".join([*talks, *(scene.text for scene in scenes.values()), *sentences()])
    known = {*STAFF_COMMANDS, *OWNER_COMMANDS, *GROUP_COMMANDS}
    for label, sentence in SHOWN.findall(guide.source.read_text()):
        command = re.match(r"/(\w+)", label)
        assert command[1] in known if command else (label or sentence) in said, label or sentence


@GUIDES
def test_what_a_guide_says_to_type_is_answered(guide: Guide, bot: DirectBot, scenes: dict[str, Scene]) -> None:
    del scenes  # what is typed comes after the conversations of the pictures
    reader = staff(bot) if guide is STAFF else owner(bot)
    examples = TYPED.findall(guide.source.read_text())
    assert examples
    assert [example for example in examples if not reader.ask(" ".join(example.split())).buttons] == []


@GUIDES
def test_a_guide_is_indonesian(guide: Guide) -> None:
    assert english_words(re.sub(r"\]\([^)]+\)|OWNER_USERS", "", guide.source.read_text())) == []


@cache
def sentences() -> tuple[str, ...]:
    """All texts in the modules that write to people, without their documentation."""
    files = [file for folder in SAYING for file in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(text for file in files for text in literals(ast.parse(file.read_bytes())))


def literals(tree: ast.AST) -> Iterator[str]:
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
