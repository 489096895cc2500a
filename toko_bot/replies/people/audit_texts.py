"""What the audit list says about decisions, in Indonesian, as HTML."""

from collections.abc import Mapping
from html import escape
from typing import Any

from toko_core.state.decisions import NO, Kind
from toko_core.text import shorten

LONGEST_NAME = 80


def audit_action(details: Mapping[str, Any]) -> str:
    """What an entry of the audit list says that somebody did."""
    kind, about, chosen = details.get("kind"), str(details.get("about", "")), details.get("choice") != NO
    shown = f"<b>{escape(shorten(about, LONGEST_NAME))}</b>"
    match kind, chosen:
        case Kind.PUBLISH, True:
            return f"memakai backup {shown} yang ditahan"
        case Kind.PUBLISH, False:
            return f"membiarkan backup {shown} yang ditahan"
        case Kind.ADOPT, True:
            return f"memilih database {shown}"
        case Kind.ADOPT, False:
            return f"menolak database {shown}"
        case Kind.ROLLBACK, _:
            return f"mengembalikan harga ke data {shown}"
        case Kind.SYNC, _:
            return "memulai sinkronisasi"
        case Kind.QUIET, _:
            return f"mengatur jam tenang: {escape(about)}" if about else "mematikan jam tenang"
    return escape(shorten(str(kind), LONGEST_NAME))
