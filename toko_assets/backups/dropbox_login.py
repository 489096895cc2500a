"""Leads a person through the one-time authorisation that gives the shop long-lived access to its Dropbox.

With PKCE, so that no secret of the app is needed anywhere.
"""

from collections.abc import Callable

import requests
from dropbox import DropboxOAuth2FlowNoRedirect
from rich.console import Console

from toko_assets.backups.dropbox_client import ANSWER_SECONDS, CONSOLE, dropbox_errors
from toko_core.errors import PermanentError

SCOPES = ["account_info.read", "files.metadata.read", "files.content.read"]
"""What is asked for: to see the folder and to read its files; nothing is ever written."""

LONG_LIVED = "offline"
"""In Dropbox's words."""


def log_in(app_key: str, console: Console, ask: Callable[[str], str]) -> None:
    """Show where to click, take the code that Dropbox shows, print the line for .env. Raises TokoError."""
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
                token = flow.finish(code).refresh_token
            except requests.HTTPError as error:
                raise _refused(str(error.response.text if error.response is not None else "")) from error
    finally:
        flow.requests_session.close()
    console.print("\nPut these lines into .env, then chmod 600 .env, and see what `toko doctor` says:\n")
    for line in ("BACKUP_SOURCE=dropbox", f"DROPBOX_APP_KEY={app_key}", f"DROPBOX_REFRESH_TOKEN={token}"):
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _refused(said: str) -> PermanentError:
    if "invalid_client" in said:
        return PermanentError(f"Dropbox does not know this app key: copy it again from {CONSOLE}.")
    return PermanentError("Dropbox does not take this code: it is used, too old, or not copied whole. Begin anew.")
