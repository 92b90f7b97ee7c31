"""Logs: a line per thing done, pretty on a terminal, JSON elsewhere, no word about a person."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from datetime import datetime
from traceback import format_tb
from typing import Any, TextIO, cast

import structlog

from services._runtime import memory
from services._runtime.errors import Fault

_NOISY = ("aiokafka", "faststream", "pymongo", "asyncio", "uvicorn")
_PLAIN = (str, int, float, datetime, type(None))
_OF_STRUCTLOG = frozenset(("exc_info", "_record", "_from_structlog"))
_LONGEST_CHAIN = 10


def configure(service: str, form: str) -> None:
    """Every line from here on names the service. Libraries speak up only for warnings."""
    pretty = form == "console" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        fatal,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        scrubbed,
        structlog.processors.ExceptionRenderer(where_it_happened),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Patient(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = _Handler(_Patient(sys.stderr))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[*shared, _without_record, renderer])
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _NOISY:
        library = logging.getLogger(name)
        library.setLevel(logging.WARNING)
        library.handlers.clear()  # FastStream brings one that writes no JSON
        library.propagate = True


class _Handler(logging.StreamHandler["_Patient"]):
    """What libraries say. They catch whatever comes, and say so: memory that ran out as well."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            memory.end_if_out(record.exc_info[1])
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        memory.end_if_out(sys.exc_info()[1])
        super().handleError(record)


class _Patient(io.TextIOBase):
    """Where lines go. One that cannot be written, on a full disk perhaps, is lost: work is not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> int:
        with suppress(OSError):
            self._stream.write(line)
        return len(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def fatal(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line, unless it is about memory that ran out: then this process ends instead."""
    match line.get("exc_info"):
        case BaseException() as error:
            memory.end_if_out(error)
        case (_, error, _):
            memory.end_if_out(error)
        case told if told:
            memory.end_if_out(sys.exc_info()[1])
    return line


def scrubbed(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The line with everything but words, numbers and instants replaced by its kind.

    A message may be about a person, and so may whatever holds one.
    """
    for name, value in line.items():
        if name not in _OF_STRUCTLOG:
            line[name] = _plain(value)
    return line


def where_it_happened(exc_info: Any) -> str:
    """The traceback: files, lines and the kinds of the errors, without locals and without words.

    What an error says may quote what it stumbled over; only our own faults are known not to.
    """
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(told) < _LONGEST_CHAIN:
        says = f": {error}" if isinstance(error, Fault) else ""
        told.append("".join(format_tb(error.__traceback__)) + type(error).__qualname__ + says)
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
    return "\n\nled to\n\n".join(reversed(told))


def _plain(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping):
        return {str(name): _plain(held) for name, held in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(held) for held in value]
    return f"<{type(value).__name__}>"


def _without_record(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.pop("_record", None)
    line.pop("_from_structlog", None)
    return line
