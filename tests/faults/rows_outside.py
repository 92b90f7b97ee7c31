"""Rows about whom we deal with outside: a carrier that does wrong, a mail server that does.

Every order or letter that a trick bites is in flight when it is bitten. Behind each trick stands
`forgets`: whoever orders or sends blindly again gets a second label or letter, and the oracle sees.
"""

from __future__ import annotations

from typing import Any

from pymongo import AsyncMongoClient

from contracts.notifications import CustomerEmailed, EmailBounced
from deploy.demo.expected import ALERTED, WITH_QR_CODE
from deploy.demo.frontend import Frontend
from deploy.local.mischief import Bite, Mischief, Trick
from services._runtime.intents import State
from tests.faults.apart import asked_apart, chosen_apart
from tests.faults.matrix import Fault, Row
from tests.faults.peace import all_back, until_quiet
from tests.faults.scene import Scene, Void
from tests.support.eventually import eventually
from tests.support.oracle import is_carried

BITES, RETURNS, APART, PATIENCE_SECONDS = 6, 24, 4, 90.0
MANY, HANDS = 60, 16
WITHOUT_PROMISE = {"notifications": {"RETOUR_SMTP_DROPS_REPEATS": "false"}}
ORDERS_ANEW = Trick(kind="forgets", step="order")
POSTS_ANEW = Trick(kind="forgets", step="letter")


def carrier_that(trick: Trick, *behind: Trick) -> Fault:
    """F20, F21, F22. The carrier does this once over every order, until enough were bitten."""

    async def fault(scene: Scene) -> None:
        await bitten(scene, scene.stage.stack.carrier_mischief, trick, *behind)

    return fault


def server_that(trick: Trick, *behind: Trick) -> Fault:
    """F23, F24. The mail server does this once over every letter, until enough were bitten."""

    async def fault(scene: Scene) -> None:
        await bitten(scene, scene.stage.stack.mail_mischief, trick, *behind)

    return fault


async def bitten(scene: Scene, mischief: Mischief, trick: Trick, *behind: Trick) -> None:
    """Customers come in until the trick has bitten enough of them; what is behind it goes on."""
    number = mischief.play(trick, *behind)
    scene.afterwards.append(mischief.stop)

    def enough() -> list[Bite] | None:
        scene.admit_up_to()
        found = [bite for bite in mischief.bites(number) if bite.kind == trick.kind]
        return found if len(found) >= BITES else None

    try:
        found = await eventually(enough, f"{BITES} bites of {trick.kind}", PATIENCE_SECONDS)
    except AssertionError as late:
        raise Void(str(late)) from None
    mischief.play(*behind)
    proven(scene, found, trick.kind)


def proven(scene: Scene, found: list[Bite], kind: str) -> list[Bite]:
    """The bites of this kind, counted as in flight and as proof."""
    of_kind = [bite for bite in found if bite.kind == kind]
    scene.in_flight = max(scene.in_flight, len(of_kind))
    scene.bit(f"{of_kind[0].step}s bitten by {kind}", len(of_kind))
    return found


async def neighbours_of_a_silent_carrier(scene: Scene) -> None:
    """F21. A carrier answers nobody, however many wait; who has to do with another goes on.

    Every order it leaves unanswered holds one of sixteen hands for ten seconds.
    """
    carried = await chosen_apart(scene, MANY, is_carried)
    others = await chosen_apart(scene, APART, lambda one: not is_carried(one))
    stack = scene.stage.stack
    number = stack.carrier_mischief.play(Trick(kind="silent", step="order"))
    scene.afterwards.append(stack.carrier_mischief.stop)
    async with Frontend(stack.kafka) as frontend:
        await asked_apart(frontend, carried)
        await eventually(
            lambda: len(stack.carrier_mischief.bites(number)) >= HANDS, "every hand to be held"
        )
        await asked_apart(frontend, others)
        for one in others:
            await frontend.answer(one.return_id, CustomerEmailed, seconds=PATIENCE_SECONDS)
        bites = proven(scene, stack.carrier_mischief.bites(number), "silent")
        scene.must(len(bites) < MANY, f"the others waited behind {len(bites)} silent orders")
        stack.carrier_mischief.stop()
        for one in carried:
            await frontend.answer(one.return_id, CustomerEmailed, seconds=PATIENCE_SECONDS)


