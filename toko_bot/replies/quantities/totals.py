"""Formats what the quantity that somebody asked for costs."""

from html import escape

from toko_core.prices.payable import Calculation
from toko_core.prices.totals import calculation_text, next_tier_text
from toko_core.text import rupiah


def total_lines(total: Calculation | None, rounding: int | None) -> list[str]:
    """Format what a quantity costs, and what a larger one would save, as lines of HTML."""
    if total is None:
        return []
    amount, saving = rupiah(total.total), next_tier_text(total, rounding)
    text = calculation_text(total, rounding).removesuffix(amount)
    return [f"🧮 {escape(text)}<b>{amount}</b>", *([f"💡 {escape(saving)}"] if saving else [])]
