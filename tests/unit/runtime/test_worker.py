"""The worker: done once, told until heard, and never lost between the two."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from contracts import topics
from contracts.notifications import MerchantAlerted
from contracts.rules import ReturnApproved
from services._runtime import worker as floor
from services._runtime.errors import Unavailable
from services._runtime.intents import Intent, State, intended
from services._runtime.intents_memory import IntentsMemory
from services._runtime.speaker import SpeakerMemory
from services._runtime.words import Change, Plan, Tell
from services._runtime.worker import LEASE, Again, Deed, Done, Doubted, Rejected, Unknown, Worker
from tests.support.builders import TUESDAY, a_shipment, an_approval, an_id
from tests.support.eventually import eventually
from tests.support.one_service import Clock
from tests.support.records import heard

KIND = "ring_bell"


def an_alert(occasion: str = "handed_over") -> MerchantAlerted:
    """What is told once the bell was rung."""
    return MerchantAlerted(
        return_id=an_id(), portal_id="moss-and-fern", occasion=occasion, sent_at=TUESDAY
    )


class Ringer:
    """Rings a bell as it was told to: a deed per call, or an error."""

    def __init__(self, *answers: Deed | Exception) -> None:
        self.answers, self.calls = list(answers), list[tuple[str, str]]()
        self.gate: asyncio.Event | None = None

    async def perform(self, intent: Intent) -> Deed:
        return await self._answer("perform", intent)

    async def recover(self, intent: Intent) -> Deed:
        return await self._answer("recover", intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        self.calls.append(("give_up", intent.key))
        return Rejected(code, (an_alert("label_refused"),))

    async def _answer(self, how: str, intent: Intent) -> Deed:
        self.calls.append((how, intent.key))
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def asked(self) -> list[str]:
        """What was asked of it, in order."""
        return [how for how, _ in self.calls]


class Deaf(SpeakerMemory):
    """A broker that is down at first."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def tell(self, tells: Sequence[Tell]) -> None:
        if self.times:
            self.times -= 1
            raise ConnectionError("nobody answers")
        await super().tell(tells)


class Bench:
    """A worker of notifications with everything it needs, and a clock in our hand."""

    def __init__(self, *answers: Deed | Exception, speaker: SpeakerMemory | None = None) -> None:
        self.ringer, self.clock = Ringer(*answers), Clock()
        self.intents, self.speaker = IntentsMemory(), speaker or SpeakerMemory()
        self.worker = self.another(self.ringer)

    def another(self, ringer: Ringer, at_once: int = 16) -> Worker:
        """One more worker on the same store: another process, or the same after a crash."""
        performers = {KIND: ringer}
        return Worker(
            "notifications", self.intents, self.speaker, performers, self.clock, at_once, 0.01
        )

    def plan(self, key: str = "r1", deadline_seconds: float = 3600.0) -> str:
        """Something is to be done; its id."""
        plan = Plan(KIND, key, an_approval(), deadline_seconds=deadline_seconds)
        self.intents.plan([intended(plan, heard(an_approval()), self.clock())])
        return f"{KIND}:{key}"

    async def works(self, worker: Worker | None = None) -> None:
        """Whatever is due now is done."""
        worker = worker or self.worker
        while await worker.look():
            await worker.finish()

    def __getitem__(self, intent_id: str) -> Intent:
        return self.intents.all[intent_id]

    @property
    def said(self) -> list[str]:
        """The occasions that were told, in order."""
        return [MerchantAlerted.read(tell.body or b"").occasion for tell in self.speaker.said]


# ── four ends ────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_done_is_kept_and_told_and_over():
    """The happy path, once."""
    kept: list[str] = []
    keep = Change("bells", lambda: kept.append("rung"))
    bench = Bench(Done((an_alert(),), (keep,)))
    bell = bench.plan()

    await bench.works()

    assert (bench.said, kept, bench.ringer.asked) == (["handed_over"], ["rung"], ["perform"])
    assert (bench[bell].state, bench[bell].wake_at) == (State.SUCCEEDED, None)


