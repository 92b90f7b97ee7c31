"""What a person decides, asks and tries about returns, against a real broker and the real rules."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.lookup import ShipmentFound
from contracts.rules import (
    OptionsOffered,
    PortalOpened,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.topics import SHIPMENT_RECORDED
from deploy.demo import expected_maison, maison, shop
from deploy.demo.choosing import request_for
from deploy.demo.frontend import Frontend
from deploy.demo.sample import AskedReturn
from deploy.local import ending
from deploy.local.processes import free_port
from deploy.local.stack import Stack
from deploy.local.surroundings import CAPABILITIES
from deploy.ops.lag import until_caught_up
from tests.support.builders import an_id

pytestmark = [pytest.mark.real, pytest.mark.slow]

RETOUR = Path(sys.executable).with_name("retour")
STRANGER = an_id(404)
DAYS = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """Rules at work, and every return of the portal with rules, asked for and judged once."""

    stack: Stack
    waiting: list[str]
    """Returns that wait for a person, the oldest first."""
    approved: list[str]
    """Returns approved at once, of which something travels."""
    refused: list[str]

    @property
    def asked(self) -> int:
        """How many there are."""
        return len(maison.returns())

    async def retour(self, *words: str, kafka: bool = True) -> tuple[int, str, str]:
        """Exit code, and what the command said on both channels."""
        reach = {"RETOUR_KAFKA": self.stack.kafka} if kafka else {}
        process = await asyncio.create_subprocess_exec(
            *(RETOUR, *words),
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("RETOUR_")},
                "RETOUR_MONGO": self.stack.mongo,
                "RETOUR_CAPABILITIES_FILE": str(CAPABILITIES),
                **reach,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def said(self, *words: str) -> dict:
        """What a command that succeeds says as JSON."""
        code, out, err = await self.retour(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    async def history(self, return_id: str) -> list[tuple[str, str | None]]:
        """What happened to the return, and by whom."""
        found = await self.said("explain", return_id)
        return [(event["what"], event["by"]) for event in found["history"]]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Kafka, MongoDB and rules; lookup's part is said by the test."""
    with Stack(services=("rules",)) as stack:
        yield ending.run(opened(stack))


async def opened(stack: Stack) -> Desk:
    """The portal is open and its returns are judged."""
    desk = Desk(stack, [], [], [])
    async with Frontend(stack.kafka) as frontend:
        await frontend.tell(shop.settings_in(maison.SETTINGS))
        await frontend.answer(maison.PORTAL, PortalOpened)
        now = datetime.now(UTC)
        for order in maison.orders():
            await frontend.tell(shop.shipment(order, now))
        await until_caught_up(stack.kafka, ["rules"], [SHIPMENT_RECORDED.name])
        for one in maison.returns():
            await judged(frontend, one, desk)
    return desk


async def judged(frontend: Frontend, one: AskedReturn, desk: Desk) -> None:
    """The return is asked for at the price that was offered, and has its first verdict."""
    lookup_id, order = one.return_id, one.order
    found = ShipmentFound(
        lookup_id=lookup_id,
        portal_id=order.portal_id,
        shipment_id=f"shipment-{order.order_no}",
        country=order.country,
    )
    await frontend.tell(found)
    options = await frontend.answer(lookup_id, OptionsOffered)
    await frontend.tell(request_for(one, options))
    verdicts = (ReturnApproved, ReturnAwaitingApproval, ReturnRejected)
    verdict = await frontend.answer(one.return_id, *verdicts)
    if isinstance(verdict, ReturnAwaitingApproval):
        desk.waiting.append(one.return_id)
    elif isinstance(verdict, ReturnRejected):
        desk.refused.append(one.return_id)
    elif verdict.return_method != "none":
        desk.approved.append(one.return_id)


async def test_who_waits_is_listed_and_approved_and_explained(desk: Desk):
    """The whole round of a person's day, by commands alone."""
    return_id = desk.waiting.pop(0)

    listed = await desk.said("returns", "waiting", "--portal", maison.PORTAL)
    code, out, err = await desk.retour("returns", "approve", return_id, "--by", "anna")

    assert listed[0]["return_id"] == return_id
    assert [one["return_id"] for one in listed][1 : len(desk.waiting) + 1] == desk.waiting
    assert "dear-things-are-looked-at" in listed[0]["rules"]
    assert (code, err) == (0, "")
    assert out.startswith(f"{return_id}: approved by anna: ")
    assert (await desk.history(return_id))[:2] == [
        ("waiting by the rules", None),
        ("approved", "anna"),
    ]
    again = await desk.said("returns", "waiting")
    assert return_id not in [one["return_id"] for one in again]


