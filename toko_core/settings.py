"""What all parts read from the environment or a file `.env`, and how a wrong setting becomes one line.

`.env.example` lists every setting; each part adds its own fields to these.
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
        raise ValueError("must be Telegram ids: numbers with commas between them (the bot's /id tells them)") from None


def _token(secret: SecretStr) -> SecretStr:
    if not TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must be the token that @BotFather gave, like 123456789:AA…")
    return secret


TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""The name of a time zone."""
BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""The address of a server, without a slash at its end."""
Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
"""Telegram ids, written with commas between them."""


class PartSettings(BaseSettings):
    """The base of each part's settings. Fields carry the names of the variables in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, arbitrary_types_allowed=True
    )


class ShopSettings(PartSettings):
    """What the chain and the bot both need to know of the shop."""

    shop_name: str = Field("Toko", description="The shop's name, shown to people")
    shop_timezone: TimeZone = Field(
        "Asia/Jakarta", description="The shop's time zone: Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
    )
    toko_data_dir: Path = Field(Path("data"), description="Everything that is written lies below this folder")
    stale_hours: float = Field(36, gt=0, description="Hours after which data counts as old")
    search_results_limit: int = Field(10, ge=1, le=100, description="Results of a search")

    @property
    def data_folder(self) -> Path:
        """TOKO_DATA_DIR as a full path."""
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
    """How to reach the owners in Telegram: the bot answers them, the chain notifies them."""

    telegram_bot_token: Annotated[SecretStr, AfterValidator(_token)] = Field(description="From @BotFather")
    allowed_users: Ids = Field(frozenset(), description="Telegram ids of the staff")
    owner_users: Ids = Field(frozenset(), description="Of those who also see cost; unset: ALLOWED_USERS")
    telegram_base_url: BaseUrl = Field(TELEGRAM, description="A Bot API server")

    @property
    def token(self) -> str:
        """The bot's token, in the clear."""
        return self.telegram_bot_token.get_secret_value()

    @property
    def owners(self) -> frozenset[int]:
        """Who sees cost, and is notified."""
        return self.owner_users or self.allowed_users

    @property
    def staff(self) -> frozenset[int]:
        """All who may search, owners too."""
        return self.allowed_users | self.owner_users


Part = TypeVar("Part", bound=PartSettings)


def load(kind: type[Part]) -> Part:
    """Read and check the settings of one part. Raises SettingError, which names what is wrong."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingError(*(_problem(kind, details) for details in error.errors())) from None
    except UnicodeDecodeError:
        raise SettingError("The file .env is not UTF-8 text: save it as UTF-8.") from None


def _problem(kind: type[PartSettings], error: ErrorDetails) -> str:
    """One sentence that names the setting, and its value unless that may be a secret."""
    said = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return f"{said}."
    field = str(error["loc"][0])
    name = ".".join(map(str, error["loc"])).upper()
    if error["type"] == "missing":
        return f"The setting {name} is missing: put {kind.model_fields[field].description} into .env."
    value = "" if _may_be_secret(kind, field, error) else f" (it is {error['input']!r})"
    return f"The setting {name} is wrong: {said}{value}."


def _may_be_secret(kind: type[PartSettings], field: str, error: ErrorDetails) -> bool:
    """A secret, or an address with one in it (postgres://user:password@host)."""
    return "SecretStr" in str(kind.model_fields[field].annotation) or "@" in str(error["input"])
