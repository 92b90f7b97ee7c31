"""Traces: a story can be followed from the customer's click to the letter, and names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from contracts.envelope import trace_of
from services._runtime.telemetry import Spans, provider
from services._runtime.words import worded
from tests.support.builders import TUESDAY, a_request, a_requested_item, a_shipment, an_approval
from tests.support.records import heard

TOPIC = "returns.request-return.v1"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"


@dataclass
class Tracing:
    """Spans of rules, and where they end up."""

    spans: Spans
    exporter: InMemorySpanExporter
    flush: object

    def ended(self) -> tuple[ReadableSpan, list[ReadableSpan]]:
        """The one span of the batch, and those of its messages."""
        self.flush()
        found = self.exporter.get_finished_spans()
        (batch,) = [span for span in found if span.parent is None]
        return batch, [span for span in found if span is not batch]


@pytest.fixture
def tracing() -> Iterator[Tracing]:
    """A real provider with an exporter that keeps what it is given."""
    exporter = InMemorySpanExporter()
    found = provider("rules", exporter)
    yield Tracing(Spans("rules", found.get_tracer("retour")), exporter, found.force_flush)
    found.shutdown()


def trace_id(traceparent: str | None) -> str:
    """The middle of it: which trace."""
    assert traceparent is not None
    return traceparent.split("-")[1]


def test_a_batch_is_one_span_with_a_link_to_each_message(tracing: Tracing):
    """A batch has many parents, so it has none, and points at all of them."""
    messages = [heard(a_request(), id=f"click-{n}", correlation_id=f"story-{n}") for n in range(3)]

    with tracing.spans.batch(TOPIC, messages):
        pass

    batch, _ = tracing.ended()
    assert (batch.name, batch.kind) == (f"process {TOPIC}", SpanKind.CONSUMER)
    assert batch.attributes["messaging.batch.message_count"] == 3
    assert batch.resource.attributes["service.name"] == "retour-rules"
    assert [f"{link.context.trace_id:032x}" for link in batch.links] == [
        trace_id(trace_of(f"story-{n}")) for n in range(3)
    ]


def test_a_message_has_a_span_in_its_own_trace(tracing: Tracing):
    """Under the span that told it: that is what makes it one story."""
    with tracing.spans.batch(TOPIC, [heard(a_request(), traceparent=SAMPLED)]):
        pass

    _, (span,) = tracing.ended()
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == SPAN
    assert span.attributes["messaging.message.id"] == "click-1"


def test_what_is_told_continues_the_trace_under_our_span(tracing: Tracing):
    """The next service hangs its span under ours, not beside it."""
    with tracing.spans.batch(TOPIC, [heard(a_request(), traceparent=SAMPLED)]) as (one,):
        told = worded(an_approval(), one.envelope, "rules", TUESDAY)

    _, (span,) = tracing.ended()
    traceparent = dict(told.headers)["traceparent"].decode()
    assert traceparent == f"00-{TRACE}-{span.context.span_id:016x}-01"


def test_a_story_without_a_trace_is_given_one_that_a_retry_finds_again(tracing: Tracing):
    """Frontends need know nothing of traces for a story to have one."""
    message = heard(a_request())

    with tracing.spans.batch(TOPIC, [message]) as (first,):
        pass
    with tracing.spans.batch(TOPIC, [message]) as (again,):
        pass

    assert trace_id(first.envelope.traceparent) == trace_id(again.envelope.traceparent)
    assert trace_id(first.envelope.traceparent) == trace_id(trace_of("click-1"))


def test_an_unsampled_message_costs_no_span_and_keeps_its_trace(tracing: Tracing):
    """Who starts a trace decides whether it is worth keeping."""
    message = heard(a_request(), traceparent=UNSAMPLED)

    with tracing.spans.batch(TOPIC, [message]) as (one,):
        told = worded(an_approval(), one.envelope, "rules", TUESDAY)

    batch, spans = tracing.ended()
    assert spans == []
    assert len(batch.links) == 1
    assert dict(told.headers)["traceparent"] == UNSAMPLED.encode()


def test_a_trace_of_nothing_is_no_trace(tracing: Tracing):
    """All zeros is what the standard calls invalid; the message goes on without."""
    message = heard(a_request(), traceparent=f"00-{'0' * 32}-{'0' * 16}-01")

    with tracing.spans.batch(TOPIC, [message]) as messages:
        assert messages == [message]

    batch, spans = tracing.ended()
    assert (list(batch.links), spans) == ([], [])


def test_without_a_tracer_everything_passes_through_untouched():
    """No endpoint, no cost: not even a copy of the list."""
    messages = [heard(a_request(), traceparent=SAMPLED)]

    with Spans("rules").batch(TOPIC, messages) as passed:
        told = worded(an_approval(), passed[0].envelope, "rules", TUESDAY)

    assert passed is messages
    assert dict(told.headers)["traceparent"] == SAMPLED.encode()


def test_a_batch_that_fails_says_so_and_quotes_nothing(tracing: Tracing):
    """Errors quote what they stumbled over, and traces go to yet another system."""
    request = a_request(items=(a_requested_item(comment="Anna sat on it"),))

    def stumble() -> None:
        with tracing.spans.batch(TOPIC, [heard(request), heard(a_shipment())]) as messages:
            raise ConnectionError(f"no primary for {messages[0].message}, zoe@example.com")

    with pytest.raises(ConnectionError):
        stumble()

    batch, spans = tracing.ended()
    assert (batch.status.status_code, batch.status.description) == (
        StatusCode.ERROR,
        "ConnectionError",
    )
    assert len(spans) == 2
    exported = "".join(span.to_json() for span in (batch, *spans))
    for canary in ("zoe@example.com", "Anna", "1012JS", "Zonder"):
        assert canary not in exported
