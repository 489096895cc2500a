"""The app in Dropbox's console, and the tokens of people who authorised it."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.servers.dropbox.errors import Json, api_error, oauth_error

ACCOUNT_ID = "dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"
USER_ID = "12345"
SCOPES = ("account_info.read", "files.content.read", "files.metadata.read")
CODE_LIFETIME = 600


@dataclass(slots=True)
class Grant:
    """An authorisation by a person. Without a PKCE challenge, the app must send its secret."""

    scopes: tuple[str, ...]
    challenge: tuple[str, str] | None
    offline: bool
    revoked: bool = False


@dataclass(slots=True)
class AccessToken:
    """A short-lived access token."""

    grant: Grant
    scopes: tuple[str, ...]
    expires: float


@dataclass(slots=True)
class App:
    """An app with its authorisations and tokens."""

    key: str = field(default_factory=lambda: secrets.token_hex(8)[:15])
    secret: str = field(default_factory=lambda: secrets.token_hex(8)[:15])
    scopes: tuple[str, ...] = SCOPES
    """The permissions that are set in the console. A change applies to later authorisations."""
    token_lifetime: int = 14_400
    """The lifetime of an access token in seconds. The SDK replaces a token 300 s before its end."""
    codes: dict[str, tuple[Grant, float]] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)

    def authorize(self, url: str) -> str:
        """Click "Allow" on the page at this URL. Returns the code. Raises ValueError if it is an error page."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if urlsplit(url).path != "/oauth2/authorize" or query.get("response_type") != "code":
            raise ValueError("not an authorisation page")
        if query.get("client_id") != self.key:
            raise ValueError(f"Invalid client_id: {query.get('client_id')!r}")
        scopes = tuple(query["scope"].split()) if "scope" in query else self.scopes
        if unknown := set(scopes) - set(self.scopes):
            raise ValueError(f"The app has no permission for {', '.join(sorted(unknown))}")
        challenge = None
        if "code_challenge" in query:
            challenge = query["code_challenge"], query.get("code_challenge_method", "plain")
        code = secrets.token_urlsafe(32)
        grant = Grant(scopes, challenge, query.get("token_access_type") == "offline")
        self.codes[code] = grant, time.monotonic() + CODE_LIFETIME
        return code

    def grant(self, scopes: tuple[str, ...] | None = None, pkce: bool = True) -> str:
        """Return the refresh token of an earlier authorisation."""
        challenge = ("", "plain") if pkce else None
        return self._new_refresh_token(Grant(self.scopes if scopes is None else scopes, challenge, offline=True))

    def revoke(self) -> None:
        """Disconnect the app from the account. All tokens become invalid."""
        for grant in (*self.refresh_tokens.values(), *(token.grant for token in self.access_tokens.values())):
            grant.revoked = True

    def expire_access_tokens(self) -> None:
        """Make all access tokens expire. A client notices this when it uses one."""
        for token in self.access_tokens.values():
            token.expires = 0

    def check(self, token: str, scope: str) -> None:
        """Check that an access token is valid and has `scope`. Raises ResponseError."""
        known = self.access_tokens.get(token)
        if known is None or known.grant.revoked:
            raise api_error(401, "invalid_access_token")
        if time.monotonic() >= known.expires:
            raise api_error(401, "expired_access_token")
        if scope not in known.scopes:
            raise api_error(401, "missing_scope", required_scope=scope)

    def tokens(self, form: dict[str, str]) -> Json:
        """Handle a request to the token endpoint."""
        kind = form.get("grant_type")
        if form.get("client_id") != self.key or form.get("client_secret", self.secret) != self.secret:
            raise oauth_error("invalid_client", "Invalid client_id or client_secret")
        if kind == "authorization_code":
            return self._redeem(form)
        if kind == "refresh_token":
            return self._refresh(form)
        raise oauth_error("unsupported_grant_type", "grant type must be authorization_code or refresh_token")

    def _redeem(self, form: dict[str, str]) -> Json:
        grant, until = self.codes.pop(form.get("code", ""), (None, 0.0))
        if grant is None or time.monotonic() >= until:
            raise oauth_error("invalid_grant", "code doesn't exist or has expired")
        if grant.challenge is not None:
            _check_verifier(form.get("code_verifier", ""), *grant.challenge)
        else:
            _need_secret(form)
        answer = {**self._new_access_token(grant, grant.scopes), "uid": USER_ID, "account_id": ACCOUNT_ID}
        return answer | ({"refresh_token": self._new_refresh_token(grant)} if grant.offline else {})

    def _refresh(self, form: dict[str, str]) -> Json:
        grant = self.refresh_tokens.get(form.get("refresh_token", ""))
        if grant is None or grant.revoked:
            raise oauth_error("invalid_grant", "refresh token is invalid or revoked")
        if grant.challenge is None:
            _need_secret(form)
        scopes = tuple(form["scope"].split()) if "scope" in form else grant.scopes
        if not set(scopes) <= set(grant.scopes):
            raise oauth_error("invalid_scope", "requested scopes exceed those that were granted")
        return self._new_access_token(grant, scopes)

    def _new_access_token(self, grant: Grant, scopes: tuple[str, ...]) -> Json:
        token = f"sl.u.{secrets.token_urlsafe(96)}"
        self.access_tokens[token] = AccessToken(grant, scopes, time.monotonic() + self.token_lifetime)
        return {
            "access_token": token, "token_type": "bearer", "expires_in": self.token_lifetime, "scope": " ".join(scopes),
        }  # fmt: skip

    def _new_refresh_token(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(48)
        self.refresh_tokens[token] = grant
        return token


def _need_secret(form: dict[str, str]) -> None:
    if "client_secret" not in form:
        raise oauth_error("invalid_client", "Invalid client_id or client_secret")


def _check_verifier(verifier: str, challenge: str, method: str) -> None:
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if verifier != challenge:
        raise oauth_error("invalid_grant", "invalid code verifier")
