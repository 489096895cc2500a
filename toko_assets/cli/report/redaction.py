"""Removes secrets from the report: the values of settings, and whatever looks like a secret, wherever it comes from."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

from toko_assets.cli.report.given import Given
from toko_assets.cli.report.settings import NEUTRAL, PEOPLE, SHOWN
from toko_assets.postgres.restoring_role import derive_password
from toko_core.log import ANY_TOKEN
from toko_core.settings import NAMES
from toko_core.text import escape_controls

GONE = "<secret>"
SHORT = 8
"""Shorter values are removed where they are a word: within words they are chance."""
SHORTEST = 3
NAMED_LIKE_SECRETS = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|AUTH|DSN", re.IGNORECASE)
"""Names of other variables of the environment."""
WORDS = r"[\w-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|app[_-]?key|credential|authorization)[\w-]*"
PATTERNS = (
    (ANY_TOKEN, "<token>"),
    (re.compile(r"(\w://)[^\s/]*@"), rf"\1{GONE}@"),  # postgres://user:password@host
    (re.compile(r"(\w://)\S*@"), rf"\1{GONE}@"),  # a password with a slash
    (re.compile(r"(https?://(?!127\.0\.0\.1|localhost|\[::1\])[^\s/?#\"'<>]+)[/?#][^\s\"'<>)]+"), r"\1/…"),
    (re.compile(rf"({WORDS}[\"']?\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&)]+)", re.IGNORECASE), rf"\1{GONE}"),
    (re.compile(rf"([\"']{WORDS}[\"']\s*:\s*)(\"[^\"]*\"|'[^']*')", re.IGNORECASE), rf"\1{GONE}"),
    (re.compile(rf"({WORDS}:\s+)(?=\S*\d)[^\s,;\"']{{8,}}", re.IGNORECASE), rf"\1{GONE}"),  # X-Api-Key: 1234abcd
    (re.compile(r"(\b(?:authorization|bearer|basic)\b:?\s+)(?:bearer\s+|basic\s+)?[\w.~+/=-]{8,}", re.IGNORECASE),
     rf"\1{GONE}"),
    (re.compile(r"\bsl\.[\w.-]{16,}"), GONE),  # Dropbox's access tokens
    (re.compile(r"(?<![\w-])(?=[\w-]*[0-9])(?=[\w-]*[A-Za-z])[\w-]{40,}"), GONE),  # random, like openssl's
    (re.compile(r"(in the Dropbox of ).+"), r"\1…"),
    (re.compile(r"\bRp ?[\d.,]+"), "Rp…"),
    (re.compile(r"\bFirst: .+"), "First: …"),  # rows of a failed check
    (re.compile(r"\b(DETAIL|CONTEXT|STATEMENT|QUERY): .+"), r"\1: …"),  # PostgreSQL's: rows of tables
    (re.compile(r"(invalid input [^:]*: ).+"), r"\1…"),
)  # fmt: skip
"""What is removed even if no setting has it: secrets of earlier settings, prices, rows."""


class Redaction:
    """Removes these secrets, and all that looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        written = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        parts = [
            re.escape(form) if len(form) >= SHORT else rf"(?<!\w){re.escape(form)}(?!\w)"
            for form in sorted(written, key=len, reverse=True)
        ]
        self._secrets = re.compile("|".join(parts)) if parts else None

    @classmethod
    def of(cls, given: Given) -> "Redaction":
        """Return the redaction of what the environment and `.env` hold."""
        return cls(_secrets(given))

    def clean(self, text: str) -> str:
        """Return the text on one line, without secrets."""
        if self._secrets:
            text = self._secrets.sub(GONE, text)
        for pattern, replacement in PATTERNS:
            text = pattern.sub(replacement, text)
        return escape_controls(text)


def _secrets(given: Given) -> Iterator[str]:
    """Yield all values that are not harmless: those of other settings, of misspelt ones, and lines without a name."""
    for name, value in (*given.file.items(), *given.written.items(), *given.environment.items()):
        if name in SHOWN | NEUTRAL or not value.strip():
            continue
        if name.upper() in NAMES or NAMED_LIKE_SECRETS.search(name) or _is_misspelt(name, value, given):
            yield value.strip()
            yield from (line.strip() for line in value.splitlines() if len(line) >= SHORT)
    for line in given.unread:
        yield line.strip()
        yield line.partition("=")[2].strip(" \t\r\n\"'")
    for name in PEOPLE:
        yield from re.split(r"[,;\s]+", given.get(name))
    if password := given.get("DB_PASSWORD"):
        yield derive_password(SecretStr(password)).get_secret_value()


def _is_misspelt(name: str, value: str, given: Given) -> bool:
    """Whether a name in `.env` may be that of a secret. Docker Compose reads names of its own there."""
    return given.file.get(name) == value and len(value) >= SHORT and not name.startswith("COMPOSE_")


def _forms(secret: str) -> set[str]:
    """Return how a secret may be written: as it is, in a URL, in JSON, in Python."""
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    return {
        secret,
        *encoded,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
