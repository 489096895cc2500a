"""Presses buttons, and opens products, as people do."""

from tests.servers.telegram import Message, Person


def press(person: Person, label: str, message: Message) -> Message:
    """Press a button, and return the message as it is then."""
    person.press(label, message).answered()
    return person.next_edit(of=message)


def opened(person: Person, query: str) -> Message:
    """Search, and open the first product."""
    return press(person, "1", person.ask(query))


def page_lines(person: Person, query: str) -> list[str]:
    """Search, open the first product, and return its page's lines."""
    return opened(person, query).text.splitlines()
