"""Charts as Dagster metadata: PNG files as Markdown, which open by a click."""

from base64 import b64encode
from collections.abc import Callable, Mapping

import dagster as dg

Picture = Callable[[], bytes]
"""Draws a PNG."""


def pictures(context: dg.AssetExecutionContext, drawings: Mapping[str, Picture]) -> dict[str, dg.MarkdownMetadataValue]:
    """Draw each chart, keyed by its name in the metadata.

    A chart that cannot be drawn causes only a warning, because publishing the prices is more important.
    """
    drawn = {}
    for name, draw in drawings.items():
        try:
            png = b64encode(draw()).decode()
        except Exception as error:
            context.log.warning(f"The chart {name} could not be drawn: {type(error).__name__}: {error}")
        else:
            drawn[name] = dg.MarkdownMetadataValue(f"![{name}](data:image/png;base64,{png})")
    return drawn
