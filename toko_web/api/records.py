"""Makes the objects of a response of products and prices, as the models in `reference/models.py` describe them.

They are plain dicts, because validating each response would take longer than the search. Tests compare the responses
with the models. Which fields there are depends on the key: one that it may not see is missing.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from toko_core.catalog.details import ProductDetails
from toko_core.catalog.price_changes import PriceChange
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Price, Product
from toko_core.catalog.reference.discounts import Discount, Promotion
from toko_core.catalog.reference.periods import EVERY_DAY, Period
from toko_core.prices.payable import group_prices, paid_instead, round_price, shown_in_place
from toko_web.api.calls import Call

Record = dict[str, Any]
RUPIAH = "IDR"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def number(value: Decimal | None) -> str | None:
    """Return an amount or quantity as a decimal number without exponent and without trailing zeros.

    >>> number(Decimal("115000.0000")), number(Decimal("2612.50")), number(Decimal("-0.000")), number(None)
    ('115000', '2612.5', '0', None)
    """
    if value is None:
        return None
    text = str(value)  # much faster than with a format, which only an exponent needs
    if "E" in text:
        text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def timestamp(moment: datetime) -> str:
    """Return a moment in UTC as RFC 3339: `2026-11-23T01:30:00Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def product_record(call: Call, row: int) -> Record:
    """Return what lists show of a product. It takes some ten microseconds and reads no file."""
    product = call.product(row)
    record: Record = {
        "id": product_hash(product.kodeitem),
        "code": product.kodeitem,
        "name": product.namaitem,
        "brand": product.merek,
        "category": product.jenis,
        "sold": product.dijual,
        "currency": RUPIAH if product.matauang is None else product.matauang,
        "prices": [_price(call, product, price) for price in product.prices],
        "promotions": [_promotion(call, promotion) for promotion in product.promotions],
    }
    if call.view.stock:
        record["stock"] = number(product.stok)
    return record


def details_record(call: Call, row: int) -> Record:
    """Return everything about a product."""
    details, zone = call.served.details.of(row), call.api.shop.settings.zone
    record = product_record(call, row) | {
        "base_unit": details.satuan,
        "service": details.jasa,
        "shelf": details.rak,
        "note": details.keterangan,
        "barcodes": [{"barcode": each.barcode, "unit": each.satuan} for each in details.barcodes],
        "has_photo": details.has_photo,
    }
    if call.view.stock:
        record["branches"] = _branches(call, details)
    if call.view.cost:
        record["supplier"] = call.served.catalog.products.names.shown("supplier", details.supplier)
        record["minimum_stock"] = number(details.stokmin)
        record["changed_at"] = _local(details.dateupd, zone)
    return record


def prices_record(call: Call, row: int) -> Record:
    """Return the prices of a product."""
    record = product_record(call, row)
    return {name: record[name] for name in ("id", "code", "currency", "prices", "promotions")}


def stock_record(call: Call, row: int) -> Record:
    """Return the stock of a product by branch."""
    product, details = call.product(row), call.served.details.of(row)
    record: Record = {
        "id": product_hash(product.kodeitem),
        "code": product.kodeitem,
        "unit": details.satuan,
        "service": details.jasa,
        "stock": number(product.stok),
        "branches": _branches(call, details),
        "data_time": timestamp(call.served.data_time),
    }
    if call.view.cost:
        record["minimum_stock"] = number(details.stokmin)
    return record


def change_record(call: Call, change: PriceChange, code: str) -> Record:
    """Return a change of a price."""
    before, after = (
        None if each is None else round_price(each, call.rounding) for each in (change.before, change.after)
    )
    return {
        "product": {
            "id": product_hash(code), "code": code, "name": call.served.catalog.products.name(change.product_id),
        },
        "unit": change.key.satuan,
        "level": change.key.level,
        "up_to": number(change.key.jumlah_sampai),
        "before": number(change.before),
        "after": number(change.after),
        "shown_before": number(before),
        "shown_after": number(after),
        "seen_at": timestamp(change.seen_from),
    }  # fmt: skip


def _price(call: Call, product: Product, price: Price) -> Record:
    paid = paid_instead(price, product)
    record: Record = {
        "unit": price.satuan,
        "conversion": number(price.konversi),
        "level": price.level,
        "up_to": number(price.jumlah_sampai),
        "list_price": number(price.hargajual),
        "price": number(price.hargajual if paid is None else paid.amount),
        "shown_price": number(shown_in_place(price, paid, call.rounding)),
        "discount": _discount(call, paid.discount) if paid is not None and paid.discount is not None else None,
        "percents": [number(percent) for percent in paid.percents] if paid is not None else [],
    }
    if product.level is None:
        record["groups"] = list(_groups(call, product, price))
    if call.view.cost:
        record["cost"] = number(price.hargapokok)
    return record


def _groups(call: Call, product: Product, price: Price) -> Iterator[Record]:
    """Yield what customer groups pay that is not the price."""
    for paid in group_prices(price, product.groups, call.rounding, product.discounts):
        yield {
            "groups": list(paid.names),
            "shown_price": number(paid.amount),
            "discount": _discount(call, paid.discount) if paid.discount is not None else None,
            "percents": [number(percent) for percent in paid.percents],
        }


def _discount(call: Call, discount: Discount) -> Record:
    return {
        "code": discount.code,
        "amount": number(discount.rupiah),
        "percents": [number(percent) for percent in discount.percents],
        "period": _period(call, discount.period),
    }


def _promotion(call: Call, promotion: Promotion) -> Record:
    products = call.served.catalog.products
    gift = None
    if promotion.gift is not None:
        code = products.code(promotion.gift)
        gift = {"id": product_hash(code), "code": code, "name": products.name(promotion.gift)}
    return {
        "code": promotion.code,
        "unit": promotion.satuan,
        "quantity": number(promotion.bought),
        "gift": gift,
        "gift_unit": promotion.given_unit,
        "gift_quantity": number(promotion.given),
        "gift_price": number(promotion.price) if promotion.price is not None else "0",
        "repeats": promotion.repeats,
        "period": _period(call, promotion.period),
    }


def _period(call: Call, period: Period) -> Record:
    zone = call.api.shop.settings.zone
    return {
        "starts_at": _local(period.start, zone),
        "ends_at": _local(period.end, zone),
        "from_time": _clock(period.first_time),
        "to_time": _clock(period.last_time),
        "weekdays": [name for day, name in enumerate(WEEKDAYS) if (period.weekdays & EVERY_DAY) >> day & 1],
    }


def _branches(call: Call, details: ProductDetails) -> list[Record]:
    names = call.served.catalog.products.names
    return [
        {"branch": each.kantor, "name": names.shown("kantor", each.kantor), "stock": number(each.stok)}
        for each in details.stock
    ]


def _clock(moment: time | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _local(moment: datetime | date | None, zone: ZoneInfo) -> str | None:
    """Return a moment of the shop's wall clock as RFC 3339, with the shop's offset from UTC."""
    return moment.replace(tzinfo=zone).isoformat(timespec="seconds") if isinstance(moment, datetime) else None
