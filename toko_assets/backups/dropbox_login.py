"""Guides a person through the one-time authorisation that gives the shop long-lived access to its Dropbox.

It uses PKCE, so the app's secret is never needed.
"""

from collections.abc import Callable

import requests
from dropbox import DropboxOAuth2FlowNoRedirect
from rich.console import Console

from toko_assets.backups.dropbox_client import ANSWER_SECONDS, CONSOLE, dropbox_errors
from toko_core import PermanentError

SCOPES = ["account_info.read", "files.metadata.read", "files.content.read"]
"""The permissions that are requested: list the folder and read its files. Nothing is ever written."""

LONG_LIVED = "offline"
"""Dropbox's name for an access type with a refresh token."""


def log_in(app_key: str, console: Console, ask: Callable[[str], str]) -> None:
    """Show where to click, ask for the code that Dropbox shows, and print the lines for .env. Raises TokoError."""
    token = authorize(app_key, console, ask)
    console.print("\nPut these lines into .env, run chmod 600 .env, then check the result with `toko doctor`:\n")
    for line in ("BACKUP_SOURCE=dropbox", f"DROPBOX_APP_KEY={app_key}", f"DROPBOX_REFRESH_TOKEN={token}"):
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def authorize(app_key: str, console: Console, ask: Callable[[str], str]) -> str:
    """Show where to click, and ask for the code that Dropbox shows. Returns the refresh token. Raises TokoError."""
    flow = DropboxOAuth2FlowNoRedirect(
        app_key, use_pkce=True, token_access_type=LONG_LIVED, scope=SCOPES, timeout=ANSWER_SECONDS
    )
    try:
        console.print(f"1. At {CONSOLE} open the app; under Permissions these must be ticked:", soft_wrap=True)
        console.print(f"   {', '.join(SCOPES)}", highlight=False, soft_wrap=True)
        console.print("2. Open this page, signed in to the Dropbox that has the backups, and press Allow:")
        console.print(flow.start(), highlight=False, soft_wrap=True, markup=False)
        code = ask("3. The code that the page shows").strip()
        with dropbox_errors(""):
            try:
                return str(flow.finish(code).refresh_token)
            except requests.HTTPError as error:
                raise _login_error(str(error.response.text if error.response is not None else "")) from error
    finally:
        flow.requests_session.close()


def _login_error(response: str) -> PermanentError:
    if "invalid_client" in response:
        return PermanentError(f"Dropbox does not know this app key: copy it again from {CONSOLE}.")
    return PermanentError(
        "Dropbox rejects this code: it was used before, is too old, or was not copied completely. "
        "Run `toko dropbox-login` again."
    )
