"""What is dropped if more messages wait than the outbox keeps."""

from datetime import UTC, datetime, timedelta

from toko_core.state.outbox.messages import MOST_WAITING, Message, State, add

SITI = 102
NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
QUESTION = (("Tetap pakai", "da1.1"), ("Biarkan", "da1.0"))


def test_a_night_of_many_messages_drops_neither_questions_nor_what_is_urgent() -> None:
    state = State()
    kept = [Message("foreign:i5_lain", "Toko lain?", QUESTION), Message("run:1", "Ditahan", urgent=True)]
    news = [Message(f"news:{number}", "Kabar") for number in range(MOST_WAITING + 5)]
    for minutes, message in enumerate([*kept, *news]):
        state = add(state, message, {SITI}, NOW + timedelta(minutes=minutes))
    assert [waiting.key for waiting in state.waiting] == [message.key for message in [*kept, *news[7:]]]
    for number in range(MOST_WAITING + 5):
        state = add(state, Message(f"run:{number + 2}", "Ditahan", urgent=True), {SITI}, NOW)
    assert [waiting.key for waiting in state.waiting] == [f"run:{number + 7}" for number in range(MOST_WAITING)]
