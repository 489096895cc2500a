"""Where Dagster responds."""

from pydantic import Field

from toko_core.settings import BaseUrl, PartSettings


class DagsterSettings(PartSettings):
    """The address for requests to Dagster. People may reach it at another one."""

    dagster_url: BaseUrl = Field(
        "http://127.0.0.1:3000", description="The address at which the bot and the pages reach Dagster"
    )
