"""Recognizes messages that ask for no product, such as greetings and thanks, by their words."""

from enum import StrEnum
from itertools import pairwise

from toko_core.search.language.fillers import AT_ENDS, FILLER_PHRASES, FILLERS
from toko_core.search.text import words


class SmallTalk(StrEnum):
    """What a message without a product is."""

    GREETING = "greeting"
    THANKS = "thanks"
    AGREEMENT = "agreement"
    OTHER = "other"
    """Only words of a question or a wish, as in `ada kak?`."""


THANKS = frozenset(
    "makasih makasi mksh trims tks thx thanks thank nuwun suwun matur maturnuwun nuhun hatur tengkyu terimakasih "
    "trimakasih tq".split()
)
THANKS_PHRASE = ("terima", "kasih")
SALAM = "assalamualaikum"
SALAMS = frozenset("assalamualaikum asalamualaikum assalamu alaikum ass asslm wassalamualaikum".split())
TIMES = {"pagi": "pagi", "siang": "siang", "sore": "sore", "malam": "malam", "malem": "malam"}
"""Times of the day that people wish each other, and how they are written."""
GREETINGS = SALAMS | frozenset("halo hallo hai helo hello hi hei hey hay p permisi punten selamat met".split())
AGREEMENTS = frozenset("ok oke okay okey siap sip sipp mantap mantab baik noted ya iya iyo yoi yup yes".split())
KAK = frozenset({"kak", "kakak", "kaka"})
PHRASES = frozenset(word for phrase in FILLER_PHRASES for word in phrase)
SMALL_TALK = FILLERS | THANKS | GREETINGS | AGREEMENTS | PHRASES | TIMES.keys()
"""All words that such a message may have."""


def small_talk(text: str) -> SmallTalk | None:
    """Return what a text is; None if it has other words too. The text may still be the name of a product.

    >>> small_talk("selamat pagi kak"), small_talk("indomie")
    (<SmallTalk.GREETING: 'greeting'>, None)
    """
    typed = words(text)
    if not SMALL_TALK.issuperset(typed):
        return None
    if not typed:
        return SmallTalk.THANKS if any(sign in text for sign in "🙏👍") else SmallTalk.OTHER
    if not THANKS.isdisjoint(typed) or THANKS_PHRASE in pairwise(typed):
        return SmallTalk.THANKS
    if not GREETINGS.isdisjoint(typed) or typed[0] in TIMES:
        return SmallTalk.GREETING
    agrees = not AGREEMENTS.isdisjoint(typed) and (AGREEMENTS | AT_ENDS | KAK).issuperset(typed)
    return SmallTalk.AGREEMENT if agrees else SmallTalk.OTHER


def wished(text: str) -> str:
    """Return the wish that a greeting has and its answer repeats: `pagi`, `assalamualaikum`, or an empty text."""
    typed = words(text)
    if not SALAMS.isdisjoint(typed):
        return SALAM
    return next((TIMES[word] for word in typed if word in TIMES), "")
