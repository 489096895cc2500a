"""Methods that answer pressed buttons and inline queries."""

import time

from tests.servers.telegram.content import keyboard_of, text_of
from tests.servers.telegram.errors import ApiError, bad_request
from tests.servers.telegram.methods.registry import method
from tests.servers.telegram.records import CallbackAnswer, InlineAnswer, InlineResult, Json
from tests.servers.telegram.wire import Params
from tests.servers.telegram.world import World

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
MOST_RESULTS = 50
LONGEST_ID = 64
LONGEST_ANSWER = 200


@method
def answer_callback_query(world: World, params: Params) -> bool:
    press = world.presses.get(params.text("callback_query_id"))
    if press is None or press.answer is not None or time.monotonic() - press.time > world.query_lifetime:
        raise bad_request(TOO_OLD)
    text = params.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = CallbackAnswer(text, params.flag("show_alert"), params.text("url"), params.integer("cache_time"))
    world.answer_press(press, answer)
    return True


@method
def answer_inline_query(world: World, params: Params) -> bool:
    given = params.json("results")
    if not isinstance(given, list):
        raise bad_request("can't parse inline query results: Expected an Array of inline query results")
    results = tuple(_result(world, item) for item in given)
    query = world.inline_queries.get(params.text("inline_query_id"))
    if query is None or query.answer is not None or time.monotonic() - query.time > world.query_lifetime:
        raise bad_request(TOO_OLD)
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [result.id for result in results]
    if not all(1 <= len(result_id.encode()) <= LONGEST_ID for result_id in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    next_offset = params.text("next_offset")
    if len(next_offset.encode()) > LONGEST_ID:
        raise bad_request("NEXT_OFFSET_INVALID")
    cache_time = max(params.integer("cache_time", 300), 0)
    answer = InlineAnswer(results, next_offset, cache_time, params.flag("is_personal"), params.json("button"))
    asker = query.user.id if answer.is_personal else 0
    world.inline_cache[query.text, query.offset, asker] = (time.monotonic() + cache_time, answer)
    world.answer_inline(query, answer)
    return True


def _result(world: World, item: Json) -> InlineResult:
    try:
        return _parsed(world, item)
    except ApiError as problem:
        inner = problem.description.removeprefix("Bad Request: ")
        raise bad_request(f"can't parse inline query result: {inner[:1].upper()}{inner[1:]}") from None


def _parsed(world: World, item: Json) -> InlineResult:
    kind = _field(item, "type")
    content = item.get("input_message_content")
    text: str = ""
    entities: list[Json] = []
    if kind == "article":
        _field(item, "title")
        _field(item, "input_message_content")
    if kind == "photo" and item.get("photo_file_id", "") not in {"", *world.photos}:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if content is not None and "message_text" in content:
        text, entities = text_of(Params(content), "message_text", "MESSAGE_TOO_LONG")
    return InlineResult(
        str(_field(item, "id")), str(item.get("title", "")), str(item.get("description", "")),
        text, tuple(entities), keyboard_of(Params(item)), item,
    )  # fmt: skip


def _field(item: Json, name: str) -> object:
    if name not in item:
        raise bad_request(f'Can\'t find field "{name}"')
    return item[name]
