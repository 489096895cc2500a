"""The official Dropbox client with the shop's long-lived access; what it raises, in words that say what to do.

The SDK itself refreshes the access token and repeats what Dropbox answered with 5xx; the session below it repeats what
the network swallowed. Nothing here waits for long: whoever calls has a next time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import requests
from dropbox import Dropbox, create_session
from dropbox.exceptions import ApiError, AuthError, BadInputError, DropboxException, HttpError, RateLimitError
from dropbox.file_transfer import TransferError
from dropbox.stone_validators import ValidationError
from urllib3 import Retry

from toko_assets.backups.listing import QuietError
from toko_assets.common.settings import Settings
from toko_core.errors import PermanentError, TokoError, TransientError
from toko_core.log import hush

ANSWER_SECONDS = 8.0
"""Without a byte. Three times that, for a token and for a listing, is less than the minute that a sensor's tick has."""
REPETITIONS = 2
QUIET = timedelta(minutes=1)
"""After a refusal for too many requests that says no time."""
LONGEST_QUIET = timedelta(hours=1)

CONSOLE = "https://www.dropbox.com/developers/apps"
NOT_DROPBOX = "What answers in Dropbox's place is not Dropbox: does the network ask for a login, is a proxy in between?"
LOGIN = "run `toko dropbox-login`"


def dropbox_client(settings: Settings, *, repeats: bool = True) -> Dropbox:
    """A client with the refresh token of the settings; the secret only where the app has one.

    With `repeats` False it repeats nothing: for a caller that does. Whoever asks for a client closes it.
    """
    # It would warn of every repetition: in a night without a network thousands of lines that say nothing new.
    hush("urllib3.connectionpool")
    secret, token = settings.dropbox_app_secret, settings.dropbox_refresh_token
    repetitions = REPETITIONS if repeats else 0
    session = create_session()
    for adapter in session.adapters.values():
        adapter.max_retries = Retry(
            total=repetitions, status=0, backoff_factor=0.5, allowed_methods=None, raise_on_status=False
        )  # what is asked here changes nothing, so that it may be asked twice
    return Dropbox(
        app_key=settings.dropbox_app_key,
        app_secret=secret.get_secret_value() if secret else None,
        oauth2_refresh_token=token.get_secret_value() if token else None,
        session=session,
        timeout=ANSWER_SECONDS,
        max_retries_on_error=repetitions,
        max_retries_on_rate_limit=0,  # the SDK would sleep as long as Dropbox says
    )


@contextmanager
def dropbox_errors(folder: str) -> Iterator[None]:
    """Turn every error of the SDK into a TokoError that is passing or permanent. `folder` is DROPBOX_FOLDER_PATH."""
    try:
        yield
    except requests.exceptions.JSONDecodeError as error:
        raise TransientError(NOT_DROPBOX) from error
    except (DropboxException, requests.RequestException, TransferError, ValidationError) as error:
        raise _translated(error, folder) from error
    except (AssertionError, AttributeError, EOFError, KeyError, TypeError, ValueError) as error:  # how the SDK takes it
        raise TransientError(NOT_DROPBOX) from error


def quiet_error(error: RateLimitError) -> QuietError:
    """For how long Dropbox wants no requests."""
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
        case HttpError():
            return TransientError(f"Dropbox has a problem of its own (HTTP {error.status_code}).")
        case requests.exceptions.SSLError():
            return TransientError(
                "Dropbox's certificate is not accepted: is the clock right, does a proxy stand in between?"
            )
        case requests.Timeout():
            return TransientError("Dropbox does not answer: is the network up?")
        case requests.RequestException():
            return TransientError("Dropbox cannot be reached: is the network up?")
        case TransferError():
            return TransientError("What Dropbox sent is not the whole file, or another one than announced.")
    return TransientError("Dropbox's answer is not understood.")


def _access(error: AuthError) -> TokoError:
    reason = error.error
    if reason.is_missing_scope():
        scope = reason.get_missing_scope().required_scope
        return PermanentError(
            f"The Dropbox app lacks a permission: tick {scope} under Permissions at {CONSOLE}, Submit, then {LOGIN}."
        )
    if reason.is_expired_access_token():
        return TransientError("Dropbox says that its own access token has expired.")
    return PermanentError(
        f"Dropbox refuses DROPBOX_REFRESH_TOKEN: it was revoked, or belongs to another app. To get a new one, {LOGIN}."
    )


def _bad_input(error: BadInputError) -> TokoError:
    if "invalid_client" in str(error.message):
        return PermanentError(
            f"Dropbox does not know this app: check DROPBOX_APP_KEY and DROPBOX_APP_SECRET at {CONSOLE}. "
            f"The token of `toko dropbox-login` needs no secret: then leave DROPBOX_APP_SECRET empty."
        )
    return PermanentError(
        "Dropbox does not understand the request: check DROPBOX_FOLDER_PATH, which is like /IPOS, "
        f"and DROPBOX_APP_KEY at {CONSOLE}."
    )


def _folder_or_file(error: ApiError, folder: str) -> TokoError:
    reason = error.error
    if is_path_error(reason) and reason.get_path().is_not_found():
        return PermanentError(
            f"There is no folder {folder or '/'} in this Dropbox: correct DROPBOX_FOLDER_PATH. "
            "An app of the type “App folder” sees only its own folder, which is / then."
        )
    if is_path_error(reason) and (reason.get_path().is_not_folder() or reason.get_path().is_malformed_path()):
        return PermanentError(f"{folder} is no folder in this Dropbox: correct DROPBOX_FOLDER_PATH.")
    return TransientError(f"Dropbox refuses, and does not say why: is the app enabled at {CONSOLE}?")


def is_path_error(reason: object) -> bool:
    """Whether the error of a route is about the path."""
    return bool(getattr(reason, "is_path", lambda: False)())
