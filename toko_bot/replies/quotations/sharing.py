"""A quotation as people send it on: as plain text for WhatsApp, and as pictures."""

from toko_bot.replies.quotations import words
from toko_bot.replies.quotations.pages import Desk, count_of, line_name
from toko_bot.replies.quotations.picture import Sheet, SheetLine
from toko_core.prices.receipts import shown_unit_price
from toko_core.text import drop_controls, quantity, rupiah, shorten

LONGEST_NAME = 100
LONGEST_TEXT = 3500
"""Characters of a message. Telegram takes 4,096."""
LINES_A_SHEET = 20
"""Telegram makes pictures smaller that are higher than they are wide; with more lines they are hard to read."""


def shared_texts(desk: Desk) -> list[str]:
    """Return the quotation as plain text, in as many messages as it needs."""
    quotation, receipt, rounding = desk.quotation, desk.receipt, desk.settings.price_rounding
    lines = [
        words.shared_line(number, shorten(line_name(line), LONGEST_NAME), count_of(line),
                          rupiah(shown_unit_price(price, rounding)), rupiah(subtotal))
        for number, (line, price, subtotal) in enumerate(
            ((line, line.price, subtotal) for line, subtotal in zip(quotation.priced, receipt.subtotals, strict=True)
             if line.price is not None), 1)
    ]  # fmt: skip
    if receipt.rounding:
        sign = "" if receipt.rounding > 0 else "−"
        lines.append(f"{words.ROUNDING} {sign}{rupiah(abs(receipt.rounding))}")
    lines.append(words.shared_total(rupiah(receipt.total)))
    texts = ["\n".join([*words.shared_head(_shop(desk), quotation.label, desk.date(), desk.until()), ""])]
    for line in lines:
        if len(texts[-1]) + len(line) > LONGEST_TEXT:
            texts.append("")
        texts[-1] = f"{texts[-1]}\n{line}".lstrip("\n")
    return texts


def sheets(desk: Desk) -> list[Sheet]:
    """Return what is drawn: a sheet for each LINES_A_SHEET lines, and the total on the last one."""
    quotation, receipt, rounding = desk.quotation, desk.receipt, desk.settings.price_rounding
    lines = [
        SheetLine(
            f"{number}. {shorten(line_name(line), LONGEST_NAME)}",
            f"{count_of(line)} × {quantity(shown_unit_price(line.price, rounding))}",
            quantity(subtotal),
        )
        for number, (line, subtotal) in enumerate(zip(quotation.priced, receipt.subtotals, strict=True), 1)
        if line.price is not None
    ]
    sums = [(words.ROUNDING, quantity(receipt.rounding))] if receipt.rounding else []
    sums.append((words.TOTAL.capitalize(), rupiah(receipt.total)))
    parts = [lines[start : start + LINES_A_SHEET] for start in range(0, len(lines), LINES_A_SHEET)]
    title = words.title(quotation.label).removeprefix("🧾 ")
    return [
        Sheet(
            _shop(desk),
            title if len(parts) == 1 else f"{title} ({number}/{len(parts)})",
            words.holds(desk.date(), desk.until()).replace("·", "-"),
            part,
            sums if number == len(parts) else [],
        )
        for number, part in enumerate(parts, 1)
    ]


def _shop(desk: Desk) -> str:
    return shorten(" ".join(drop_controls(desk.settings.shop_name).split()), LONGEST_NAME)