async def test_a_second_yes_changes_nothing_and_says_so(desk: Desk):
    """Two people at two desks: the later one is told, by an exit code, too."""
    return_id = desk.waiting.pop(0)
    first, *_ = await desk.retour("returns", "approve", return_id, "--by", "anna")

    code, out, _ = await desk.retour("returns", "approve", return_id, "--by", "bert")

    assert first == 0
    assert (code, out) == (1, f"{return_id}: unchanged: not_waiting\n")
    assert ("approved", "bert") not in await desk.history(return_id)


async def test_a_no_says_what_the_customer_is_told(desk: Desk):
    """And frees what was asked for."""
    return_id = desk.waiting.pop(0)
    words = ("--by", "anna", "--because", "It was worn.")

    code, out, _ = await desk.retour("returns", "refuse", return_id, *words)

    assert (code, out) == (0, f"{return_id}: refused by anna: It was worn.\n")
    found = await desk.said("explain", return_id)
    assert (found["verdict"], found["state"]) == ("waiting", "refused")
    assert await desk.history(return_id) == [("waiting by the rules", None), ("refused", "anna")]


async def test_a_return_is_called_off_once(desk: Desk):
    """The second time it is told that it is."""
    return_id = desk.approved.pop()

    first, out, _ = await desk.retour("returns", "cancel", return_id, "--by", "customer")
    second, late, _ = await desk.retour("returns", "cancel", return_id)

    assert (first, out) == (0, f"{return_id}: cancelled, by customer\n")
    assert (second, late) == (1, f"{return_id}: unchanged: already_cancelled\n")


async def test_a_refund_is_released_once_and_never_above_what_was_approved(desk: Desk):
    """Less after a look at the goods is fine; more is cut; twice is refused."""
    less, more = desk.approved.pop(), desk.approved.pop()
    cap = (await desk.said("explain", more))["value"]

    answer = await desk.said("returns", "refund", less, "--amount", "0.50 GBP", "--by", "anna")
    capped = await desk.said("returns", "refund", more, "--amount", "9999 GBP", "--by", "anna")
    code, late, _ = await desk.retour("returns", "refund", less)

    assert answer["answer"] == "returns.refund-due.v1"
    assert answer["message"]["amount"] == {"minor": 50, "currency": "GBP"}
    assert 0 < capped["message"]["amount"]["minor"] <= cap["minor"]
    assert (code, late) == (1, f"{less}: unchanged: already_due\n")
    assert ("refund released", "anna") in await desk.history(less)


async def test_a_refusal_is_explained_down_to_the_rule(desk: Desk):
    """Every item says which rules held, on which facts, and what refused it."""
    gone: Counter[tuple[str, int]] = Counter()
    must = {one.return_id: expected_maison.judged(one, gone) for one in maison.returns()}
    example = {code: one for one in desk.refused for code in must[one].codes}

    for return_id in set(example.values()):
        found = await desk.said("explain", return_id)

        codes = {why["code"] for why in found["refused"]}
        codes |= {why["code"] for item in found["items"] for why in item["refused"]}
        assert (found["verdict"], found["settings_version"]) == ("refused", 1)
        # Which of two returns of one parcel comes first is nobody's to say.
        assert codes ^ must[return_id].codes <= {"quantity_exceeded"}
        rules = Counter(rule["rule_id"] for item in found["items"] for rule in item["rules"])
        assert rules == must[return_id].rules
        assert all(rule["when"] and rule["then"] for i in found["items"] for rule in i["rules"])
    assert {"not_returnable", "refund_method_not_offered", "window_closed"} <= example.keys()


async def test_an_explanation_can_be_read(desk: Desk):
    """For people: names of rules, their words, the price and what made it, and the history."""
    found = [await desk.retour("explain", one, kafka=False) for one in priced(desk)]
    pages = [out for _, out, _ in found]

    fee = next(page for page in pages if "rule second-thoughts: costs 4.95 GBP" in page)
    assert "because the reason is changed_mind" in fee
    assert "judged by settings version 1" in fee
    assert "the carrier simulator sells it between any two countries" in "".join(pages)
    assert all("\nhistory\n" in page for page in pages)


async def test_a_dry_run_with_the_same_settings_shows_no_difference(desk: Desk):
    """Whoever changes nothing must read so: of everything that was really asked."""
    words = ("--settings", str(maison.SETTINGS), "--from", "1d")

    found = await desk.said("rules", "dry-run", *words)
    code, out, _ = await desk.retour("rules", "dry-run", *words, kafka=False)

    assert (found["requests"], found["different"]) == (desk.asked, 0)
    assert (found["counts"], found["returns"]) == ({}, [])
    assert found["fees"]["before"] == found["fees"]["after"] != {}
    assert code == 0
    assert f"requests: {desk.asked}, of which 0 would come out differently" in out


