"""Renders the templates. Every value is escaped unless it is markup of ours."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from toko_core.catalog.freshness import is_old
from toko_core.prices.payable import round_amount
from toko_core.text import ago, count, day, drop_controls, moment, percent, quantity, rupiah
from toko_web.service.static_files import StaticFiles
from toko_web.shop import Shop, shop_of
from toko_web.sign_in.cookies import keep_form_id
from toko_web.sign_in.forms import csrf_token
from toko_web.sign_in.visitor import Visitor

FILES = StaticFiles(Path(__file__).with_name("static"))


def _amount(amount: Decimal | None) -> str:
    """Format an amount for an input."""
    return "" if amount is None else quantity(amount)


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True, auto_reload=False,
)  # fmt: skip
_TEMPLATES.filters |= {
    "rupiah": rupiah, "whole": lambda amount: round_amount(amount, None), "quantity": quantity, "number": count,
    "percent": percent, "moment": moment, "day": day, "clean": drop_controls,
    "amount": _amount,
}  # fmt: skip
_TEMPLATES.globals |= {"static": FILES.url, "icons": _TEMPLATES.get_template("icons.html").module}
for _name in _TEMPLATES.list_templates():  # compiles them, so that the first person does not wait for it
    _TEMPLATES.get_template(_name)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the menu."""

    url: str
    label: str
    for_owners: bool = False


MENU = (
    Entry("/", "Cari"),
    Entry("/daftar/perubahan-harga", "Perubahan harga"),
    Entry("/daftar/terlaris", "Terlaris", for_owners=True),
    Entry("/daftar/habis", "Habis", for_owners=True),
    Entry("/daftar/rugi", "Rugi", for_owners=True),
    Entry("/daftar/tanpa-harga", "Tanpa harga", for_owners=True),
    Entry("/daftar/dicari", "Dicari", for_owners=True),
    Entry("/keadaan", "Keadaan", for_owners=True),
)
ACCOUNT = Entry("/akun", "Akun")


@dataclass(frozen=True, slots=True)
class DataAge:
    """How old the served data is, in words."""

    moment: str
    ago: str
    is_old: bool


def render(
    request: Request, template: str, status: int = 200, *, visitor: Visitor | None = None, **values: Any
) -> HTMLResponse:
    """Render a template to a response. Without a visitor the page has no menu, no search field and no age of the data.

    All templates know `shop_name`, `path`, `visitor`, `menu`, `data` (a DataAge; None without a visitor or a
    catalogue), `is_open` (whether everybody is shown everything), `static` (the address of the static files), `icons`,
    and `csrf_token()`, which every form that is posted has as the hidden field `csrf`.
    """
    shop = shop_of(request)
    is_open = visitor is not None and visitor.person is None
    age = None if visitor is None else _data_age(shop)
    known = {
        "shop_name": shop.settings.shop_name, "path": request.url.path, "visitor": visitor, "is_open": is_open,
        "menu": _menu(visitor), "data": age, "csrf_token": partial(csrf_token, request),
    }  # fmt: skip
    response = HTMLResponse(_TEMPLATES.get_template(template).render(known | values), status)
    keep_form_id(request, response)
    return response


def render_part(template: str, **values: Any) -> str:
    """Render a template that is no whole page, and so needs only its own values."""
    return _TEMPLATES.get_template(template).render(values)


def _menu(visitor: Visitor | None) -> list[Entry]:
    if visitor is None:
        return []
    entries = [entry for entry in MENU if visitor.is_owner or not entry.for_owners]
    return entries if visitor.person is None else [*entries, ACCOUNT]


def _data_age(shop: Shop) -> DataAge | None:
    served, settings, now = shop.live.served, shop.settings, datetime.now(UTC)
    if served is None:
        return None
    is_stale = is_old(served.data_time, settings.stale_hours, settings.zone, settings.closed_days)
    return DataAge(moment(served.data_time, settings.zone), ago(now - served.data_time), is_stale)
