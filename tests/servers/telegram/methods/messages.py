"""Methods that send, edit and delete messages."""

import time
from dataclasses import replace
from typing import Any

from tests.servers.telegram.chats import Chat
from tests.servers.telegram.content import Formatted, caption_of, keyboard_of, photo_of, text_of
from tests.servers.telegram.errors import ApiError, bad_request
from tests.servers.telegram.groups import check_access, check_sending
from tests.servers.telegram.methods.registry import method
from tests.servers.telegram.records import Event, Json, Message
from tests.servers.telegram.wire import Params
from tests.servers.telegram.world import World

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)


@method
def send_message(world: World, params: Params) -> Json:
    return _send(world, params, text_of(params))


@method
def send_photo(world: World, params: Params) -> Json:
    caption = caption_of(params)
    world.chat_of(params)
    return _send(world, params, caption, photo=photo_of(world, params, params.text("photo")))


@method
def send_media_group(world: World, params: Params) -> list[Json]:
    media = params.json("media") or []
    if not 2 <= len(media) <= 10:
        raise bad_request("group send failed: there must be 2 to 10 items")
    if any(item.get("type") != "photo" for item in media):
        raise bad_request("only photos are built here")
    prepared = [(caption_of(Params(item)), photo_of(world, params, item.get("media"))) for item in media]
    group = {"media_group_id": str(world.number())}
    return [_send(world, params, caption, photo=photo, extra=group) for caption, photo in prepared]


@method
def send_chat_action(world: World, params: Params) -> bool:
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = world.chat_of(params)
    check_access(chat)
    world.happened(Event("action", world.bot, chat.id, action))
    return True


@method
def edit_message_text(world: World, params: Params) -> Json | bool:
    text, entities = text_of(params, too_long="MESSAGE_TOO_LONG")
    keyboard = keyboard_of(params)
    chat, message = _to_edit(world, params)
    if message.photo is not None:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, params, chat, message, text=text, entities=tuple(entities), markup=keyboard)


@method
def edit_message_caption(world: World, params: Params) -> Json | bool:
    text, entities = caption_of(params, too_long="MEDIA_CAPTION_TOO_LONG")
    keyboard = keyboard_of(params)
    chat, message = _to_edit(world, params)
    if message.photo is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, params, chat, message, text=text, entities=tuple(entities), markup=keyboard)


@method
def edit_message_media(world: World, params: Params) -> Json | bool:
    media = params.json("media") or {}
    if media.get("type") != "photo":
        raise bad_request("only photos are built here")
    text, entities = caption_of(Params(media), too_long="MEDIA_CAPTION_TOO_LONG")
    keyboard = keyboard_of(params)
    chat, message = _to_edit(world, params)
    photo = photo_of(world, params, media.get("media"))
    return _edit(world, params, chat, message, text=text, entities=tuple(entities), photo=photo, markup=keyboard)


@method
def edit_message_reply_markup(world: World, params: Params) -> Json | bool:
    keyboard = keyboard_of(params)
    chat, message = _to_edit(world, params)
    return _edit(world, params, chat, message, markup=keyboard)


@method
def delete_message(world: World, params: Params) -> bool:
    chat = world.chat_of(params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if chat.kind != "private" and message.sender != world.bot:
        raise bad_request("message can't be deleted")
    world.delete(chat, world.bot, message)
    return True


@method
def delete_messages(world: World, params: Params) -> bool:
    for message_id in params.json("message_ids") or []:
        try:
            delete_message(world, Params({"chat_id": params.text("chat_id"), "message_id": message_id}))
        except ApiError as problem:
            if "message to delete" not in problem.description:
                raise
    return True


def _send(world: World, params: Params, formatted: Formatted, **more: Any) -> Json:
    keyboard = keyboard_of(params)
    chat = world.chat_of(params)
    text, entities = formatted
    check_access(chat)
    replied = _replied(chat, params)
    more |= check_sending(chat, params, replied, photo="photo" in more)
    message = world.put(chat, world.bot, text, entities, markup=keyboard, reply_to=replied, **more)
    return message.json(chat.json())


def _replied(chat: Chat, params: Params) -> Message | None:
    reply = params.json("reply_parameters") or {}
    message_id = int(reply.get("message_id") or params.integer("reply_to_message_id"))
    if not message_id:
        return None
    message = chat.messages.get(message_id)
    if message is None and not (reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply")):
        raise bad_request("message to be replied not found")
    return message


def _to_edit(world: World, params: Params) -> tuple[Chat, Message]:
    inline_id = params.text("inline_message_id")
    if inline_id:
        if inline_id not in world.inline_messages:
            raise bad_request("MESSAGE_ID_INVALID")
        chat, message_id = world.inline_messages[inline_id]
    else:
        chat, message_id = world.chat_of(params), params.integer("message_id")
        if not message_id:
            raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if chat.became:
        raise bad_request("MESSAGE_ID_INVALID")
    if not inline_id and message.sender != world.bot:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(world: World, params: Params, chat: Chat, message: Message, **changes: Any) -> Json | bool:
    edited = replace(message, **changes)
    if edited == message:
        raise bad_request(NOT_MODIFIED)
    edited = replace(edited, edit_date=int(time.time()))
    world.replace(chat, world.bot, edited)
    return True if params.text("inline_message_id") else edited.json(chat.json())
