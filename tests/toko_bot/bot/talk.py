"""Has the conversation in docs/bot.md with the real bot. `python -m tests.toko_bot.bot.talk` prints it."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import BUDI, SITI, STRANGER, running_bot
from tests.toko_bot.bot.shop import (
    BARCODE,
    BISCUITS,
    INDOMIE,
    LOSS,
    SUGAR,
    UNPRICED,
    Change,
    Item,
    barcode_photo,
    publish_shop,
)

SUGAR_PLAIN = Item(
    "GULA1", "GULA PASIR GULAKU 1KG", SUGAR.prices, SUGAR.barcodes, [("TOKO", "24")], "SEMBAKO", "GULAKU", "B2"
)
BRANDED = [replace(item, merek=("KELAPA MAS", "NYIUR")[row % 3 == 2]) for row, item in enumerate(BISCUITS[:9])]
TODAY = datetime.now(UTC) + timedelta(minutes=5)
"""Five minutes from now, so that the changes are of today even if midnight passes during the conversation."""
CHANGES = [
    Change(INDOMIE, "PCS", 1, "2950", "3000", datetime(2025, 3, 4, 14, tzinfo=UTC)),
    Change(INDOMIE, "DUS", 1, "110000", "115000", datetime(2025, 6, 12, 14, tzinfo=UTC)),
    Change(INDOMIE, "PCS", 1, "3000", "3150", datetime(2025, 6, 12, 14, tzinfo=UTC)),
    Change(SUGAR_PLAIN, "BKS", None, "17000", "17500", TODAY, "11"),
    Change(SUGAR_PLAIN, "BKS", None, "16800", "17200", TODAY, "39"),
    Change(BRANDED[3], "BKS", None, "1900", "2004", TODAY),
]
PAGE_SIZE = "4"
"""Few results per page keep the conversation short."""


def conversation() -> list[tuple[str, str]]:
    """Return the titles of the parts, and the transcript of each."""
    with tempfile.TemporaryDirectory() as folder, TelegramServer() as server:
        data = Path(folder, "data")
        publish_shop(data, [INDOMIE, SUGAR_PLAIN, LOSS, UNPRICED, *BRANDED], CHANGES)
        with running_bot(server, data, Path(folder), SEARCH_RESULTS_LIMIT=PAGE_SIZE):
            budi, siti, other = server.user(BUDI, "Budi"), server.user(SITI, "Siti"), server.user(STRANGER, "Orang")
            parts: list[tuple[str, str]] = []
            shown = {id(person): 0 for person in (budi, siti, other)}

            def part(title: str, person: object) -> None:
                for who in (budi, siti, other):
                    if who is person:
                        text = who.transcript()
                        parts.append((title, text[shown[id(who)] :].strip()))
                        shown[id(who)] = len(text)

            answer = budi.ask("biskuit klapa")
            budi.press("›", answer).answered()
            budi.next_edit(of=answer)
            part("A search with a typo in it, and its second page", budi)
            budi.press("Merek ▾").answered()
            brands = budi.next_edit(of=answer)
            budi.press("NYIUR (3)", brands).answered()
            budi.next_edit(of=answer)
            part("Its results, narrowed to a brand", budi)
            answer = budi.ask("indomi grg")
            budi.press("1", answer).answered()
            budi.next_edit(of=answer)
            part("A product, as staff see it", budi)
            budi.ask("gula pasir 12 bungkus")
            part("What a quantity costs", budi)
            answer = siti.ask("indomi grg")
            siti.press("1", answer).answered()
            siti.next_edit(of=answer)
            part("The same product, as an owner sees it", siti)
            budi.ask("/riwayat indomi grg")
            part("How its price changed, since the first backup", budi)
            budi.ask("/naik")
            part("What rose", budi)
            budi.send_photo(barcode_photo(BARCODE))
            budi.next_message()
            part("A photo of a barcode", budi)
            query = budi.inline("biskuit jeruk")
            query.answered()
            budi.choose(query)
            part("Inline, in any chat", budi)
            siti.ask("/rugi")
            part("What owners ask", siti)
            other.send("indomie")
            other.next_message()
            other.send("halo?")
            other.expect_silence(0.5)
            part("A stranger", other)
    return parts


def as_markdown(parts: list[tuple[str, str]]) -> str:
    return "\n\n".join(f"**{title}**\n\n```text\n{text}\n```" for title, text in parts)


if __name__ == "__main__":
    print(as_markdown(conversation()))
