"""Where somebody is led after they have signed in: only to a page of this server."""

from urllib.parse import quote, urlsplit

HOME = "/"
LONGEST = 1000
NO_TARGETS = ("/masuk", "/keluar")
"""Pages that would lead in a circle."""


def local_path(wanted: str) -> str:
    """Return the path and query of a page of this server, or HOME if it is anything else.

    Browsers drop tabs and line ends from an address, and take `\\` for `/`: then `//` begins the name of another host.
    """
    unsafe = "\\" in wanted or not wanted.isprintable() or len(wanted) > LONGEST
    if unsafe or not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    path = urlsplit(wanted).path
    is_target = not any(path == page or path.startswith(f"{page}/") for page in NO_TARGETS)
    return wanted if is_target else HOME


def sign_in_path(wanted: str) -> str:
    """Return the address of the page that signs in, from which somebody is led to `wanted` afterwards."""
    target = local_path(wanted)
    return "/masuk" if target == HOME else f"/masuk?ke={quote(target, safe='/')}"
