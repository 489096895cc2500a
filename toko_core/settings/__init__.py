"""Settings that all parts read from the environment or from `.env`. A wrong setting becomes a one-line error.

`.env.example` lists every setting. Each part of the program adds its own fields to the classes here.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from toko_core import SettingError
from toko_core.files import DataFolder, full_path
from toko_core.text import escape_controls

ENV_FILE = Path(".env")
TELEGRAM = "https://api.telegram.org"
TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}")


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone; Indonesia's are Asia/Jakarta, Asia/Makassar and Asia/Jayapura") from error
    return name


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be the http or https address of a server, like https://toko.example.com")
    return url.rstrip("/")


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return frozenset(int(part) for part in re.split(r"[,;\s]+", value.strip()) if part)
    except ValueError:
        raise ValueError("must be Telegram ids: numbers separated by commas (the bot's /id shows them)") from None


def _token(secret: SecretStr) -> SecretStr:
    if not TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must be the token that @BotFather gave, like 123456789:AA…")
    return secret


def _secret_url(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        right = right and (parts.port or 1) > 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError:  # its message has a part of the address
        right = False
    if not right:
        raise ValueError("must be an http or https address without user and password")
    return secret


def _state_url(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    scheme, _, rest = url.partition("://")
    try:
        right = scheme in {"postgresql", "postgres", "sqlite"} and bool(rest.strip("/"))
        right = right and (urlsplit(url).port or 1) > 0
    except ValueError:  # its message has a part of the address
        right = False
    if not right:
        raise ValueError("must be like postgresql://user:password@host/database, or sqlite:////full/path/state.db")
    if scheme != "sqlite" and url.count("@") > 1:  # the rest of the password would be taken for the host, and shown
        raise ValueError("has an @ in the user or the password: write %40 for it, and encode other signs likewise")
    return secret


def _folder(path: Path) -> Path:
    try:
        return full_path(path)
    except SettingError as error:
        raise ValueError(str(error).removeprefix(f"{path} ").removesuffix(".")) from None


TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""The name of a time zone."""
FolderPath = Annotated[Path, AfterValidator(_folder)]
"""An absolute path, without links and without `~`."""
BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""The address of a server, without a slash at the end."""
SecretUrl = Annotated[SecretStr, AfterValidator(_secret_url)]
"""An address that lets whoever knows it do something."""
Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
"""Telegram ids, separated by commas."""


class PartSettings(BaseSettings):
    """The base class of each part's settings. A field has the name of its variable in lower case."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True, arbitrary_types_allowed=True
    )


class ShopSettings(PartSettings):
    """Settings of the shop that both the chain and the bot need."""

    shop_name: str = Field("Toko", description="The shop's name, shown to people")
    shop_timezone: TimeZone = Field(
        "Asia/Jakarta", description="The shop's time zone: Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
    )
    toko_data_dir: FolderPath = Field(
        Path("data"), validate_default=True, description="The folder for all files that the program writes"
    )
    stale_hours: float = Field(36, gt=0, description="Hours after which data counts as old")
    search_results_limit: int = Field(5, ge=1, le=100, description="Results of a search")

    state_url: Annotated[SecretStr, AfterValidator(_state_url)] | None = Field(
        None, description="The state database; unset: an SQLite file in TOKO_DATA_DIR/state"
    )

    @property
    def data_folder(self) -> Path:
        """TOKO_DATA_DIR."""
        return self.toko_data_dir

    @property
    def folder(self) -> DataFolder:
        """The folders below TOKO_DATA_DIR, by name."""
        return DataFolder(self.data_folder)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.shop_timezone)


class PeopleSettings(PartSettings):
    """The people who have access whatever the state database says."""

    allowed_users: Ids = Field(frozenset(), description="Telegram ids of the staff")
    owner_users: Ids = Field(frozenset(), description="Telegram ids of owners, who also see cost; unset: nobody")

    @property
    def owners(self) -> frozenset[int]:
        """The people who see cost and receive notifications. Nobody, unless OWNER_USERS names them."""
        return self.owner_users

    @property
    def staff(self) -> frozenset[int]:
        """All people who may search, including the owners."""
        return self.allowed_users | self.owner_users


class TelegramSettings(PeopleSettings):
    """Settings for Telegram: the bot answers people with them, and the chain notifies the owners."""

    telegram_bot_token: Annotated[SecretStr, AfterValidator(_token)] = Field(description="the token from @BotFather")
    telegram_base_url: BaseUrl = Field(TELEGRAM, description="A Bot API server")

    @property
    def token(self) -> str:
        """The bot's token in plain text."""
        return self.telegram_bot_token.get_secret_value()


Part = TypeVar("Part", bound=PartSettings)


def host_of(url: str) -> str:
    """Return the host and port of an address: the rest of it may be a secret."""
    return urlsplit(url).netloc.rpartition("@")[2] or "an unknown place"


def load(kind: type[Part], **values: Any) -> Part:
    """Read and check the settings of one part. Raises SettingError, which names each wrong setting.

    `values` count more than the environment and `.env`, by the names of the fields.
    """
    if ENV_FILE.is_dir():  # Docker makes a folder where it shall mount a file that is missing
        raise SettingError(".env is a folder: remove it, and write the settings into a file of that name.")
    try:
        return kind(**values)
    except ValidationError as error:
        raise SettingError(*(_problem(kind, details) for details in error.errors())) from None
    except UnicodeDecodeError:
        raise SettingError("The file .env is not UTF-8 text: save it as UTF-8.") from None


