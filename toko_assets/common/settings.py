"""Every setting of the chain, from the environment or the file `.env`. `.env.example` lists them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from toko_core import SettingError
from toko_core.settings import BaseUrl, FolderPath, SecretUrl, ShopSettings, TelegramSettings, load
from toko_core.settings.hosts import Hosts, HostSettings


def _host(name: str) -> str:
    """Accept a host name, an address, or the folder of a Unix socket, but no URL, several hosts, or host:port."""
    if set(name) & set("@, \t") or (not name.startswith("/") and ("/" in name or name.count(":") == 1)):
        raise ValueError("must be only a host name: the rest belongs in DB_PORT, DB_NAME, DB_USER and DB_PASSWORD")
    return name


def _database(name: str) -> str:
    """Accept the name of a database or a pattern with `*`, on one line."""
    name = name.strip()
    if not name.isprintable() or not name.strip("*"):
        raise ValueError("must be the name of a database of iPOS, like i5_TOKO, or a pattern, like i5_TOKO*")
    return name


def _text(secret: SecretStr) -> SecretStr:
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("must be UTF-8 text") from None
    return secret


def _dropbox_folder(path: str) -> str:
    """Normalise a Dropbox path: /IPOS, or an empty text for everything that the app can see."""
    path = path.strip().rstrip("/")
    if path and (not path.startswith("/") or "//" in path):
        raise ValueError("must be a folder in Dropbox, like /IPOS, or / for everything that the app can see")
    return path


class WebSettings(HostSettings):
    """The names under which Dagster's web interface is reached. It answers to no others."""

    web_url: BaseUrl | None = Field(None, description="The target of links in messages to owners; unset: no links")
    dagster_url: str | None = Field(None, description="The address at which the bot reaches Dagster")

    @property
    def hosts(self) -> Hosts:
        """The names of WEB_URL, SITE_ADDRESS, DAGSTER_URL and ALLOWED_HOSTS."""
        return Hosts.of(self, (self.web_url, self.dagster_url))


class Settings(ShopSettings, WebSettings):
    """The settings. Fields have the names of the variables in lower case."""

    web_port: int = Field(3000, ge=1, le=65535, description="The port of the web interface on this machine")
    backup_source: Literal["folder", "dropbox"] = Field("folder", description="Where backups come from")
    backup_folder: FolderPath | None = Field(
        None, description="The folder that iPOS backups (*.i5bu) arrive in; unset: TOKO_DATA_DIR/inbox"
    )
    dropbox_app_key: str | None = Field(None, description="The app key of the shop's Dropbox app")
    dropbox_app_secret: SecretStr | None = Field(None, description="Its secret; not needed after `toko dropbox-login`")
    dropbox_refresh_token: SecretStr | None = Field(None, description="The token that `toko dropbox-login` prints")
    dropbox_folder_path: Annotated[str, AfterValidator(_dropbox_folder)] = Field(
        "/IPOS", description="The Dropbox folder that backups arrive in"
    )
    ipos_database: Annotated[str, AfterValidator(_database)] | None = Field(
        None, description="The database whose backups are the shop's, or a pattern like i5_TOKO*; unset: the first one"
    )
    synonyms_file: Path | None = Field(
        None, description="A text file with synonyms of the shop's own for the search; unset: none"
    )
    daily_sync_cron: str | None = Field(None, description="Additional times of a sync; unset: none")
    sales_every_hours: float = Field(
        24, ge=0, description="Hours between two readings of the sales, which follow a sync; 0: never"
    )
    heartbeat_url: SecretUrl | None = Field(
        None, description="An address that is requested after each good sync, as a sign of life; unset: none"
    )
    db_host: Annotated[str, AfterValidator(_host)] | None = Field(
        None, description="An external PostgreSQL, 15 to 18; unset: the embedded one"
    )
    db_port: int = Field(5432, ge=1, le=65535, description="Its port")
    db_user: str = Field("toko", min_length=1, max_length=63, description="A role that may create databases")
    db_password: Annotated[SecretStr, AfterValidator(_text)] | None = Field(None, description="The role's password")
    db_restore_user: str | None = Field(
        None, min_length=1, max_length=63, description="The role that restores backups, in containers; unset: DB_USER"
    )
    db_restore_password: Annotated[SecretStr, AfterValidator(_text)] | None = Field(
        None, description="Its password; unset: derived from DB_PASSWORD"
    )
    db_name: str = Field(
        "i5bu", pattern=r"^[a-z_][a-z0-9_]{0,30}$", description="The prefix of the names of restored databases"
    )
    keep_backups: int = Field(5, ge=1, description="How many backups to keep")
    max_csv_files: int = Field(5, ge=1, description="How many CSV exports to keep")
    keep_catalogs: int = Field(5, ge=1, description="How many published catalogues to keep")
    keep_runs: int = Field(1_000, ge=10, description="How many runs to keep in Dagster")
    keep_run_days: int = Field(60, ge=1, description="How many days to keep them")

    @model_validator(mode="after")
    def _dropbox_is_set_up(self) -> "Settings":
        if self.backup_source == "dropbox":
            for name in ("dropbox_app_key", "dropbox_refresh_token"):
                if not getattr(self, name):
                    raise ValueError(
                        f"The setting {name.upper()} is missing: BACKUP_SOURCE=dropbox needs it. "
                        "`toko dropbox-login` prints it"
                    )
        return self

    @property
    def synonyms(self) -> Path | None:
        """The shop's synonyms as an absolute path. It may be anything: it is checked where it is read."""
        file = self.synonyms_file
        return file.absolute() if file and not str(file).startswith("~") else file

    @property
    def inbox(self) -> Path:
        """The folder that backups arrive in."""
        return self.backup_folder or self.folder.inbox


def load_settings() -> Settings:
    """Read and check all settings. Raises SettingError, which names what is wrong."""
    return load(Settings)


def load_telegram_settings() -> TelegramSettings | SettingError:
    """Return the owners to notify in Telegram, or the error if the bot is not set up: a sync does not need it."""
    try:
        return load(TelegramSettings)
    except SettingError as error:
        return error
