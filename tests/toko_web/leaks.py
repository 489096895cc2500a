"""Random requests of every role to every route of the pages, in a shop whose secrets are recognisable.

`python -m tests.toko_web.leaks 1000` sends so many of each role to each route, and prints what was found.
"""

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

from tests.toko_bot.bot.shop import Change, photo, publish_shop
from tests.toko_web.api.driving import Answer, InProcess, Sent, in_process
from tests.toko_web.api.leaks import COST, GROUPS, ITEMS, LEVELS, MINIMUM, REFERENCE, START, STOCK, SUPPLIER, WORDS
from tests.toko_web.serving import OWNER, STAFF
from toko_core.catalog.product_hashes import product_hash
from toko_core.people.sign_ins import Way
from toko_core.people.view import Role
from toko_core.state.demand.counts import Count
from toko_core.state.demand.store import Demand
from toko_web.sign_in.cookies import SIGN_IN, signer

RETAIL, WHOLESALE = 201, 202
"""Customers of the first and of the second level. The second one sees stock."""
SOLD, SERIAL, BACKUP, WANTED, DEVICE = "60606", "QZ5005", "i5_BUKTI.i5bu", "yang dicari orang", "Opera"
NAMES = {OWNER: "Ibu Rahayu", STAFF: "Kasir Joko", RETAIL: "Warung Eceran", WHOLESALE: "Agen Partai"}
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
FORM = "toko_form"
MEANT_FOR_OWNERS = ("modal", "laba", "rugi", "Pemasok", "Stok minimum", "Penjualan")
"""Words that stand beside amounts that only owners see."""
BRANCHES, NO_STOCK = ("GUDANG", "Cabang Timur"), ("In stock", "Stok", ">stok ", "habis", "Ada stok")


@dataclass(frozen=True)
class Caller:
    """Somebody, and what no page for them may hold."""

    name: str
    person: int | None
    level: int | None = None
    sees_stock: bool = True

    @property
    def is_owner(self) -> bool:
        return self.person == OWNER

    @property
    def forbidden(self) -> re.Pattern[str]:
        secrets: list[str] = []
        if not self.is_owner:
            secrets += [COST, MINIMUM, SUPPLIER, SOLD, BACKUP, WANTED, *MEANT_FOR_OWNERS]
            for person, name in NAMES.items():
                secrets += [] if person == self.person else [name, f"{DEVICE} {person}"]
        if not self.sees_stock:
            secrets += [STOCK, SERIAL, *BRANCHES, *NO_STOCK]
        if self.level is not None or self.person is None:
            others = LEVELS.keys() - {self.level}
            secrets += [LEVELS[level] for level in others] + [GROUPS[level] for level in others]
        if self.person is None:
            secrets += [word.upper() for word in WORDS] + ["MEREK", "JENIS", "jam lalu", "K0"]
        return re.compile("|".join(map(re.escape, secrets)) or r"(?!)")


CALLERS = (
    Caller("owner", OWNER), Caller("staff", STAFF), Caller("customer", RETAIL, 1, sees_stock=False),
    Caller("customer-stock", WHOLESALE, 2), Caller("stranger", None, sees_stock=False),
)  # fmt: skip
GOODS = [
    replace(
        each, stock=each.stock if number % 3 else [("TOKO", "0")], photo=photo() if number < 3 else None,
        prices=each.prices if number % 10 else [(*row[:4], f"{COST}9999", row[5]) for row in each.prices],
    )
    for number, each in enumerate(ITEMS)
]  # fmt: skip
"""Every third product is out of stock, and every tenth is sold below its cost."""
GETS = (
    "/", "/hasil", "/pindai", "/barang/{product}", "/foto/{product}", "/daftar/perubahan-harga", "/daftar/terlaris",
    "/daftar/habis", "/daftar/rugi", "/daftar/tanpa-harga", "/daftar/dicari", "/keadaan", "/akun", "/masuk",
    "/masuk/tautan/{token}",
)  # fmt: skip
POSTS = ("/masuk", "/masuk/tautan/{token}", "/keluar", "/akun/keluarkan", "/akun/sandi")
ROUTES = (*(("GET", path) for path in GETS), *(("POST", path) for path in POSTS))


