"""What the bot and the chain write to people in Telegram is in Indonesian, and calls things as shops do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toko_core.text.indonesian import check_indonesian
from toko_bot.replies import messages

ROOT = Path(__file__).parent.parent.parent.parent
MODULES = [
    *sorted((ROOT / "toko_bot/replies").rglob("*.py")),
    ROOT / "toko_assets/defs/sensors/notices.py",
    ROOT / "toko_assets/defs/sensors/owner_messages.py",
    ROOT / "toko_core/prices/labels.py",
    ROOT / "toko_core/text/__init__.py",
    ROOT / "toko_core/state/outbox/messages.py",
]
"""The modules that write messages."""
BOOKISH = ("produk", "pokok", "Tekan nomor", "mengklik", "klik", "silahkan")
"""What no shop says, or says otherwise: barang, modal, ketuk."""
LOGGED = frozenset({"log", "logger"})


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_are_indonesian_and_of_a_shop(module: Path) -> None:
    for sentence in sentences(module):
        check_indonesian(sentence)
        assert not [word for word in BOOKISH if word in sentence], sentence


def test_no_command_of_the_menus_is_english() -> None:
    for menu in (messages.STAFF_COMMANDS, messages.OWNER_COMMANDS, messages.GROUP_COMMANDS):
        for name, about in menu.items():
            check_indonesian(f"{name} {about}")


def sentences(module: Path) -> Iterator[str]:
    """Yield the texts in a module with several words: no documentation, and nothing that is logged."""
    tree = ast.parse(module.read_text())
    left_out = {id(part) for node in ast.walk(tree) if is_no_message(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "#" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        if " " in text.strip():
            yield text


def is_no_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    logs = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    return logs and node.func.value.id in LOGGED  # type: ignore[attr-defined]