async def carrier_mixes_up_and_insists(scene: Scene) -> None:
    """F21. Asked again it still names somebody else: a person must look, and nothing goes out."""
    chosen = await chosen_apart(scene, APART, is_carried)
    ids = [one.return_id for one in chosen]
    mischief = scene.stage.stack.carrier_mischief
    number = mischief.play(Trick(kind="somebody_elses", about="|".join(ids)))
    async with Frontend(scene.stage.stack.kafka) as frontend:
        await asked_apart(frontend, chosen)
        keys = {f"issue_label:{return_id}:1" for return_id in ids}
        await left_to_a_person(scene, "labels", keys, "carrier_outcome_unknown")
    proven(scene, mischief.bites(number), "somebody_elses")
    mischief.stop()
    for one in chosen:
        scene.stage.due[f"label of {one.return_id}: 0 instead of one"] += 1
        scene.stage.due[f"letter of {one.return_id}: 0 instead of one"] += 1
        if one.order.portal_id in ALERTED:
            scene.stage.due[f"alert of {one.return_id}: 0 instead of one"] += 1


async def letters_in_doubt_without_promise(scene: Scene) -> None:
    """F23. Taken or lost, nobody can tell: left to a person, and not even a restart sends again."""
    chosen = await chosen_apart(scene, 2 * APART)
    kept, lost = chosen[:APART], chosen[APART:]
    mischief = scene.stage.stack.mail_mischief
    number = mischief.play(
        Trick(kind="hangs_up", step="letter", about=_to_customers_of(kept), once_each=True),
        Trick(kind="loses", step="letter", about=_to_customers_of(lost), once_each=True),
        POSTS_ANEW,
    )
    async with Frontend(scene.stage.stack.kafka) as frontend:
        await asked_apart(frontend, chosen)
        letters = await left_to_a_person(
            scene, "notifications", _letters_of(chosen), "mail_outcome_unknown"
        )
        await all_back(scene, "notifications")
        await until_quiet(scene)
        told = {one.return_id for one in frontend.every(CustomerEmailed)}
    proven(scene, mischief.bites(number), "hangs_up")
    proven(scene, mischief.bites(number), "loses")
    mischief.stop()
    scene.must(letters == _letters_of(chosen), "other letters than these are left to a person")
    scene.must(not told & {one.return_id for one in chosen}, "a letter in doubt was told as posted")
    for one in lost:
        scene.stage.due[f"letter of {one.return_id}: 0 instead of one"] += 1


async def letters_refused_for_good(scene: Scene) -> None:
    """F24. 550: told as bounced, once, with the code; never tried again."""
    chosen = await chosen_apart(scene, APART)
    ids = {one.return_id for one in chosen}
    mischief = scene.stage.stack.mail_mischief
    number = mischief.play(
        Trick(kind="says", step="letter", about=_to_customers_of(chosen), code=550)
    )
    async with Frontend(scene.stage.stack.kafka) as frontend:
        await asked_apart(frontend, chosen)

        def bounced() -> bool:
            return ids <= {one.return_id for one in frontend.every(EmailBounced)}

        await frontend.until(bounced, "every bounce", PATIENCE_SECONDS)
        await until_quiet(scene)
        codes = [(m.return_id, m.code) for m in frontend.every(EmailBounced) if m.return_id in ids]
    bites = proven(scene, mischief.bites(number), "says")
    mischief.stop()
    scene.must(len(bites) == len(ids), f"{len(ids)} letters were handed in {len(bites)} times")
    scene.must(sorted(codes) == sorted((i, "smtp_550") for i in ids), f"bounced as {codes}")
    for return_id in ids:
        scene.stage.due[f"letter of {return_id}: 0 instead of one"] += 1


