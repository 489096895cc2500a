"""Files and folders are written completely or not at all."""

import os
from pathlib import Path

import pytest

from toko_core.files import keep_newest, whole_file, whole_folder


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(RuntimeError), whole_file(tmp_path / "a") as file:
        file.write_text("new")
        raise RuntimeError
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a": "old"}


def test_a_written_file_replaces_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with whole_file(tmp_path / "a") as file:
        file.write_text("new")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a": "new"}


def test_a_failed_folder_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "a") as folder:
        (folder / "x").write_text("old")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "a") as folder:
        (folder / "x").write_text("new")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a" / "x").read_text() == "old"


def test_the_newest_files_and_those_in_use_are_kept(tmp_path: Path) -> None:
    for age, name in enumerate("abcde"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    removed = keep_newest(tmp_path.iterdir(), 2, besides=[tmp_path / "e"])
    assert sorted(p.name for p in removed) == ["c", "d"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "e"]
