"""What owners decide on the phone: each question has one decision, whoever presses and whichever replica answers.

The chain asks with a message that has buttons; the bot records the decision and starts what follows from it. Both use
the state database. A decision is recorded before its run is launched. The run's tag names the decision, so that it is
launched once, and later if the process died in between.
"""

from toko_core.state.decisions.buttons import Press, buttons_of
from toko_core.state.decisions.records import DECISION, LATE, NO, YES, Decision, Kind, Question
from toko_core.state.decisions.store import Decisions

__all__ = ["DECISION", "LATE", "NO", "YES", "Decision", "Decisions", "Kind", "Press", "Question", "buttons_of"]
