"""Where personal data is, and that it is nowhere once its customer was forgotten.

Seven customers whose every personal word is a canary send things back on a real stack. Six ask to
be forgotten: after their return, while it is under way, before it. One does not, so that the scan
can be seen to see.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from contracts import topics
from contracts.analytics import ReasonsFound
from contracts.envelope import Envelope
from contracts.labels import LabelPrinted, LabelRefused
from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.notifications import CustomerEmailed, EmailBounced
from contracts.rules import PortalOpened, RequestedItem, ReturnApproved, ReturnRejected
from contracts.shape import Home
from contracts.shop import CarrierChoice, Customer
from deploy.demo.frontend import Frontend
from deploy.demo.play import top_reasons
from deploy.local.mischief import Trick
from deploy.local.stack import SERVICES, Stack
from deploy.ops.dead_letters import handling
from deploy.ops.dead_letters.choice import Choice
from deploy.ops.dead_letters.reading import found as letters_found
from deploy.ops.erasing import erasure
from services._runtime.ledger import KEPT
from tests.support.builders import PORTAL, a_label_printed, a_portal, a_request, a_shipment
from tests.support.canaries import Eye, canary
from tests.support.eventually import eventually
from tests.support.killing import InHand, Watch, frozen
from tests.support.otlp_sink import Sink, otlp_sink
from tests.support.places import Seen, everywhere, on_kafka, seen_in
from tests.support.vault import (
    let_days_pass,
    quick_to_clean,
    rebuilt,
    roll_oplog,
    unpacked_mongod,
)
from tests.support.wire import everything

pytestmark = [pytest.mark.real, pytest.mark.slow]

NOW = datetime.now(UTC)
RETOUR = Path(sys.executable).with_name("retour")
LABEL, CODE, REFUSED, UNDER_WAY, IN_DOUBT, BEFOREHAND, REMEMBERED = range(1, 8)
"""Customers: who got a label, a QR code, a refusal; whose label was being bought; whose letter may
have been sent; who was forgotten first; and who never asked to be."""
FORGOTTEN = (LABEL, CODE, REFUSED, UNDER_WAY, IN_DOUBT, BEFOREHAND)
EVERYBODY = (*FORGOTTEN, REMEMBERED)

MAY_HOLD = re.compile(
    r"(topic|segments) returns\.(shipment-recorded|find-shipment|request-return|label-printed)\.v1"
    r"|(topic|segments) returns\.(dead-letters|redriven)\.(lookup|rules|labels|notifications"
    r"|analytics)"
    r"|mongo labels\.senders|mongo notifications\.(customers|intents)"
    r"|mongo local\.oplog\.rs|files of MongoDB"
    r"|the customer's mailbox"
)
"""Where personal data may be before anybody is forgotten, and nowhere else."""
MUST_HOLD = (
    *(f"topic {topic.name}" for topic in topics.ALL if topic.personal),
    *(f"segments {topic.name}" for topic in topics.ALL if topic.personal),
    *("topic returns.dead-letters.rules", "topic returns.redriven.rules"),
    *("topic returns.dead-letters.lookup", "topic returns.dead-letters.analytics"),
    *("mongo labels.senders", "mongo notifications.customers"),
    *("mongo local.oplog.rs", "files of MongoDB", "the customer's mailbox"),
)
"""Where it must have been seen, or the scan was blind there."""
OUT_OF_REACH = ("the customer's mailbox", "files of MongoDB")
"""What is left afterwards: what the customer was sent is theirs, and pages that MongoDB freed hold
their bytes until they are written to again. A member that is built anew has none of them."""


@dataclass
class Aftermath:
    """What was seen where, and what customers and operators were told."""

    stack: Stack
    sink: Sink
    eye: Eye
    before: Seen
    after: Seen
    rebuilt: set[int]
    """Who is in the files of a MongoDB member that was built anew."""
    answers: dict[int, Any]
    in_hand: InHand
    """What labels had to do when the customer whose label was being bought was forgotten."""
    said: dict[str, Any]
    again: dict[str, Any]
    counted: list[ReasonsFound]
    """Before the first was forgotten, right after, and at the end."""
    audit: list[dict[str, Any]]
    in_doubt: list[dict[str, Any]]
    marks: dict[str, dict[str, Any]]


def shipment_of(who: int, **changes: Any):
    """A parcel, delivered yesterday, to somebody whose every word is a canary."""
    now = datetime.now(UTC)
    usual = {
        "shipment_id": f"parcel-{who}",
        "tracking_number": canary(who, "tracking"),
        "ordered_at": now - timedelta(days=4),
        "delivered_at": now - timedelta(days=1),
        "customer": Customer(
            name=f"Zoë {canary(who, 'name')}",
            email=f"{canary(who, 'email').lower()}@example.com",
            phone=canary(who, "phone"),
            language="nl",
        ),
        "deliver_to": Home(
            street=canary(who, "street"),
            house_number=canary(who, "house"),
            addition=canary(who, "addition"),
            postal_code=canary(who, "code"),
            town=canary(who, "town"),
            country="NL",
        ),
    }
    return a_shipment(**usual | changes)


def return_of(who: int, number: int = 0) -> str:
    """The id of this customer's return or look-up."""
    return str(UUID(int=who << 64 | number << 32 | 4 << 76 | 8 << 60))


