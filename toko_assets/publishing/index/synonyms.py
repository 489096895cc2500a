"""The shop's own synonyms (SYNONYMS_FILE): how many lines of the file count, and what is wrong with the others."""

from hashlib import sha256

import pandas as pd

from toko_assets.common.checks import Outcome
from toko_core.search.language.synonyms import Synonyms


def check_synonyms(synonyms: Synonyms) -> Outcome:
    """Warn of the lines of the shop's file that are ignored."""
    count = len(synonyms.problems)
    if synonyms.shop_lines or count:
        summary = f"SYNONYMS_FILE: {describe_lines(synonyms)}."
    else:
        summary = "The shop has no synonyms of its own: those that come with the program apply."
    return Outcome(
        "synonyms_understood",
        not count,
        summary,
        rows=pd.DataFrame(synonyms.problems, columns=["problem"]),
        count=count,
        advice="Correct the file: the next sync reads it again. docs/search.md has its format.",
    )


def describe_lines(synonyms: Synonyms) -> str:
    """Say how many lines of the shop's file count, and how many problems there are."""
    lines, problems = synonyms.shop_lines, len(synonyms.problems)
    read = "1 line counts" if lines == 1 else f"{lines:,} lines count"
    ignored = "1 problem" if problems == 1 else f"{problems:,} problems"
    return f"{read}, {ignored}" if problems else read


def synonyms_info(synonyms: Synonyms) -> dict[str, str]:
    """Return what a catalogue says about the shop's own synonyms, so that another file makes another catalogue."""
    if not synonyms.shop_lines:
        return {}
    return {"synonyms_digest": sha256(repr(sorted(synonyms.senses.items())).encode()).hexdigest()}
