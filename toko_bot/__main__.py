"""The command `python -m toko_bot`, which is the same as `toko bot`. The bot's image has no other command."""

import argparse
import logging
import sys

from toko_bot.settings import load_settings
from toko_core import SettingError
from toko_core.settings import env_warnings
from toko_core.state.database import StateError
from toko_core.text import escape_controls

log = logging.getLogger("toko_bot")


class BotError(Exception):
    """The bot cannot run. The message is one line that says what to do."""


def run_bot(*, check: bool) -> None:
    """Run the bot, or check that it is running. Raises SettingError and BotError."""
    settings = load_settings()
    if check:  # runs every minute, so it does not load the Telegram library
        from toko_bot.service.health import find_problem

        if (problem := find_problem(settings)) is not None:
            raise BotError(problem)
        return
    from toko_bot.service.process import tune_process

    tune_process()  # before httpx is imported
    from telegram.error import InvalidToken

    from toko_bot.app import build_app
    from toko_bot.service.log import set_up_logging

    set_up_logging(settings)
    for warning in env_warnings():
        log.warning(warning)
    try:
        bot = build_app(settings)
        bot.run()
    except InvalidToken:
        raise BotError("Telegram does not know TELEGRAM_BOT_TOKEN: copy it again from @BotFather.") from None
    except StateError as error:  # STATE_URL is no address
        raise BotError(str(error)) from None
    except OSError as error:
        raise BotError(f"A port cannot be opened (METRICS_PORT, WEBHOOK_LISTEN): {error}") from None
    if bot.failure is not None:
        raise BotError(f"{bot.failure} Start the bot again.")


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser("python -m toko_bot", description="The Telegram bot.")
    parser.add_argument("--check", action="store_true", help="only check that the bot works and has data")
    try:
        run_bot(check=parser.parse_args().check)
    except (SettingError, BotError) as error:
        print(f"toko: {escape_controls(str(error))}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