async def test_an_attempt_that_failed_keeps_and_plans_what_it_says():
    """What was taken for it is given back, and that it will be late is told by its own intent."""
    kept: list[str] = []
    keep = (Change("bells", lambda: kept.append("given back")),)
    late = Plan("other_kind", "late", an_alert("lost"))
    bench = Bench(Again("bell_busy", 90, keep, (late,)))
    bell = bench.plan()

    await bench.worker.look()
    await bench.worker.finish()

    assert (bench[bell].state, kept) == (State.PLANNED, ["given back"])
    assert bench["other_kind:late"].cause == bench[bell].cause


async def test_what_nobody_can_tell_yet_is_found_out_later_and_never_done_again():
    """It is neither planned anew nor left to a person."""
    bench = Bench(Doubted("bell_hidden", 30), Doubted("bell_hidden"), Done((an_alert(),)))
    bell = bench.plan()
    await bench.works()
    assert (bench[bell].state, bench[bell].code) == (State.IN_FLIGHT, "bell_hidden")

    for seconds in (29, 1, LEASE.total_seconds()):
        bench.clock.pass_(seconds=seconds)
        await bench.works()

    assert bench.ringer.asked == ["perform", "recover", "recover"]
    assert bench[bell].state is State.SUCCEEDED


async def test_what_nobody_can_tell_by_its_deadline_is_left_to_a_person():
    """It may have been done, so it is not refused."""
    bench = Bench(Doubted("bell_hidden"), Doubted("bell_hidden"))
    bell = bench.plan(deadline_seconds=60)
    await bench.works()

    bench.clock.pass_(seconds=61)
    await bench.works()

    assert (bench[bell].state, bench[bell].code) == (State.UNKNOWN, "bell_hidden")
    assert bench.said == []


async def test_what_comes_of_a_deed_later_is_planned_with_its_end():
    """Such as the day on which nobody may wait any longer; under the cause of the deed itself."""
    later = Plan(KIND, "later", an_alert("lost"), wait_seconds=60)
    bench = Bench(Done((an_alert(),), plan=(later,)), Done((an_alert("lost"),)))
    bell = bench.plan()

    await bench.works()
    assert (bench.said, bench[f"{KIND}:later"].state) == (["handed_over"], State.PLANNED)
    bench.clock.pass_(seconds=61)
    await bench.works()

    assert bench.said == ["handed_over", "lost"]
    assert bench[f"{KIND}:later"].cause == bench[bell].cause


async def test_what_is_over_keeps_its_end_and_forgets_what_it_was_about():
    """An order may be about a person; that it was carried out is not."""
    bench = Bench(Done((an_alert(),)), Rejected("bell_gone"), Unknown("bell_silent"))
    done, refused, doubtful = (bench.plan(key) for key in ("done", "refused", "doubtful"))

    await bench.works()

    assert (bench[done].order, bench[done].tells) == (b"", ())
    assert (bench[refused].order, bench[refused].code) == (b"", "bell_gone")
    assert bench[doubtful].ordered(ReturnApproved) == an_approval()


async def test_an_intent_shows_nothing_of_what_it_is_about():
    """It ends up in an error message sooner or later."""
    bench = Bench(Done((an_alert(),)), speaker=Deaf(times=1))
    plan = Plan(KIND, "forget-me", a_shipment())
    bench.intents.plan([intended(plan, heard(a_shipment()), bench.clock())])
    await bench.works()

    shown = repr(bench["ring_bell:forget-me"])

    assert "forget-me" in shown
    assert "handed_over" not in shown
    assert "zoe@" not in shown


async def test_what_is_told_follows_from_what_caused_it():
    """The same story, the same trace, and an id that a repeat finds again."""
    bench = Bench(Done((an_alert(),)))
    bench.plan()

    await bench.works()

    headers = {name: value.decode() for name, value in bench.speaker.said[0].headers}
    assert headers["ce_causationid"] == "click-1"
    assert headers["ce_source"] == "/retour/notifications"
    assert bench.speaker.said[0].topic == topics.MERCHANT_ALERTED.name


