"""Which groups may use the bot: those of the settings, and what they became."""

from dataclasses import replace

import pytest

from tests.toko_core.state.databases import on_both
from toko_core.state.database import StateDatabase, StateError
from toko_core.state.groups.store import Groups, Move

OLD, NEW, NEWER, OTHER = -5, -1005, -1006, -7
MOVE, AGAIN = Move(OLD, NEW, "Toko <Staf>"), Move(NEW, NEWER, "Toko")


@on_both
def test_a_group_that_became_a_supergroup_twice_keeps_its_access_in_every_process(state: StateDatabase) -> None:
    first, second = Groups(state, {OLD}), Groups(state, {OLD})
    assert not second.allows(NEW)
    assert first.move(MOVE)
    assert first.knows(NEW)
    assert not second.knows(NEW)
    assert second.allows(NEW)
    assert second.knows(NEW)
    assert second.move(AGAIN)
    assert Groups(state, {OLD}).allows(NEWER), "after a restart"
    assert first.all() == {OLD, NEW, NEWER}
    assert first.moves() == [MOVE, AGAIN]
    assert not Groups(state, {OTHER}).allows(NEWER), "the group was taken out of ALLOWED_CHATS"


@on_both
def test_a_move_is_stored_once_and_reported_by_one_process(state: StateDatabase) -> None:
    replicas = [Groups(state, {OLD}), Groups(state, {OLD})]
    assert [groups.move(MOVE) for groups in replicas] == [True, False]
    assert [groups.take_unreported() for groups in replicas] == [[MOVE], []]
    assert replicas[1].moves() == [replace(MOVE, title="")], "a title may name people"


def test_groups_without_access_and_ids_that_the_settings_have_are_not_stored(state: StateDatabase) -> None:
    groups = Groups(state, {OLD, NEW})
    assert not groups.move(Move(OTHER, NEWER, "Lain"))
    assert not groups.move(MOVE)
    assert groups.moves() == []
    assert not groups.allows(NEWER)


def test_ids_that_lead_in_a_circle_are_followed_once(state: StateDatabase) -> None:
    groups = Groups(state, {OLD})
    for old, new in ((OLD, NEW), (NEW, NEWER), (NEWER, OLD)):
        groups.move(Move(old, new, ""))
    assert Groups(state, {OLD}).all() == {OLD, NEW, NEWER}


def test_if_the_database_cannot_be_written_the_process_itself_still_knows_it(tmp_path: object) -> None:
    groups = Groups(StateDatabase(f"sqlite:///{tmp_path}"), {OLD})  # a folder
    with pytest.raises(StateError):
        groups.move(MOVE)
    assert groups.allows(NEW)
