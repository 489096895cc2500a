"""The tests' Dropbox server issues and checks tokens as Dropbox does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from dropbox import DropboxOAuth2FlowNoRedirect
from dropbox.exceptions import AuthError, BadInputError

from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import FOLDER, dropbox_client, dropbox_server, listed


@pytest.fixture
def server() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


@contextmanager
def flow_of(server: DropboxServer, **settings: Any) -> Iterator[Any]:
    usual = {"consumer_key": server.app.key, "use_pkce": True, "token_access_type": "offline", "timeout": 20}
    flow = DropboxOAuth2FlowNoRedirect(**usual | settings)
    yield flow
    flow.requests_session.close()


def error_for_code(flow: Any, code: str) -> dict[str, str]:
    """Return the token endpoint's error for a code that it rejects."""
    with pytest.raises(requests.HTTPError) as error:
        flow.finish(code)
    assert error.value.response is not None
    assert error.value.response.status_code == 400
    content: dict[str, str] = error.value.response.json()
    return content


def test_a_person_allows_the_app_through_pkce_and_no_secret_is_needed(server: DropboxServer) -> None:
    with flow_of(server) as flow:
        result = flow.finish(server.authorize(flow.start()))
    assert result.scope == "account_info.read files.content.read files.metadata.read"
    assert (len(result.account_id), bool(result.user_id)) == (40, True)
    with dropbox_client(server, oauth2_refresh_token=result.refresh_token) as client:
        assert listed(client.files_list_folder(FOLDER)) == []
    (refreshed,) = [r for r in server.received("oauth2/token") if r.argument["grant_type"] == "refresh_token"]
    assert refreshed.status == 200


def test_without_pkce_the_secret_is_needed_for_the_code_and_for_every_refresh(server: DropboxServer) -> None:
    secret = server.app.secret
    with flow_of(server, use_pkce=False, consumer_secret=secret) as flow:
        token = flow.finish(server.authorize(flow.start())).refresh_token
    with dropbox_client(server, oauth2_refresh_token=token, app_secret=secret) as client:
        assert listed(client.files_list_folder(FOLDER)) == []
    with (
        dropbox_client(server, oauth2_refresh_token=token) as client,
        pytest.raises(BadInputError, match="invalid_client"),
    ):
        client.files_list_folder(FOLDER)


def test_an_app_that_asks_for_online_access_gets_no_refresh_token(server: DropboxServer) -> None:
    with flow_of(server, token_access_type="online") as flow:  # noqa: S106
        result = flow.finish(server.authorize(flow.start()))
    assert (result.refresh_token, result.access_token[:3]) == ("", "sl.")
    with dropbox_client(server, oauth2_refresh_token=None, oauth2_access_token=result.access_token) as client:
        assert listed(client.files_list_folder(FOLDER)) == []


def test_a_code_works_once_and_for_its_own_verifier_only(server: DropboxServer) -> None:
    with flow_of(server) as flow, flow_of(server) as other:
        code = server.authorize(flow.start())
        flow.finish(code)
        assert error_for_code(flow, code)["error_description"] == "code doesn't exist or has expired"
        assert error_for_code(other, server.authorize(flow.start()))["error_description"] == "invalid code verifier"
        assert error_for_code(flow, "typo")["error"] == "invalid_grant"


def test_a_verifier_may_be_its_own_challenge(server: DropboxServer) -> None:
    with flow_of(server) as flow:
        plain = flow.start().replace(flow.code_challenge, flow.code_verifier).replace("S256", "plain")
        assert flow.finish(server.authorize(plain)).refresh_token


def test_the_page_for_a_wrong_app_or_a_missing_permission_is_an_error(server: DropboxServer) -> None:
    with flow_of(server, consumer_key="wrong") as flow, pytest.raises(ValueError, match="Invalid client_id: 'wrong'"):
        server.authorize(flow.start())
    with flow_of(server, scope=["files.content.write"]) as flow, pytest.raises(ValueError, match=r"content\.write"):
        server.authorize(flow.start())


@pytest.mark.parametrize("wrong", [{"app_key": "wrong"}, {"app_secret": "wrong"}])
def test_a_wrong_key_or_secret_is_a_bad_input_error(server: DropboxServer, wrong: dict[str, str]) -> None:
    with dropbox_client(server, **wrong) as client, pytest.raises(BadInputError, match="invalid_client"):
        client.files_list_folder(FOLDER)
    assert server.counts() == {"oauth2/token": 1}


def test_a_wrong_refresh_token_is_an_invalid_access_token(server: DropboxServer) -> None:
    with dropbox_client(server, oauth2_refresh_token="wrong") as client, pytest.raises(AuthError) as error:  # noqa: S106
        client.files_list_folder(FOLDER)
    assert error.value.error.is_invalid_access_token()


def test_after_the_app_is_disconnected_no_token_works(server: DropboxServer) -> None:
    with dropbox_client(server) as client, dropbox_client(server) as later:
        client.files_list_folder(FOLDER)
        server.revoke()
        for revoked in (client, later):
            with pytest.raises(AuthError) as error:
                revoked.files_list_folder(FOLDER)
            assert error.value.error.is_invalid_access_token()
    with dropbox_client(server) as again:
        assert listed(again.files_list_folder(FOLDER)) == []


def test_an_expired_access_token_is_replaced_by_the_sdk(server: DropboxServer) -> None:
    with dropbox_client(server) as client:
        client.files_list_folder(FOLDER)
        server.expire_access_tokens()
        client.files_list_folder(FOLDER)
    assert server.counts() == {"files/list_folder": 3, "oauth2/token": 2}


def test_an_access_token_that_expires_soon_is_replaced_before_the_request(server: DropboxServer) -> None:
    server.app.token_lifetime = 299
    with dropbox_client(server) as client:
        client.files_list_folder(FOLDER)
        client.files_list_folder(FOLDER)
    assert server.counts() == {"files/list_folder": 2, "oauth2/token": 2}


def test_a_request_without_its_scope_is_rejected_and_the_scope_is_named(server: DropboxServer) -> None:
    token = server.grant(("files.metadata.read",))
    server.put(f"{FOLDER}/a", b"a")
    with dropbox_client(server, oauth2_refresh_token=token) as client:
        assert listed(client.files_list_folder(FOLDER)) == ["a"]
        for ask, scope in (
            (lambda: client.files_download(f"{FOLDER}/a"), "files.content.read"),
            (client.users_get_current_account, "account_info.read"),
        ):
            with pytest.raises(AuthError) as error:
                ask()
            assert error.value.error.get_missing_scope().required_scope == scope


def test_a_permission_that_is_added_later_is_not_in_older_tokens(server: DropboxServer) -> None:
    server.app.scopes = ("account_info.read",)
    old = server.grant()
    server.app.scopes = ("account_info.read", "files.metadata.read")
    with dropbox_client(server, oauth2_refresh_token=old) as client, pytest.raises(AuthError):
        client.files_list_folder(FOLDER)
    with (
        dropbox_client(server, oauth2_refresh_token=old, scope=["files.metadata.read"]) as client,
        pytest.raises(BadInputError, match="invalid_scope"),
    ):
        client.files_list_folder(FOLDER)
    with dropbox_client(server) as client:
        assert listed(client.files_list_folder(FOLDER)) == []
