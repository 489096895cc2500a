"""The data of a button decodes to the same button, and fits into Telegram's 64 bytes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toko_bot.replies.buttons import (
    LABELS,
    MOST_BYTES,
    WAYS,
    Button,
    Calculate,
    ChangedList,
    Choose,
    History,
    Label,
    MarkedList,
    Moves,
    Open,
    Photo,
    Pictured,
    Quote,
    Report,
    Results,
    data_of,
    read_data,
)
from toko_bot.replies.buttons.lists import EPOCH
from toko_bot.replies.people.buttons import (
    AuditList,
    Decide,
    OnPerson,
    PeopleButton,
    PeopleList,
    Request,
    decode_people,
)
from toko_bot.replies.sharing.buttons import Share
from toko_bot.replies.watching.buttons import MorningHour, RemoveGone, SetMark, WatchButton, decode_watching
from toko_core.people import Role
from toko_core.state.watching.deliveries import Kind

AnyButton = Button | PeopleButton | Share | WatchButton
HASHES = st.text("abcXYZ019_-", min_size=8, max_size=8)
LABEL_HASHES = st.none() | st.text("abcXYZ019_-", min_size=4, max_size=4)
RESULTS = st.builds(Results, st.integers(1, 999), st.text(min_size=1), LABEL_HASHES, LABEL_HASHES, st.booleans())
REPORTS = st.builds(Report, st.sampled_from(["rugi", "habis"]), st.integers(1, 9999))
MOVES = st.builds(Moves, st.sampled_from(WAYS), st.sampled_from([1, 7]), st.integers(1, 9999))
PICTURED = st.builds(Pictured, st.lists(HASHES, min_size=1, max_size=Pictured.MOST).map(tuple))
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
MARKED = st.builds(MarkedList, st.integers(1, 999))
CHANGED = st.builds(ChangedList, st.sampled_from(Kind), TIMES, TIMES, st.integers(1, 9999))
LISTS = RESULTS | REPORTS | MOVES | PICTURED | MARKED | CHANGED
BUTTONS = st.one_of(
    RESULTS,
    REPORTS,
    MOVES,
    PICTURED,
    MARKED,
    CHANGED,
    st.builds(SetMark, st.sampled_from(["favourite", "notify"]), st.booleans(), HASHES),
    st.builds(MorningHour, st.integers(0, 19)),
    st.builds(Photo, HASHES),
    st.builds(History, HASHES),
    st.builds(Open, HASHES, st.none() | LISTS),
    st.builds(Choose, st.sampled_from(LABELS), RESULTS),
    st.builds(Request, st.integers(1, 10**15 - 1)),
    st.builds(Decide, st.integers(1, 10**15 - 1), st.none() | st.sampled_from(Role), st.none() | st.integers(1, 999)),
    st.builds(PeopleList, st.integers(1, 9999)),
    st.builds(
        OnPerson,
        st.sampled_from(["open", "role", "level", "stock", "remove"]),
        st.integers(1, 2**52),
        st.integers(1, 9999),
        st.sampled_from(["", "m", "s", "p", "0", "1", "999"]),
    ),
    st.builds(
        Quote,
        st.sampled_from("velcqugdapnrstio"),
        st.integers(0, 10**18 - 1),
        st.integers(1, 10**6 - 1),
        st.text("abcXYZ019_-,", max_size=24),
    ),
    st.builds(
        Share, st.sampled_from(["share", "level", "picture", "link"]), HASHES, st.none() | st.integers(0, 9999)
    ),
    st.builds(AuditList, st.none() | st.integers(1, 10**15 - 1)),
    st.builds(
        Calculate,
        HASHES,
        st.text("abcXYZ019_-", min_size=4, max_size=4),
        st.decimals("0.001", "9999.999", places=3),
        st.none() | st.integers(0, 9999),
        st.none() | LISTS,
    ),
)  # fmt: skip

PRODUCT = "Ab0-_xYZ"
SENT: dict[str, AnyButton] = {
    "p1": Results(1, None),
    "p12:indomie grg": Results(12, "indomie grg"),
    "p1:a:b\nteh é 🔎": Results(1, "a:b\nteh é 🔎"),
    "p3:" + 61 * "x": Results(3, 61 * "x"),
    "q3:gula": Results(3, "gula", history=True),
    "q999": Results(999, None, history=True),
    "p2mAb-_:gula": Results(2, "gula", merek="Ab-_"),
    "p2j09zZ:gula": Results(2, "gula", jenis="09zZ"),
    "p2mAb-_j09zZ": Results(2, None, merek="Ab-_", jenis="09zZ"),
    "rrugi.1": Report("rugi", 1),
    "rhabis.9999": Report("habis", 9999),
    "vn1.1": Moves("naik", 1, 1),
    "vt7.25": Moves("turun", 7, 25),
    f"o{PRODUCT}": Open(PRODUCT),
    f"o{PRODUCT}p2:gula": Open(PRODUCT, Results(2, "gula")),
    f"o{PRODUCT}q2mAb-_": Open(PRODUCT, Results(2, None, merek="Ab-_", history=True)),
    f"o{PRODUCT}rtanpaharga.3": Open(PRODUCT, Report("tanpaharga", 3)),
    f"o{PRODUCT}vn7.2": Open(PRODUCT, Moves("naik", 7, 2)),
    f"wf1{PRODUCT}": SetMark("favourite", True, PRODUCT),
    f"wk0{PRODUCT}": SetMark("notify", False, PRODUCT),
    "wl2": MarkedList(2),
    f"o{PRODUCT}wl2": Open(PRODUCT, MarkedList(2)),
    "wp7": MorningHour(7),
    "wp0": MorningHour(0),
    "wx": RemoveGone(),
    "wn0.f4240.1": ChangedList(Kind.WATCHED, EPOCH, EPOCH + timedelta(seconds=1), 1),
    "wm0.f4240.12": ChangedList(Kind.MORNING, EPOCH, EPOCH + timedelta(seconds=1), 12),
    f"b{PRODUCT}12345678": Pictured((PRODUCT, "12345678")),
    f"o{PRODUCT}b{PRODUCT}12345678": Open(PRODUCT, Pictured((PRODUCT, "12345678"))),
    f"f{PRODUCT}": Photo(PRODUCT),
    f"h{PRODUCT}": History(PRODUCT),
    "uk12": Request(12),
    "ua12s": Decide(12, Role.STAFF),
    "ua12p": Decide(12, Role.CUSTOMER),
    "ua12p3": Decide(12, Role.CUSTOMER, 3),
    "ua12t": Decide(12, None),
    "ul2": PeopleList(2),
    "uo101.2": OnPerson("open", 101, 2),
    "ur101.2.m": OnPerson("role", 101, 2, "m"),
    "uh101.2": OnPerson("level", 101, 2),
    "uh101.2.3": OnPerson("level", 101, 2, "3"),
    "ug101.2.1": OnPerson("stock", 101, 2, "1"),
    "ux101.2": OnPerson("remove", 101, 2),
    "ux101.2.1": OnPerson("remove", 101, 2, "1"),
    "uc": AuditList(),
    "kv12": Quote("v", 12),
    "kv12.2": Quote("v", 12, 2),
    "kq12.3.1,5": Quote("q", 12, 3, "1,5"),
    "ku12.3.aB-_": Quote("u", 12, 3, "aB-_"),
    f"kc12.3.{PRODUCT}": Quote("c", 12, 3, PRODUCT),
    "kn12.0.2": Quote("n", 12, 0, "2"),
    "ko0.2": Quote("o", 0, 2),
    "uc345": AuditList(345),
    f"so{PRODUCT}": Share("share", PRODUCT),
    f"sh{PRODUCT}.2": Share("level", PRODUCT, 2),
    f"si{PRODUCT}.12": Share("picture", PRODUCT, 12),
    f"st{PRODUCT}": Share("link", PRODUCT),
    f"j{PRODUCT}aB-_12": Calculate(PRODUCT, "aB-_", Decimal(12)),
    f"j{PRODUCT}aB-_0.25l2brhabis.1": Calculate(PRODUCT, "aB-_", Decimal("0.25"), 2, Report("habis", 1)),
    f"j{PRODUCT}aB-_9999.999bp1:gula": Calculate(PRODUCT, "aB-_", Decimal("9999.999"), back=Results(1, "gula")),
    "cmp1:gula": Choose("merek", Results(1, "gula")),
    "cjq4mAb-_:gula": Choose("jenis", Results(4, "gula", merek="Ab-_", history=True)),
}
"""The data of buttons in messages that people already have in their chats, and the buttons that they decode to."""


def read(data: str) -> AnyButton | None:
    """Read the data as the handlers do, which divide it by its first letter."""
    if data.startswith("s"):
        return Share.decode(data)
    if data.startswith("w"):
        return decode_watching(data)
    return decode_people(data) if data.startswith("u") else read_data(data)


@pytest.mark.parametrize("data", SENT)
def test_buttons_that_were_sent_long_ago_still_work_and_are_encoded_the_same_today(data: str) -> None:
    button = read(data)
    assert button == SENT[data]
    assert button is not None
    assert data_of(button) == data


@given(BUTTONS)
def test_an_encoded_button_decodes_to_the_same_button_except_for_a_query_that_does_not_fit(
    button: AnyButton,
) -> None:
    data = data_of(button)
    assert len(data.encode(errors="surrogatepass")) <= MOST_BYTES
    assert read(data) in {button, _without_query(button)}


@given(st.text(max_size=64))
def test_any_data_can_be_read_without_an_error(data: str) -> None:
    read(data)


@pytest.mark.parametrize("label", LABELS)
def test_narrowing_leads_to_the_first_page_and_can_be_removed(label: Label) -> None:
    narrowed = Results(3, "gula").narrowed(label, "abcd")
    assert (narrowed.page, narrowed.kept(label)) == (1, "abcd")
    assert narrowed.narrowed(label, None) == Results(1, "gula")


def _without_query(button: AnyButton) -> AnyButton:
    match button:
        case Results():
            return replace(button, query=None)
        case Open(product, Results() as back):
            return Open(product, replace(back, query=None))
        case Calculate(back=Results() as back):
            return replace(button, back=replace(back, query=None))
        case Choose(label, results):
            return Choose(label, replace(results, query=None))
    return button
