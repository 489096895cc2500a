"""The routes of the API. The SDK's own specification defines their arguments and results."""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from dropbox import check, common, users
from dropbox import files as files_api
from stone.backends.python_rsrc import stone_serializers
from stone.backends.python_rsrc.stone_validators import ValidationError

from tests.servers.dropbox.errors import JSON, PLAIN, Json, ResponseError, api_error, bad_input
from tests.servers.dropbox.faults import Fault
from tests.servers.dropbox.files import Cursor, Files
from tests.servers.dropbox.oauth import ACCOUNT_ID
from tests.servers.dropbox.world import Answer, Request, World

TOKEN_ENDPOINT = "oauth2/token"  # noqa: S105
POLL_SECONDS = 0.02
HOSTS = {"api": "api.dropboxapi.com", "content": "content.dropboxapi.com", "notify": "notify.dropboxapi.com"}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
ROOT_FOLDER = 'path: Specify the root folder as an empty string rather than as "/".'
RECORDED_OF_TOKENS = ("grant_type", "client_id", "scope")
PERSON = {
    "given_name": "Budi", "surname": "Santoso", "familiar_name": "Budi", "display_name": "Budi Santoso",
    "abbreviated_name": "BS",
}  # fmt: skip

HOME = "3235641"
"""The namespace of the account's own files."""
TEAM = {
    "id": "dbtid:AAFdgehTzw7WlXhZJsbGCLePe8RvQGYDr-I",
    "sharing_policies": {
        "shared_folder_member_policy": {".tag": "team"}, "shared_folder_join_policy": {".tag": "from_anyone"},
        "shared_link_create_policy": {".tag": "team_only"}, "group_creation_policy": {".tag": "admins_only"},
        "shared_folder_link_restriction_policy": {".tag": "anyone"},
        "enforce_link_password_policy": {".tag": "optional"}, "default_link_expiration_days_policy": {".tag": "none"},
        "shared_link_default_permissions_policy": {".tag": "default"},
    },
    "office_addin_policy": {".tag": "disabled"}, "top_level_content_policy": {".tag": "everyone"},
}  # fmt: skip

