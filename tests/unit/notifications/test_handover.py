"""Where a parcel is handed over, when that is open, and when somebody comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.notifications.domain.handover import opening_hours
from services.notifications.domain.language import SPOKEN
from tests.support.builders import a_label_printed
from tests.unit.notifications.written import (
    WORDS,
    Tags,
    a_code_printed,
    a_label_delayed,
    a_label_lapsed,
    a_point,
    written,
)

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-18:00")
AMSTERDAM = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("hours", "read"),
    [
        ({}, ""),
        (WEEK, "Mon – Fri 09:00-18:00"),
        (
            WEEK | {"sat": "09:00-13:00", "sun": ""},
            "Mon – Fri 09:00-18:00, Sat 09:00-13:00, Sun closed",
        ),
        (WEEK | {"wed": ""}, "Mon – Tue 09:00-18:00, Wed closed, Thu – Fri 09:00-18:00"),
        ({"mon": "09:00-12:00", "wed": "09:00-12:00"}, "Mon 09:00-12:00, Wed 09:00-12:00"),
        ({"tue": "09:00-12:00 13:00-18:00"}, "Tue 09:00-12:00 13:00-18:00"),
        ({"mon": "https://evil.example", "someday": "09:00-12:00"}, ""),
    ],
)
def test_days_with_the_same_hours_are_said_together(hours, read):
    """Seven lines of the same are read by nobody; an unknown day is not a closed one."""
    assert opening_hours(hours, WORDS.phrases["en"]) == read


def test_a_letter_says_where_to_go_and_when_it_is_open():
    """The customer chose the point on a page that is gone by now."""
    letter = written(a_label_printed(service_point=a_point(opening_hours=WEEK)))

    assert "Where to hand it over: Bakery Crumb, Long Lane 5, 1234 AB Utrecht" in letter.text
    assert "Opening hours: Mon – Fri 09:00-18:00" in letter.text
    assert "Bakery Crumb" in Tags(letter.html).text


@pytest.mark.parametrize(
    ("begin", "end", "read"),
    [
        (9, 12, "Collection: 12 March 2026, 09:00 – 12:00"),
        (9, None, "Collection: 12 March 2026"),
    ],
)
def test_a_letter_says_when_somebody_comes(begin, end, read):
    """Somebody must be at home."""
    day = datetime(2026, 3, 12, tzinfo=AMSTERDAM)
    until = None if end is None else day.replace(hour=end)
    printed = a_label_printed(
        return_method="pickup", collected_from=day.replace(hour=begin), collected_until=until
    )

    assert f"{read}\n" in written(printed).text


def test_an_hour_of_no_known_place_is_not_said():
    """Greenwich's time is the wrong hour nearly everywhere; the day is right."""
    nine = datetime(2026, 3, 12, 9, tzinfo=UTC)
    printed = a_label_printed(collected_from=nine, collected_until=nine + timedelta(hours=3))

    assert "Collection: 12 March 2026\n" in written(printed).text


def test_the_code_can_be_shown_on_the_carrier_s_own_page():
    """Whoever cannot open the picture taps the link."""
    link = "https://carrier.example/code/7"

    letter = written(a_code_printed(link=link))

    assert f"Show the code on a screen: {link}" in letter.text
    assert link in Tags(letter.html).links
    assert "on a screen" not in written(a_code_printed()).text


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("happened", [a_label_delayed(), a_label_lapsed()])
def test_what_keeps_a_customer_waiting_is_said_in_every_language(happened, language):
    """Nobody learns from silence whether to wait, to ask, or to go."""
    letter = written(happened, asked_in=language, languages=(language,), window_days=30)

    said = WORDS.phrases[language].letters[f"label_{type(happened).__name__[5:].lower()}"]
    assert letter.language == language or type(happened).__name__ == "LabelLapsed"
    assert letter.enclosures == ()
    if letter.language == language:
        assert said.after[0] in letter.text


def test_the_two_letters_about_a_label_that_did_not_help_say_different_things():
    """One says wait, the other says too late."""
    assert "keep trying" in written(a_label_delayed(), asked_in="en").text
    assert "can no longer be used" in written(a_label_lapsed(language="en")).text
