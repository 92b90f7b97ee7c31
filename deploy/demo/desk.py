"""Plays the portal with rules: customers ask, a person decides, some think better of it.

Whatever is decided is told as anybody would tell it, and each step waits for the letter about it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence

from contracts.notifications import CustomerEmailed, MerchantAlerted
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefundDue,
    RefuseReturn,
    ReleaseRefund,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.shape import Shape
from contracts.words import Letter, Occasion, ReturnMethod
from deploy.demo import maison
from deploy.demo.frontend import Frontend
from deploy.demo.maison import DESK, Afterwards, Decision
from deploy.demo.play import AT_ONCE, PATIENCE_SECONDS, Played, Progress, ask
from deploy.demo.sample import AskedReturn

BACK_OFFICE = "/demo/back-office"
SORRY = "We looked at the photos, and it was used."


async def play(
    frontend: Frontend, asked: Sequence[AskedReturn], played: Played, progress: Progress
) -> None:
    """Every return has come as far as people let it, and every letter about it was sent.

    Raises:
        TimeoutError: an answer did not come.
    """
    by_order: dict[str, list[AskedReturn]] = defaultdict(list)
    for one in asked:
        by_order[one.order.order_no].append(one)
    hands, done = asyncio.Semaphore(AT_ONCE), Counter[str]()

    async def all_of(returns: Sequence[AskedReturn]) -> None:
        async with hands:
            for one in returns:
                await ask(frontend, one, played)
                await _follow(frontend, one)
                done["returns"] += 1
                progress("returns by rules", done["returns"], len(asked))

    async with asyncio.TaskGroup() as group:
        for returns in by_order.values():
            group.create_task(all_of(returns))


async def _follow(frontend: Frontend, one: AskedReturn) -> None:
    """The return's way from its first verdict to its end."""
    verdict = await _answer(frontend, one, ReturnApproved, ReturnAwaitingApproval, ReturnRejected)
    if isinstance(verdict, ReturnAwaitingApproval):
        await _letter(frontend, one, Letter.RETURN_WAITING)
        await _alert(frontend, one, Occasion.APPROVAL_NEEDED)
        if maison.decision(one) is Decision.NOTHING:
            return
        verdict = await _decided(frontend, one, maison.decision(one))
    if not isinstance(verdict, ReturnApproved):
        await _letter(frontend, one, Letter.RETURN_REFUSED)
        return
    if verdict.return_method == ReturnMethod.NONE:
        await _letter(frontend, one, Letter.NOTHING_TO_SEND_BACK)
        await _answer(frontend, one, RefundDue)
    else:
        await _letter(frontend, one, Letter.LABEL_READY, Letter.QR_CODE_READY)
        await _alert(frontend, one, Occasion.RETURN_ANNOUNCED)
    await _happens(frontend, one, maison.afterwards(one))


async def _decided(frontend: Frontend, one: AskedReturn, decision: Decision) -> Shape:
    about = {"return_id": one.return_id, "portal_id": one.order.portal_id, "by": DESK}
    if decision is Decision.APPROVE:
        await frontend.tell(ApproveReturn(**about), BACK_OFFICE)
    else:
        await frontend.tell(RefuseReturn(**about, because=SORRY), BACK_OFFICE)
    return await _answer(frontend, one, ReturnApproved, ReturnRejected)


async def _happens(frontend: Frontend, one: AskedReturn, what: Afterwards) -> None:
    """The customer or the merchant wants something more; or is told that it is too late."""
    named, portal = one.return_id, one.order.portal_id
    match what:
        case Afterwards.NOTHING:
            return
        case Afterwards.CANCEL:
            await frontend.tell(CancelReturn(return_id=named, portal_id=portal, by="customer"))
            answer = await _answer(frontend, one, ReturnCancelled, ReturnUnchanged)
        case Afterwards.RELEASE:
            due_before = any(isinstance(m, RefundDue) for m in _heard(frontend, one))
            order = ReleaseRefund(return_id=named, portal_id=portal, by=DESK)
            await frontend.tell(order, BACK_OFFICE)
            answer = await _answer(frontend, one, ReturnUnchanged if due_before else RefundDue)
    match answer:
        case ReturnCancelled():
            await _letter(frontend, one, Letter.RETURN_CANCELLED)
        case RefundDue():
            await _letter(frontend, one, Letter.REFUND_DUE)


async def _answer(frontend: Frontend, one: AskedReturn, *models: type[Shape]) -> Shape:
    return await frontend.answer(one.return_id, *models, seconds=PATIENCE_SECONDS)


def _heard(frontend: Frontend, one: AskedReturn) -> list[Shape]:
    return [heard.message for heard in frontend.heard[one.return_id]]


async def _letter(frontend: Frontend, one: AskedReturn, *kinds: Letter) -> None:
    """One of these letters to its customer was sent."""

    def sent() -> bool:
        return any(
            isinstance(m, CustomerEmailed) and m.letter in kinds for m in _heard(frontend, one)
        )

    await frontend.until(sent, f"a letter about {one.return_id}", PATIENCE_SECONDS)


async def _alert(frontend: Frontend, one: AskedReturn, occasion: Occasion) -> None:
    """Its merchant was alerted about this."""

    def sent() -> bool:
        return any(
            isinstance(m, MerchantAlerted) and m.occasion == occasion for m in _heard(frontend, one)
        )

    await frontend.until(sent, f"an alert about {one.return_id}", PATIENCE_SECONDS)
