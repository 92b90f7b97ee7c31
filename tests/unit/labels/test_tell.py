"""What is told about a label."""

from __future__ import annotations

from contracts.labels import Document, LabelIssued, LabelPrinted, ParcelMoved
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.tell import refused, row_of, told
from tests.support.builders import (
    INBOUND,
    TUESDAY,
    a_judged_item,
    an_approval,
    an_id,
    pounds,
)

PAPER = (Document(kind="label_pdf", media_type="application/pdf", content="JVBERi0xLjQK"),)


def told_by(carrier):
    """What is told when this carrier took the teapot."""
    label = IssuedLabel(INBOUND, "label", "Parcel", cost=pounds(4.2))
    return told(an_approval(), row_of(an_approval(), label, carrier, "own", TUESDAY), PAPER)


def test_a_carrier_announces_the_parcel():
    """The first phase of its way back."""
    issued, printed, moved = told_by("postnl")

    assert isinstance(issued, LabelIssued)
    assert isinstance(printed, LabelPrinted)
    assert isinstance(moved, ParcelMoved)
    assert (moved.phase, moved.happened_at, moved.tracking_number) == (
        "announced",
        TUESDAY,
        INBOUND,
    )


def test_without_a_carrier_nothing_is_announced():
    """Nobody will ever say more about it, so a tracking page must not begin."""
    assert [type(message) for message in told_by("own_label")] == [LabelIssued, LabelPrinted]
    assert [type(message) for message in told_by("in_store")] == [LabelIssued, LabelPrinted]


def test_the_printed_label_says_what_stays_with_the_customer():
    """Else the letter that carries it cannot say what not to pack."""
    label = IssuedLabel(INBOUND, "label", "Parcel")
    spoon = a_judged_item(line_id="2", name="Sad spoon", kept=True)
    approved = an_approval(items=(a_judged_item(), spoon))

    _, printed, _ = told(approved, row_of(approved, label, "postnl", "own", TUESDAY), PAPER)

    assert printed.kept == ("Sad spoon",)


def test_only_the_printed_label_carries_documents():
    """They are personal, and every other message is kept for long."""
    issued, printed, moved = told_by("postnl")

    assert printed.documents == PAPER
    assert b"JVBERi0" not in issued.body() + moved.body()


def test_a_refusal_names_the_return_and_the_reason():
    """The customer's e-mail is written from it."""
    no = refused(an_approval(), "carrier_unknown")

    assert (no.return_id, no.code, no.parcel_no) == (an_id(), "carrier_unknown", 1)
