"""Messages to the owners, stored until each owner has them.

A message is stored before it is sent, and waits until each owner has it, or Telegram does not let us write to that
owner. That an owner has it is recorded after it was sent. If the process is killed in between, or Telegram's response
is lost, that owner gets this one message twice; none is ever lost for it. The messages of an owner keep their order.
One that arrives late says when it was written.
"""

from toko_core.state.outbox.messages import Message, Notified, Waiting, dated_if_late, keyboard
from toko_core.state.outbox.store import Outbox

__all__ = ["Message", "Notified", "Outbox", "Waiting", "dated_if_late", "keyboard"]
