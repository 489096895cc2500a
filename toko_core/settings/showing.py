"""Settings for what the bot and the pages show to people."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode

from toko_core.catalog.freshness import ClosedDays
from toko_core.settings import PartSettings


class ShowingSettings(PartSettings):
    """How prices and the age of the data are shown."""

    closed_days: Annotated[ClosedDays, NoDecode, BeforeValidator(ClosedDays.parse)] = Field(
        ClosedDays(), description="Weekdays and dates that don't count towards STALE_HOURS"
    )
    price_rounding: int | None = Field(
        None, ge=1, le=1_000_000, description="Shown prices are rounded up to a multiple of this"
    )

    @model_validator(mode="before")
    @classmethod
    def _off(cls, values: dict[str, object]) -> dict[str, object]:
        """Accept PRICE_ROUNDING=off."""
        if str(values.get("price_rounding", "")).strip().lower() in {"off", "0"}:
            return {**values, "price_rounding": None}
        return values
