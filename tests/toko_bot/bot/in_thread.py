"""Runs bots in threads of the test's own process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.telegram import TelegramServer
from toko_bot.app import TokoBot
from toko_bot.settings import BotSettings


def bot_settings(server: TelegramServer, data: Path, **settings: str) -> BotSettings:
    """Return the settings of a bot: these, and no others of the environment or of the shop's `.env` in a checkout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BotSettings.model_config, "env_file", None)
        for name in BotSettings.model_fields:
            patch.delenv(name.upper(), raising=False)
        return BotSettings.model_validate({
            "toko_data_dir": data, "telegram_bot_token": server.token, "telegram_rate_limit": 0,
            "telegram_base_url": server.url, **settings,
        })  # fmt: skip


@contextmanager
def running_in_thread(bot: TokoBot) -> Iterator[None]:
    """Run the bot in a thread of its own."""
    loop = asyncio.new_event_loop()

    def work() -> None:
        asyncio.set_event_loop(loop)
        bot.run(stop_signals=None)

    thread = threading.Thread(target=work, name=bot.settings.shop_name)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(bot.application.stop_running)
        thread.join(15)
