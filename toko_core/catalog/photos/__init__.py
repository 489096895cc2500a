"""Decodes photos from outside: those that people send to the bot, and those of a shop's items.

A crafted file of some hundred bytes can claim gigabytes of memory or minutes of processor time, also in a format that
everybody uses. So photos are decoded in child processes with limits, and only in five formats. This process never loads
an image library for them.
"""

from toko_core.catalog.photos.decoder import PhotoDecoder
from toko_core.catalog.photos.limits import LONGEST_SIDE, MOST_BYTES, PIXEL_SIZE, PhotoError, Problem

__all__ = ["LONGEST_SIDE", "MOST_BYTES", "PIXEL_SIZE", "PhotoDecoder", "PhotoError", "Problem"]