async def test_two_deeds_of_one_cause_are_two_messages():
    """A bell for the shop and a bell for the warehouse are not a repeat of each other."""
    bench = Bench(Done((an_alert(),)), Done((an_alert(),)))
    bench.plan("shop")
    bench.plan("warehouse")

    await bench.works()

    assert len({dict(tell.headers)["ce_id"] for tell in bench.speaker.said}) == 2


async def test_what_was_not_done_is_tried_again_when_it_said():
    """429 with a Retry-After is an answer, not a failure."""
    bench = Bench(Again("bell_busy", 90), Done((an_alert(),)))
    bell = bench.plan()
    await bench.works()
    assert (bench[bell].state, bench[bell].code) == (State.PLANNED, "bell_busy")
    assert bench[bell].wake_at == TUESDAY + timedelta(seconds=90)

    bench.clock.pass_(seconds=89)
    await bench.works()
    assert bench.ringer.asked == ["perform"]
    bench.clock.pass_(seconds=1)
    await bench.works()

    assert bench.ringer.asked == ["perform", "perform"]
    assert (bench.said, bench[bell].attempts) == (["handed_over"], 2)


async def test_what_is_refused_for_good_is_told_and_never_tried_again():
    """A no is a fact."""
    bench = Bench(Rejected("bell_gone", (an_alert("label_refused"),)))
    bell = bench.plan()

    await bench.works()
    bench.clock.pass_(days=1)
    await bench.works()

    assert (bench.said, bench.ringer.asked) == (["label_refused"], ["perform"])
    assert (bench[bell].state, bench[bell].code) == (State.REJECTED, "bell_gone")


async def test_what_nobody_can_know_waits_for_a_person():
    """Neither told nor tried again: both might be wrong."""
    bench = Bench(Unknown("bell_silent"))
    bell = bench.plan()

    await bench.works()
    bench.clock.pass_(days=30)
    await bench.works()

    assert (bench.said, bench.ringer.asked) == ([], ["perform"])
    assert (bench[bell].state, bench[bell].code, bench[bell].wake_at) == (
        State.UNKNOWN,
        "bell_silent",
        None,
    )


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


@given(attempts=st.integers(1, 2_000))
def test_pauses_double_up_to_five_minutes_and_are_spread(attempts: int):
    """A carrier that comes back is not run over by everybody at once."""
    longest = min(2.0 ** (min(attempts, 20) - 1), 300.0)

    assert longest / 2 <= Bench().worker._pause(attempts) <= longest


async def test_each_failure_makes_the_pause_longer():
    """Until the deadline, whatever the carrier does."""
    bench = Bench(*[Again("bell_busy")] * 6)
    bell = bench.plan()
    pauses = []
    for _ in range(6):
        await bench.works()
        pauses.append((bench[bell].wake_at - bench.clock()).total_seconds())
        bench.clock.at = bench[bell].wake_at

    for number, pause in enumerate(pauses):
        assert 2**number / 2 <= pause <= 2**number


async def test_a_deadline_that_passed_is_given_up_with_the_last_reason():
    """Nobody waits for ever, and whoever waited learns why."""
    bench = Bench(Again("bell_busy", 50))
    bell = bench.plan(deadline_seconds=40)
    await bench.works()

    bench.clock.pass_(seconds=50)
    await bench.works()

    assert (bench.ringer.asked, bench.said) == (["perform", "give_up"], ["label_refused"])
    assert (bench[bell].state, bench[bell].code) == (State.REJECTED, "bell_busy")


async def test_what_was_never_tried_is_tried_once_whatever_the_time():
    """The service was down for a week; that is no reason to refuse a customer unheard."""
    bench = Bench(Done((an_alert(),)))
    bench.plan(deadline_seconds=40)

    bench.clock.pass_(days=7)
    await bench.works()

    assert (bench.ringer.asked, bench.said) == (["perform"], ["handed_over"])


