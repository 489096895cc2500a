"""Changes `.env` line by line. Comments, unknown names and the order of the lines stay.

Three programs read the file: python-dotenv, Docker Compose, and people.
"""

import io
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from toko_core import SettingError, TransientError
from toko_core.files import whole_file
from toko_core.settings import NAMES

HEADER = "# Written by `toko init`, which changes it too. docs/settings.md lists all settings. Keep it secret.\n"
UNQUOTED = re.compile(r"[\w./:@,+%=~*-]+")
LINE = re.compile(
    r"(?P<before>\s*(?:export[^\S\r\n]+)?)"
    r"(?:'[^']+'|[^=\#\s]+)[^\S\r\n]*"
    r"(?:=(?:[^\S\r\n]*'(?:\\.|[^'\\])*'|[^\S\r\n]*\"(?:\\.|[^\"\\])*\"|[^\r\n]*?))?"
    r"(?P<comment>[^\S\r\n]+\#[^\r\n]*)?[^\S\r\n]*(?P<end>\r\n|\n|\r|)",
    re.DOTALL,
)
"""A line as python-dotenv reads it: `export NAME='value'  # comment`."""


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that gets another value. `before` is empty if it was not set."""

    name: str
    before: str
    after: str


class EnvFile:
    """The content of a file of settings, and what is to be changed in it. Names are compared without regard to case."""

    def __init__(self, path: Path) -> None:
        """Read the file, if there is one. Raises SettingError if it is not UTF-8 text, and OSError."""
        self._path = path
        self.exists = path.exists()
        self._content = path.read_bytes() if self.exists else b""
        try:
            self._text = self._content.decode()
        except UnicodeDecodeError:
            raise SettingError("The file .env is not UTF-8 text: save it as UTF-8.") from None
        self._values = {name.upper(): value or "" for name, value in self._parse(self._text).items()}
        self._new: dict[str, str] = {}

    def get(self, name: str) -> str:
        """Return the value that counts, which is the last one; an empty text if there is none."""
        return self._new.get(name, self._values.get(name, ""))

    def set(self, name: str, value: str) -> None:
        """Change a value. Raises SettingError if no line of `.env` can hold it."""
        if value != self.get(name):
            quote(name, value)
            self._new[name] = value

    @property
    def changes(self) -> list[Change]:
        """What `write` changes, in the order in which it was set."""
        return [
            Change(name, self._values.get(name, ""), value)
            for name, value in self._new.items()
            if value != self._values.get(name, "")
        ]

    @property
    def repeated(self) -> list[str]:
        """The settings that stand in the file more than once. The last one counts."""
        names = [binding.key.upper() for binding in self._bindings() if binding.key]
        return sorted({name for name in names if name in NAMES and names.count(name) > 1})

    def write(self) -> None:
        """Replace the file, for its owner only. Of a repeated setting only the last line stays.

        Raises TransientError if another program has changed it since it was read, and OSError.
        """
        target = self._path.resolve()
        if (target.read_bytes() if target.exists() else b"") != self._content:
            raise TransientError(".env was changed by another program meanwhile: run `toko init` again.")
        before = target.stat() if target.exists() else None
        with whole_file(target) as temporary:
            temporary.unlink(missing_ok=True)
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(self._written().encode())
            if before is not None and os.geteuid() == 0:  # root changes the file of a user, who must still read it
                with suppress(OSError):
                    os.chown(temporary, before.st_uid, before.st_gid)

    def _written(self) -> str:
        """Return the file's new content."""
        left, seen, lines = dict(self._new), set[str](), []
        for binding in reversed(list(self._bindings())):  # the last line of a name counts, so it is the one that stays
            line, name = binding.original.string, binding.key.upper() if binding.key else ""
            if name in left:
                line = _changed_line(line, name, left.pop(name))
            elif name in seen:
                continue
            lines.append(line)
            if name in NAMES:
                seen.add(name)
        text = "".join(reversed(lines)) if self._text else HEADER
        newline = "\r\n" if "\r\n" in self._text else "\n"
        if not text.endswith(("\n", "\r")):
            text += newline
        return text + "".join(f"{name}={quote(name, value)}{newline}" for name, value in left.items())

    def _bindings(self) -> list[Binding]:
        return list(parse_stream(io.StringIO(self._text)))

    @staticmethod
    def _parse(text: str) -> dict[str, str | None]:
        return dotenv_values(stream=io.StringIO(text))


def quote(name: str, value: str) -> str:
    """Return a value as python-dotenv and Docker Compose both read it. Raises SettingError if neither quotes fit."""
    if UNQUOTED.fullmatch(value) or not value:
        return value
    if value.isprintable() and "${" not in value and "\\" not in value:
        if "'" not in value:
            return f"'{value}'"
        if not set(value) & set('"$`'):
            return f'"{value}"'
    raise SettingError(f"The setting {name} is wrong: no line of .env can hold this value. Leave out quotes, \\ and $.")


def _changed_line(line: str, name: str, value: str) -> str:
    """Return a line with another value. What stands before and behind it stays."""
    if not (found := LINE.fullmatch(line)):
        return f"{name}={quote(name, value)}\n"
    return f"{found['before']}{name}={quote(name, value)}{found['comment'] or ''}{found['end']}"
