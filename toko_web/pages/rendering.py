"""Renders the templates. Every value is escaped unless it is markup of ours."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from toko_web.service.static_files import StaticFiles
from toko_web.shop import shop_of

FILES = StaticFiles(Path(__file__).with_name("static"))
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True, auto_reload=False,
)  # fmt: skip
_TEMPLATES.globals["static"] = FILES.url
for _name in _TEMPLATES.list_templates():  # so that the first person does not wait for it
    _TEMPLATES.get_template(_name)


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template to a response.

    Templates also know `shop_name`, `path` and `visitor`, if there is one.

    `static(name)` is the address of a file of the folder static.
    """
    known = {"shop_name": shop_of(request).settings.shop_name, "path": request.url.path, "visitor": None}
    return HTMLResponse(_TEMPLATES.get_template(template).render(known | values), status)
