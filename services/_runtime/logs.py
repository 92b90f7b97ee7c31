"""Logs: a line per thing done, pretty on a terminal, JSON elsewhere, no word about a person."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from contracts.shape import Shape

_NOISY = ("aiokafka", "faststream", "pymongo", "asyncio", "uvicorn")


def configure(service: str, form: str) -> None:
    """Every line from here on names the service. Libraries speak up only for warnings."""
    pretty = form == "console" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        scrubbed,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[*shared, _without_record, renderer])
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def scrubbed(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The line with whole messages replaced by their kind: a message may be about a person."""
    for name, value in line.items():
        if isinstance(value, Shape):
            line[name] = f"<{type(value).__name__}>"
        elif isinstance(value, bytes):
            line[name] = f"<{len(value)} bytes>"
    return line


def _without_record(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.pop("_record", None)
    line.pop("_from_structlog", None)
    return line