def publish_secrets(folder: Path) -> None:
    """Publish a shop whose costs, stock, sales and prices of levels are recognisable."""
    now = datetime.now(UTC)
    changes = [
        Change(each, "PCS", level, f"{amount}98", f"{amount}99", moment)
        for number, each in enumerate(GOODS)
        for level, amount in LEVELS.items()
        for moment in (START + timedelta(days=number), now - timedelta(hours=number))
    ]
    names: list[dict[str, object]] = [{"kind": "kantor", "kode": "TOKO", "nama": BRANCHES[1]}]
    serials: list[dict[str, object]] = [
        {"kodeitem": each.kodeitem, "noserial": f"{SERIAL}-{number}", "kantor": "GUDANG", "terjual": False}
        for number, each in enumerate(GOODS)
    ]
    sales = {each.kodeitem: (2, 3, SOLD, SOLD) for each in GOODS}
    reference = {**REFERENCE, "names": names, "serials": serials}
    publish_shop(folder, GOODS, changes, reference=reference, sales=sales, backup=BACKUP)


@dataclass
class Secretive:
    """A running shop with secrets, and what the browsers of its people send."""

    server: InProcess
    headers: dict[Caller, Mapping[str, str]] = field(default_factory=dict)
    tokens: dict[Caller, str] = field(default_factory=dict)

    def sign_in(self, caller: Caller) -> None:
        """Begin a sign-in, as after the password or the link."""
        headers, shop = {"accept": "text/html"}, self.server.shop
        if caller.person is not None:
            secret = shop.sign_ins.begin(caller.person, NAMES[caller.person], Way.LINK, f"{DEVICE} {caller.person}")
            headers["cookie"] = f"{SIGN_IN}={signer(shop, SIGN_IN).sign(secret).decode()}"
        page = self.server.send([Sent("/akun" if caller.person else "/masuk", headers)])[0]
        if caller.person is None:
            headers["cookie"] = page.headers["set-cookie"].partition(";")[0]
        found = TOKEN.search(page.body.decode())
        assert found is not None, page
        self.headers[caller], self.tokens[caller] = headers, found[1]


@contextmanager
def secretive_shop(data: Path) -> Iterator[Secretive]:
    """Run the shop, with a browser of each role and other sign-ins of everybody."""
    publish_secrets(data)
    with in_process(data, owners=frozenset({OWNER}), staff=frozenset({STAFF})) as server:
        people, today = server.shop.people, datetime.now(UTC).date()
        people.add(RETAIL, None, Role.CUSTOMER, level=1, name=NAMES[RETAIL])
        people.add(WHOLESALE, None, Role.CUSTOMER, level=2, stock=True, name=NAMES[WHOLESALE])
        Demand(server.shop.state).add([Count(today, WANTED, 5, 5), Count(today, f"{WANTED} lagi", 4)])
        for person, name in NAMES.items():
            server.shop.sign_ins.begin(person, name, Way.PASSWORD, f"{DEVICE} {person}")
        shop = Secretive(server)
        for caller in CALLERS:
            shop.sign_in(caller)
        yield shop


def parameters(rng: random.Random) -> tuple[dict[str, str], list[str]]:
    """Return random parameters of all routes, and those texts that a page repeats."""
    number = rng.randrange(len(GOODS))
    item, level = GOODS[number], rng.choice([*LEVELS.values()])
    text = rng.choice([
        *WORDS, item.namaitem, item.kodeitem, f"899{number:09}", f"{WORDS[0]} 4 dus", COST, STOCK, SUPPLIER.lower(),
        level, f"{SERIAL}-{number}".lower(), "ibu rahayu", "gudang", rng.randbytes(4).decode("latin-1"),
    ])  # fmt: skip
    values = {
        "q": text, "kode": text, "merek": f"MEREK {number % 5}", "jenis": f"JENIS {number % 3}",
        "stok": rng.choice(["1", "0", "x"]), "dari": f"{level[:3]}0000", "sampai": f"{level[:3]}9900",
        "hal": rng.choice(["1", "2", "99", "-1", "x"]), "semua": rng.choice(["merek", "jenis", "modal"]),
        "arah": rng.choice(["naik", "turun", "x"]), "pilih": rng.choice(["semua", "tidak-dibuka", "x"]),
        "masa": rng.choice(["hari-ini", "kemarin", "7-hari", "30-hari", "7", "90"]), "pindai": "1", "level": "3",
        "ke": rng.choice(["/", "/daftar/terlaris"]), "role": "owner", "ok": rng.choice(["sandi", "x"]),
    }  # fmt: skip
    chosen = {name: value for name, value in values.items() if rng.random() < 0.35}
    return chosen | {name: text for name in ("q", "kode") if rng.random() < 0.5}, [text]


