"""The open mode: while nobody has access, whoever sits at this machine is shown everything, as an owner.

A proxy on this machine would otherwise show costs to the world, because its requests come from this machine, too. So
the open mode answers only requests that name this machine in `Host` and that no proxy has passed on.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from toko_core import SettingError
from toko_core.people.store import People
from toko_core.settings.hosts import Place
from toko_core.state.database import StateError
from toko_web.settings import PageSettings
from toko_web.shop import shop_of

PROXY_HEADERS = frozenset({
    "forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-host", "true-client-ip",
    "cf-connecting-ip", "cf-ray",
})  # fmt: skip
FORWARDED = "x-forwarded-"
SENDERS = ("origin", "referer")
"""They name the page that sent a request. A proxy passes on what the browser wrote."""


class OpenModeError(HTTPException):
    """A request that the open mode does not answer. The detail is one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Nobody has access yet, so only this machine is answered: {reason}.")


def check_open(request: HTTPConnection) -> None:
    """Check that a request in the open mode comes from this machine. Raises OpenModeError."""
    settings = shop_of(request).settings
    if not settings.listens_on_loopback:
        raise OpenModeError("CATALOG_LISTEN is another address")
    if settings.is_public:  # a proxy need not show itself: nginx may send this machine's name in Host, and nothing else
        raise OpenModeError("CATALOG_URL, SITE_ADDRESS or TRUSTED_PROXIES say that others reach it")
    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or not _is_loopback_place(hosts[0]):
        raise OpenModeError("the Host header names another one")
    if not is_from_this_machine(request):
        raise OpenModeError("the request comes from another one")
    if is_passed_on(request):
        raise OpenModeError("a proxy passed the request on")
    if request.scope.get("http_version") == "1.0":  # all that nginx shows of itself unless it is told to
        raise OpenModeError("HTTP/1.0 is what a proxy speaks")
    for name in SENDERS:
        if any(not _is_loopback_place(_netloc(value)) for value in request.headers.getlist(name)):
            raise OpenModeError("a page of another server sent the request")


def refuse_to_start(settings: PageSettings, people: People) -> None:
    """Raise SettingError if the pages would be open to other machines: nobody has access, and they could connect.

    If the state database cannot be read, the server may start: without it nobody signs in, and the open mode is closed.
    """
    if settings.listens_on_loopback:
        return
    try:
        if people.exist():
            return
    except StateError:
        return
    raise SettingError(
        f"CATALOG_LISTEN is {settings.catalog_listen}, which other machines reach, and nobody has access: set "
        "OWNER_USERS, or run `toko people add ID --role owner`."
    )


def is_from_this_machine(request: HTTPConnection) -> bool:
    """Return whether the client, which may be a proxy, is on this machine."""
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def is_passed_on(request: HTTPConnection) -> bool:
    """Return whether a proxy says that it passed the request on."""
    names = (name.replace("_", "-") for name in request.headers)
    return any(name in PROXY_HEADERS or name.startswith(FORWARDED) for name in names)


def _is_loopback_place(text: str) -> bool:
    place = Place.parse(text)
    return place is not None and place.is_loopback


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
