"""Finds the folder in the home of a Dropbox account or, for a member of a team, in the team's space.

Paths are below the home unless a request names another root. Some teams have a space that lies outside the homes of
their members: https://developers.dropbox.com/dbx-team-files-guide
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dropbox import Dropbox
from dropbox.common import PathRoot
from dropbox.exceptions import ApiError, AuthError, PathRootError

from toko_assets.backups.dropbox_client import is_not_found

HOME = ""

Result = TypeVar("Result")


@dataclass(slots=True)
class DropboxRoot:
    """Remembers where the folder was found, so that only the first listing searches for it."""

    namespace: str | None = None
    """The namespace of the team's space, or HOME; None before the first listing."""
    team: str = ""
    """The name of the team if its space was searched in vain."""

    def search(self, client: Dropbox, request: Callable[[Dropbox], Result]) -> Result:
        """Send a request below the root that is known, then the home, then the team's space. Raises as the SDK does.

        Only if the path is not found in the home, Dropbox is asked for the team's space.
        """
        self.team = ""
        if self.namespace:
            try:
                return request(_below(client, self.namespace))
            except PathRootError:  # the account has left the team, or the team has a new space
                pass
            except ApiError as error:
                if not is_not_found(error):
                    raise
        try:
            found = request(client)
        except ApiError as error:
            if not is_not_found(error):
                raise
            return self._search_team(client, request, error)
        self.namespace = HOME
        return found

    def use(self, client: Dropbox, request: Callable[[Dropbox], Result]) -> Result:
        """Send a request below the root that is known, or search for it. Raises as the SDK does."""
        if self.namespace is None:
            return self.search(client, request)
        return request(_below(client, self.namespace))

    def _search_team(self, client: Dropbox, request: Callable[[Dropbox], Result], error: ApiError) -> Result:
        team = _find_team(client)
        if team is None:
            raise error
        name, namespace = team
        try:
            found = request(_below(client, namespace))
        except (ApiError, PathRootError):
            self.team = name
            raise error from None
        self.namespace = namespace
        return found


def _below(client: Dropbox, namespace: str) -> Dropbox:
    """Return a client with the same session whose paths are below this root."""
    return client.with_path_root(PathRoot.root(namespace)) if namespace else client


def _find_team(client: Dropbox) -> tuple[str, str] | None:
    """Return the name of the team, and the namespace of its space. None if it has none outside the homes."""
    try:
        account = client.users_get_current_account()
    except AuthError as error:
        if error.error.is_missing_scope():  # then nobody can know
            return None
        raise
    root = account.root_info
    if root.root_namespace_id == root.home_namespace_id:
        return None
    return account.team.name if account.team else "the team", root.root_namespace_id
