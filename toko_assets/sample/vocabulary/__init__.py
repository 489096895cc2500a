"""The goods that an Indonesian minimarket, grosir or toko serba ada sells: the words that sample names are made of.

A `Category` is one `jenis` of the shop. Its `Line`s say which brands come with which kinds, variants and sizes, so that
a brand never meets a product that it doesn't make. The modules beside this one hold nothing but such lines.
"""

from toko_assets.sample.vocabulary.drinks import CATEGORIES as DRINKS
from toko_assets.sample.vocabulary.food import CATEGORIES as FOOD
from toko_assets.sample.vocabulary.hardware import CATEGORIES as HARDWARE
from toko_assets.sample.vocabulary.household import CATEGORIES as HOUSEHOLD
from toko_assets.sample.vocabulary.lines import Category, Line, Pack
from toko_assets.sample.vocabulary.personal import CATEGORIES as PERSONAL
from toko_assets.sample.vocabulary.receipt import ABBREVIATIONS, UNIT_NAMES
from toko_assets.sample.vocabulary.stationery import CATEGORIES as STATIONERY

CATEGORIES: tuple[Category, ...] = FOOD + DRINKS + PERSONAL + HOUSEHOLD + STATIONERY + HARDWARE

__all__ = ["ABBREVIATIONS", "CATEGORIES", "UNIT_NAMES", "Category", "Line", "Pack"]
