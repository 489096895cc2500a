"""Watches a Dropbox folder: Dropbox answers a longpoll when something in the folder has changed."""

from collections.abc import Iterator
from threading import Event

from dropbox import Dropbox
from dropbox.exceptions import ApiError

from toko_assets.backups.dropbox_client import dropbox_client, dropbox_errors
from toko_assets.backups.dropbox_root import DropboxRoot
from toko_assets.common.settings import Settings

LONGPOLL_SECONDS = 60
"""How long Dropbox waits for a change. It adds up to 90 s at random; the SDK's timeout allows for them."""


def dropbox_changes(settings: Settings, folder: str, root: DropboxRoot, stop: Event) -> Iterator[None]:
    """Yield at the beginning and whenever something in the folder has changed. Ends when `stop` is set.

    A change after a yield is reported, because the cursor is older. Raises TransientError or PermanentError.
    """
    with dropbox_errors(folder), dropbox_client(settings, repeats=False) as client:
        while not stop.is_set():
            cursor = root.search(client, lambda rooted: rooted.files_list_folder_get_latest_cursor(folder).cursor)
            yield
            _wait_for_change(client, cursor, stop)


def _wait_for_change(client: Dropbox, cursor: str, stop: Event) -> None:
    """Poll until the folder changes, or until Dropbox resets the cursor, after which nobody knows."""
    while not stop.is_set():
        try:
            result = client.files_list_folder_longpoll(cursor, timeout=LONGPOLL_SECONDS)
        except ApiError as error:
            if error.error.is_reset():
                return
            raise
        if result.backoff:
            stop.wait(result.backoff)
        if result.changes:
            return
