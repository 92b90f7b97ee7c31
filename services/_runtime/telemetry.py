"""Traces: a span per batch with links, one per sampled message: a story from click to letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from contracts.envelope import trace_of
from services._runtime.words import Heard


def provider(service: str, exporter: SpanExporter) -> TracerProvider:
    """Spans of `service`, sent by `exporter` in the background."""
    found = TracerProvider(resource=Resource.create({"service.name": f"retour-{service}"}))
    found.add_span_processor(BatchSpanProcessor(exporter))
    return found


class Spans:
    """Spans around what a service does with a batch. Without a tracer, traces pass through."""

    def __init__(self, service: str, tracer: Tracer | None = None) -> None:
        self._service, self._tracer = service, tracer

    @contextmanager
    def batch(self, topic: str, heard: Sequence[Heard[Any]]) -> Iterator[Sequence[Heard[Any]]]:
        """The messages, each carrying the trace in which what it causes will be told."""
        if self._tracer is None:
            yield heard
            return
        links = [Link(context) for one in heard if (context := _context(one))]
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": self._service,
            "messaging.batch.message_count": len(heard),
        }
        with self._tracer.start_as_current_span(
            f"process {topic}",
            kind=SpanKind.CONSUMER,
            links=links,
            attributes=attributes,
            record_exception=False,  # what an error says may quote what it stumbled over
            set_status_on_exception=False,
        ) as whole:
            spans = [self._message_span(topic, one) for one in heard]
            try:
                yield [one for _, one in spans]
            except Exception as error:
                whole.set_status(StatusCode.ERROR, type(error).__name__)
                raise
            finally:
                for span, _ in spans:
                    if span is not None:
                        span.end()

    def _message_span(self, topic: str, one: Heard[Any]) -> tuple[Any, Heard[Any]]:
        parent = _context(one)
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
        return span, one._replace(envelope=one.envelope._replace(traceparent=traceparent))


def _context(one: Heard[Any]) -> SpanContext | None:
    """The span that told this message; a story without a trace is given one."""
    traceparent = one.envelope.traceparent or trace_of(one.envelope.story)
    trace_id, span_id, flags = (int(part, 16) for part in traceparent.split("-")[1:])
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return context if context.is_valid else None
