"""What people are told about changed prices: their own prices, once for each change, and nothing without a change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.toko_bot.bot.directly import Chat
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import COST, INDOMIE, point_at
from tests.toko_bot.handlers.watching.conftest import ANI, Shop
from toko_core.people import Role
from toko_core.state.watching.watches import Marks
from toko_core.text import moment

BELL = Marks(notify=True)
ZONE = ZoneInfo("Asia/Jakarta")


def news(chat: Chat) -> list[str]:
    """The messages about prices that somebody has, as they are now."""
    return [text for text in chat.texts if "Harga berubah" in text]


def watch(shop: Shop, *people: int) -> None:
    served = shop.bot.bot.live.served
    assert served is not None
    for user_id in people:
        shop.watches.mark(user_id, INDOMIE.kodeitem, BELL, served.data_time)


def test_each_change_is_told_once_to_who_watches_it_at_the_prices_that_they_see(
    shop: Shop, budi: Chat, siti: Chat, ani: Chat
) -> None:
    watch(shop, BUDI, SITI, ANI)
    shop.notify()
    assert news(budi) == news(ani) == []
    shop.publish(("PCS", 1, "3000", "3150"), ("PCS", 2, "2900", "3050.5"), ("BAL", 1, "9000", None))
    for _ in range(3):
        shop.notify()
    (of_budi,), (of_siti,), (of_ani,) = news(budi), news(siti), news(ani)
    assert of_budi == of_siti
    assert of_budi.splitlines()[:5] == [
        "🔔 Harga berubah", "",
        "1. INDOMIE GORENG SPECIAL 85GR – PCS Umum: Rp3.000 → Rp3.150 (+5%)",
        "PCS Grosir <B>: Rp2.900 → Rp3.050,5 (+5,2%)", "BAL Umum: dihapus, sebelumnya Rp9.000",
    ]  # fmt: skip
    assert of_budi.splitlines()[-1].startswith("Harga per ")
    assert "→ Rp3.050,5" in of_ani
    assert "3.150" not in of_ani
    assert COST not in of_siti.replace(".", "")
    shop.publish()
    shop.notify()
    assert len(news(budi)) == 1
    shop.publish(("PCS", 1, "3150", "3200"))
    shop.notify()
    assert "Rp3.150 → Rp3.200" in news(budi)[1]
    assert len(news(ani)) == 1, "the price of another level changed"
    product = siti.press("1", siti.person.messages[-1])
    assert product.labels[-1] == "🔕 Jangan kabari"
    assert "Rp3.150 → Rp3.200" in siti.press("‹ Kembali", product).text


def test_changes_while_the_bot_was_down_are_one_message_and_a_price_that_came_back_is_none(
    shop: Shop, budi: Chat
) -> None:
    watch(shop, BUDI)
    shop.publish(("PCS", 1, "3000", "3100"), ("DUS", 1, "100000", "110000"))
    shop.publish(("PCS", 1, "3100", "3000"), ("DUS", 1, "110000", "115000"))
    shop.notify()
    (text,) = news(budi)
    assert "Rp100.000 → Rp115.000 (+15%)" in text
    assert "PCS" not in text
    shop.publish(("PCS", 1, "3000", "3100"))
    shop.publish(("PCS", 1, "3100", "3000"))
    shop.notify()
    assert len(news(budi)) == 1


def test_a_catalogue_rolled_back_and_forward_again_tells_nothing_again(shop: Shop, budi: Chat) -> None:
    watch(shop, BUDI)
    before = shop.publish()
    after = shop.publish(("PCS", 1, "3000", "3150"))
    shop.notify()
    for file in (before, after, before):
        point_at(shop.bot.bot.settings.folder.root, file.name)
        shop.load()
        shop.notify()
    assert len(news(budi)) == 1
    shop.publish(("PCS", 1, "3150", "3000"))
    shop.notify()
    assert len(news(budi)) == 2


def test_who_lost_access_or_blocked_the_bot_is_told_nothing_and_the_level_of_now_counts(
    shop: Shop, budi: Chat, ani: Chat, siti: Chat
) -> None:
    watch(shop, BUDI, ANI, SITI)
    budi.person.block()
    shop.people.change(ANI, None, level=1)
    shop.publish(("PCS", 1, "3000", "3150"), ("PCS", 2, "2900", "3050.5"))
    shop.notify()
    budi.person.unblock()
    shop.bot.handle()
    shop.notify()
    assert news(budi) == []
    assert ["Rp3.150" in text and "3.050,5" not in text for text in news(ani)] == [True]
    shop.people.remove(ANI, None)
    shop.publish(("PCS", 1, "3150", "3200"))
    shop.notify()
    assert [len(news(chat)) for chat in (budi, ani, siti)] == [1, 1, 2]
    assert shop.watches.of(ANI) == []
    shop.people.add(ANI, None, Role.CUSTOMER, level=1)
    shop.publish(("PCS", 1, "3200", "3250"))
    shop.notify()
    assert len(news(ani)) == 1


def test_a_message_that_telegram_did_not_take_for_long_says_from_when_it_is(shop: Shop, budi: Chat) -> None:
    watch(shop, BUDI)
    live, deliveries = shop.bot.bot.live, shop.bot.bot.services.deliveries
    assert live.served is not None
    since = live.served.data_time
    shop.publish(("PCS", 1, "3000", "3150"))
    until, now = live.served.data_time, datetime.now(UTC)
    deliveries.plan_watched({INDOMIE.kodeitem: until}, since, until, now - timedelta(hours=2))
    shop.notify()
    (text,) = news(budi)
    assert text.splitlines()[-1] == f"Pesan tertunda dari {moment(now - timedelta(hours=2), ZONE)}"


def test_the_favourites_alone_are_not_told_and_a_mark_taken_back_ends_it(shop: Shop, budi: Chat) -> None:
    watch(shop, BUDI)
    shop.watches.mark(BUDI, INDOMIE.kodeitem, Marks(favourite=True), datetime.now(UTC))
    shop.publish(("PCS", 1, "3000", "3150"))
    shop.notify()
    assert news(budi) == []


def test_the_morning_message_lists_what_rose_and_fell_yesterday_once(
    shop: Shop, budi: Chat, ani: Chat, siti: Chat
) -> None:
    midnight = datetime.combine(datetime.now(ZONE).date(), time(), ZONE)
    day_before = midnight - timedelta(hours=40)
    for user_id in (BUDI, ANI):
        shop.watches.set_morning_hour(user_id, 5, day_before, day_before)
    shop.age = datetime.now(ZONE) - midnight + timedelta(hours=3)
    shop.publish(("PCS", 1, "3000", "3150"), ("DUS", 1, "120000", "115000"), ("PCS", 2, "2900", "3050.5"))
    shop.publish(("PCS", 1, "3150", "9999"))  # two hours before midnight
    for hour, messages in ((4, 0), (6, 1), (7, 1)):
        shop.notify(midnight + timedelta(hours=hour))
        assert len(news(budi)) == len(news(ani)) == messages
    (of_budi,), (of_ani,) = news(budi), news(ani)
    yesterday = (midnight - timedelta(days=1)).day
    assert of_budi.startswith(f"☀️ Harga berubah kemarin, {yesterday} ")
    assert of_budi.splitlines()[1:8] == [
        "🔺 1 naik · 🔻 1 turun", "", "🔺 Naik",
        "1. INDOMIE GORENG SPECIAL 85GR – PCS Umum: Rp3.000 → Rp9.999 (+233,3%)",
        "PCS Grosir <B>: Rp2.900 → Rp3.050,5 (+5,2%)", "", "🔻 Turun",
    ]  # fmt: skip
    assert "2. INDOMIE GORENG SPECIAL 85GR – DUS(40) Umum: Rp120.000 → Rp115.000 (-4,2%)" in of_budi
    assert "9.999" not in of_ani
    assert news(siti) == []
