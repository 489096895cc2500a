"""Every setting of the chain, from the environment or a file `.env`; `.env.example` lists them."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from toko_assets.errors import PermanentError

SECRETS = frozenset({"db_password", "dropbox_app_secret", "dropbox_refresh_token"})


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


def _dropbox_folder(path: str) -> str:
    """As Dropbox wants it: /IPOS, and nothing for all that the app sees."""
    path = path.strip().rstrip("/")
    if path and (not path.startswith("/") or "//" in path):
        raise ValueError("must be a folder of Dropbox, like /IPOS, or / for all that the app sees")
    return path


class Settings(BaseSettings):
    """Fields carry the names of the variables in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    shop_name: str = Field("Toko", description="The shop's name, shown to people")
    shop_timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Asia/Jakarta", description="The shop's time zone: Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
    )
    toko_data_dir: Path = Field(Path("data"), description="Everything that is written lies below this folder")
    backup_source: Literal["folder", "dropbox"] = Field("folder", description="Where backups come from")
    backup_folder: Path | None = Field(
        None, description="The folder that iPOS backups (*.i5bu) arrive in; unset: TOKO_DATA_DIR/inbox"
    )
    dropbox_app_key: str | None = Field(None, description="The app key of the shop's Dropbox app")
    dropbox_app_secret: SecretStr | None = Field(None, description="Its secret; not needed after `toko dropbox-login`")
    dropbox_refresh_token: SecretStr | None = Field(None, description="What `toko dropbox-login` prints")
    dropbox_folder_path: Annotated[str, AfterValidator(_dropbox_folder)] = Field(
        "/IPOS", description="The folder of Dropbox that backups arrive in"
    )
    daily_sync_cron: str | None = Field(None, description="When to sync besides; unset: never")
    web_url: str | None = Field(None, description="What links in messages to owners point to; unset: no links")
    stale_hours: float = Field(36, gt=0, description="Hours after which data counts as old")
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

    @model_validator(mode="after")
    def _dropbox_is_set_up(self) -> "Settings":
        if self.backup_source == "dropbox":
            for name in ("dropbox_app_key", "dropbox_refresh_token"):
                if not getattr(self, name):
                    raise ValueError(
                        f"The setting {name.upper()} is missing: BACKUP_SOURCE=dropbox needs it. "
                        "`toko dropbox-login` leads to it"
                    )
        return self

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
    if not error["loc"]:
        return f"{error['msg'].removeprefix('Value error, ')}."
    name = ".".join(map(str, error["loc"])).upper()
    value = "" if _may_be_secret(error) else f" (it is {error['input']!r})"
    return f"The setting {name} is wrong: {error['msg'].removeprefix('Value error, ')}{value}."


def _may_be_secret(error: ErrorDetails) -> bool:
    """A secret, or an address with one in it (postgres://user:password@host)."""
    return not SECRETS.isdisjoint(map(str, error["loc"])) or "@" in str(error["input"])
