"""Pictures inside Dagster's pages: PNG files as Markdown, opened by a click beside the other metadata."""

from base64 import b64encode
from collections.abc import Callable, Mapping

import dagster as dg

Picture = Callable[[], bytes]
"""Draws a PNG."""


def pictures(context: dg.AssetExecutionContext, drawings: Mapping[str, Picture]) -> dict[str, dg.MarkdownMetadataValue]:
    """Draw each picture, by its name in the metadata. One that cannot be drawn is a warning: prices go before it."""
    drawn = {}
    for name, draw in drawings.items():
        try:
            png = b64encode(draw()).decode()
        except Exception as error:
            context.log.warning(f"No picture {name}: {type(error).__name__}: {error}")
        else:
            drawn[name] = dg.MarkdownMetadataValue(f"![{name}](data:image/png;base64,{png})")
    return drawn
