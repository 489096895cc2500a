"""The account page: where somebody is signed in, and their password. Owners see where everybody is signed in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from toko_core.people import Person
from toko_core.people.passwords import SHORTEST, HasPassword, PasswordError, Problem
from toko_core.people.sign_ins import SEEN_EVERY, SignIn
from toko_core.text import ago, moment
from toko_web.pages.rendering import render
from toko_web.pages.sign_in import WRONG, signed_out, too_many
from toko_web.shop import Shop, shop_of
from toko_web.sign_in.forms import Fields
from toko_web.sign_in.password_checks import TooManyError, WrongPasswordError, checks_of
from toko_web.sign_in.visitor import CurrentVisitor, Visitor

router = APIRouter(include_in_schema=False)

PROBLEMS = {
    Problem.TOO_SHORT: f"Sandi baru minimal {SHORTEST} karakter; lebih baik 15 atau lebih.",
    Problem.TOO_LONG: "Sandi baru terlalu panjang.",
    Problem.COMMON: "Sandi itu terlalu gampang ditebak. Pakai beberapa kata yang tidak berhubungan.",
    Problem.LIKE_NAME: "Sandi itu mirip nama, jadi gampang ditebak. Pakai beberapa kata yang tidak berhubungan.",
}
NOT_THE_SAME = "Sandi baru yang diketik dua kali tidak sama."
WRONG_NOW = "Sandi yang sekarang salah."
DONE = {
    "sandi": "Sandi sudah diganti. Perangkat lain harus masuk lagi.",
    "keluarkan": "Perangkat itu sudah dikeluarkan.",
}
ALL_OTHERS = "lainnya"
"""The number of a form that ends all other sign-ins of whoever sends it."""


@dataclass(frozen=True, slots=True)
class Device:
    """A line of the list of sign-ins."""

    number: int
    name: str
    device: str
    began: str
    seen: str
    """How long ago it was last used; empty if it is in use."""
    is_this: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What the page shows of somebody."""

    password: HasPassword | None
    own: Sequence[Device]
    others: Sequence[Device]
    """Those of other people, for owners."""


@router.get("/akun")
async def show_account(request: Request, visitor: CurrentVisitor, ok: str = "") -> Response:
    """Show the account. In the open mode nobody has one."""
    if visitor.person is None:
        return RedirectResponse("/", 303)
    return await _page(request, visitor, visitor.person, note=DONE.get(ok, ""))


@router.post("/akun/keluarkan")
async def end_sign_ins(request: Request, visitor: CurrentVisitor, fields: Fields) -> Response:
    """End a sign-in, or all others of one's own. Only owners end those of other people."""
    person, current, wanted = visitor.person, visitor.sign_in, fields.get("nomor", "")
    if person is None or current is None:
        return RedirectResponse("/", 303)
    sign_ins = shop_of(request).sign_ins
    if wanted == ALL_OTHERS:
        own = await run_in_threadpool(sign_ins.all, person.user_id)
        numbers = [one.number for one in own if one.number != current.number]
    else:
        numbers = [int(wanted)] if wanted.isascii() and wanted.isdecimal() and len(wanted) < 17 else []
    await run_in_threadpool(sign_ins.end, numbers, person, of=None if visitor.is_owner else person.user_id)
    return signed_out(request) if current.number in numbers else RedirectResponse("/akun?ok=keluarkan", 303)


@router.post("/akun/sandi")
async def change_password(request: Request, visitor: CurrentVisitor, fields: Fields) -> Response:
    """Change one's own password. It needs the current one; other sign-ins end."""
    person, current = visitor.person, visitor.sign_in
    if person is None or current is None:
        return RedirectResponse("/", 303)
    now, new, again = (fields.get(name, "") for name in ("sandi", "baru", "lagi"))
    shop = shop_of(request)
    try:
        address = request.client.host if request.client else ""
        await checks_of(request).check(str(person.user_id), now, address)
        if new != again:
            return await _page(request, visitor, person, 422, problem=NOT_THE_SAME)
        named = person if person.name else replace(person, name=current.name)
        await checks_of(request).set(named, new, [shop.settings.shop_name], current.number)
    except WrongPasswordError:
        return await _page(request, visitor, person, 422, problem=WRONG_NOW)
    except TooManyError as error:
        response = await _page(request, visitor, person, 429, problem=too_many(error.seconds))
        response.headers["Retry-After"] = str(math.ceil(error.seconds))
        return response
    except PasswordError as error:
        return await _page(request, visitor, person, 422, problem=PROBLEMS.get(error.problem, WRONG))
    return RedirectResponse("/akun?ok=sandi", 303)


async def _page(
    request: Request, visitor: Visitor, person: Person, status: int = 200, *, note: str = "", problem: str = ""
) -> Response:
    current = 0 if visitor.sign_in is None else visitor.sign_in.number
    account = await run_in_threadpool(_read, shop_of(request), person, current, visitor.is_owner)
    return render(
        request, "account.html", status, visitor=visitor, account=account, note=note, problem=problem,
        name=visitor.sign_in.name if visitor.sign_in else person.label,
    )  # fmt: skip


def _read(shop: Shop, person: Person, current: int, is_owner: bool) -> Account:
    found = shop.sign_ins.all(None if is_owner else person.user_id)
    known = {each.user_id: each.label for each in shop.people.everybody()}
    devices = [(one.person_id, _device(shop, one, known, current)) for one in found if one.person_id in known]
    own = [device for owner, device in devices if owner == person.user_id]
    others = [device for owner, device in devices if owner != person.user_id]
    return Account(shop.passwords.find(str(person.user_id)), own, sorted(others, key=lambda one: one.name.casefold()))


def _device(shop: Shop, one: SignIn, names: dict[int, str], current: int) -> Device:
    name, unused = names[one.person_id], datetime.now(UTC) - one.seen_at
    shown = one.name if name == str(one.person_id) else name
    began = moment(one.began_at, shop.settings.zone)
    seen = "" if unused < 2 * SEEN_EVERY else ago(unused)
    return Device(one.number, shown, one.device, began, seen, one.number == current)