async def left_to_a_person(scene: Scene, service: str, keys: set[str], code: str) -> set[str]:
    """Every intent of this service that is `unknown` with this code; these are among them."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(scene.stage.stack.mongo)
    wanted = {"state": State.UNKNOWN.value, "code": code, "wake_at": None}

    async def listed() -> set[str] | None:
        found = {one["_id"] async for one in client[service]["intents"].find(wanted, {"_id": 1})}
        return found if keys <= found else None

    async with client:
        return await eventually(listed, f"{len(keys)} intents of {service} unknown", 90.0)


def _to_customers_of(chosen) -> str:
    return f"({'|'.join(one.return_id for one in chosen)}).*@example\\.com"


def _letters_of(chosen) -> set[str]:
    """Their letters with a label or a code, as intents are called."""
    kinds = {True: "qr_code_ready", False: "label_ready"}
    return {
        f"email_customer:{one.return_id}:{kinds[one.return_method in WITH_QR_CODE]}"
        for one in chosen
    }


def _carrier(id_: str, says: str, trick: Trick, *behind: Trick, **more: Any) -> Row:
    fault = carrier_that(trick, *behind)
    return Row(id_, says, fault, ("labels",), kind=trick.kind, returns=RETURNS, **more)


def _server(id_: str, says: str, kind: str, trick: Trick, *behind: Trick, **more: Any) -> Row:
    fault = server_that(trick, *behind)
    return Row(id_, says, fault, ("notifications",), kind=kind, returns=RETURNS, **more)


def _order(kind: str, **more: Any) -> Trick:
    return Trick(kind=kind, step="order", once_each=True, **more)


def _letter(kind: str, step: str = "letter", **more: Any) -> Trick:
    return Trick(kind=kind, step=step, once_each=True, **more)


ROWS = (
    _carrier("F20", "the carrier sells and never answers", _order("silent")),
    _carrier("F21", "500 before the sale", _order("error_before"), ORDERS_ANEW),
    _carrier("F21", "500 after the sale", _order("error_after"), ORDERS_ANEW, quick=True),
    _carrier("F21", "429 with Retry-After", _order("busy", seconds=3), ORDERS_ANEW),
    _carrier("F21", "an answer after a minute", _order("slow", seconds=60), ORDERS_ANEW),
    _carrier("F21", "a sale after twelve seconds", _order("late", seconds=12)),
    _carrier("F21", "half an answer", _order("cut_short"), ORDERS_ANEW),
    _carrier("F21", "a web page", _order("html"), ORDERS_ANEW),
    Row(
        "F21",
        "somebody else's label, and it insists",
        carrier_mixes_up_and_insists,
        ("labels",),
        kind="somebody_elses",
        returns=RETURNS,
    ),
    Row(
        "F21",
        "a carrier answers nobody: the others' customers go on",
        neighbours_of_a_silent_carrier,
        ("labels",),
        kind="neighbours",
        returns=RETURNS,
    ),
    _carrier(
        "F22", "silent, and sells again under the same reference", _order("silent"), ORDERS_ANEW
    ),
    _server("F23", "hangs up after the letter", "hangs_up", _letter("hangs_up"), quick=True),
    _server("F23", "loses the letter and hangs up", "loses", _letter("loses")),
    Row(
        "F23",
        "hangs up, and promises nothing",
        letters_in_doubt_without_promise,
        ("notifications",),
        environment=WITHOUT_PROMISE,
        kind="no_promise",
        returns=RETURNS,
    ),
    _server("F24", "421 and hangs up", "421", _letter("says", code=421), POSTS_ANEW),
    _server("F24", "450 at first", "greylist", _letter("says", "recipient", code=450), POSTS_ANEW),
    _server("F24", "451", "451", _letter("says", code=451), POSTS_ANEW),
    _server("F24", "an answer after twelve seconds", "slow", _letter("slow", seconds=12)),
    Row(
        "F24",
        "550",
        letters_refused_for_good,
        ("notifications",),
        kind="550",
        returns=RETURNS,
    ),
)
