"""Traces: one span per batch with links, and one per sampled message, so a story can be followed from click to letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from services._runtime.words import Heard

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def provider(service: str, exporter: SpanExporter) -> TracerProvider:
    """Spans of `service`, sent by `exporter` in the background."""
    found = TracerProvider(resource=Resource.create({"service.name": f"retour-{service}"}))
    found.add_span_processor(BatchSpanProcessor(exporter))
    return found


def traceparent_of(story: str) -> str:
    """The trace a story without one is given. It follows from the story's id, so a retry stays in it."""
    try:
        number = UUID(story)
    except ValueError:
        number = uuid5(NAMESPACE_OID, story)
    return f"00-{number.hex}-{number.hex[16:]}-01"


class Spans:
    """Spans around what a service does with a batch. Without a tracer, traces still pass through."""

    def __init__(self, service: str, tracer: Tracer | None = None) -> None:
        self._service, self._tracer = service, tracer

    @contextmanager
    def batch(self, topic: str, heard: Sequence[Heard[Any]]) -> Iterator[Sequence[Heard[Any]]]:
        """The messages, each carrying the trace in which what it causes will be told."""
        traced = [_traced(one) for one in heard]
        if self._tracer is None:
            yield traced
            return
        links = [Link(context) for one in traced if (context := _context(one.envelope.traceparent))]
        attributes = {
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": self._service,
            "messaging.batch.message_count": len(traced),
        }
        with self._tracer.start_as_current_span(
            f"process {topic}", kind=SpanKind.CONSUMER, links=links, attributes=attributes
        ):
            spans = [self._message_span(topic, one) for one in traced]
            try:
                yield [one for _, one in spans]
            finally:
                for span, _ in spans:
                    if span is not None:
                        span.end()

    def _message_span(self, topic: str, one: Heard[Any]) -> tuple[Any, Heard[Any]]:
        parent = _context(one.envelope.traceparent)
        if self._tracer is None or parent is None or not parent.trace_flags.sampled:
            return None, one
        span = self._tracer.start_span(
            f"process {topic}",
            context=set_span_in_context(NonRecordingSpan(parent)),
            kind=SpanKind.CONSUMER,
            attributes={
                "messaging.system": "kafka",
                "messaging.destination.name": topic,
                "messaging.destination.partition.id": str(one.record.partition),
                "messaging.kafka.offset": one.record.offset,
                "messaging.message.id": one.envelope.id,
                "messaging.message.conversation_id": one.envelope.story,
            },
        )
        ours = span.get_span_context()
        traceparent = f"00-{ours.trace_id:032x}-{ours.span_id:016x}-{ours.trace_flags:02x}"
        return span, replace(one, envelope=replace(one.envelope, traceparent=traceparent))


def _traced(one: Heard[Any]) -> Heard[Any]:
    if _TRACEPARENT.fullmatch(one.envelope.traceparent or ""):
        return one
    traceparent = traceparent_of(one.envelope.story)
    return replace(one, envelope=replace(one.envelope, traceparent=traceparent))


def _context(traceparent: str | None) -> SpanContext | None:
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return context if context.is_valid else None