async def test_a_deed_in_doubt_is_looked_into_even_after_its_deadline():
    """Giving up what may have been done would be a lie."""
    bench = Bench(Again("bell_busy", 1), ConnectionError("cut off"), Done((an_alert(),)))
    bench.plan(deadline_seconds=10)
    await bench.works()
    bench.clock.pass_(seconds=1)
    await bench.works()

    bench.clock.pass_(hours=1)
    await bench.works()

    assert bench.ringer.asked == ["perform", "perform", "recover"]
    assert bench.said == ["handed_over"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("bell_unreachable"), "bell_unreachable"),
        (TimeoutError(), floor.NEVER_FOUND_OUT),
        (ConnectionError("cut off"), floor.NEVER_FOUND_OUT),
        (KeyError("a bug"), floor.NEVER_FOUND_OUT),
    ],
)
async def test_a_doubt_that_outlives_its_deadline_is_left_to_a_person(error: Exception, code: str):
    """Asking for ever whether the bell was rung keeps the question from whoever could answer it."""
    bench = Bench(*[error] * 3)
    bell = bench.plan(deadline_seconds=25)
    await bench.works()
    bench.clock.at += LEASE
    await bench.works()
    assert bench[bell].state is State.IN_FLIGHT

    bench.clock.at += LEASE
    await bench.works()
    bench.clock.pass_(days=30)
    await bench.works()

    assert bench.ringer.asked == ["perform", "recover", "recover"]
    assert (bench[bell].state, bench[bell].code, bench[bell].wake_at) == (
        State.UNKNOWN,
        code,
        None,
    )
    assert bench[bell].ordered(ReturnApproved) == an_approval()


async def test_a_store_that_is_down_does_not_end_a_doubt():
    """It is our own trouble: once it is over, the question can be asked."""
    bench = Bench(*[AutoReconnect("no primary")] * 3, Done((an_alert(),)))
    bell = bench.plan(deadline_seconds=25)

    for _ in range(4):
        await bench.works()
        bench.clock.at += LEASE

    assert bench.ringer.asked == ["perform", "recover", "recover", "recover"]
    assert (bench.said, bench[bell].state) == (["handed_over"], State.SUCCEEDED)


@pytest.mark.parametrize("deed", [Done, lambda tell, keep: Rejected("bell_gone", tell, keep)])
async def test_what_cannot_be_told_is_over_and_left_to_a_person(
    deed: Callable[..., Deed], monkeypatch
):
    """The bell was rung; ringing it again would not make the message shorter."""
    narrow = replace(topics.MERCHANT_ALERTED, max_bytes=10)
    monkeypatch.setitem(topics.BY_MODEL, MerchantAlerted, narrow)
    kept: list[str] = []
    bench = Bench(deed((an_alert(),), (Change("bells", lambda: kept.append("rung")),)))
    bell = bench.plan()

    await bench.works()
    bench.clock.pass_(days=30)
    await bench.works()

    assert (bench.ringer.asked, bench.said, kept) == (["perform"], [], ["rung"])
    assert (bench[bell].state, bench[bell].code, bench[bell].wake_at) == (
        State.UNKNOWN,
        "too_large_to_tell",
        None,
    )


# ── crashes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("error", [ConnectionError("cut off"), KeyError("a bug"), TimeoutError()])
async def test_an_answer_that_never_came_is_looked_into_once_the_lease_has_ended(error: Exception):
    """Never a second attempt blindly, and never before the first can have ended."""
    bench = Bench(error, Done((an_alert(),)))
    bell = bench.plan()
    await bench.works()
    assert bench[bell].state is State.IN_FLIGHT

    bench.clock.at += LEASE - timedelta(seconds=1)
    await bench.works()
    assert bench.ringer.asked == ["perform"]
    bench.clock.pass_(seconds=1)
    await bench.works()

    assert (bench.ringer.asked, bench.said) == (["perform", "recover"], ["handed_over"])