@dataclass
class Result:
    """How many responses had each status, and those that held a secret."""

    statuses: Counter[int]
    leaks: list[str]


def ask_all(shop: Secretive, caller: Caller, route: tuple[str, str], requests: int, seed: int = 0) -> Result:
    """Send random requests to a route as somebody, and look for what they may not see."""
    rng = random.Random(f"{seed} {caller.name} {route}")
    sent = [_request(shop, caller, route, rng) for _ in range(requests)]
    forbidden, result = caller.forbidden, Result(Counter(), [])
    for (request, repeated), answer in zip(sent, shop.server.send([each for each, _ in sent]), strict=True):
        result.statuses[answer.status] += 1
        if found := forbidden.search(read(answer, repeated)):
            result.leaks.append(f"{caller.name} {request.path}: {found[0]}")
    return result


def read(answer: Answer, repeated: list[str]) -> str:
    """Return what a response says, without what it repeats of the request and without the dots of amounts.

    A page has no amount without dots, so that a secret amount that it repeats is none that it shows.
    """
    if answer.headers.get("content-type", "").startswith("image/"):
        return ""
    text = answer.body.decode()
    for each in repeated:
        for form in (escape(each), quote_plus(each), quote(each), each):
            text = re.sub(rf"(?<![\w.]){re.escape(form)}(?![\w.])", " ", text)
    return plain(text)


def plain(page: str) -> str:
    """Return a page without the dots of amounts."""
    return page.replace(".", "").replace(BACKUP.replace(".", ""), BACKUP)


def _request(shop: Secretive, caller: Caller, route: tuple[str, str], rng: random.Random) -> tuple[Sent, list[str]]:
    method, path = route
    chosen, repeated = parameters(rng)
    path = path.replace("{product}", rng.choice([product_hash(rng.choice(GOODS).kodeitem)] * 9 + ["x"]))
    path = path.replace("{token}", rng.choice(["x", "A" * 43]))
    headers = shop.headers[caller]
    if method == "GET":
        return Sent(f"{path}?{urlencode(chosen)}", headers), repeated
    others = [one.number for one in shop.server.shop.sign_ins.all() if one.person_id != caller.person]
    token = "x" if path == "/keluar" or rng.random() < 0.1 else shop.tokens[caller]
    fields = {
        "csrf": token, "nomor": str(rng.choice([*others, 0, "x"])), "nama": rng.choice(["ibu rahayu", str(OWNER)]),
        "sandi": "kata sandi salah", "baru": "x", "lagi": "x", "ke": "/",
    }  # fmt: skip
    if caller.is_owner:
        fields["nomor"] = "x"
    return Sent(path, headers, fields), [fields["nama"]]


def main(requests: int) -> None:
    """Send so many requests of each role to each route."""
    with tempfile.TemporaryDirectory() as folder, secretive_shop(Path(folder)) as shop:
        total = found = 0
        for route in ROUTES:
            statuses: Counter[int] = Counter()
            leaks: list[str] = []
            for caller in CALLERS:
                result = ask_all(shop, caller, route, requests)
                statuses += result.statuses
                leaks += result.leaks
            total, found = total + sum(statuses.values()), found + len(leaks)
            print(f"{' '.join(route):30}{sum(statuses.values()):7} {dict(sorted(statuses.items()))} {len(leaks)} leaks")
            for leak in leaks[:3]:
                print("   ", leak)
        print(f"{total} requests, {found} leaks")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
