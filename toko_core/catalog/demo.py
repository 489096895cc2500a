"""The demo is not the shop: how its backup, and a catalogue made from it, are recognised."""

from collections.abc import Mapping

DEMO_BACKUP = "i5_CONTOH.i5bu"
"""The file that `toko demo` makes. The backup of this name, and no other, is the demo's."""
MARK = "demo"
"""The key of catalog_info that says `true` in a catalogue of the demo."""


def is_demo_backup(name: str) -> bool:
    """Whether a backup of this name is the demo's."""
    return name == DEMO_BACKUP


def is_demo_catalog(info: Mapping[str, str]) -> bool:
    """Whether a catalogue with this catalog_info is the demo's. Version 0.1.0 set no mark: then the name decides."""
    mark = info.get(MARK)
    return is_demo_backup(info.get("backup_name", "")) if mark is None else mark == "true"
