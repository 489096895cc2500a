"""Parses formatted text as Telegram does: the HTML parse mode, UTF-16 offsets, and commands and links in plain text.

The parser follows tdlib's `parse_html`, with its error messages. Other parse modes are rejected.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

MOST_ENTITIES = 100
"""Telegram silently drops further entities."""

TYPES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
MARKS = re.compile(r"[<&]")
CHARACTER = re.compile(r"&(?:#(\d+)|#x([0-9a-fA-F]+)|(lt|gt|amp|quot));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TAG_NAME = re.compile(r"[^\s>]*")
ATTRIBUTE = re.compile(r"""\s*([^\s=>]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)(?=[\s>])))?\s*""")
FOUND_BY_ITSELF = re.compile(
    r"(?P<bot_command>(?<![\w/@<])/\w{1,64}(?:@\w{3,32})?(?![\w/]))"
    r"|(?P<url>\bhttps?://[^\s<>]+\w/?)"
    r"|(?P<mention>(?<!\w)@\w{4,32}\b)",
    re.ASCII,
)


class UnparsableError(ValueError):
    """The text is invalid in this parse mode. The message is Telegram's."""


@dataclass(slots=True)
class Tag:
    """An open tag. `offset` is in UTF-16 units."""

    name: str
    argument: str
    offset: int
    start: int


@dataclass(slots=True)
class Parser:
    """One pass over one text."""

    source: str
    parts: list[str] = field(default_factory=list)
    units: int = 0
    open_tags: list[Tag] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def parse(self) -> tuple[str, list[Json]]:
        position = 0
        while (mark := MARKS.search(self.source, position)) is not None:
            self.add(self.source[position : mark.start()])
            position = mark.start()
            if mark.group() == "&":
                position = self.character(position)
            elif self.source.startswith("</", position):
                position = self.end_tag(position)
            else:
                position = self.start_tag(position)
        self.add(self.source[position:])
        if self.open_tags:
            raise UnparsableError(f'Can\'t find end tag corresponding to start tag "{self.open_tags[-1].name}"')
        return "".join(self.parts), self.entities

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.units += utf16_length(text)

    def character(self, position: int) -> int:
        found = CHARACTER.match(self.source, position)
        if found is None:
            self.add("&")
            return position + 1
        self.add(_decoded(found))
        return found.end()

    def start_tag(self, begin: int) -> int:
        at = f"at byte offset {len(self.source[:begin].encode())}"
        name_end = self._name_end(begin + 1)
        if name_end == len(self.source):
            raise UnparsableError(f"Unclosed start tag {at}")
        name = self.source[begin + 1 : name_end].lower()
        if name not in TYPES:
            raise UnparsableError(f'Unsupported start tag "{name}" {at}')
        argument, position = "", name_end
        while not self.source.startswith(">", position):
            found = ATTRIBUTE.match(self.source, position)
            if found is None or found.end() == len(self.source):
                raise UnparsableError(f'Unclosed start tag "{name}" {at}')
            attribute, *values = found.groups()
            value = next((value for value in values if value is not None), "")
            argument = _argument(name, attribute, value) or argument
            position = found.end()
        if name == "span" and argument != "spoiler":
            raise UnparsableError(f'Tag "span" must have class "tg-spoiler" {at}')
        self.open_tags.append(Tag(name, argument, self.units, len(self.parts)))
        return position + 1

    def end_tag(self, begin: int) -> int:
        at = f"at byte offset {len(self.source[:begin].encode())}"
        if not self.open_tags:
            raise UnparsableError(f"Unexpected end tag {at}")
        name_end = self._name_end(begin + 2)
        name = self.source[begin + 2 : name_end].lower()
        end = self.source.find(">", name_end)
        if end < 0 or self.source[name_end:end].strip():
            raise UnparsableError(f"Unclosed end tag {at}")
        tag = self.open_tags.pop()
        if name and name != tag.name:
            raise UnparsableError(f'Unmatched end tag {at}, expected "</{tag.name}>", found "</{name}>"')
        if self.units > tag.offset:
            self._close(tag)
        return end + 1

    def _name_end(self, begin: int) -> int:
        found = TAG_NAME.match(self.source, begin)
        assert found is not None
        return found.end()

    def _close(self, tag: Tag) -> None:
        entity: Json = {"type": TYPES[tag.name], "offset": tag.offset, "length": self.units - tag.offset}
        if tag.name == "a":
            url = tag.argument or "".join(self.parts[tag.start :])
            if not usable_url(url):
                return
            entity["url"] = url
        elif tag.name == "code" and tag.argument:
            entity["language"] = tag.argument
        elif tag.name == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        same = [e for e in self.entities if (e["offset"], e["length"]) == (tag.offset, entity["length"])]
        if tag.name == "pre" and same and same[-1]["type"] == "code":
            same[-1]["type"] = "pre"  # <pre><code class="language-…">
            return
        self.entities.append(entity)


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Return the plain text of `source`, trimmed as Telegram trims it, and its entities in their order.

    Raises UnparsableError with Telegram's message after "can't parse entities: ".
    """
    text, entities = Parser(source).parse()
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return trimmed(text, entities)


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Remove white space at the end, and unformatted white space at the start."""
    text = text.rstrip()
    first = entities[0]["offset"] if entities else len(text)
    cut = min(len(text) - len(text.lstrip()), first)
    text, units = text[cut:], utf16_length(text[cut:])
    kept = []
    for entity in entities:
        offset = entity["offset"] - cut
        length = min(entity["length"], units - offset)
        if length > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return text, kept[:MOST_ENTITIES]


def with_found_entities(text: str, entities: list[Json]) -> list[Json]:
    """Add the commands, links and mentions that Telegram finds in plain text."""
    if "/" not in text and "@" not in text:
        return entities
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in {"code", "pre", "text_link"}]
    found = []
    for match in FOUND_BY_ITSELF.finditer(text):
        start = utf16_length(text[: match.start()])
        end = start + utf16_length(match.group())
        if not any(start < taken_end and taken_start < end for taken_start, taken_end in taken):
            found.append({"type": match.lastgroup, "offset": start, "length": end - start})
    return sorted([*entities, *found], key=lambda entity: entity["offset"])[:MOST_ENTITIES]


def utf16_length(text: str) -> int:
    """Return the length as Telegram counts it: characters beyond U+FFFF, such as most emoji, count as two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    """Return the part of `text` that an entity covers."""
    return text.encode("utf-16-le")[offset * 2 : (offset + length) * 2].decode("utf-16-le")


def usable_url(url: str) -> bool:
    """Return whether Telegram accepts a URL. Links to hosts without a dot, such as localhost, become plain text."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return parts.scheme in {"tg", "ton"} or (parts.scheme in {"http", "https"} and "." in (parts.hostname or ""))


def _decoded(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    real = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if real else reference.group()


def _argument(tag: str, attribute: str, value: str) -> str:
    unescaped = CHARACTER.sub(_decoded, value)
    match tag, attribute:
        case "a", "href":
            return unescaped
        case "code", "class":
            return unescaped.removeprefix("language-") if unescaped.startswith("language-") else ""
        case "span", "class":
            return unescaped.removeprefix("tg-") if unescaped.startswith("tg-") else ""
        case "blockquote", "expandable":
            return "expandable"
    return ""
