"""The demo on the whole system: what it says, prints, posts, and what it lets nobody know."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage

import pytest

from contracts import topics
from contracts.labels import LabelPrinted, ParcelMoved
from contracts.notifications import CustomerEmailed
from contracts.rules import RefundDue
from contracts.words import LabelKind
from deploy.demo import maison
from deploy.demo.report import differences
from deploy.demo.run import Shown, demo
from deploy.demo.sample import Order, read
from deploy.local.stack import SERVICES, Stack
from services.labels.adapters.carriers import every
from tests.support import outside_reader
from tests.support.oracle import Seen, verdicts, violations
from tests.support.outside_reader import Record
from tests.support.scanning import BARS, QR, codes_read, scan_pdf, scan_png
from tests.support.wire import DEAD_LETTERS, everything
from tests.support.witness import letter_in, seen

pytestmark = [pytest.mark.real, pytest.mark.slow]

RETURNS = 60
WITH_POINTS = {"postnl", "sendcloud", "simulated"}
"""Whose points are known: by their own list, or because some were imported as theirs."""
UNSPOKEN = frozenset(
    {
        *("find-service-points", "label-delayed", "label-refused", "label-lapsed"),
        *("email-bounced", "reason-spiked"),
    }
)
"""What no return of the demo leads to."""


@dataclass(frozen=True)
class Scene:
    """A demo that was played, on a stack that still runs."""

    stack: Stack
    shown: Shown
    records: list[Record]

    @property
    def printed(self) -> dict[str, LabelPrinted]:
        """What was told of the documents of each label of the sample, by return."""
        every = self.shown.frontend.every(LabelPrinted)
        return {one.return_id: one for one in every if one.return_id not in self.errands}

    @property
    def errands(self) -> set[str]:
        """The returns that try one carrier each, and are not of the sample."""
        return {ran.issued.return_id for ran in self.shown.ran}

    def letter_about(self, return_id: str, to: str) -> EmailMessage:
        """The one letter about this return to this customer."""
        letters = [letter_in(path) for path in self.shown.kept.letters[return_id]]
        (found,) = [one for one in letters if one["To"].addresses[0].addr_spec == to]
        return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The first sixty real returns, and all by rules, played through five service processes."""
    with Stack() as stack:
        folder = tmp_path_factory.mktemp("demo") / "kept"
        shown = asyncio.run(demo(stack, folder=folder, most=RETURNS))
        yield Scene(stack, shown, everything(stack.kafka))


def test_the_tally_is_what_a_person_would_count(scene: Scene):
    """Two counts that know nothing of each other agree, and neither is empty."""
    tally = scene.shown.played.tally

    assert differences(scene.shown.expected, tally) == []
    ends = tally.approved + tally.rejected + tally.still_waiting
    assert tally.asked == tally.found == ends == RETURNS + len(scene.shown.by_rules)
    assert min(tally.labels, tally.qr_codes, tally.alerts, tally.not_found) > 0
    assert min(tally.left_to_a_person, tally.kept, tally.cancelled, tally.unchanged) > 0
    assert min(*tally.refusals.values(), *tally.refunds.values(), *tally.rules.values()) > 0


def test_every_return_has_one_label_and_one_letter(scene: Scene):
    """The oracle of the fault tests finds nothing wrong where nothing went wrong."""
    asked, top = scene.shown.asked, scene.shown.played.top

    assert violations(asked, without(seen(scene.stack, scene.records, top), scene)) == []


def test_a_label_scans_at_the_counter(scene: Scene):
    """Of every carrier and portal: both codes on paper carry the tracking number."""
    labels = {
        (one.carrier, one.portal_id): one
        for one in scene.printed.values()
        if one.kind == LabelKind.LABEL
    }
    assert {carrier for carrier, _ in labels} == {"simulated", "own_label"}
    for one in labels.values():
        path, *_ = scene.shown.kept.documents[one.return_id]

        codes = scan_pdf(path.read_bytes())

        assert codes_read(codes) == {(QR, one.tracking_number), (BARS, one.tracking_number)}
        if shutil.which("zbarimg") and shutil.which("pdftoppm"):
            assert {code.tool for code in codes} == {"zbarimg"}


def test_every_carrier_there_is_has_given_a_label(scene: Scene):
    """An adapter that nobody has seen working from the look-up to the letter is a promise."""
    by = {ran.errand.carrier: ran for ran in scene.shown.ran}
    lettered = {one.return_id for one in scene.shown.frontend.every(CustomerEmailed)}

    assert by.keys() == {name for name, one in every().items() if one.connected}
    for ran in by.values():
        assert ran.issued.carrier == ran.errand.carrier
        assert ran.issued.return_id in lettered
    assert by["gls"].proposed.collect_on
    assert {name for name, ran in by.items() if ran.proposed.points} == WITH_POINTS


