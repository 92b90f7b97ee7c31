"""A short, always equal run of the fuzzers; `make fuzz` takes its time. What they can catch."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services._runtime import reading
from services._runtime.errors import Permanent
from services.notifications.adapters import mail_mime
from services.notifications.domain import desk
from tests.fuzz import outputs
from tests.fuzz.decoder import CODES, judged, torn
from tests.fuzz.records import CORPUS, parsed, seeds, written

RECORDS = 12_000


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.record")), ids=lambda file: file.stem)
def test_what_broke_or_nearly_broke_the_decoder_is_judged(file: Path):
    """Each of these files was once found, or thought of; none may come back."""
    record = parsed(file.read_bytes())

    judged(record)

    assert written(record) == file.read_bytes()


def test_every_topic_is_read_in_both_modes():
    """Seeds that are not read would leave the fuzzers at the door."""
    good = [judged(parsed(seed)) for seed in seeds()[: -len(list(CORPUS.glob("*.record")))]]

    assert [one for one in good if isinstance(one, Permanent)] == []


def test_thousands_of_torn_records_are_read_or_refused():
    """No exception may ever leave the decoder: it would stop a partition for everybody."""
    dice, kept = random.Random(3), seeds()

    found = [judged(parsed(torn(dice, kept))) for _ in range(RECORDS)]

    codes = {one.code for one in found if isinstance(one, Permanent)}
    assert not CODES - codes, "the dice no longer reach these"
    assert sum(not isinstance(one, Permanent) for one in found) > RECORDS / 20


def test_twenty_thousand_strings_are_only_strings_wherever_they_stand():
    """One recipient, the same headers, the same page, one sheet, one line, one row."""
    dice = random.Random(3)

    strings = (
        outputs.letters_hold(dice, 250)
        + outputs.labels_hold(dice, 60)
        + outputs.lines_hold(dice, 3_000)
        + outputs.listings_hold(dice, 1_600)
    )

    assert strings >= 20_000


# ── the fuzzers catch what they are there for ────────────────────────────────────────────────────


def torn_records_hold() -> None:
    """As many records as find a fault that is easy to find."""
    dice, kept = random.Random(3), seeds()
    for _ in range(RECORDS):
        judged(parsed(torn(dice, kept)))


def test_a_parser_that_raises_is_caught(monkeypatch: pytest.MonkeyPatch):
    """A decoder that lets Python's own complaint about half a character through."""
    read = reading._read

    def careless(record, topic):
        (record.value or b"").decode()
        return read(record, topic)

    monkeypatch.setattr(reading, "_read", careless)

    with pytest.raises(UnicodeDecodeError):
        torn_records_hold()


def test_a_refusal_that_quotes_is_caught(monkeypatch: pytest.MonkeyPatch):
    """The name in a map stood in dead letters and logs once."""
    monkeypatch.setattr(reading, "_named", lambda part, _: str(part))

    with pytest.raises(AssertionError):
        torn_records_hold()


def test_a_control_character_that_slips_through_is_caught(monkeypatch: pytest.MonkeyPatch):
    """It would stand on a label, in a letter, in a database."""
    monkeypatch.setattr(reading, "unfit", lambda _: False)

    with pytest.raises(AssertionError, match="control character"):
        torn_records_hold()


@pytest.mark.parametrize(
    ("where", "name", "sabotage"),
    [
        (mail_mime, "_literal", lambda text: text),
        (mail_mime, "_SHORT", 10_000),
        (desk, "line", lambda text, longest=200: text[:longest]),
    ],
)
def test_a_letter_that_becomes_another_is_caught(
    monkeypatch: pytest.MonkeyPatch, where, name, sabotage
):
    """An encoded word, a quote lost in a fold, a line break: each was an address or a header."""
    monkeypatch.setattr(where, name, sabotage)

    with pytest.raises((AssertionError, ValueError)):
        outputs.letters_hold(random.Random(3), 1_000)
