"""The vocabulary of sample names: the goods that an Indonesian minimarket, grosir or toko serba ada sells.

A `Category` is one `jenis` of the shop. Its `Line`s say which brands come in which kinds, variants and sizes, so that a
brand is never combined with a product that it does not make. The other modules of this package hold only such lines.
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
