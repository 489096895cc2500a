"""The page /v1/docs: a reference of the API, made of its description. It loads only the pages' style sheet and icon."""

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from toko_web.api.problems import KINDS

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
SUCCESS = "200"
CODE = re.compile(r"`([^`]+)`")


def render_reference(description: dict[str, Any]) -> str:
    """Return the page as HTML."""
    operations = [
        {"path": f"/v1{path}", "id": _anchor(path), **operation, "example": _example(operation)}
        for path, methods in description["paths"].items()
        for operation in methods.values()
    ]
    return _TEMPLATES.get_template("reference.html").render(
        info=description["info"], operations=operations, schemas=description["components"]["schemas"], kinds=KINDS,
        type_of=_type,
    )  # fmt: skip


def _code(text: str) -> Markup:
    """Return a text of the description as HTML, with what it has in backticks as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


_TEMPLATES.filters["code"] = _code


def _anchor(path: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in path.strip("/"))


def _example(operation: dict[str, Any]) -> str:
    for content in operation["responses"][SUCCESS].get("content", {}).values():
        example = content.get("example")
        return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
    return ""


def _type(schema: dict[str, Any]) -> str:
    """Return the type of a value in words: `integer`, `list of Price`, `string or null`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "any"))
