"""Settings that all parts read from the environment or from `.env`. A wrong setting becomes a one-line error.

`.env.example` lists every setting. Each part of the program adds its own fields to the classes here.
"""

import re
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from toko_core.errors import SettingError
from toko_core.files import DataFolder

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
        raise ValueError("must be the address of a server, like https://api.telegram.org")
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


TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""The name of a time zone."""
BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""The address of a server, without a slash at the end."""
Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
"""Telegram ids, separated by commas."""


class PartSettings(BaseSettings):
    """The base class of each part's settings. A field has the name of its variable in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, arbitrary_types_allowed=True
    )


class ShopSettings(PartSettings):
    """Settings of the shop that both the chain and the bot need."""

    shop_name: str = Field("Toko", description="The shop's name, shown to people")
    shop_timezone: TimeZone = Field(
        "Asia/Jakarta", description="The shop's time zone: Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
    )
    toko_data_dir: Path = Field(Path("data"), description="The folder for all files that the program writes")
    stale_hours: float = Field(36, gt=0, description="Hours after which data counts as old")
    search_results_limit: int = Field(10, ge=1, le=100, description="Results of a search")

    @property
    def data_folder(self) -> Path:
        """TOKO_DATA_DIR as an absolute path."""
        return self.toko_data_dir.expanduser().resolve()

    @property
    def folder(self) -> DataFolder:
        """The folders below TOKO_DATA_DIR, by name."""
        return DataFolder(self.data_folder)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.shop_timezone)


class TelegramSettings(PartSettings):
    """Settings for Telegram: the bot answers people with them, and the chain notifies the owners."""

    telegram_bot_token: Annotated[SecretStr, AfterValidator(_token)] = Field(description="the token from @BotFather")
    allowed_users: Ids = Field(frozenset(), description="Telegram ids of the staff")
    owner_users: Ids = Field(frozenset(), description="Telegram ids of owners, who also see cost; unset: ALLOWED_USERS")
    telegram_base_url: BaseUrl = Field(TELEGRAM, description="A Bot API server")

    @property
    def token(self) -> str:
        """The bot's token in plain text."""
        return self.telegram_bot_token.get_secret_value()

    @property
    def owners(self) -> frozenset[int]:
        """The people who see cost and receive notifications."""
        return self.owner_users or self.allowed_users

    @property
    def staff(self) -> frozenset[int]:
        """All people who may search, including the owners."""
        return self.allowed_users | self.owner_users


Part = TypeVar("Part", bound=PartSettings)


def load(kind: type[Part]) -> Part:
    """Read and check the settings of one part. Raises SettingError, which names each wrong setting."""
    try:
        return kind()
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