async def test_a_dry_run_with_other_settings_says_what_would_differ(desk: Desk):
    """Blocked, freed, left to a person, fees, methods: each with its reason, none of it done."""
    words = ("--settings", str(maison.STRICTER), "--from", f"{datetime.now(UTC) - DAYS:%Y-%m-%d}")
    before = await desk.said("returns", "waiting")

    found = await desk.said("rules", "dry-run", *words)
    _, out, err = await desk.retour("rules", "dry-run", *words, kafka=False)

    counts = found["counts"]
    assert found["opens"]
    assert min(counts[kind] for kind in ("blocked", "freed", "to_a_person", "fee", "methods")) > 0
    blocked = [one for one in found["returns"] if "blocked" in one["changes"]]
    assert len(blocked) == counts["blocked"]
    for one in blocked:
        assert one["was"]["verdict"] in ("approved", "waiting")
        assert one["would_be"]["verdict"] == "refused"
        assert one["would_be"]["refusals"]
    rules = {why.get("rule_id") for one in blocked for why in one["would_be"]["refusals"]}
    assert rules & {"sale-for-credit", "glass-by-hand"}
    assert "price_not_shown" not in json.dumps([one["would_be"] for one in blocked])
    assert found["methods"]["no_longer"]["pickup"] > 0
    assert "brocante-maison-stricter.yaml:" in out  # findings come first
    assert out.index("warning") < out.index("requests: ")
    assert "no longer offered: pickup" in out
    assert err == ""
    assert await desk.said("returns", "waiting") == before


async def test_a_dry_run_looks_at_its_days_only(desk: Desk):
    """Both ends count as they are written."""
    tomorrow = f"{datetime.now(UTC) + DAYS:%Y-%m-%d}"

    none = await desk.said(
        "rules", "dry-run", "--settings", str(maison.SETTINGS), "--from", tomorrow, "--to", tomorrow
    )
    strangers = await desk.said(
        "rules", "dry-run", "--settings", str(maison.SETTINGS), "--portal", "somebody-else"
    )

    assert none["requests"] == strangers["requests"] == 0


def priced(desk: Desk) -> list[str]:
    """Two returns that are left, with a fee that a rule set, and were sent with a carrier."""
    gone: Counter[tuple[str, int]] = Counter()
    by_rule = {
        one.return_id
        for one in maison.returns()
        if expected_maison.judged(one, gone).price == 495 and one.return_method != "in_store"
    }
    return [one for one in desk.approved if one in by_rule][:2]


WRONG = {
    "return-unknown": ("explain", STRANGER),
    "not-a-return": ("explain", "the-one-of-yesterday"),
    "settings-unreadable": ("rules", "dry-run", "--settings", str(CAPABILITIES)),
    "not-a-time": ("rules", "dry-run", "--settings", str(maison.SETTINGS), "--from", "soon"),
    "not-an-amount": ("returns", "refund", STRANGER, "--portal", "p", "--amount", "12,95"),
    "not-a-name": ("returns", "approve", STRANGER, "--portal", "p", "--by", "Anna Smith"),
    "not-a-word": ("returns", "cancel", STRANGER, "--portal", "p", "--by", "The Customer"),
    "not-a-portal": ("returns", "cancel", STRANGER, "--portal", "no portal"),
    "file-unreadable": ("rules", "dry-run", "--settings", "nowhere.yaml"),
}


@pytest.mark.parametrize("code", [*WRONG])
async def test_a_wrong_wish_is_one_line_with_a_code(desk: Desk, code: str):
    """For people and for scripts: nothing was told, and exit code 2."""
    ended, _, err = await desk.retour(*WRONG[code])

    assert ended == 2
    (line,) = err.splitlines()
    assert line.startswith(f"{code}: ")


async def test_an_order_about_an_unknown_return_names_it(desk: Desk):
    """Before anything is told, where the database can be asked."""
    ended, _, err = await desk.retour("returns", "approve", STRANGER, "--by", "anna")

    assert ended == 2
    assert err.startswith("return-unknown: ")


async def test_an_order_nobody_answers_says_that_it_is_told(desk: Desk):
    """Rules waits for a return it does not know; the command does not wait for ever."""
    words = ("--portal", maison.PORTAL, "--by", "anna", "--patience", "1")

    ended, _, err = await desk.retour("returns", "approve", STRANGER, *words)

    assert ended == 1
    assert err.startswith("no-answer: the order is told")


@pytest.mark.parametrize(
    "words",
    [
        ("explain", an_id()),
        ("returns", "waiting"),
        ("rules", "dry-run", "--settings", str(maison.SETTINGS)),
    ],
)
async def test_without_a_database_one_line_says_so(desk: Desk, words: Sequence[str]):
    """And no stack trace."""
    nowhere = f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=300"

    ended, out, err = await desk.retour(*words, "--mongo", nowhere)

    assert ended == 1
    assert "Traceback" not in err + out
    assert err.splitlines()[-1].startswith("mongo-unreachable: ")