def request_of(who: int, **changes: Any):
    """They ask for a return, and say why in their own words."""
    typed = RequestedItem(
        line_id="1",
        quantity=1,
        reason="damaged_on_arrival",
        comment=f"Ik, {canary(who, 'comment')}, vond hem gebroken",
    )
    usual = {"return_id": return_of(who), "shipment_id": f"parcel-{who}", "items": (typed,)}
    return a_request(**usual | changes)


def look_up_of(who: int) -> FindShipment:
    """They type what stands on their parcel."""
    return FindShipment(
        lookup_id=return_of(who, 7),
        portal_id=PORTAL,
        tracking_number=canary(who, "tracking"),
        postal_code=canary(who, "code"),
    )


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory) -> Iterator[Aftermath]:
    """Everything happened once; each test looks at one side of it."""
    folder = tmp_path_factory.mktemp("vault")
    with pytest.MonkeyPatch.context() as patch, otlp_sink() as sink:
        patch.setenv("RETOUR_MONGOD", str(unpacked_mongod(folder)))
        everybody = {"RETOUR_OTLP_ENDPOINT": sink.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        environment = {name: dict(everybody) for name in SERVICES}
        environment["rules"]["RETOUR_PATIENCE_SECONDS"] = "2"
        environment["notifications"]["RETOUR_SMTP_DROPS_REPEATS"] = "false"
        stack = Stack(prepare=quick_to_clean(lambda: stack), environment=environment, mischief=True)
        with stack:
            yield asyncio.run(story(stack, sink, folder))


async def story(stack: Stack, sink: Sink, folder: Path) -> Aftermath:
    """They buy, send back, and ask to be forgotten."""
    scene = Scene(stack, sink)
    async with Frontend(stack.kafka) as frontend, Watch(stack) as watch:
        scene.frontend, scene.watch = frontend, watch
        await scene.opens()
        await scene.says_nonsense()
        for who in (LABEL, CODE, REFUSED, IN_DOUBT, REMEMBERED):
            await scene.returns(who)
        await scene.puts_a_letter_back()
        await scene.settled()
        eye = Eye(EVERYBODY, scene.documents())
        before = await asyncio.to_thread(everywhere, stack, eye, sink)
        counted = [await top_reasons(frontend, PORTAL)]
        await asyncio.gather(*(scene.forgets(who) for who in (LABEL, REFUSED, BEFOREHAND)))
        counted.append(await top_reasons(frontend, PORTAL))

        in_hand, said = await scene.forgets_while_under_way(UNDER_WAY)
        await scene.comes_back_after_being_forgotten(BEFOREHAND)
        await scene.settled()
        counted.append(await top_reasons(frontend, PORTAL))

        await let_days_pass(stack.kafka)
        _, _, code = await scene.retour("forget", f"parcel-{CODE}", "--yes", "--by", "jo")
        assert code == 0
        await scene.forgets(IN_DOUBT)
        await asyncio.gather(*(scene.forgets(who) for who in FORGOTTEN if who != LABEL))
        again, _, code = await scene.retour("forget", "parcel-1", "--yes", "--json", "--by", "jo")
        assert code == 0
        scene.found = {"before": before, "in_hand": in_hand, "said": said, "again": again}
        return await scene.looks_back(eye, folder, counted)


class Scene:
    """A shop, its customers, and an operator, on one stack."""

    frontend: Frontend
    watch: Watch

    def __init__(self, stack: Stack, sink: Sink) -> None:
        self.stack, self.sink = stack, sink
        self.answers: dict[int, Any] = {}
        self.found: dict[str, Any] = {}

    async def opens(self) -> None:
        """A portal, and everybody's parcel."""
        carriers = (CarrierChoice(carrier="simulated"),)
        await self.frontend.tell(a_portal(carriers=carriers, languages=("nl",)))
        await self.frontend.answer(PORTAL, PortalOpened)
        for who in EVERYBODY:
            await self.frontend.tell(shipment_of(who))
        self.stack.mail_mischief.play(
            Trick(kind="hangs_up", about=f"{return_of(IN_DOUBT)}.*@example.com")
        )
        await self.settled()

    async def says_nonsense(self) -> None:
        """Others' mistakes: what services can never handle, with somebody in it."""
        broken = f'{{"oh": "{canary(LABEL, "comment")}", "by": "{shipment_of(LABEL).customer.email}'
        await self._raw(topics.REQUEST_RETURN.name, b"broken-1", broken.encode())
        wrong = look_up_of(CODE).body().replace(b'"portal_id"', b'"portal"')
        await self._raw(topics.FIND_SHIPMENT.name, return_of(CODE, 9).encode(), wrong)
        misfiled = shipment_of(REFUSED)
        await self._raw(topics.SHIPMENT_RECORDED.name, b"nobody-3", misfiled.body())

    async def _raw(self, name: str, key: bytes, value: bytes) -> None:
        envelope = Envelope(f"raw {key.decode()}", "/test", name, datetime.now(UTC))
        async with AIOKafkaProducer(bootstrap_servers=self.stack.kafka) as producer:
            await producer.send_and_wait(name, value, key=key, headers=envelope.headers())

    async def returns(self, who: int) -> None:
        """From the look-up to the last word."""
        await self.frontend.tell(look_up_of(who))
        await self.frontend.answer(return_of(who, 7), ShipmentFound)
        wish = {CODE: {"return_method": "in_store"}, REFUSED: {"refund_method": "gold"}}
        await self.frontend.tell(request_of(who, **wish.get(who, {})))
        last = LabelPrinted if who == IN_DOUBT else CustomerEmailed
        self.answers[who] = await self.frontend.answer(return_of(who), last)

    async def puts_a_letter_back(self) -> None:
        """An operator tries again what cannot be handled, and it is parked once more."""
        await self.settled()
        ours = [one.letter for one in await letters_found(self.stack.kafka, Choice(("rules",)))]
        back = [letter for letter in ours if letter.record.key == b"broken-1"]
        order = handling.Order("jo")
        await handling.redrive(self.stack.kafka, back, order, lambda: datetime.now(UTC))

    async def settled(self) -> None:
        """Nothing moves any more."""

        async def nothing_moves() -> bool:
            return not any([(await self.watch.in_hand(service)).busy for service in SERVICES])

        await eventually(nothing_moves, "every service to be done", deadline_seconds=60)

    def documents(self) -> dict[int, set[bytes]]:
        """A stretch of each document as it travels: its middle differs from every other's."""
        found: dict[int, set[bytes]] = {}
        for printed in self.frontend.every(LabelPrinted):
            text = printed.documents[0].content.encode()
            who = int(printed.shipment_id.rpartition("-")[2])
            found.setdefault(who, set()).add(text[len(text) // 2 :][:60])
        return found

    async def retour(self, *words: str) -> tuple[Any, str, int]:
        """The command: what it printed, what it complained of, its exit code."""
        process = await asyncio.create_subprocess_exec(
            *(RETOUR, *words),
            env={**os.environ, "RETOUR_KAFKA": self.stack.kafka},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        said = json.loads(out) if "--json" in words and out else out.decode()
        return said, err.decode(), process.returncode or 0

    async def forgets(self, who: int) -> erasure.Done:
        """The operator sees to it, and every service has heard of it."""
        done = await erasure.forget(
            self.stack.kafka,
            f"parcel-{who}",
            erasure.Order("jo", ticket=f"T-{who}"),
            lambda: datetime.now(UTC),
        )
        assert done.behind == ()
        return done

    async def forgets_while_under_way(self, who: int) -> tuple[InHand, dict[str, Any]]:
        """Labels has the order in hand, and has not begun, when its customer is forgotten."""
        async with frozen(self.stack.services["labels"].pid):
            await self.frontend.tell(look_up_of(who))
            await self.frontend.answer(return_of(who, 7), ShipmentFound)
            await self.frontend.tell(request_of(who))
            await self.frontend.answer(return_of(who), ReturnApproved)
            words = ("forget", f"parcel-{who}", "--yes", "--json", "--by", "jo")
            forgetting = asyncio.create_task(self.retour(*words))
            await eventually(lambda: self._is_forgotten(who), "the null value to be there")
            in_hand = await self.watch.in_hand("labels")
        said, err, code = await forgetting
        assert (err, code) == ("", 0)
        self.answers[who] = (
            await self.frontend.answer(return_of(who), LabelRefused),
            await self.frontend.answer(return_of(who), EmailBounced),
        )
        return in_hand, said

    async def _is_forgotten(self, who: int) -> bool:
        async with AsyncMongoClient(self.stack.mongo) as client:
            wanted = {"_id": f"parcel-{who}", "forgotten": True}
            return await client["rules"]["parcels"].find_one(wanted) is not None

    async def comes_back_after_being_forgotten(self, who: int) -> None:
        """They look up and ask all the same, and their shop tells the same parcel once more."""
        await self.frontend.tell(shipment_of(who))
        await self.settled()
        await self.frontend.tell(look_up_of(who))
        not_found = await self.frontend.answer(return_of(who, 7), ShipmentFound, ShipmentNotFound)
        await self.frontend.tell(request_of(who))
        verdict = await self.frontend.answer(return_of(who), ReturnApproved, ReturnRejected)
        bounced = await self.frontend.answer(return_of(who), EmailBounced, CustomerEmailed)
        self.answers[who] = (not_found, verdict, bounced)

    async def looks_back(self, eye: Eye, folder: Path, counted: list[ReasonsFound]) -> Aftermath:
        """Days later: compaction ran, the operation log rolled, and everything is looked at."""
        left: Seen = {}

        async def gone_from_kafka() -> bool:
            seen = await asyncio.to_thread(on_kafka, self.stack, eye)
            left.clear()
            left.update({p: found for p, who in seen.items() if (found := who & set(FORGOTTEN))})
            return not left

        async with AsyncMongoClient(self.stack.mongo) as client:
            await roll_oplog(client)
            try:
                await eventually(gone_from_kafka, "compaction to be done", deadline_seconds=60)
            except AssertionError:
                raise AssertionError(f"compaction left {left}") from None
            after = await asyncio.to_thread(everywhere, self.stack, eye, self.sink)
            files = await rebuilt(self.stack, client, folder / "member")
            in_doubt = {"_id": {"$regex": f"^email_customer:{return_of(IN_DOUBT)}"}}
            intents = await client["notifications"]["intents"].find(in_doubt).to_list()
            marks = {
                place: await client[place]["parcels"].find_one({"_id": f"parcel-{LABEL}"})
                for place in ("rules", "lookup")
            }
        anew = set().union(*(seen_in(path, eye) for path in files.rglob("*") if path.is_file()))
        told = [r for r in everything(self.stack.kafka) if r.topic() == topics.CUSTOMERS_FORGOTTEN]
        return Aftermath(
            **self.found,
            stack=self.stack,
            sink=self.sink,
            eye=eye,
            after=after,
            rebuilt=anew,
            answers=self.answers,
            counted=counted,
            audit=[json.loads(record.value()) for record in told],
            in_doubt=intents,
            marks=marks,
        )


def test_before_anybody_is_forgotten_personal_data_is_only_where_it_may_be(
    aftermath: Aftermath, capsys
):
    """Not in a fact, a key, a span, a line of a log, nor in what anybody may read of a process."""
    with capsys.disabled():
        sys.stdout.write(f"\n{table(aftermath)}\n")
    seen = {place: who for place, who in aftermath.before.items() if who}

    assert {place for place in seen if MAY_HOLD.fullmatch(place) is None} == set()
    assert [place for place in MUST_HOLD if place not in seen] == []
    assert len(aftermath.before) > 60


def test_once_forgotten_a_customer_is_nowhere(aftermath: Aftermath):
    """Each of them, in every place within our reach, and what they typed after they were erased."""
    left = {
        place: who & set(FORGOTTEN)
        for place, who in aftermath.after.items()
        if who & set(FORGOTTEN) and place not in OUT_OF_REACH
    }

    assert left == {}
    assert aftermath.rebuilt & set(FORGOTTEN) == set()


def test_whoever_did_not_ask_is_forgotten_by_nobody(aftermath: Aftermath):
    """Else an empty disk would pass. Their look-up is gone, as everybody's is after a day."""
    still = {place for place, who in aftermath.after.items() if REMEMBERED in who}

    assert {
        *(f"topic {topic.name}" for topic in topics.ALL if topic.erasable),
        *("mongo labels.senders", "mongo notifications.customers"),
    } <= still
    assert f"topic {topics.FIND_SHIPMENT.name}" not in still
    assert REMEMBERED in aftermath.rebuilt


def test_a_customer_forgotten_while_the_label_is_bought_gets_none(aftermath: Aftermath):
    """The order lay before labels, unread, when the null value came: refused, told, and over."""
    assert aftermath.in_hand.lag > 0
    refused, bounced = aftermath.answers[UNDER_WAY]
    assert (refused.code, bounced.code) == ("sender_erased", "recipient_erased")
    assert aftermath.said["shipment"] == "forgotten"
    assert aftermath.said["erased"]["requests"] == 1


def test_a_customer_forgotten_beforehand_is_nobody_and_stays_it(aftermath: Aftermath):
    """Their shop tells the old version once more; they look up, ask, and get no letter."""
    not_found, verdict, bounced = aftermath.answers[BEFOREHAND]

    assert isinstance(not_found, ShipmentNotFound)
    assert [refusal.code for refusal in verdict.refusals] == ["shipment_unknown"]
    assert bounced.code == "recipient_erased"


def test_a_letter_in_doubt_is_left_to_a_person_without_the_label_in_it(aftermath: Aftermath):
    """The intent stays, for somebody has to decide; whom it was for does not."""
    (intent,) = aftermath.in_doubt

    assert (intent["state"], intent["order"]) == ("unknown", b"")


def test_a_mark_is_left_by_which_a_repeat_is_known(aftermath: Aftermath):
    """A version and what was taken: redelivered, redriven or replayed, it changes nothing."""
    assert aftermath.marks["lookup"] == {"_id": f"parcel-{LABEL}", "version": 1}
    assert aftermath.marks["rules"] == {
        "_id": f"parcel-{LABEL}",
        "version": 1,
        "forgotten": True,
        "taken": {"1": 1},
        "revision": 1,
        "returns": 1,
    }


def test_totals_are_what_they_were(aftermath: Aftermath):
    """A return was a return, whoever it was that sent it back."""
    before, after, finally_ = (
        {ranked.reason: (ranked.lines, ranked.units) for ranked in found.reasons}
        for found in aftermath.counted
    )

    assert before == after == {"damaged_on_arrival": (5, 5)}
    assert finally_ == {"damaged_on_arrival": (7, 7)}


def test_every_erasure_is_in_the_audit_and_names_nobody(aftermath: Aftermath):
    """Who did it, when, on whose shipment, and how much there was. Nothing is taken back."""
    by_shipment = Counter(one["shipment_id"] for one in aftermath.audit)

    assert set(by_shipment) == {f"parcel-{who}" for who in FORGOTTEN}
    assert all(times >= 2 for who, times in by_shipment.items() if who != f"parcel-{CODE}")
    assert {one["by"] for one in aftermath.audit} == {"jo"}
    first = next(one for one in aftermath.audit if one["shipment_id"] == f"parcel-{LABEL}")
    assert (first["recorded"], first["requests"], first["documents"]) == (True, 2, 1)
    assert (first["letters"], first["put_back"]) == (2, 1)


def test_once_more_is_harmless_and_says_that_there_was_nothing_left(aftermath: Aftermath):
    """An operator who is not sure presses again."""
    assert aftermath.again["shipment"] == "forgotten"
    assert set(aftermath.again["erased"].values()) == {0}
    assert aftermath.again["services_behind"] == []


def test_spans_say_where_and_when_and_never_who(aftermath: Aftermath):
    """Their names are few and known. Values were looked at with everything else."""
    assert aftermath.sink.attributes() == {
        "messaging.system",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.destination.name",
        "messaging.destination.partition.id",
        "messaging.consumer.group.name",
        "messaging.batch.message_count",
        "messaging.kafka.offset",
        "messaging.message.id",
        "messaging.message.conversation_id",
    }


async def test_what_is_kept_for_a_time_is_deleted_when_it_is_over(aftermath: Aftermath):
    """MongoDB's own clock does it: decisions and intents of eleven weeks ago are gone."""
    old = datetime.now(UTC) - KEPT - timedelta(hours=1)
    async with AsyncMongoClient(aftermath.stack.mongo) as client:
        await client.admin.command({"setParameter": 1, "ttlMonitorSleepSecs": 1})
        db = client["rules"]
        await db["decisions"].insert_many([{"_id": "old", "at": old}, {"_id": "new", "at": NOW}])
        await db["intents"].insert_many(
            [{"_id": "old", "planned_at": old}, {"_id": "new", "planned_at": NOW}]
        )

        async def only_new() -> bool:
            places = [db["decisions"], db["intents"]]
            left = [
                await place.distinct("_id", {"_id": {"$in": ["old", "new"]}}) for place in places
            ]
            return left == [["new"], ["new"]]

        await eventually(only_new, "what is old to be deleted", deadline_seconds=60)


async def test_whatever_is_left_behind_by_mistake_is_seen(aftermath: Aftermath):
    """Each a mistake somebody could make tomorrow. Last of all, for it leaves them there."""
    stack, secret = aftermath.stack, canary(LABEL, "name")
    with (stack.logs / "rules.log").open("a") as log:
        log.write(f'{{"event": "hello {secret}"}}\n')
    found = ShipmentFound(
        lookup_id=return_of(9), portal_id=PORTAL, shipment_id=secret, country="NL"
    )
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka) as producer:
        await producer.send_and_wait(topics.SHIPMENT_FOUND.name, found.body(), key=secret.encode())
    order = a_label_printed(tracking_number=secret).body()
    async with AsyncMongoClient(stack.mongo) as client:
        await client["labels"]["intents"].insert_one({"_id": "odd", "order": order})
    (stack._data / "tmp" / "core.4711").write_bytes(b"\x7fELF" + secret.encode("utf-16-le"))

    seen = await asyncio.to_thread(everywhere, stack, aftermath.eye, aftermath.sink)

    new = {place for place, who in seen.items() if LABEL in who} - set(OUT_OF_REACH)
    assert new >= {
        *("log rules.log", "keys of records", "file tmp/core.4711", "mongo labels.intents"),
        *(f"topic {topics.SHIPMENT_FOUND.name}", f"segments {topics.SHIPMENT_FOUND.name}"),
    }


def table(aftermath: Aftermath) -> str:
    """Who was seen where, before and after; places where nobody ever was are counted."""
    rows = [("place", "before", "after")]
    empty = 0
    for place in sorted(aftermath.before.keys() | aftermath.after.keys()):
        sides = [aftermath.before.get(place, set()), aftermath.after.get(place, set())]
        if any(sides):
            rows.append((place, *(" ".join(map(str, sorted(who))) or "-" for who in sides)))
        else:
            empty += 1
    anew = " ".join(map(str, sorted(aftermath.rebuilt)))
    rows.append(("files of a MongoDB member built anew", "", anew))
    lines = [f"{place:44} {before:16} {after}" for place, before, after in rows]
    return "\n".join([*lines, f"and {empty} places where nobody was seen at any time"])