def _problem(kind: type[PartSettings], error: ErrorDetails) -> str:
    """Return one sentence that names the setting, and its value unless that may be a secret."""
    reason = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return f"{reason}."
    field = str(error["loc"][0])
    name = ".".join(map(str, error["loc"])).upper()
    if error["type"] == "missing":
        return f"The setting {name} is missing: put {kind.model_fields[field].description} into .env."
    value = "" if _may_be_secret(kind, field, error) else f" (it is {error['input']!r})"
    return f"The setting {name} is wrong: {reason}{value}."


def _may_be_secret(kind: type[PartSettings], field: str, error: ErrorDetails) -> bool:
    """Return whether the value is a secret, or an address that contains one (postgres://user:password@host)."""
    return "SecretStr" in str(kind.model_fields[field].annotation) or "@" in str(error["input"])


NAMES = frozenset({
    "ALLOWED_CHATS", "ALLOWED_HOSTS", "ALLOWED_USERS", "BACKUP_FOLDER", "BACKUP_SOURCE", "BOT_HEARTBEAT_URL",
    "CADDY_IMAGE", "CATALOG_LISTEN", "CATALOG_PORT", "CATALOG_URL",
    "CLOSED_DAYS", "DAGSTER_HOME", "DAGSTER_URL", "DAILY_SYNC_CRON", "DB_HOST", "DB_NAME", "DB_PASSWORD",
    "DB_PORT", "DB_RESTORE_PASSWORD", "DB_RESTORE_USER", "DB_USER",
    "DOCKER_GID", "DOCKER_SOCKET", "DROPBOX_APP_KEY", "DROPBOX_APP_SECRET", "DROPBOX_FOLDER_PATH",
    "DROPBOX_REFRESH_TOKEN", "HEARTBEAT_URL", "HTTPS_PORT", "HTTP_PORT", "IPOS_DATABASE", "KEEP_BACKUPS",
    "KEEP_CATALOGS", "KEEP_RUNS", "KEEP_RUN_DAYS", "LOG_FORMAT", "LOG_LEVEL", "MAX_CSV_FILES", "METRICS_LISTEN",
    "METRICS_PORT", "OWNER_USERS", "POSTGRES_IMAGE", "POSTGRES_PASSWORD", "PRICE_ROUNDING", "PYTHON_IMAGE",
    "QUOTATION_DAYS", "SALES_EVERY_HOURS", "SEARCH_RESULTS_LIMIT", "SHOP_NAME", "SHOP_TIMEZONE", "SITE_ADDRESS",
    "STALE_HOURS", "STATE_URL", "SYNONYMS_FILE",
    "TELEGRAM_BASE_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_RATE_LIMIT", "TOKO_DATA_DIR", "TRUSTED_PROXIES",
    "WEBHOOK_LISTEN", "WEBHOOK_SECRET", "WEBHOOK_URL", "WEB_PASSWORD_HASH", "WEB_PORT", "WEB_URL", "WEB_USER",
    "ACME_CA", "BOT_REPLICAS", "COMPOSE_PROFILES", "TOKO_REGISTRY", "TOKO_VERSION",
})  # fmt: skip
"""Every name that `.env` may have, in whichever part of the program it is read. No part knows the names of all."""
SECRETS = {
    "BOT_HEARTBEAT_URL": "a secret address",
    "DB_PASSWORD": "a password",
    "DB_RESTORE_PASSWORD": "a password",
    "DROPBOX_APP_SECRET": "a secret",
    "DROPBOX_REFRESH_TOKEN": "Dropbox's token",
    "HEARTBEAT_URL": "a secret address",
    "POSTGRES_PASSWORD": "a password",
    "STATE_URL": "a database's address",
    "TELEGRAM_BOT_TOKEN": "the bot's token",
    "WEB_PASSWORD_HASH": "the hash of a password",
    "WEBHOOK_SECRET": "a secret",
}
LIKE_A_SETTING = 0.8
"""The similarity (0 to 1) from which a name counts as a typo of a setting."""
SHORTEST_PART = 6
"""Characters from which the beginning of a setting's name counts as a typo of it: DB_PASS."""


def env_warnings() -> list[str]:
    """Return what is odd about the settings' names and about `.env`, in one line each, for the start of a program."""
    return [line for line in (" ".join(misspelt_names()), readable_secret()) if line]


def misspelt_names() -> Iterator[str]:
    """Yield a sentence for each name in `.env` or in the environment that is none of ours and looks like one."""
    for where, given in ((" in .env", env_file()), ("", os.environ)):
        for name in sorted(given):
            upper = name.upper()
            if upper in NAMES:
                continue
            meant = get_close_matches(upper, NAMES, 1, LIKE_A_SETTING) or [
                known for known in sorted(NAMES) if len(upper) >= SHORTEST_PART and known.startswith(upper)
            ]
            if meant:
                yield f"{escape_controls(name)}{where} is not a setting: did you mean {meant[0]}?"
            elif upper.startswith("TOKO_"):
                yield f"{escape_controls(name)}{where} is not a setting."


def readable_secret() -> str:
    """Return a sentence if `.env` holds a secret and others can read it; else an empty text."""
    held = [what for name, what in SECRETS.items() if env_file().get(name)]
    if held and ENV_FILE.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return f".env holds {held[0]} and other users can read it: chmod 600 .env"
    return ""


def env_file() -> Mapping[str, str | None]:
    """Return what `.env` in the working folder says; nothing if there is none."""
    return dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}
