"""Checks each permission that the chain needs in Dropbox, and says what to click if one is missing."""

from collections.abc import Iterator

from dropbox import Dropbox
from dropbox.exceptions import ApiError, AuthError

from toko_assets.backups.dropbox import DropboxSource
from toko_assets.backups.dropbox_client import dropbox_client, dropbox_errors
from toko_assets.cli.doctor.candidates import backups_of_shop
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.settings import Settings
from toko_core import TokoError

SUBJECT = "Dropbox"


def look_at_dropbox(settings: Settings) -> Iterator[Finding]:
    """List the folder, read the beginning of each backup, and ask whose Dropbox it is."""
    source, warnings = DropboxSource(settings, settings.dropbox_folder_path), list[str]()
    try:
        with dropbox_errors(settings.dropbox_folder_path), dropbox_client(settings) as client:
            source.listing()
            yield from _account(client)
            _open(client, f"{settings.dropbox_folder_path}/i5.i5bu")
        found = backups_of_shop(settings, source, warnings.append)
    except TokoError as error:
        yield from (note(SUBJECT, warning) for warning in warnings)
        yield wrong(SUBJECT, str(error))
        return
    yield from (note(SUBJECT, warning) for warning in warnings)
    if not found.selection.suitable:
        yield wrong(SUBJECT, f"There is no backup (*.i5bu) of the shop in {source.place}: does iPOS put them there?")
        return
    newest, count = found.selection.suitable[0], len(found.selection.suitable)
    database = f" of database {newest.header.database}" if newest.header else ""
    yield good(
        SUBJECT, f"{count} backups of the shop in {source.place}, the newest {newest.name}{database}, "
        f"{newest.listed.size / 1e6:,.1f} MB, arrived {newest.listed.modified:%Y-%m-%d %H:%M} UTC"
    )  # fmt: skip


def _account(client: Dropbox) -> Iterator[Finding]:
    try:
        name = client.users_get_current_account().name.display_name
    except AuthError as error:
        if not error.error.is_missing_scope():
            raise
        yield good(SUBJECT, "the folder is accessible")
    else:
        yield good(SUBJECT, f"the folder is accessible, in the Dropbox of {name}")


def _open(client: Dropbox, path: str) -> None:
    """Check the permission to read files. Dropbox reports a missing file only to an app with this permission."""
    try:
        _, answer = client.files_download(path)
    except ApiError:
        return
    answer.close()
