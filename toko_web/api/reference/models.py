"""The objects of the responses, for the description of the API. Responses are not validated, but tests compare them."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Decimal = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
"""A decimal number as a text, without exponent, and without zeros at its end after the point."""
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8}$")]
Item = TypeVar("Item")


class Model(BaseModel):
    """A response has exactly the fields of its model. Fields with a default are missing if the key may not see them."""

    model_config = ConfigDict(extra="forbid")


class Period(Model):
    """When a discount or promotion applies. null is no limit."""

    starts_at: datetime | None
    ends_at: datetime | None = Field(description="The moment from which it no longer applies")
    from_time: str | None = Field(description="The first time of each day, of the shop's clock")
    to_time: str | None = Field(description="The last time of each day; earlier than the first one: over midnight")
    weekdays: list[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]]


class Discount(Model):
    """A discount in force, which is in the price."""

    code: str
    amount: Decimal = Field(description="Rupiah taken off first")
    percents: list[Decimal] = Field(description="Then taken off one after the other, each of what is left")
    period: Period


class GroupPrice(Model):
    """What customer groups pay in place of `shown_price`."""

    groups: list[str]
    shown_price: Decimal
    discount: Discount | None
    percents: list[Decimal]


class Price(Model):
    """A price of a unit, level and quantity. Amounts are rupiah for one unit; null: the shop has not filled it in."""

    unit: str = Field(examples=["DUS"])
    conversion: Decimal | None = Field(description="Base units in one unit; null: not filled in", examples=["40"])
    level: int | None = Field(description="The level of customers; null: all levels, or the key's level")
    up_to: Decimal | None = Field(
        description="The price applies up to this quantity of the unit; null: any. The last price of a unit and level "
        "also applies above its own limit"
    )
    list_price: Decimal | None = Field(description="The price in iPOS, exact", examples=["115000"])
    price: Decimal | None = Field(description="What is paid now, with the discount, exact", examples=["109250"])
    shown_price: Decimal | None = Field(
        description="What is paid now, as the bot shows it: a reduced price is rounded half up to the rupiah, and "
        "with PRICE_ROUNDING every price is rounded up to a multiple of it",
        examples=["109250"],
    )
    discount: Discount | None
    percents: list[Decimal] = Field(description="The percents of the only customer groups that pay this level")
    groups: list[GroupPrice] | None = Field(None, description="Missing if the key has a level")
    cost: Decimal | None = Field(None, description="Missing without the scope cost", examples=["104480"])


class Reference(Model):
    """Names a product."""

    id: Identifier
    code: str
    name: str


class Promotion(Model):
    """A promotion in force. It changes no price."""

    code: str
    unit: str | None = Field(description="The unit that has to be bought; null: any")
    quantity: Decimal = Field(description="How many have to be bought")
    gift: Reference | None = Field(description="The other product; null: the same")
    gift_unit: str | None
    gift_quantity: Decimal
    gift_price: Decimal = Field(description="The price of each, `0` if it is free")
    repeats: bool = Field(description="Whether each multiple of the quantity gets it again")
    period: Period


class Product(Model):
    """A product, as lists show it."""

    id: Identifier = Field(description="The same in every catalogue, as long as the code is the same")
    code: str = Field(description="iPOS's `kodeitem`", examples=["MIE001"])
    name: str = Field(examples=["INDOMIE GORENG SPECIAL 85GR"])
    brand: str | None
    category: str | None
    sold: bool = Field(description="Whether the shop sells it")
    currency: str = Field(
        description="IDR; another one if iPOS has the prices in it and no rate: they are then null", examples=["IDR"]
    )
    prices: list[Price]
    promotions: list[Promotion]
    stock: Decimal | None = Field(
        None, description="In base units; null for a service. Missing without the scope stock", examples=["127.5"]
    )


class Hit(Product):
    """A product that a search found."""

    score: float | None = Field(
        None,
        description="1: exactly what was searched; below 0.65 it is a guess. Goods in stock score a little higher: "
        "missing without the scope stock",
        ge=0,
        le=1,
    )


class Barcode(Model):
    """A barcode of a product."""

    barcode: str
    unit: str = Field(description="The unit that has it")


class Branch(Model):
    """The stock of a branch, in base units."""

    branch: str = Field(description="iPOS's `kantor`")
    name: str | None
    stock: Decimal


class ProductDetails(Product):
    """Everything about a product."""

    base_unit: str
    service: bool | None = Field(description="Whether it is a service, which has no stock; null: iPOS does not say")
    shelf: str | None
    note: str | None
    barcodes: list[Barcode]
    has_photo: bool
    branches: list[Branch] | None = Field(None, description="Missing without the scope stock")
    supplier: str | None = Field(None, description="Missing without the scope cost")
    minimum_stock: Decimal | None = Field(None, description="Missing without the scope cost")
    changed_at: datetime | None = Field(None, description="When iPOS last changed it. Missing without the scope cost")


class ProductPrices(Model):
    """The prices of a product."""

    id: Identifier
    code: str
    currency: str
    prices: list[Price]
    promotions: list[Promotion]


class ProductStock(Model):
    """The stock of a product."""

    id: Identifier
    code: str
    unit: str = Field(description="The base unit, of which all quantities are")
    service: bool | None
    stock: Decimal | None = Field(description="Of all branches; null for a service")
    branches: list[Branch]
    data_time: datetime = Field(description="When the backup was made")
    minimum_stock: Decimal | None = Field(None, description="Missing without the scope cost")


class Scanned(ProductDetails):
    """A product that has a barcode."""

    unit: str | None = Field(description="The unit that has the barcode; null if it is an item code or serial number")


class BarcodeProducts(Model):
    """The products that have a barcode."""

    barcode: str = Field(description="As it was sent")
    number: str = Field(description="The number in it", examples=["089686010947"])
    items: list[Scanned]


class PriceChange(Model):
    """A change of a selling price between two backups. null: the price did not exist, or was not filled in."""

    product: Reference
    unit: str
    level: int | None
    up_to: Decimal | None
    before: Decimal | None = Field(description="Exact")
    after: Decimal | None = Field(description="Exact")
    shown_before: Decimal | None = Field(description="Rounded up to a multiple of PRICE_ROUNDING, if that is set")
    shown_after: Decimal | None
    seen_at: datetime = Field(description="The time of the first backup with `after`")


class Listing(Model, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="The cursor of the next page; null on the last one")
    data_time: datetime = Field(description="When the backup was made that the catalogue is of")


class SearchResults(Listing[Hit]):
    """The best products for a search, the best first."""

    suggestion: str | None = Field(description="What was probably meant, if nothing matches well")


class Products(Listing[Product]):
    """Products in the order of their ids."""


class PriceChanges(Listing[PriceChange]):
    """Changes of prices, the oldest first."""

    last_cursor: str | None = Field(
        description="The cursor after the last entry. Keep it, and send it later to get the changes that came since"
    )


class Level(Model):
    """A level of prices."""

    level: int
    groups: list[str] = Field(description="The customer groups that pay it")


class Catalog(Model):
    """The catalogue that is served, and what the key sees of it."""

    catalog: str = Field(description="Its name: another one after each publication")
    shop: str
    time_zone: str = Field(examples=["Asia/Jakarta"])
    data_time: datetime = Field(description="When the backup was made")
    published_at: datetime | None
    products: int
    currency: str
    price_rounding: int | None = Field(description="Shown prices are rounded up to a multiple of this; null: not")
    levels: list[Level] = Field(description="Empty if the shop has no prices by level; otherwise those the key sees")
    history_since: datetime | None = Field(description="Since when price changes are known")
    scopes: list[Literal["prices", "stock", "cost"]]
    level: int | None = Field(description="The one level that the key sees; null: all")
    version: str = Field(description="The version of toko")


class WrongParameter(Model):
    """A parameter that is wrong."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"required": ["in", "name", "detail"]})

    location: str = Field(alias="in", description="query, path or header")
    name: str
    detail: str


class Problem(Model):
    """An error (RFC 9457)."""

    type: str = Field(description="The kind of error", examples=["/v1/docs#not-found"])
    title: str
    status: int
    detail: str | None = None
    errors: list[WrongParameter] | None = None


JsonObject = dict[str, Any]