async def test_a_call_that_hangs_is_cut_off_before_its_lease_ends(monkeypatch):
    """Or somebody else would begin it while it still runs."""
    assert timedelta(seconds=floor.LONGEST_CALL_SECONDS) < LEASE
    monkeypatch.setattr(floor, "LONGEST_CALL_SECONDS", 0.01)  # nobody waits 15 s in a test
    bench = Bench(Done((an_alert(),)))
    bench.ringer.gate = asyncio.Event()
    bell = bench.plan()

    await bench.works()

    assert (bench[bell].state, bench.said) == (State.IN_FLIGHT, [])


async def test_a_shorter_lease_is_taken_up_sooner_and_cuts_off_sooner():
    """Whoever wants to wait less after a crash must be content with shorter calls."""
    bench, lease = Bench(ConnectionError("cut off"), Done((an_alert(),))), timedelta(seconds=4)
    worker = Worker(
        "notifications",
        bench.intents,
        bench.speaker,
        {KIND: bench.ringer},
        bench.clock,
        lease=lease,
    )
    bench.plan()
    await bench.works(worker)

    bench.clock.at += lease
    await bench.works(worker)

    assert bench.ringer.asked == ["perform", "recover"]
    assert worker._longest_call_seconds == 3.0
    assert bench.worker._longest_call_seconds == floor.LONGEST_CALL_SECONDS


async def test_a_crash_between_keeping_and_telling_tells_the_same_words_and_does_nothing_twice():
    """Words may be repeated, deeds may not."""
    bench = Bench(Done((an_alert(),)), speaker=Deaf(times=1))
    bell = bench.plan()
    await bench.works()
    assert bench.said == []
    kept = bench[bell].tells
    assert kept

    bench.clock.at += LEASE
    await bench.works(bench.another(Ringer()))

    assert bench.ringer.asked == ["perform"]
    assert (tuple(bench.speaker.said), bench[bell].tells) == (kept, ())


async def test_a_crash_between_telling_and_remembering_it_tells_again_with_the_same_id():
    """A reader recognises the repeat."""
    bench = Bench(Done((an_alert(),)))
    bench.plan()
    told = bench.intents.told

    async def dies(intents: Sequence[Intent]) -> None:
        raise AutoReconnect("the process dies here")

    bench.intents.told = dies
    await bench.works()
    bench.intents.told = told
    bench.clock.at += LEASE
    await bench.works()

    first, again = bench.speaker.said
    assert first == again
    assert bench.ringer.asked == ["perform"]


async def test_an_owner_that_was_too_slow_changes_nothing():
    """Its lease ended, somebody else found out and ended it: two results would be one too many."""
    kept: list[str] = []
    keep = Change("bells", lambda: kept.append("slow"))
    bench = Bench(Done((an_alert("delivered"),), (keep,)))
    bench.ringer.gate = asyncio.Event()
    bell = bench.plan()
    await bench.worker.look()
    await eventually(lambda: bench.ringer.calls, "the slow owner to begin")

    bench.clock.at += LEASE
    quick = Ringer(Done((an_alert("handed_over"),)))
    await bench.works(bench.another(quick))
    bench.ringer.gate.set()
    await bench.worker.finish()

    assert (bench.said, kept, quick.asked) == (["handed_over"], [], ["recover"])
    assert bench[bell].state is State.SUCCEEDED


async def test_a_result_that_no_longer_fits_is_found_out_again_at_once():
    """What it was decided on changed meanwhile: nothing is kept, and the deed is not repeated."""
    overtaken = Change("parcels", lambda: False, guarded=True)
    kept: list[str] = []
    other = Change("bells", lambda: kept.append("rung"))
    bench = Bench(Done((an_alert("lost"),), (other, overtaken)), Done((an_alert(),)))
    bench.plan()

    await bench.works()

    assert (bench.ringer.asked, bench.said, kept) == (
        ["perform", "recover"],
        ["handed_over"],
        [],
    )


