"""Keeps questions and decisions in the state database."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update

from toko_core.state.database import StateDatabase
from toko_core.state.decisions.records import LATE, NO, Decision, Kind, Question
from toko_core.state.quiet import write_quiet
from toko_core.state.tables import decision_messages, decisions

LARGEST_ID = 1 << 53
"""Numbers are random: after a restore, an old button must not decide something else."""
KEPT = timedelta(days=90)
LEASE = timedelta(minutes=2)
"""How long one process may take to launch a run before another one tries. Each of its requests ends much earlier."""
C = decisions.c

Note = Callable[[dict[str, Any], Connection], None]
"""Adds the details of a decision to the audit list."""


class Decisions:
    """The decisions of one shop. All methods touch the disk: do not call them in the event loop.

    They raise StateError if the database cannot be used, or has no such tables yet.
    """

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def ask(self, question: Question) -> Decision:
        """Store a question. If there is one with its key, return that one as it is."""
        shop, now = self._state.shop, datetime.now(UTC)
        with self._state.write() as connection:
            if row := connection.execute(select(decisions).where(C.shop == shop, C.key == question.key)).one_or_none():
                return _decision(row)
            self._remove_old(connection, now)
            new = Decision(
                secrets.randbelow(LARGEST_ID), question.key, question.kind, question.text, question.details, now
            )
            connection.execute(insert(decisions).values(
                shop=shop, id=new.id, key=new.key, kind=new.kind, text=new.text, details=dict(new.details), asked_at=now
            ))  # fmt: skip
        return new

    def ask_again(self, decision: Decision) -> Decision:
        """Return the question that takes the place of one whose run is given up. Asked twice, it is the same one."""
        key = f"{decision.key}:{decision.id}"
        return self.ask(Question(key, Kind(decision.kind), decision.text, decision.details))

    def find(self, decision_id: int) -> Decision | None:
        """Return a question as it is now; None if there is none with this number."""
        with self._state.read() as connection:
            row = connection.execute(select(decisions).where(*self._its(decision_id))).one_or_none()
        return None if row is None else _decision(row)

    def decide(self, decision_id: int, by_id: int, by_name: str, choice: int, note: Note) -> tuple[Decision, bool]:
        """Make a choice. Return the decision, and whether this call made it: the first choice counts.

        Quiet hours are in force with it. `note` adds an entry to the audit list, in the same transaction. Raises
        LookupError if the question is gone.
        """
        values = {"choice": choice, "decided_by_id": by_id, "decided_by_name": by_name}
        with self._state.write() as connection:
            done, decision = self._close(connection, decision_id, values)
            if done and choice != NO and decision.kind == Kind.QUIET:
                write_quiet(connection, self._state.shop, decision.details.get("hours"))
            if done:
                note({"kind": decision.kind, "choice": choice, "about": _about(decision, choice)}, connection)
        return decision, done

    def close_late(self, decision_id: int) -> Decision:
        """Record that it is too late to decide, unless it was decided. Raises LookupError if the question is gone."""
        with self._state.write() as connection:
            return self._close(connection, decision_id, {"choice": LATE})[1]

    def begin_launch(self, decision_id: int) -> bool:
        """Return whether this process may launch the run of a decision now: nobody else does, and there is none."""
        now = datetime.now(UTC)
        expired = or_(C.launching_at.is_(None), C.launching_at < now - LEASE, C.launching_at > now + LEASE)
        free = and_(*self._its(decision_id), C.run_id.is_(None), C.problem == "", expired)
        with self._state.write() as connection:
            return connection.execute(update(decisions).where(free).values(launching_at=now)).rowcount == 1

    def end_launch(self, decision_id: int, *, run_id: str | None = None, problem: str = "") -> None:
        """Record the run, or why there will be none. Without both, the launch is tried again."""
        values = {"launching_at": None, "run_id": run_id, "problem": problem}
        with self._state.write() as connection:
            connection.execute(update(decisions).where(*self._its(decision_id)).values(values))

    def note_message(self, key: str, owner_id: int, message_id: int) -> None:
        """Store that a message in the private chat of an owner asks the question with this key."""
        shop, message = self._state.shop, decision_messages.c
        with self._state.write() as connection:
            found = connection.execute(select(C.id).where(C.shop == shop, C.key == key)).scalar()
            if found is None:
                return
            its = (message.shop == shop, message.decision == found)
            same = (message.owner_id == owner_id, message.message == message_id)
            if connection.execute(select(message.id).where(*its, *same)).first() is None:
                values = {"shop": shop, "decision": found, "owner_id": owner_id, "message": message_id}
                connection.execute(insert(decision_messages).values(values))

    def take_messages(self, decision_id: int) -> list[tuple[int, int]]:
        """Return the owner and the number of each message that asks a question, and forget them."""
        message = decision_messages.c
        its = (message.shop == self._state.shop) & (message.decision == decision_id)
        with self._state.write() as connection:
            rows = connection.execute(select(message.owner_id, message.message).where(its)).all()
            connection.execute(delete(decision_messages).where(its))
        return [(owner, number) for owner, number in rows if owner is not None]

    def unfinished(self) -> list[Decision]:
        """Return the decisions whose run was not launched, or of which messages were not edited."""
        ours = C.shop == self._state.shop
        shown = select(decision_messages.c.decision).where(decision_messages.c.shop == self._state.shop)
        lacking = and_(C.run_id.is_(None), C.problem == "")
        wanted = select(decisions).where(ours, C.choice.is_not(None), or_(lacking, C.id.in_(shown)))
        with self._state.read(once=True) as connection:
            found = [_decision(row) for row in connection.execute(wanted.order_by(C.decided_at))]
            ids = set(connection.execute(shown).scalars())
        return [decision for decision in found if decision.lacks_run or decision.id in ids]

    def _close(self, connection: Connection, decision_id: int, values: Mapping[str, Any]) -> tuple[bool, Decision]:
        its = self._its(decision_id)
        undecided = update(decisions).where(*its, C.decided_at.is_(None))
        done = connection.execute(undecided.values(decided_at=datetime.now(UTC), **values)).rowcount == 1
        row = connection.execute(select(decisions).where(*its)).one_or_none()
        if row is None:
            raise LookupError(decision_id)
        return done, _decision(row)

    def _remove_old(self, connection: Connection, now: datetime) -> None:
        shop, message = self._state.shop, decision_messages.c
        connection.execute(delete(decisions).where(C.shop == shop, C.asked_at < now - KEPT))
        gone = message.decision.not_in(select(C.id).where(C.shop == shop))
        connection.execute(delete(decision_messages).where(message.shop == shop, gone))

    def _its(self, decision_id: int) -> tuple[ColumnElement[bool], ...]:
        return C.shop == self._state.shop, C.id == decision_id


def _about(decision: Decision, choice: int) -> str:
    """Return what was decided about, for the audit list."""
    if decision.kind == Kind.ADOPT:
        return decision.database(choice)
    return str(decision.details.get("about", ""))


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        row.id, row.key, row.kind, row.text, row.details, row.asked_at, row.choice, row.decided_at,
        row.decided_by_name, row.run_id, row.problem,
    )  # fmt: skip
