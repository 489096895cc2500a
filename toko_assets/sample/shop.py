"""Builds a whole shop: the rows of the needed iPOS tables, for any number of products. The seed determines the shop."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from toko_assets.sample.dirt import leave_stale_rows, soil
from toko_assets.sample.drafts import NOTHING, ItemDraft, PriceDraft, item_row, price_rows, stock_rows, unit_rows
from toko_assets.sample.items import TODAY, Shopkeeper
from toko_assets.sample.names import sample_products
from toko_assets.sample.optional.item_fields import CURRENCIES, code_suppliers, fill_item_fields
from toko_assets.sample.optional.offers import discount_lines, discount_rows, promotion_lines, promotion_rows
from toko_assets.sample.photos import NOT_PICTURES, draw_photos
from toko_assets.sample.table_rows import (
    BranchRow,
    BrandRow,
    CategoryRow,
    CurrencyRow,
    DiscountLineRow,
    DiscountRow,
    GroupRow,
    ItemDiscountRow,
    ItemRow,
    PartnerRow,
    PriceRow,
    PromotionLineRow,
    PromotionRow,
    Row,
    SerialRow,
    StockRow,
    UnitNameRow,
    UnitRow,
    VersionRow,
)
from toko_assets.sample.vocabulary import CATEGORIES, UNIT_NAMES
from toko_assets.sample.vocabulary.reference import (
    BRANCHES,
    CATEGORY_CODES,
    CODED_BRANDS_EVERY,
    DISCOUNTED_GROUP,
    DISCOUNTED_ITEMS_EVERY,
    DISCOUNTS,
    GROUPS,
)
from toko_assets.sample.worked_cases import worked_cases

LEAST_PRODUCTS = 20
"""The number of worked cases."""

PHOTO_SHARE = 0.10
ORPHANS_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class Shop:
    """The rows of each table, in the order in which they were entered. A field has its table's name."""

    tbl_item: tuple[ItemRow, ...]
    tbl_itemsatuanjml: tuple[UnitRow, ...]
    tbl_itemhj: tuple[PriceRow, ...]
    tbl_itemstok: tuple[StockRow, ...]
    tbl_itemjenis: tuple[CategoryRow, ...]
    tbl_itemmerek: tuple[BrandRow, ...]
    tbl_itemsatuan: tuple[UnitNameRow, ...]
    tbl_kantor: tuple[BranchRow, ...]
    tbl_supelgrup: tuple[GroupRow, ...]
    tbl_itempotongan: tuple[ItemDiscountRow, ...]
    tbl_itemdisp: tuple[DiscountRow, ...]
    tbl_itemdispdt: tuple[DiscountLineRow, ...]
    tbl_itempromo: tuple[PromotionRow, ...]
    tbl_itempromodt: tuple[PromotionLineRow, ...]
    tbl_supel: tuple[PartnerRow, ...]
    tbl_matauang: tuple[CurrencyRow, ...]
    tbl_itemserial: tuple[SerialRow, ...]
    tbl_infodb: tuple[VersionRow, ...]

    def tables(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """Yield every table's name and rows."""
        for name in self.__slots__:
            yield name, getattr(self, name)


def build_shop(products: int, seed: int, photos: float = PHOTO_SHARE) -> Shop:
    """Build a shop with exactly `products` rows in tbl_item, including the twenty worked cases.

    `photos` is the share of the items that have a photo.
    """
    if products < LEAST_PRODUCTS:
        raise ValueError(f"A sample shop needs at least {LEAST_PRODUCTS} products (the worked cases), not {products}.")
    with _collector_paused():
        return _build(products, seed, photos)


def _build(products: int, seed: int, photos: float) -> Shop:
    rng = Random(f"shop {seed}")
    keeper = Shopkeeper(rng, tuple(BRANCHES))
    ordinary = [keeper.item(product) for product in sample_products(products - LEAST_PRODUCTS, rng)]
    soil(ordinary, rng)
    leave_stale_rows(ordinary, Random(f"stale rows {seed}"))
    _hang_photos(ordinary, draw_photos(seed), photos, rng)
    serials = fill_item_fields(ordinary, list(BRANCHES), seed)
    suppliers = code_suppliers(ordinary)
    brands = _brand_codes(ordinary)
    for item in ordinary:
        item.jenis = CATEGORY_CODES.get(item.jenis or "", item.jenis)
        item.merek = brands.get(item.merek or "", item.merek)
    items = ordinary + worked_cases()
    priced = list(_priced(ordinary))
    orphans = [_orphan(number, keeper) for number in range(1, 3 + products // ORPHANS_EVERY)]
    return Shop(
        tbl_item=tuple(item_row(item) for item in items),
        tbl_itemsatuanjml=tuple(row for item in items + orphans for row in unit_rows(item)),
        tbl_itemhj=tuple(row for item in items + orphans for row in price_rows(item)),
        tbl_itemstok=tuple(row for item in items + orphans for row in stock_rows(item)),
        tbl_itemjenis=_categories(),
        tbl_itemmerek=tuple(BrandRow(code, name.title()) for name, code in brands.items()),
        tbl_itemsatuan=tuple(UnitNameRow(code, name) for code, name in UNIT_NAMES.items()),
        tbl_kantor=tuple(BranchRow(code, name, "", "Y") for code, name in BRANCHES.items()),
        tbl_supelgrup=tuple(GroupRow(*group) for group in GROUPS),
        tbl_itempotongan=tuple(_discounts(ordinary)),
        tbl_itemdisp=tuple(discount_rows()),
        tbl_itemdispdt=tuple(discount_lines(priced)),
        tbl_itempromo=tuple(promotion_rows()),
        tbl_itempromodt=tuple(promotion_lines(priced)),
        tbl_supel=tuple(suppliers),
        tbl_matauang=CURRENCIES,
        tbl_itemserial=tuple(serials),
        tbl_infodb=(VersionRow("5.0.1.8", f"{TODAY:%Y%m%d}"),),
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector: every row is kept, so there is no garbage.

    With it, 100,000 products take 9.7 s; without it, 5.2 s.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _hang_photos(items: list[ItemDraft], photos: list[bytes], share: float, rng: Random) -> None:
    """Give this share of the items a photo. Two of them get bytes that are not an image."""
    chosen = rng.sample(range(len(items)), round(share * len(items)))
    for number, place in enumerate(chosen):
        wrong = number < len(NOT_PICTURES)
        items[place].gambar = NOT_PICTURES[number] if wrong else rng.choice(photos)


def _orphan(number: int, keeper: Shopkeeper) -> ItemDraft:
    """Make units, prices and stock of an item that was deleted by hand: its row in tbl_item is never written."""
    product = sample_products(1, Random(f"orphan {number}"))[0]
    orphan = keeper.item(product)
    orphan.kodeitem = f"HILANG-{number:03d}"
    return orphan if orphan.prices else _with_price(orphan)


def _with_price(item: ItemDraft) -> ItemDraft:
    item.prices = [PriceDraft(item.satuan, 0, NOTHING, item.fixed_price or Decimal(1000), item.dateupd, "J")]
    return item


def _categories() -> tuple[CategoryRow, ...]:
    return (
        *(CategoryRow(CATEGORY_CODES.get(category.jenis, category.jenis), category.jenis) for category in CATEGORIES),
        CategoryRow("KASUS", "CONTOH"),
    )


def _brand_codes(items: list[ItemDraft]) -> dict[str, str]:
    """Return the code of each brand by its name, in text order."""
    brands = sorted({item.merek for item in items if item.merek})
    return {
        brand: brand if place % CODED_BRANDS_EVERY else f"{brand[:2]}{place:03d}"
        for place, brand in enumerate(brands, 1)
    }


def _priced(items: list[ItemDraft]) -> Iterator[tuple[str, str, Decimal]]:
    """Yield the code, the base unit and its price of the items with a fixed price or a price per unit."""
    for item in items:
        if item.system == "O" and item.fixed_price and item.statushapus == "N" and item.kodeitem.strip():
            yield item.kodeitem, item.satuan.strip().upper(), item.fixed_price
        own = [price.price for price in item.prices if price.satuan == item.satuan]
        if item.system == "S" and own and own[-1] and item.statushapus == "N":
            yield item.kodeitem, item.satuan.strip().upper(), own[-1]


def _discounts(items: list[ItemDraft]) -> Iterator[ItemDiscountRow]:
    for number, item in enumerate(items[::DISCOUNTED_ITEMS_EVERY]):
        first, second = DISCOUNTS[number % len(DISCOUNTS)]
        yield ItemDiscountRow(
            f"{item.kodeitem}-P1", item.kodeitem, DISCOUNTED_GROUP, NOTHING, first, second, NOTHING, NOTHING
        )
