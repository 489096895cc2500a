"""Every setting of the chain, from the environment or a file `.env`; `.env.example` lists them."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from toko_assets.errors import PermanentError


class SettingError(PermanentError):
    """Settings are missing or wrong; the message names them, each in a sentence of its own."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone; Indonesia's are Asia/Jakarta, Asia/Makassar and Asia/Jayapura") from error
    return name


def _host(name: str) -> str:
    """A host name, an address, or the folder of a Unix socket; not a URL, several hosts, or host:port."""
    if set(name) & set("@, \t") or (not name.startswith("/") and ("/" in name or name.count(":") == 1)):
        raise ValueError("must be a host name alone: the rest goes into DB_PORT, DB_NAME, DB_USER and DB_PASSWORD")
    return name


def _text(secret: SecretStr) -> SecretStr:
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("must be UTF-8 text") from None
    return secret


class Settings(BaseSettings):
    """Fields carry the names of the variables in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    shop_name: str = Field("Toko", description="The shop's name, shown to people")
    shop_timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Asia/Jakarta", description="The shop's time zone: Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
    )
    toko_data_dir: Path = Field(Path("data"), description="Everything that is written lies below this folder")
    backup_folder: Path | None = Field(
        None, description="The folder that iPOS backups (*.i5bu) arrive in; unset: TOKO_DATA_DIR/inbox"
    )
    db_host: Annotated[str, AfterValidator(_host)] | None = Field(
        None, description="An external PostgreSQL, 15 to 18; unset: the embedded one"
    )
    db_port: int = Field(5432, ge=1, le=65535, description="Its port")
    db_user: str = Field("toko", min_length=1, max_length=63, description="A role that may create databases")
    db_password: Annotated[SecretStr, AfterValidator(_text)] | None = Field(None, description="The role's password")
    db_name: str = Field(
        "i5bu", pattern=r"^[a-z_][a-z0-9_]{0,30}$", description="The prefix of the names of restored databases"
    )
    keep_backups: int = Field(5, ge=1, description="Backups kept")
    max_csv_files: int = Field(5, ge=1, description="CSV exports kept")
    keep_catalogs: int = Field(5, ge=1, description="Published catalogues kept")
    search_results_limit: int = Field(10, ge=1, le=100, description="Results of a search")

    @property
    def data_folder(self) -> Path:
        return self.toko_data_dir.expanduser().resolve()

    @property
    def inbox(self) -> Path:
        """Where backups arrive."""
        return self.backup_folder.expanduser().resolve() if self.backup_folder else self.data_folder / "inbox"


def load_settings() -> Settings:
    """Read and check all settings. Raises SettingError, one line that names what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingError(*map(_problem, error.errors())) from None
    except UnicodeDecodeError:
        raise SettingError("The file .env is not UTF-8 text: save it as UTF-8.") from None


def _problem(error: ErrorDetails) -> str:
    name = ".".join(map(str, error["loc"])).upper()
    value = "" if _may_be_secret(error) else f" (it is {error['input']!r})"
    return f"The setting {name} is wrong: {error['msg'].removeprefix('Value error, ')}{value}."


def _may_be_secret(error: ErrorDetails) -> bool:
    """A password, or an address with one in it (postgres://user:password@host)."""
    return "db_password" in error["loc"] or "@" in str(error["input"])
