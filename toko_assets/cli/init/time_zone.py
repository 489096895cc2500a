"""Asks for the shop's time zone, by the names that people use."""

import os
from datetime import UTC, datetime
from pathlib import Path

from toko_assets.cli.doctor.finding import Mark
from toko_assets.cli.init.answers import Answers
from toko_core.settings import ShopSettings
from toko_core.text import moment

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
LOCAL_TIME = Path("/etc/localtime")


def choose_time_zone(answers: Answers) -> None:
    """Ask for SHOP_TIMEZONE, and show what time it is in the shop. The default is the machine's, else WIB."""
    answers.decide(
        "SHOP_TIMEZONE", "Time zone of the shop: WIB, WITA or WIT", machine_zone() or "WIB",
        check=lambda answer: ZONES.get(answer.upper(), answer),
    )  # fmt: skip
    zone = answers.load(ShopSettings).zone
    answers.say(f"{Mark.GOOD.value} in the shop it is now {moment(datetime.now(UTC), zone)}")


def machine_zone() -> str:
    """Return the abbreviation of the machine's time zone; an empty text if it is none of Indonesia's."""
    name = os.environ.get("TZ") or LOCAL_TIME.resolve().as_posix().partition("zoneinfo/")[2]
    return next((short for short, zone in ZONES.items() if name == zone), "")
