"""Checks that every search got exactly one answer, to its own query and from a single catalogue."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from benchmarks.bot.people import Answer, Asked
from benchmarks.bot.results import Latency, Verdict
from benchmarks.bot.shop import MARKS, Question
from toko_bot.replies.layout import query_of

PRICE = re.compile(r"Rp([\d.,]+)")
EXAMPLES = 3


def judge(asked: Sequence[Asked], answers: Sequence[Answer]) -> tuple[Verdict, Latency]:
    """Compare the searches with the answers. The latency is that for people, from sending until the answer."""
    open_searches: defaultdict[tuple[int, str], deque[Asked]] = defaultdict(deque)
    sent = {(one.user, one.question.query) for one in asked}
    for one in asked:
        open_searches[one.user, one.question.query].append(one)
    counts: Counter[str] = Counter()
    marks: Counter[int] = Counter()
    examples, seconds = [], []
    for answer in answers:
        key = (answer.user, query_of(answer.text) or "")
        if not (waiting := open_searches[key]):
            problem: str | None = "doubled" if key in sent else "mixed_up"
        else:
            one = waiting.popleft()
            seconds.append(answer.time - one.time)
            problem = _problem(answer, one, marks)
        if problem:
            counts[problem] += 1
            examples.append(f"{problem}: to {answer.user}: {answer.text[:200]!r}")
    counts["lost"] = sum(map(len, open_searches.values()))
    verdict = Verdict(
        len(asked), len(answers), counts["lost"], counts["doubled"], counts["mixed_up"], counts["of_two_catalogues"],
        len(marks), tuple(examples[:EXAMPLES]),
    )  # fmt: skip
    return verdict, Latency.of(seconds)


def _problem(answer: Answer, asked: Asked, marks: Counter[int]) -> str | None:
    """Return what is wrong with an answer. Its prices must be those of the query, and from one catalogue."""
    prices = [int(price.replace(".", "")) for price in PRICE.findall(answer.text) if "," not in price]
    found = {price % MARKS for price in prices}
    marks.update(found)
    if len(found) > 1:
        return "of_two_catalogues"
    return None if _are_of([price - price % MARKS for price in prices], asked.question) else "mixed_up"


def _are_of(prices: Sequence[int], question: Question) -> bool:
    """Return whether these are the prices of the products, in their order. Each has at least that of its base unit."""
    place = 0
    for base, *others in question.prices:
        if prices[place : place + 1] != [base]:
            return False
        place += 1
        place += prices[place : place + 1] == others
    return place == len(prices)
