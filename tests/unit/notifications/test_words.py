"""Every letter can be written in every language, and says the same in each."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone

import pytest

from contracts.words import Letter, Occasion, Reason, RefundMethod, Refused, Weekday
from services.notifications.adapters.words_toml import words
from services.notifications.domain.language import SPOKEN
from services.notifications.domain.phrases import day

WORDS = words()
FULLER = ("window_closed_days", "comment_missing_reason", "refused_by_merchant_because")
"""What is said where more is known than the code."""
MAY_BE_EMPTY = re.compile(r"letters\.\w+\.after")
STEPS = {
    f"{way}_{what}" for way in ("drop_off", "in_store", "pickup") for what in ("label", "code")
}


def leaves(value, at=""):
    """Every text under `value` with its place, lists joined: languages may need more sentences."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{at}.{key}".lstrip("."))
    elif at == "months":
        assert len(value) == len(set(value)) == 12
    else:
        yield at, value if isinstance(value, str) else " ".join(value)


def texts(language):
    """Every text of a language, by its place."""
    return dict(leaves(asdict(WORDS.phrases[language])))


def holes(text):
    """The names in braces."""
    return set(re.findall(r"{(\w+)}", text))


def test_we_speak_the_six_languages_promised():
    """A seventh file, or a missing one, is noticed here."""
    assert set(WORDS.phrases) == set(SPOKEN) == {"en", "fr", "de", "nl", "es", "it"}


@pytest.mark.parametrize("language", SPOKEN)
def test_a_language_is_complete(language):
    """Nobody gets a letter with a hole in it, whatever happened."""
    phrases = WORDS.phrases[language]

    assert phrases.language == language
    assert set(phrases.letters) == set(Letter)
    assert set(phrases.occasions) == set(Occasion)
    assert set(phrases.refused) == {*Refused, *FULLER, "other"}
    assert set(phrases.reasons) == set(Reason) - {Reason.NONE_GIVEN}
    assert set(phrases.weekdays) == set(Weekday)
    assert set(phrases.paid) == {*RefundMethod, "other", "nothing"}
    assert set(phrases.steps) == {*STEPS, "own_label"}
    assert all(text or MAY_BE_EMPTY.fullmatch(place) for place, text in texts(language).items())


@pytest.mark.parametrize("language", SPOKEN)
def test_a_translation_fills_in_what_the_english_fills_in(language):
    """A date that is said in English and forgotten in Dutch makes a parcel late."""
    english, translated = texts("en"), texts(language)

    assert translated.keys() == english.keys()
    assert {p: holes(t) for p, t in translated.items()} == {p: holes(t) for p, t in english.items()}


@pytest.mark.parametrize("language", sorted(set(SPOKEN) - {"en"}))
def test_no_sentence_was_left_in_english(language):
    """A sentence of several words that reads the same in two languages was forgotten."""
    english, translated = texts("en"), texts(language)

    same = [p for p, text in translated.items() if text == english[p] and text.count(" ") > 2]
    assert [
        p for p in same if p not in ("date", "refused_item", "item_because", "collection")
    ] == []


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "20 March 2026"),
        ("fr", "20 mars 2026"),
        ("de", "20. März 2026"),
        ("nl", "20 maart 2026"),
        ("es", "20 de marzo de 2026"),
        ("it", "20 marzo 2026"),
    ],
)
def test_a_day_is_written_the_way_its_readers_write_it(language, written):
    """03/04 is March in one country and April in another: months are words here."""
    assert day(datetime(2026, 3, 20, tzinfo=UTC), WORDS.phrases[language]) == written


def test_the_first_of_a_month_has_its_own_form_in_french_and_italian():
    """`1 mars` is a mistake in French."""
    first = datetime(2026, 3, 1, tzinfo=UTC)

    assert day(first, WORDS.phrases["fr"]) == "1er mars 2026"
    assert day(first, WORDS.phrases["it"]) == "1º marzo 2026"
    assert day(first, WORDS.phrases["es"]) == "1 de marzo de 2026"


def test_a_day_is_that_of_its_own_zone():
    """The last day was meant where the merchant wrote it down."""
    late = datetime(2026, 3, 20, 23, 30, tzinfo=timezone(timedelta(hours=-5)))

    assert day(late, WORDS.phrases["en"]) == "20 March 2026"
