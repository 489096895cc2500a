"""Methods for the bot itself: its name, commands, descriptions, webhook, files, and the chats that it is in."""

import json
import re

from tests.servers.telegram.errors import bad_request
from tests.servers.telegram.groups import check_access
from tests.servers.telegram.methods.registry import method
from tests.servers.telegram.records import Json
from tests.servers.telegram.wire import Params
from tests.servers.telegram.world import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS = 100
MOST_DOWNLOAD = 20 * 1024 * 1024
SCOPES = {
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
}  # fmt: skip


@method
def get_me(world: World, _: Params) -> Json:
    return world.bot.json() | {
        "can_join_groups": True, "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": world.inline_mode, "can_connect_to_business": False, "has_main_web_app": False,
    }  # fmt: skip


@method
def log_out(_: World, __: Params) -> bool:
    return True


@method
def close(_: World, __: Params) -> bool:
    return True


@method
def set_webhook(world: World, params: Params) -> bool:
    world.updates.set_webhook(params)
    return True


@method
def delete_webhook(world: World, params: Params) -> bool:
    given = {name: value for name, value in params.values.items() if name == "drop_pending_updates"}
    world.updates.set_webhook(Params(given))
    return True


@method
def get_webhook_info(world: World, _: Params) -> Json:
    return world.updates.info()


@method
def set_my_commands(world: World, params: Params) -> bool:
    commands = params.json("commands") or []
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept = []
    for command in commands:
        name, description = str(command["command"]).removeprefix("/"), str(command["description"])
        if not COMMAND.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        kept.append({"command": name, "description": description})
    world.commands[_scope(world, params)] = kept
    return True


@method
def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.commands.get(_scope(world, params), [])


@method
def delete_my_commands(world: World, params: Params) -> bool:
    world.commands.pop(_scope(world, params), None)
    return True


@method
def set_my_description(world: World, params: Params) -> bool:
    return _set_text(world, params, "description")


@method
def get_my_description(world: World, params: Params) -> Json:
    return _text(world, params, "description")


@method
def set_my_short_description(world: World, params: Params) -> bool:
    return _set_text(world, params, "short_description")


@method
def get_my_short_description(world: World, params: Params) -> Json:
    return _text(world, params, "short_description")


@method
def get_file(world: World, params: Params) -> Json:
    stored = world.files.get(params.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.data) > MOST_DOWNLOAD:
        raise bad_request("file is too big")
    described = {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_path": stored.path}
    return described if stored.thumbnail_of else described | {"file_size": len(stored.data)}


@method
def get_chat(world: World, params: Params) -> Json:
    return world.chat_of(params).json() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": {
        "unlimited_gifts": False, "limited_gifts": False, "unique_gifts": False, "premium_subscription": False,
        "gifts_from_channels": False,
    }}  # fmt: skip


@method
def get_chat_member(world: World, params: Params) -> Json:
    user = world.chat_of(params).members.get(params.integer("user_id"))
    if user is None:
        raise bad_request("user not found")
    return {"user": user.json(), "status": "member"}


@method
def leave_chat(world: World, params: Params) -> bool:
    chat = world.chat_of(params)
    if chat.kind == "private":
        raise bad_request("chat not found")
    chat.blocked = True
    world.membership(chat, world.bot, "member", "left")
    return True


def _set_text(world: World, params: Params, name: str) -> bool:
    world.descriptions[name, params.text("language_code")] = params.text(name)
    return True


def _text(world: World, params: Params, name: str) -> Json:
    return {name: world.descriptions.get((name, params.text("language_code")), "")}


def _scope(world: World, params: Params) -> tuple[str, str]:
    """Return the scope, as JSON text, and the language of a set of commands."""
    scope = params.json("scope") or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if "chat_id" in scope:
        chat = world.chat_of(Params(scope))
        check_access(chat)
        scope["chat_id"] = chat.id
    language = params.text("language_code")
    if language and not (len(language) == 2 and language.isalpha()):
        raise bad_request("invalid language code specified")
    return json.dumps(scope, sort_keys=True), language
