"""The official Dropbox client with the shop's long-lived access, and its errors as messages that say what to do.

The SDK refreshes the access token and retries responses with status 5xx; the HTTP session below it retries lost
connections. Nothing here waits for long, because every caller tries again later.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import requests
from dropbox import Dropbox, create_session
from dropbox.exceptions import (
    ApiError,
    AuthError,
    BadInputError,
    DropboxException,
    HttpError,
    PathRootError,
    RateLimitError,
)
from dropbox.file_transfer import TransferError
from dropbox.stone_validators import ValidationError
from urllib3 import Retry

from toko_assets.backups.listing import QuietError
from toko_assets.common.settings import Settings
from toko_core import PermanentError, TokoError, TransientError
from toko_core.log import hush

ANSWER_SECONDS = 8.0
"""The timeout without a byte received.

Three times that, for a token and for a listing, is less than the minute that a sensor tick has.
"""
REPETITIONS = 2
QUIET = timedelta(minutes=1)
"""How long to pause after a rate-limit response that names no time."""
LONGEST_QUIET = timedelta(hours=1)

CONSOLE = "https://www.dropbox.com/developers/apps"
NOT_DROPBOX = "The response does not come from Dropbox: does the network ask for a login, or is a proxy in between?"
LOGIN = "run `toko dropbox-login`"


def dropbox_client(settings: Settings, *, repeats: bool = True) -> Dropbox:
    """Return a client with the refresh token of the settings, and with the app's secret if it has one.

    With `repeats=False` the client does not retry; use it for a caller that retries. The caller closes the client.
    """
    # It would log a warning for every retry: thousands of identical lines in a night without a network.
    hush("urllib3.connectionpool")
    secret, token = settings.dropbox_app_secret, settings.dropbox_refresh_token
    repetitions = REPETITIONS if repeats else 0
    session = create_session()
    for adapter in session.adapters.values():
        adapter.max_retries = Retry(
            total=repetitions, status=0, backoff_factor=0.5, allowed_methods=None, raise_on_status=False
        )  # all requests here only read, so they are safe to retry
    return Dropbox(
        app_key=settings.dropbox_app_key,
        app_secret=secret.get_secret_value() if secret else None,
        oauth2_refresh_token=token.get_secret_value() if token else None,
        session=session,
        timeout=ANSWER_SECONDS,
        max_retries_on_error=repetitions,
        max_retries_on_rate_limit=0,  # the SDK would sleep for as long as Dropbox asks
    )


@contextmanager
def dropbox_errors(folder: str) -> Iterator[None]:
    """Turn every error of the SDK into a TransientError or PermanentError. `folder` is DROPBOX_FOLDER_PATH."""
    try:
        yield
    except requests.exceptions.JSONDecodeError as error:
        raise TransientError(NOT_DROPBOX) from error
    except (DropboxException, requests.RequestException, TransferError, ValidationError) as error:
        raise _translated(error, folder) from error
    except (AssertionError, AttributeError, EOFError, KeyError, TypeError, ValueError) as error:  # the SDK's reaction
        raise TransientError(NOT_DROPBOX) from error


def quiet_error(error: RateLimitError) -> QuietError:
    """Return the error that says for how long Dropbox wants no requests."""
    wanted = timedelta(seconds=error.backoff) if error.backoff else QUIET
    return QuietError("Dropbox asks for fewer requests.", min(wanted, LONGEST_QUIET))


def _translated(error: Exception, folder: str) -> TokoError:
    match error:
        case AuthError():
            return _access(error)
        case BadInputError():
            return _bad_input(error)
        case ApiError():
            return _folder_or_file(error, folder)
        case RateLimitError():
            return quiet_error(error)
        case PathRootError():
            return TransientError("The team's space in Dropbox has changed: it is searched for again.")
        case HttpError():
            return TransientError(f"Dropbox has an internal error (HTTP {error.status_code}).")
        case requests.exceptions.SSLError():
            return TransientError(
                "Dropbox's certificate is not accepted: is the clock right, or is a proxy in between?"
            )
        case requests.Timeout():
            return TransientError("Dropbox does not answer: is the network up?")
        case requests.RequestException():
            return TransientError("Dropbox cannot be reached: is the network up?")
        case TransferError():
            return TransientError("Dropbox did not send the whole file, or sent another file than announced.")
    return TransientError("Dropbox's response cannot be parsed.")


def _access(error: AuthError) -> TokoError:
    reason = error.error
    if reason.is_missing_scope():
        scope = reason.get_missing_scope().required_scope
        return PermanentError(
            f"The Dropbox app lacks a permission: tick {scope} under Permissions at {CONSOLE}, Submit, then {LOGIN}."
        )
    if reason.is_expired_access_token():
        return TransientError("Dropbox reports that the short-lived access token has expired.")
    return PermanentError(
        f"Dropbox rejects DROPBOX_REFRESH_TOKEN: it was revoked, or belongs to another app. To get a new one, {LOGIN}."
    )


def _bad_input(error: BadInputError) -> TokoError:
    if "invalid_client" in str(error.message):
        return PermanentError(
            f"Dropbox does not know this app: check DROPBOX_APP_KEY and DROPBOX_APP_SECRET at {CONSOLE}. "
            f"A token from `toko dropbox-login` needs no secret: leave DROPBOX_APP_SECRET empty then."
        )
    return PermanentError(
        "Dropbox does not understand the request: check DROPBOX_FOLDER_PATH, which looks like /IPOS, "
        f"and DROPBOX_APP_KEY at {CONSOLE}."
    )


def _folder_or_file(error: ApiError, folder: str) -> TokoError:
    reason = error.error
    if is_not_found(error):
        return no_folder(folder)
    if is_path_error(reason) and (reason.get_path().is_not_folder() or reason.get_path().is_malformed_path()):
        return PermanentError(f"{folder} is not a folder in this Dropbox: correct DROPBOX_FOLDER_PATH.")
    return TransientError(f"Dropbox rejects the request without a reason: is the app enabled at {CONSOLE}?")


def no_folder(folder: str, team: str = "") -> PermanentError:
    """Return the error for a folder that is not there. `team` is the team whose space was searched as well."""
    space = f", nor in the space of the team {team}" if team else ""
    return PermanentError(
        f"There is no folder {folder or '/'} in this Dropbox{space}: correct DROPBOX_FOLDER_PATH. "
        "An app of the type “App folder” sees only its own folder, whose path is /."
    )


def is_not_found(error: ApiError) -> bool:
    """Whether nothing is at the path of the request."""
    return is_path_error(error.error) and bool(error.error.get_path().is_not_found())


def is_path_error(reason: object) -> bool:
    """Whether the error of a route is about the path."""
    return bool(getattr(reason, "is_path", lambda: False)())
