"""The routes of the API. The SDK's own specification defines their arguments and results."""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from dropbox import check, files, users
from stone.backends.python_rsrc import stone_serializers
from stone.backends.python_rsrc.stone_validators import ValidationError

from tests.servers.dropbox.errors import JSON, PLAIN, Json, ResponseError, bad_input
from tests.servers.dropbox.faults import Fault
from tests.servers.dropbox.files import Cursor
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

decode_json: Any = stone_serializers.json_decode  # has no type hints


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the API. `run` returns the result for an argument, with a possible fault in its page."""

    spec: Any
    scope: str
    run: Callable[[World, Any, Fault | None], Json] | None

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
        if route.run is None:
            return _download(world, argument, request.headers.get("Range", ""))
        return _json_answer(route.run(world, argument, fault))
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


def _download(world: World, argument: Any, range_header: str) -> Answer:
    file = world.files.file(f"rev:{argument.rev}" if argument.rev else argument.path)
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


def _list_folder(world: World, argument: Any, fault: Fault | None) -> Json:
    place = world.files.list_folder(argument.path, argument.include_deleted, argument.limit)
    return _page(world, place, fault)


def _list_folder_continue(world: World, argument: Any, fault: Fault | None) -> Json:
    if fault is not None and fault.kind == "cursor-reset":
        world.files.reset_cursors()
    return _page(world, world.files.continued(argument.cursor), fault)


def _page(world: World, place: Cursor, fault: Fault | None) -> Json:
    kind = fault.kind if fault else "none"
    if kind == "empty-page":
        return {"entries": [], "cursor": world.files.hand_out(place), "has_more": True}
    page = world.files.page(place)
    entries = [entry.json() for entry in page.entries] * (2 if kind == "repeated-entries" else 1)
    return {"entries": entries, "cursor": page.cursor, "has_more": page.has_more}


def _longpoll(world: World, argument: Any, fault: Fault | None) -> Json:
    """Wait until the folder changes. The lock is free meanwhile."""
    if fault is not None and fault.kind == "cursor-reset":
        world.files.reset_cursors()
    begun = time.monotonic()
    while not (news := world.files.has_news(argument.cursor)) and world.is_up:
        if time.monotonic() > begun + min(argument.timeout, world.longest_poll):
            break
        world.changed.wait(POLL_SECONDS)
    pause = {"backoff": fault.retry_after} if fault is not None and fault.kind == "backoff" else {}
    return {"changes": news, **pause}


def _latest_cursor(world: World, argument: Any, _fault: Fault | None) -> Json:
    place = world.files.list_folder(argument.path, argument.include_deleted, argument.limit)
    return {"cursor": world.files.latest(place)}


def _get_metadata(world: World, argument: Any, _fault: Fault | None) -> Json:
    return world.files.find(argument.path, argument.include_deleted).json()


def _current_account(_world: World, _argument: Any, _fault: Fault | None) -> Json:
    return {
        "account_id": ACCOUNT_ID, "name": PERSON, "email": "budi@toko.example", "email_verified": True,
        "disabled": False, "country": "ID", "locale": "id", "referral_link": "https://www.dropbox.com/referrals/x",
        "is_paired": False, "account_type": {".tag": "basic"},
        "root_info": {".tag": "user", "root_namespace_id": "3235641", "home_namespace_id": "3235641"},
    }  # fmt: skip


def _check_user(_world: World, argument: Any, _fault: Fault | None) -> Json:
    return {"result": argument.query}


ROUTES = {
    "files/list_folder": Route(files.list_folder, "files.metadata.read", _list_folder),
    "files/list_folder/continue": Route(files.list_folder_continue, "files.metadata.read", _list_folder_continue),
    "files/list_folder/get_latest_cursor": Route(
        files.list_folder_get_latest_cursor, "files.metadata.read", _latest_cursor
    ),
    "files/list_folder/longpoll": Route(files.list_folder_longpoll, "", _longpoll),
    "files/get_metadata": Route(files.get_metadata, "files.metadata.read", _get_metadata),
    "files/download": Route(files.download, "files.content.read", None),
    "users/get_current_account": Route(users.get_current_account, "account_info.read", _current_account),
    "check/user": Route(check.user, "account_info.read", _check_user),
}
