"""What is compared instead of a tracking number and a postal code."""

from __future__ import annotations

import pytest

from services.lookup.domain.claim import Claim, claim

KEY = bytes(range(16))


def test_the_digest_is_the_one_another_program_computes():
    """Whoever must find a parcel by hand can: `openssl dgst -sha256 -mac HMAC` says the same.

    The input is four parts, each after its length in four bytes, big end first.
    """
    claimed = claim("moss-and-fern", "rr 123 456 785 gb", "NL-1012 js")

    digest = claimed.digest(KEY)

    assert digest == "be25130802b39d2a0e2f5a01164e847f7e2730dea15a4a55721a2c7c746b9519"


@pytest.mark.parametrize(
    "other",
    [
        claim("moss-and-fern2", "RR123456785GB", "1012JS"),
        claim("moss-and-fern", "RR123456786GB", "1012JS"),
        claim("moss-and-fern", "RR123456785GB", "1012JT"),
        Claim("moss-and-fern", "RR123456785GB1", "012JS"),
        Claim("moss-and-fernR", "R123456785GB", "1012JS"),
        Claim("moss-and-fern", "RR123456785GB1012JS", ""),
    ],
)
def test_whatever_differs_gives_another_digest(other):
    """Another shop's parcel, another number, another code, or a letter slipped across a border."""
    known = claim("moss-and-fern", "RR123456785GB", "1012JS")

    assert other.digest(KEY) != known.digest(KEY)


def test_another_key_gives_another_digest():
    """Without the key nobody can try all hundred thousand postal codes on a stolen database."""
    known = claim("moss-and-fern", "RR123456785GB", "1012JS")

    assert known.digest(bytes(16)) != known.digest(KEY)


@pytest.mark.parametrize(("number", "code"), [("", "1012JS"), ("RR123456785GB", ""), ("-", " ")])
def test_one_of_the_two_is_no_claim(number, code):
    """A parcel recorded without a code must not open to its number alone."""
    assert not claim("p", number, code).complete


def test_a_claim_shows_nobody_what_was_claimed():
    """Claims end up in tracebacks, and tracebacks in logs."""
    shown = repr(claim("p", "RR123456785GB", "1012JS"))

    assert "RR123456785GB" not in shown
    assert "1012JS" not in shown
