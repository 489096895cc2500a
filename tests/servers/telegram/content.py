"""The content of messages: texts, captions, keyboards and photos, with the checks that Telegram makes."""

from typing import Any
from urllib.parse import urlsplit

from tests.servers.telegram.errors import bad_request
from tests.servers.telegram.markup import (
    UnparsableError,
    parse_html,
    trimmed,
    usable_url,
    utf16_length,
    with_found_entities,
)
from tests.servers.telegram.records import Json, Photo
from tests.servers.telegram.wire import Params
from tests.servers.telegram.world import World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_DATA = 64
MOST_BUTTONS = 100
BUTTON_KINDS = {
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
}  # fmt: skip

Formatted = tuple[str, list[Json]]


def text_of(params: Params, name: str = "text", too_long: str = "message is too long") -> Formatted:
    """Return the text and entities of a message."""
    if not params.text(name):
        raise bad_request("message text is empty")
    text, entities = _formatted(params, name, "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request(too_long)
    return text, entities


def caption_of(params: Params, too_long: str = "message caption is too long") -> Formatted:
    """Return the caption and entities of a photo. The caption may be empty."""
    text, entities = _formatted(params, "caption", "caption_entities")
    if utf16_length(text) > LONGEST_CAPTION:
        raise bad_request(too_long)
    return text, entities


def keyboard_of(params: Params) -> Json | None:
    """Return the reply markup, or None if there is none or it has no buttons."""
    markup = params.json("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return markup
    rows = [row for row in markup["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _check_button(button)
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def photo_of(world: World, params: Params, source: Any, field: str = "photo") -> Photo:
    """Return a photo that the request uploads, or names by its file_id."""
    name = source.removeprefix("attach://") if isinstance(source, str) and source.startswith("attach://") else field
    if name in params.uploads:
        return world.add_photo(params.uploads[name].data)
    if not source:
        raise bad_request(f"there is no {field} in the request")
    photo = world.photos.get(str(source))
    if photo is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return photo


def _formatted(params: Params, name: str, entities_name: str) -> Formatted:
    source, mode = params.text(name), params.text("parse_mode").lower()
    if mode == "html":
        try:
            text, entities = parse_html(source)
        except UnparsableError as problem:
            raise bad_request(f"can't parse entities: {problem}") from None
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        text, entities = trimmed(source, params.json(entities_name) or [])
    return text, with_found_entities(text, entities)


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not button.keys() & BUTTON_KINDS or not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= LONGEST_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not usable_url(button["url"]):
        problem = "Wrong HTTP URL" if urlsplit(button["url"]).hostname else "URL host is empty"
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: {problem}")
