"""Checks each permission that the chain needs in Dropbox, and says what to click if one is missing."""

from collections.abc import Iterator

from dropbox import Dropbox
from dropbox.exceptions import ApiError, AuthError

from toko_assets.backups.dropbox import DropboxSource
from toko_assets.backups.dropbox_client import dropbox_client, dropbox_errors
from toko_assets.backups.source import left_out
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.settings import Settings
from toko_core.errors import TokoError

SUBJECT = "Dropbox"


def look_at_dropbox(settings: Settings) -> Iterator[Finding]:
    """List the folder, open the newest backup without reading it, and ask whose Dropbox it is."""
    source = DropboxSource(settings, settings.dropbox_folder_path)
    try:
        listing = source.listing()
        newest = listing.backups[0] if listing.backups else None
        with dropbox_errors(settings.dropbox_folder_path), dropbox_client(settings) as client:
            yield from _account(client)
            _open(client, f"rev:{newest.revision}" if newest else f"{settings.dropbox_folder_path}/i5.i5bu")
    except TokoError as error:
        yield wrong(SUBJECT, str(error))
        return
    yield from (note(SUBJECT, left_out(name)) for name in listing.conflicted)
    if newest is None:
        yield wrong(SUBJECT, f"There is no backup (*.i5bu) in {source.place}: does iPOS put them there?")
        return
    when = f"{newest.modified:%Y-%m-%d %H:%M} UTC"
    yield good(
        SUBJECT, f"{len(listing.backups)} backups in {source.place}, the newest {newest.name}, "
        f"{newest.size / 1e6:,.1f} MB, arrived {when}"
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
