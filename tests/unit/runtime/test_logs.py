"""Logs: a line per thing done, and no word about a person in it."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pymongo.errors import DuplicateKeyError

from services._runtime import logs
from services._runtime.errors import Permanent
from tests.support.builders import a_request, a_requested_item, a_shipment
from tests.support.records import a_record, heard

EMAIL = "zoe@example.com"
CANARIES = ("Zoë Zonder", EMAIL, EMAIL.upper(), "1012JS", "Anna sat on it")
SAID = a_request(items=(a_requested_item(comment="Anna sat on it"),))
RECORDED = a_shipment()


class Pen:
    """Logs in a form, and what was written so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def set_up(self, form: str) -> Any:
        """A logger, everything set up as for a service."""
        logs.configure("rules", form)
        return structlog.get_logger()

    def written(self) -> str:
        """What stands on stderr."""
        return self._capsys.readouterr().err


@pytest.fixture
def pen(capsys: pytest.CaptureFixture[str]) -> Iterator[Pen]:
    """A pen; afterwards all logging is as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield Pen(capsys)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = before
    root.setLevel(level)


def hidden(text: str) -> bool:
    """Whether nothing of a person stands in it, however it may be escaped."""
    return not any(
        canary in text or json.dumps(canary)[1:-1] in text or repr(canary.encode())[2:-1] in text
        for canary in CANARIES
    )


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "value",
    [
        SAID,
        RECORDED,
        RECORDED.body(),
        [RECORDED],
        {"of": (RECORDED.body(), SAID)},
        heard(RECORDED),
        a_record(RECORDED),
        {RECORDED.customer.email.encode()},
        ValueError(EMAIL),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_may_be_about_a_person_is_left_out(pen, form: str, value: object):
    """Somebody will pass a whole message to the log one day. It must not matter."""
    log = pen.set_up(form)

    log.info("return_requested", what=value, units=2, carrier="postnl")

    written = pen.written()
    assert hidden(written)
    for told in ("return_requested", "postnl", "rules"):
        assert told in written


def test_what_was_left_out_is_named_by_its_kind(pen):
    """A gap one can see."""
    log = pen.set_up("json")

    log.info("seen", message=SAID, body=b"12345", held={"deep": [SAID]})

    line = json.loads(pen.written())
    assert (line["message"], line["body"], line["held"]) == (
        "<RequestReturn>",
        "<5 bytes>",
        {"deep": ["<RequestReturn>"]},
    )


def test_a_line_says_who_when_and_how_serious(pen):
    """Enough to find it again."""
    log = pen.set_up("json")

    log.warning("batch_turned_back", again_in_seconds=0.25, error=None)

    line = json.loads(pen.written())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "batch_turned_back",
        "level": "warning",
        "service": "rules",
        "again_in_seconds": 0.25,
        "error": None,
    }


def stumble(over: str) -> None:
    """An error that quotes what it stumbled over, in a frame that holds it, caused by another."""
    held = over.upper()
    try:
        {}[held]
    except KeyError as error:
        raise DuplicateKeyError(f"dup key: {over}", 11000, {"op": over}) from error


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_where_and_not_what(pen, form: str):
    """Errors quote what they stumbled over, and some renderers print every local variable."""
    log = pen.set_up(form)

    try:
        stumble(EMAIL)
    except DuplicateKeyError:
        log.exception("message_unexpected")

    written = pen.written()
    assert hidden(written)
    for told in ("KeyError", "led to", "DuplicateKeyError", "test_logs.py", "in stumble"):
        assert told in written


def test_our_own_faults_may_say_what_is_wrong(pen):
    """Their words are ours, and an operator needs them."""
    log = pen.set_up("json")

    log.error("message_unexpected", exc_info=Permanent("not_ours", "rules may not tell that"))

    assert "rules may not tell that" in json.loads(pen.written())["exception"]


def test_libraries_speak_in_the_same_form_and_only_to_warn(pen):
    """One stream, one form: a machine reads it."""
    pen.set_up("json")

    logging.getLogger("aiokafka").info("chatter")
    try:
        stumble(EMAIL)
    except DuplicateKeyError:
        logging.getLogger("aiokafka").exception("Heartbeat failed")

    (line,) = pen.written().splitlines()
    assert hidden(line)
    assert {
        "event": "Heartbeat failed",
        "level": "error",
        "service": "rules",
    }.items() <= json.loads(line).items()


def test_no_form_is_the_one_of_the_place(pen):
    """`auto` is JSON wherever nobody looks."""
    log = pen.set_up("auto")

    log.info("seen")

    assert json.loads(pen.written())["event"] == "seen"


class FullDisk:
    """Where not a line can be written."""

    def write(self, _line):
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")

    def isatty(self):
        return False


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_line_that_cannot_be_written_stops_nothing(pen, monkeypatch, form):
    """Work goes on without words: a batch must not be lost because its line was."""
    monkeypatch.setattr("sys.stderr", FullDisk())
    log = pen.set_up(form)

    log.info("batch_finished", heard=3)
    log.warning("batch_turned_back")
    logging.getLogger("aiokafka").warning("nobody there")


def test_what_the_framework_complains_of_is_a_line_like_ours(pen: Pen):
    """FastStream brings a handler of its own, and a line that is no JSON breaks whoever reads."""
    framework = logging.getLogger("faststream")
    own = logging.StreamHandler()
    framework.addHandler(own)
    framework.propagate = False
    pen.set_up("json")

    framework.warning("Auto create topics is disabled.")

    (line,) = pen.written().splitlines()
    assert json.loads(line)["event"] == "Auto create topics is disabled."
