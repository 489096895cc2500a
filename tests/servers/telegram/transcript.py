"""Formats a chat as text, for failed tests and the documentation. Without times, it is the same in each run."""

from collections.abc import Iterable, Iterator

from tests.servers.telegram.records import CallbackAnswer, Event, InlineAnswer, Message


def transcript(events: Iterable[Event]) -> str:
    """Format all events, each under the name of the person who caused it. Chat actions are left out."""
    return "\n\n".join(_indented(event) for event in events if event.kind != "action")


def message_text(message: Message) -> str:
    """Format a message with its photo and its buttons, one row of buttons per line."""
    lines = [f"(photo, {message.photo})"] if message.photo is not None else []
    lines += [f"({kind})" for kind in message.extra]
    lines += message.text.splitlines()
    lines += ["  ".join(f"[{button.text}]" for button in row) for row in message.rows]
    return "\n".join(lines)


def _indented(event: Event) -> str:
    heading, *lines = _lines(event)
    return "\n".join([heading, *(f"    {line}".rstrip() for line in lines)])


def _lines(event: Event) -> Iterator[str]:
    name, message = event.user.first_name, event.message
    match event.kind:
        case "message" if message is not None:
            yield f"{name}, by way of the bot:" if message.via_bot is not None else f"{name}:"
            yield from message_text(message).splitlines()
        case "edit" if message is not None:
            yield f"{name} changes its message:" if event.by_bot else f"{name} changes a message:"
            yield from message_text(message).splitlines()
        case "deletion" if event.before is not None:
            yield f"{name} deletes:"
            yield from event.before.text.splitlines()[:1]
        case "press":
            yield f"{name} presses [{event.text}]"
        case "answer" if isinstance(event.answer, CallbackAnswer):
            if event.answer.text:
                yield f"{name}, in a window:" if event.answer.alert else f"{name}, above the chat for a moment:"
                yield from event.answer.text.splitlines()
            else:
                yield f"{name} takes note of the press"
        case "inline query":
            yield f"{name} types in a chat: {event.text}"
        case "inline answer" if isinstance(event.answer, InlineAnswer):
            yield f"{name} offers {len(event.answer)} results:" if len(event.answer) else f"{name} offers nothing"
            for result in event.answer:
                yield " · ".join(filter(None, [result.title, *result.description.splitlines()])) or result.id
            if event.answer.button is not None:
                yield f"[{event.answer.button.get('text', '')}]"