decode_json: Any = stone_serializers.json_decode  # has no type hints


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the API. `run` returns the result for an argument, with a possible fault in its page."""

    spec: Any
    scope: str
    run: Callable[[World, Files, Any, Fault | None], Json] | None

    @property
    def is_download(self) -> bool:
        return self.run is None


def answer(world: World, request: Request, fault: Fault | None) -> Answer:
    """Return the response to a request. With a fault it may come from something that is not Dropbox."""
    try:
        route = ROUTES.get(request.endpoint)
        if fault is not None and (failure := fault.response_error(request.endpoint, route.scope if route else "")):
            raise failure
        if request.endpoint == TOKEN_ENDPOINT:
            return _json_answer(world.app.tokens(dict(parse_qsl(request.body.decode()))))
        if route is None or not _is_at_its_host(request, route):
            raise ResponseError(400, f'Unknown API function: "{request.endpoint}"', PLAIN)
        if route.spec.attrs["auth"] == "noauth":
            if "Authorization" in request.headers:
                raise bad_input(request.endpoint, 'Unexpected HTTP header "Authorization".')
        else:
            world.app.check(_access_token(request), route.scope)
        argument = _argument(request, route)
        files = _root(world, request)
        if route.run is None:
            return _download(files, argument, request.headers.get("Range", ""))
        return _json_answer(route.run(world, files, argument, fault))
    except ResponseError as error:
        return Answer(error.status, error.body.encode(), {"Content-Type": error.content_type, **error.headers})


def recorded_argument(request: Request) -> Any:
    """Return the argument of a request without secrets, for the tests."""
    if request.endpoint == TOKEN_ENDPOINT:
        form = dict(parse_qsl(request.body.decode(errors="replace")))
        return {name: form[name] for name in RECORDED_OF_TOKENS if name in form}
    text = request.headers.get("Dropbox-API-Arg") or request.body.decode(errors="replace")
    with suppress(ValueError):
        return json.loads(text)
    return text


def _json_answer(result: Json) -> Answer:
    return Answer(200, json.dumps(result).encode(), {"Content-Type": JSON})


def _is_at_its_host(request: Request, route: Route) -> bool:
    """Whether the request names the host of the route. One that names only an address cannot be checked."""
    host = request.headers.get("Host", "").partition(":")[0]
    return host not in HOSTS.values() or host == HOSTS[route.spec.attrs["host"]]


def _access_token(request: Request) -> str:
    header = request.headers.get("Authorization")
    if header is None:
        raise bad_input(request.endpoint, 'Must provide HTTP header "Authorization" or URL parameter "authorization".')
    kind, _, token = header.partition(" ")
    if kind != "Bearer":
        raise bad_input(request.endpoint, 'Invalid authorization value in HTTP header "Authorization".')
    if not token.startswith("sl."):
        raise bad_input(request.endpoint, "The given OAuth 2 access token is malformed.")
    return token


def _argument(request: Request, route: Route) -> Any:
    content_type = request.headers.get("Content-Type", "")
    where, text, expected = "request body", request.body.decode(errors="replace"), {JSON}
    if route.is_download:
        expected = {"", "text/plain", "application/octet-stream"}
        where, text = 'HTTP header "Dropbox-API-Arg"', request.headers.get("Dropbox-API-Arg", "")
    if content_type.partition(";")[0] not in expected:
        raise bad_input(request.endpoint, f'Bad HTTP "Content-Type" header: "{content_type}".')
    try:
        argument = decode_json(route.spec.arg_type, text, strict=True)
    except ValidationError as problem:
        raise bad_input(request.endpoint, f"{where}: {problem}") from None
    if getattr(argument, "path", None) == "/":
        raise bad_input(request.endpoint, f"{where}: {ROOT_FOLDER}")
    if getattr(argument, "recursive", False):
        raise bad_input(request.endpoint, f"{where}: recursive: this server lists single folders only")
    return argument


def _download(files: Files, argument: Any, range_header: str) -> Answer:
    file = files.file(f"rev:{argument.rev}" if argument.rev else argument.path)
    size = len(file.data)
    headers = {
        "Content-Type": "application/octet-stream", "Dropbox-API-Result": json.dumps(file.fields()),
        "Accept-Ranges": "bytes", "ETag": f'W/"{file.rev}"',
    }  # fmt: skip
    span = _span(range_header, size)
    if span is None:
        return Answer(200, file.data, headers)
    headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return Answer(206, memoryview(file.data)[span.start : span.stop], headers)


def _span(range_header: str, size: int) -> range | None:
    """Return the requested range of bytes, or None for all bytes, also if the header is invalid."""
    found = RANGE.fullmatch(range_header)
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        span = range(max(0, size - int(found[2])), size)
    else:
        span = range(int(found[1]), min(size, int(found[2]) + 1) if found[2] else size)
    if not span:
        raise ResponseError(416, "Requested range not satisfiable", PLAIN, {"Content-Range": f"bytes */{size}"})
    return span


def _list_folder(_world: World, files: Files, argument: Any, fault: Fault | None) -> Json:
    place = files.list_folder(argument.path, argument.include_deleted, argument.limit)
    return _page(files, place, fault)


def _list_folder_continue(_world: World, files: Files, argument: Any, fault: Fault | None) -> Json:
    if fault is not None and fault.kind == "cursor-reset":
        files.reset_cursors()
    return _page(files, files.continued(argument.cursor), fault)


def _page(files: Files, place: Cursor, fault: Fault | None) -> Json:
    kind = fault.kind if fault else "none"
    if kind == "empty-page":
        return {"entries": [], "cursor": files.hand_out(place), "has_more": True}
    page = files.page(place)
    entries = [entry.json() for entry in page.entries] * (2 if kind == "repeated-entries" else 1)
    return {"entries": entries, "cursor": page.cursor, "has_more": page.has_more}


def _longpoll(world: World, files: Files, argument: Any, fault: Fault | None) -> Json:
    """Wait until the folder changes. The lock is free meanwhile. The cursor says of which root the folder is."""
    if fault is not None and fault.kind == "cursor-reset":
        files.reset_cursors()
    files = world.team.files if world.team and world.team.files.knows(argument.cursor) else files
    begun = time.monotonic()
    while not (news := files.has_news(argument.cursor)) and world.is_up:
        if time.monotonic() > begun + min(argument.timeout, world.longest_poll):
            break
        world.changed.wait(POLL_SECONDS)
    pause = {"backoff": fault.retry_after} if fault is not None and fault.kind == "backoff" else {}
    return {"changes": news, **pause}


def _latest_cursor(_world: World, files: Files, argument: Any, _fault: Fault | None) -> Json:
    place = files.list_folder(argument.path, argument.include_deleted, argument.limit)
    return {"cursor": files.latest(place)}


def _get_metadata(_world: World, files: Files, argument: Any, _fault: Fault | None) -> Json:
    return files.find(argument.path, argument.include_deleted).json()


def _current_account(world: World, _files: Files, _argument: Any, _fault: Fault | None) -> Json:
    return {
        "account_id": ACCOUNT_ID, "name": PERSON, "email": "budi@toko.example", "email_verified": True,
        "disabled": False, "country": "ID", "locale": "id", "referral_link": "https://www.dropbox.com/referrals/x",
        "is_paired": False, "account_type": {".tag": "basic"}, "root_info": _root_info(world),
        **({"team": {**TEAM, "name": world.team.name}} if world.team else {}),
    }  # fmt: skip


def _root_info(world: World) -> Json:
    if world.team is None:
        return {".tag": "user", "root_namespace_id": HOME, "home_namespace_id": HOME}
    return {
        ".tag": "team", "root_namespace_id": world.team.namespace, "home_namespace_id": HOME,
        "home_path": f"/{PERSON['display_name']}",
    }  # fmt: skip


def _root(world: World, request: Request) -> Files:
    """Return the files below the root that the request names: the home of the account, unless it names the team's."""
    header = request.headers.get("Dropbox-API-Path-Root")
    if header is None:
        return world.files
    try:
        wanted = decode_json(common.PathRoot_validator, header, strict=True)
    except ValidationError as problem:
        raise bad_input(request.endpoint, f'HTTP header "Dropbox-API-Path-Root": {problem}') from None
    root, info = world.team.namespace if world.team else HOME, _root_info(world)
    if wanted.is_home():
        return world.files
    if wanted.is_root() and wanted.get_root() != root:
        raise api_error(422, "invalid_root", invalid_root=info)
    namespace = wanted.get_root() if wanted.is_root() else wanted.get_namespace_id()
    if namespace not in {HOME, root}:
        raise api_error(422, "no_permission")
    return world.team.files if world.team and namespace == root else world.files


def _check_user(_world: World, _files: Files, argument: Any, _fault: Fault | None) -> Json:
    return {"result": argument.query}


ROUTES = {
    "files/list_folder": Route(files_api.list_folder, "files.metadata.read", _list_folder),
    "files/list_folder/continue": Route(files_api.list_folder_continue, "files.metadata.read", _list_folder_continue),
    "files/list_folder/get_latest_cursor": Route(
        files_api.list_folder_get_latest_cursor, "files.metadata.read", _latest_cursor
    ),
    "files/list_folder/longpoll": Route(files_api.list_folder_longpoll, "", _longpoll),
    "files/get_metadata": Route(files_api.get_metadata, "files.metadata.read", _get_metadata),
    "files/download": Route(files_api.download, "files.content.read", None),
    "users/get_current_account": Route(users.get_current_account, "account_info.read", _current_account),
    "check/user": Route(check.user, "account_info.read", _check_user),
}