def test_a_parcel_that_arrived_is_paid_for_once(scene: Scene):
    """The carrier posted each scan twice."""
    (followed,) = [ran for ran in scene.shown.ran if ran.refund]
    return_id = followed.issued.return_id
    moved = [one for one in scene.shown.frontend.every(ParcelMoved) if one.return_id == return_id]
    due = [one for one in scene.shown.frontend.every(RefundDue) if one.return_id == return_id]

    assert [one.phase for one in moved] == ["announced", "handed_over", "delivered"]
    assert [(one.because, one.amount.minor) for one in due] == [("delivered", 3450)]


def test_a_code_scans_from_the_letter_itself(scene: Scene):
    """Who has no printer shows a telephone: as picture in the letter, and as file beside it."""
    labelless = [one for one in scene.shown.asked if one.return_method == "drop_off_labelless"]
    scanned = 0
    for one in labelless:
        if one.return_id not in scene.printed:
            continue  # refused
        letter = scene.letter_about(one.return_id, one.order.recipient.email)
        pictures = [part for part in letter.walk() if part.get_content_type() == "image/png"]

        assert {part.get_content_disposition() for part in pictures} == {"inline", "attachment"}
        number = scene.printed[one.return_id].tracking_number
        for part in pictures:
            assert codes_read(scan_png(part.get_content())) == {(QR, number)}
        scanned += 1
    assert scanned > 0


def test_a_letter_carries_the_document_that_was_told(scene: Scene):
    """Byte for byte, to the customer who asked, and a refusal carries nothing."""
    enclosed = 0
    for one in scene.shown.asked:
        letter = scene.letter_about(one.return_id, one.order.recipient.email)
        files = [part.get_content() for part in letter.iter_attachments()]
        documents = scene.shown.kept.documents.get(one.return_id, [])

        assert files == [path.read_bytes() for path in documents]
        enclosed += bool(files)
    assert enclosed == len(verdicts(scene.shown.asked).approved)


def test_nothing_lies_in_the_dead_letters(scene: Scene):
    """Whatever a frontend may say, every service understood."""
    assert [r for r in scene.records if r.topic() in DEAD_LETTERS] == []


def test_an_outside_reader_finds_every_message_valid(scene: Scene):
    """Who knows the committed documents alone can read everything that was said."""
    report = outside_reader.read(scene.stack.kafka)
    said = Counter(record.topic() for record in scene.records)

    assert report.violations == []
    assert {name: report.read[name] for name in topics.BY_NAME} == {
        name: said[name] for name in topics.BY_NAME
    }
    assert topics.BY_NAME.keys() - said.keys() == {f"returns.{name}.v1" for name in UNSPOKEN}


def test_a_person_stands_on_the_personal_topics_only(scene: Scene):
    """Everything else may be kept for years and read by anybody in the house."""
    personal = {topic.name for topic in topics.ALL if topic.personal}
    said: defaultdict[str, str] = defaultdict(str)
    for record in scene.records:
        said[record.topic()] += in_words(record)
    people = words_about_people([*read(), *maison.orders()])

    assert named_in(said[topics.SHIPMENT_RECORDED.name], people) == people
    for name in said.keys() - personal:
        assert named_in(said[name], people) == set(), name


def test_nobody_writes_of_a_person_in_a_log(scene: Scene):
    """Logs outlive the data, and are copied, mailed and searched; the database writes one, too."""
    logs = {path.stem: path.read_text(errors="replace") for path in scene.stack.logs.glob("*.log")}
    people = words_about_people([*read(), *maison.orders()])

    assert {*SERVICES, "kafka", "mongod", "carrier", "mailbox"} <= logs.keys()
    assert all("service_started" in logs[name] for name in SERVICES)
    for name, log in logs.items():
        assert named_in(log, people) == set(), name


def without(world: Seen, scene: Scene) -> Seen:
    """What is left of the returns the oracle knows: it has no reading of rules."""
    ours = scene.errands | {one.return_id for one in scene.shown.by_rules}
    letters = [one for one in world.letters if one.about not in ours]
    posted = {one.message_id for one in letters}
    return replace(
        world,
        sales=[one for one in world.sales if one.return_id not in ours],
        issued=[one for one in world.issued if one.return_id not in ours],
        letters=letters,
        submissions=[one for one in world.submissions if one.message_id in posted],
        reasons={key: said for key, said in world.reasons.items() if key[0] != maison.PORTAL},
    )


def words_about_people(orders: list[Order]) -> set[str]:
    """Names, addresses and numbers by which a customer of the sample is known."""
    return {
        word
        for order in orders
        for word in (order.recipient.name, order.recipient.email, order.tracking_number)
    }


def named_in(text: str, people: set[str]) -> set[str]:
    """Who is named, in letters as they are or as JSON may write them."""
    return {word for word in people if word in text or json.dumps(word)[1:-1] in text}


def in_words(record: Record) -> str:
    """Key, headers and body of a record as text."""
    headers = (value or b"" for _, value in record.headers() or [])
    parts = (record.key() or b"", *headers, record.value() or b"")
    return b"\n".join(parts).decode(errors="replace") + "\n"
