"""What the environment and `.env` say, read without checking it: it may be wrong, and then the report is wanted."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from toko_core import SettingError
from toko_core.files import full_path
from toko_core.settings import ENV_FILE


@dataclass(frozen=True)
class Given:
    """The settings as they are written."""

    environment: Mapping[str, str]
    file: Mapping[str, str]
    """What `.env` says, with the values of others that it refers to: `${NAME}`."""
    written: Mapping[str, str]
    """The same as it is written."""
    problems: tuple[str, ...]
    """What cannot be read in `.env`, without its content."""
    unread: tuple[str, ...]
    """The text of lines that cannot be read: they may hold secrets."""

    @classmethod
    def read(cls) -> "Given":
        """Read the environment and `.env` in the working folder. Never raises."""
        written: dict[str, str] = {}
        problems, unread = list[str](), list[str]()
        try:
            content = ENV_FILE.read_bytes()
        except FileNotFoundError:
            return cls(dict(os.environ), {}, {}, (f"There is no {ENV_FILE} in {Path.cwd()}.",), ())
        except OSError as error:
            return cls(dict(os.environ), {}, {}, (f"{ENV_FILE} cannot be read: {error.strerror}.",), ())
        try:
            text = content.decode()
        except UnicodeDecodeError:
            problems.append(f"{ENV_FILE} is not UTF-8 text.")
            text = content.decode(errors="replace")
        for binding in parse_stream(StringIO(text)):
            if binding.error:
                problems.append(f"Line {binding.original.line} of {ENV_FILE} cannot be read.")
                unread.append(binding.original.string)
            elif binding.key:
                written[binding.key] = binding.value or ""
        file = {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}
        return cls(dict(os.environ), file, written, tuple(problems), tuple(unread))

    def get(self, name: str) -> str:
        """Return a setting; an empty text if it is not set. The environment goes before the file.

        As for every command, upper and lower case are the same.
        """
        return _find(self.environment, name) or _find(self.file, name)

    @property
    def data(self) -> Path:
        """The data folder."""
        return _place(self.get("TOKO_DATA_DIR") or "data")

    @property
    def inbox(self) -> Path:
        """The folder that backups arrive in."""
        return _place(self.get("BACKUP_FOLDER") or self.data / "inbox")

    @property
    def dagster_home(self) -> Path:
        """Dagster's home. `.env` does not set it."""
        return _place(self.environment.get("DAGSTER_HOME") or self.data / "dagster")


def _place(path: str | Path) -> Path:
    """Return a full path. A path that leads nowhere stays as it is: the report is of such settings too."""
    try:
        return full_path(path)
    except SettingError:
        return Path(path)


def _find(given: Mapping[str, str], name: str) -> str:
    return given.get(name) or next((value for other, value in given.items() if other.upper() == name and value), "")
