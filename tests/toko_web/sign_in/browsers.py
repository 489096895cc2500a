"""A browser without scripts: it keeps cookies, and fills in the forms of pages."""

import re
from html import unescape

import httpx

TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
HEADERS = {"accept": "text/html", "user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36"}


class Browser:
    """One browser of a person."""

    def __init__(self, url: str, user_agent: str = HEADERS["user-agent"]) -> None:
        self.client = httpx.Client(base_url=url, timeout=20, headers={**HEADERS, "user-agent": user_agent})

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, path: str, **options: object) -> httpx.Response:
        return self.client.get(path, **options)  # type: ignore[arg-type]

    def submit(self, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
        """Send a form of a page."""
        return self.client.post(path, data={"csrf": token_of(page), **fields})

    def use(self, link: str) -> httpx.Response:
        """Open a link that the bot has sent, and press the button."""
        return self.submit(self.get(link), link)

    def sign_in(self, who: str, password: str, ke: str = "/") -> httpx.Response:
        """Open the page that signs in, and fill in the form."""
        page = self.get("/masuk", params={"ke": ke})
        return self.submit(page, "/masuk", nama=who, sandi=password, ke=hidden(page, "ke"))

    def name(self) -> str | None:
        """Return whom the account page is of; None if nobody is signed in."""
        page = self.get("/akun")
        found = re.search(r"<h1>(.*?)</h1>", page.text)
        return unescape(found[1]) if page.status_code == 200 and found else None


def token_of(page: httpx.Response) -> str:
    return hidden(page, "csrf")


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])
