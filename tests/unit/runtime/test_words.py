"""What is told: worded once, the same way every time, and only by whom it belongs to."""

from __future__ import annotations

import pytest

from contracts.envelope import open_envelope
from contracts.labels import Document
from services._runtime.errors import Permanent
from services._runtime.words import worded
from tests.support.builders import (
    TUESDAY,
    a_label_printed,
    a_request,
    a_shipment,
    an_approval,
    an_id,
    days,
)
from tests.support.records import an_envelope, heard

CAUSE = an_envelope(a_request(), correlation_id="story-1")


def test_a_retry_tells_the_same_words():
    """The same cause at another time: the id must not move, or readers take it for another."""
    first = worded(an_approval(), CAUSE, "rules", TUESDAY)
    again = worded(an_approval(), CAUSE, "rules", TUESDAY + days(1))

    assert dict(first.headers)["ce_id"] == dict(again.headers)["ce_id"]
    assert (first.topic, first.key, first.body) == (again.topic, again.key, again.body)


def test_another_cause_and_another_deed_are_other_messages():
    """Ids tell apart what is apart."""
    told = (
        worded(an_approval(), CAUSE, "rules", TUESDAY),
        worded(an_approval(), CAUSE, "rules", TUESDAY, "judge_request:r1"),
        worded(an_approval(), CAUSE._replace(id="click-2"), "rules", TUESDAY),
        worded(an_approval(), CAUSE._replace(source="/till"), "rules", TUESDAY),
    )

    assert len({dict(tell.headers)["ce_id"] for tell in told}) == 4


def test_what_is_told_can_be_read_and_says_where_it_came_from():
    """Key, topic, body and envelope fit each other."""
    tell = worded(an_approval(), CAUSE, "rules", TUESDAY)

    envelope, body = open_envelope(tell.headers, tell.body)

    assert (tell.topic, tell.key) == ("returns.return-approved.v1", an_id().encode())
    assert type(an_approval()).read(body) == an_approval()
    assert (envelope.type, envelope.source, envelope.subject) == (
        tell.topic,
        "/retour/rules",
        an_id(),
    )
    assert (envelope.time, envelope.causation_id, envelope.story) == (TUESDAY, "click-1", "story-1")


@pytest.mark.parametrize(
    ("message", "service"),
    [(an_approval(), "labels"), (a_request(), "rules"), (a_shipment(), "rules")],
)
def test_nobody_tells_what_belongs_to_somebody_else(message, service: str):
    """An event has one teller, and a command is never told by who obeys it."""
    with pytest.raises(Permanent) as refused:
        worded(message, CAUSE, service, TUESDAY)

    assert refused.value.code == "not_ours"


def test_what_is_larger_than_its_topic_allows_is_not_told():
    """The broker would refuse it for ever, and hold up everybody behind it."""
    document = Document(kind="label_pdf", media_type="application/pdf", content="A" * 699_996)

    with pytest.raises(Permanent) as refused:
        worded(a_label_printed(documents=(document,) * 2), CAUSE, "labels", TUESDAY)

    assert refused.value.code == "too_large_to_tell"


def test_nothing_about_a_person_is_shown_by_accident():
    """Whatever holds a message ends up in an error or a log one day."""
    printed = worded(a_label_printed(), an_envelope(a_label_printed()), "labels", TUESDAY)

    for shown in (repr(heard(a_shipment())), repr([heard(a_shipment())]), repr(printed)):
        for canary in ("Zonder", "zoe@", "1012JS", "RR123456785GB", "JVBERi0xLjQK"):
            assert canary not in shown


def test_a_message_is_due_where_nothing_can_be_forgotten():
    """A handler asks for the message, and gets it or the reason why there is none."""
    assert heard(a_request()).said == a_request()
    with pytest.raises(Permanent) as refused:
        heard(a_request())._replace(message=None).said  # noqa: B018

    assert refused.value.code == "no_body"