async def test_a_failure_leaves_the_neighbours_alone():
    """One broken bell does not silence the others."""
    bench = Bench(KeyError("a bug"), Done((an_alert(),)), Again("bell_busy", 60))
    for key in ("broken", "good", "busy"):
        bench.plan(key)

    await bench.works()

    assert bench.said == ["handed_over"]
    assert [intent.state for intent in bench.intents.all.values()] == [
        State.IN_FLIGHT,
        State.SUCCEEDED,
        State.PLANNED,
    ]


# ── the loop ─────────────────────────────────────────────────────────────────────────────────────


async def test_no_more_is_begun_than_hands_are_free():
    """A carrier asked sixteen things at a time is asked enough."""
    bench = Bench()
    ringer = Ringer(*[Done()] * 5)
    ringer.gate = asyncio.Event()
    worker = bench.another(ringer, at_once=2)
    claim, wanted = bench.intents.claim, list[int]()

    async def counted(now: datetime, lease: timedelta, most: int) -> Sequence[Intent]:
        wanted.append(most)
        return await claim(now, lease, most)

    bench.intents.claim = counted
    for number in range(5):
        bench.plan(f"r{number}")

    assert await worker.look() == 2
    assert await worker.look() == 0
    ringer.gate.set()
    await worker.finish()
    await bench.works(worker)

    assert len(ringer.calls) == 5
    assert min(wanted) > 0  # a store may take 0 for "all"


async def test_a_woken_worker_looks_at_once():
    """Polling is for what was forgotten, not for what was just planned."""
    bench = Bench(Done((an_alert(),)))
    worker = Worker(
        "notifications",
        bench.intents,
        bench.speaker,
        {KIND: bench.ringer},
        bench.clock,
        idle_seconds=3600.0,
    )
    worker.start()
    await asyncio.sleep(0)  # it has looked once, found nothing, and rests
    bench.plan()

    worker.wake()
    await eventually(lambda: bench.said, "the bell", deadline_seconds=5)
    await worker.stop()


async def test_what_was_begun_is_finished_before_the_worker_stops():
    """SIGTERM in the middle of a purchase must not cost the purchase."""
    bench = Bench(Done((an_alert(),)))
    bench.ringer.gate = asyncio.Event()
    bench.plan()
    bench.worker.start()
    await eventually(lambda: bench.ringer.calls, "the deed to begin")

    stopping = asyncio.create_task(bench.worker.stop())
    await asyncio.sleep(0)
    bench.plan("too late")
    bench.ringer.gate.set()
    await stopping

    assert (bench.said, len(bench.ringer.calls)) == (["handed_over"], 1)


async def test_what_does_not_end_is_left_to_its_lease():
    """A stop is bounded; the next process finds out."""
    bench = Bench(Done((an_alert(),)))
    bench.ringer.gate = asyncio.Event()
    bell = bench.plan()
    bench.worker.start()
    await eventually(lambda: bench.ringer.calls, "the deed to begin")

    await asyncio.wait_for(bench.worker.stop(seconds=0.01), 5)

    assert (bench.said, bench[bell].state) == ([], State.IN_FLIGHT)


async def test_a_store_that_is_down_is_waited_for():
    """The loop outlives it, and says meanwhile that it waits."""
    bench = Bench(Done((an_alert(),)))
    bench.plan()
    claim, down = bench.intents.claim, True

    async def claim_or_fail(*args):
        if down:
            raise AutoReconnect("no primary")
        return await claim(*args)

    bench.intents.claim = claim_or_fail
    bench.worker.start()
    await eventually(lambda: bench.worker.waiting_for_dependency, "the wait")

    down = False
    await eventually(lambda: bench.said, "the bell")
    await eventually(lambda: not bench.worker.waiting_for_dependency, "the end of the wait")
    await bench.worker.stop()
