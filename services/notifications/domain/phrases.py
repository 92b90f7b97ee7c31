"""What a letter says, in one language; the words themselves are handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.page import Page


@dataclass(frozen=True, slots=True)
class LetterPhrases:
    """One kind of letter. `body` stands before the points or steps, `after` behind them."""

    subject: str
    heading: str
    body: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OccasionPhrases:
    """One kind of alert."""

    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything we can say in one language. `{names}` in braces are filled in.

    The keys of `letters`, `refused`, `reasons` and `occasions` are the words of `contracts.words`,
    those of `paid` its refund methods.
    """

    language: str
    date: str
    first_day: str
    """How the first of a month is written: `1er` in French."""
    months: tuple[str, ...]
    greeting: str
    greeting_unnamed: str
    closing: str
    footer: str
    steps_heading: str
    code_image: str
    """What a reader hears who cannot see the QR code."""
    follow: str
    """Where the parcel can be followed. Said only if a carrier moves it."""
    refused_item: str
    decimal: str
    thousands: str
    amount: str
    """Where the currency's code stands beside the number (EU Interinstitutional Style Guide)."""
    item: str
    item_because: str
    keep: str
    """What stays out of the parcel, where a label goes with it."""
    collection: str
    """When somebody comes for a parcel."""
    closed: str
    weekdays: Mapping[str, str]
    facts: Mapping[str, str]
    links: Mapping[str, str]
    letters: Mapping[str, LetterPhrases]
    steps: Mapping[str, tuple[str, ...]]
    refused: Mapping[str, str]
    reasons: Mapping[str, str]
    paid: Mapping[str, str]
    occasions: Mapping[str, OccasionPhrases]


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of every language we speak, and the look of a page."""

    phrases: Mapping[str, Phrases]
    html: Callable[[Page], str]


def day(at: datetime, phrases: Phrases) -> str:
    """The day of `at`, in its own zone, as this language writes it."""
    number = phrases.first_day if at.day == 1 else str(at.day)
    return phrases.date.format(day=number, month=phrases.months[at.month - 1], year=at.year)
