"""Finds the answer to a question: from an option, from the environment, from `.env`, or from the person."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import click
from rich.console import Console

from toko_assets.cli.init.env_file import EnvFile
from toko_assets.cli.init.options import PLAIN, SECRET, how_to_give
from toko_assets.cli.terminal import plain
from toko_assets.common.settings import Settings
from toko_bot.settings import BotSettings
from toko_core import SettingError, TokoError
from toko_core.settings import PartSettings, load

NAMES = (*PLAIN, *SECRET)
Part = TypeVar("Part", bound=PartSettings)


def unchanged(answer: str) -> str:
    """Accept any answer."""
    return answer


@dataclass
class Answers:
    """The answers so far, which are set in `env`, and where the others come from."""

    env: EnvFile
    console: Console
    asks: bool
    """Whether a person can be asked. Otherwise the present answers and the defaults count."""
    given: dict[str, str] = field(default_factory=dict)
    """Answers from options; and, from `take_environment` on, from the environment."""

    def take_environment(self) -> None:
        """Add what the environment says, which counts more than `.env`. Raises SettingError if an option differs."""
        for name in NAMES:
            if value := os.environ.get(name):
                if self.given.get(name, value) != value:
                    raise SettingError(
                        f"{name} has another value in the environment, which counts more than .env: unset it there."
                    )
                self.given[name] = value

    def decide(
        self,
        name: str,
        question: str,
        default: str = "",
        *,
        check: Callable[[str], str] = unchanged,
        optional: bool = False,
    ) -> str:
        """Find the answer for a setting, and set it. The default is the present answer, else `default`.

        `check` returns the answer as it is to be written, and raises TokoError if it is wrong. Then a person is asked
        again; without one, this raises the error, or SettingError if there is no answer and it is not `optional`.
        """

        def checked(answer: str) -> str:
            return check_setting(name, check(answer)) if answer else answer

        if value := self.given.get(name):
            answer = checked(value)
            self.say(f"{question}: {'given' if name in SECRET else plain(answer)}")
        else:
            present = self.env.get(name)
            answer = self.ask(
                question, present or default, check=checked, secret=name in SECRET, optional=optional,
                missing=f"{name} is missing: give {how_to_give(name)}.",
            )  # fmt: skip
        if answer:
            self.env.set(name, answer)
        return answer

    def ask(
        self,
        question: str,
        default: str = "",
        *,
        check: Callable[[str], str] = unchanged,
        missing: str,
        secret: bool = False,
        optional: bool = False,
    ) -> str:
        """Ask a person until the answer is right. Without a person, take the default, or raise SettingError."""
        if not self.asks:
            if not default and not optional:
                raise SettingError(missing)
            return check(default)
        shown = bool(default) and not secret
        if default and secret:
            question += " (Enter keeps the present one)"
        while True:
            answer: str = click.prompt(
                question, default or ("" if optional else None), show_default=shown, hide_input=secret, err=False
            )
            try:
                return check(answer.strip())
            except TokoError as error:
                self.say(f"[red]✗[/] {plain(str(error))}")

    def confirm(self, question: str, *, default: bool, unasked: bool | None = None) -> bool:
        """Ask a question that is answered with yes or no. Without a person, return `unasked`, else the default."""
        if not self.asks:
            return default if unasked is None else unasked
        return click.confirm(question, default)

    def choose(self, title: str, choices: list[tuple[str, str]], default: str, missing: str) -> str:
        """Let a person choose one of some values by its number. `choices` are the values, and a line for each."""
        values = [value for value, _ in choices]
        if self.asks:
            self.say(title)
            for place, (_, line) in enumerate(choices, 1):
                self.say(f"  {place}  {plain(line)}")

        def chosen(answer: str) -> str:
            if answer in values:
                return answer
            if answer.isdecimal() and 1 <= int(answer) <= len(values):
                return values[int(answer) - 1]
            raise SettingError(f"Type a number from 1 to {len(values)}.")

        number = str(values.index(default) + 1) if default in values else ""
        return self.ask("Number", number, check=chosen, missing=missing)

    def present(self, name: str) -> str:
        """Return the value that a program would find now: the environment's, else that of `.env`."""
        return os.environ.get(name) or self.env.get(name)

    def load(self, kind: type[Part], **values: str) -> Part:
        """Load settings as they will be, with `values` instead of the answers. Raises SettingError."""
        fields = [name for name in kind.model_fields if not os.environ.get(name.upper())]
        return load(kind, **{name: value for name in fields if (value := self.env.get(name.upper()))} | values)

    def say(self, line: str) -> None:
        """Print a line, which may have Rich's markup."""
        self.console.print(line, highlight=False, soft_wrap=True)


def check_setting(name: str, value: str) -> str:
    """Return the value. Raises SettingError if it is wrong, as at the start of a program."""
    for kind in (Settings, BotSettings):
        if name.lower() in kind.model_fields:
            for problem in find_problems(kind, **{name.lower(): value}):
                if problem.startswith(f"The setting {name} "):
                    raise SettingError(problem)
    return value


def find_problems(kind: type[PartSettings], **values: str) -> tuple[str, ...]:
    """Return what is wrong with the settings as they are with these values."""
    try:
        load(kind, **values)
    except SettingError as error:
        return error.problems
    return ()
