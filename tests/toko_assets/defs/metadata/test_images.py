"""Pictures come as Markdown that holds the image itself, and never fail a sync."""

from base64 import b64decode

import dagster as dg

from toko_assets.defs.metadata.images import pictures

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_picture_is_inside_its_markdown() -> None:
    (picture,) = pictures(dg.build_asset_context(), {"picture_of_prices": lambda: PNG}).values()
    before, _, image = picture.value.partition("data:image/png;base64,")
    assert before == "![picture_of_prices]("
    assert b64decode(image.removesuffix(")")) == PNG


def test_a_picture_that_cannot_be_drawn_is_left_out() -> None:
    def broken() -> bytes:
        raise RuntimeError("no fonts")

    drawn = pictures(dg.build_asset_context(), {"broken": broken, "whole": lambda: PNG})
    assert list(drawn) == ["whole"]
