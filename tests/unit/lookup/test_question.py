"""A question, in the form in which it may be kept."""

from __future__ import annotations

from contracts.lookup import FindShipment
from services.lookup.domain.claim import claim
from services.lookup.domain.question import Question, question_of

KEY = bytes(range(16))
ASKED = FindShipment(
    lookup_id="6f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e",
    portal_id="moss-and-fern",
    tracking_number="rr 123 456 785 gb",
    postal_code="nl-1012 js",
    client_ref="gateway-7",
    language="nl",
)
CLAIMED = claim(ASKED.portal_id, ASKED.tracking_number, ASKED.postal_code)


def test_a_question_is_kept_without_what_was_typed():
    """Late questions wait in the database, where nothing personal may lie."""
    kept = question_of(ASKED, CLAIMED, KEY).body().decode()

    for canary in ("123", "1012", "gateway"):
        assert canary not in kept.replace(question_of(ASKED, CLAIMED, KEY).digest, "")
    assert claim("moss-and-fern", "RR123456785GB", "1012JS").digest(KEY) in kept


def test_a_question_comes_back_from_the_database_as_it_went_in():
    """It is answered by whichever process finds it there."""
    question = question_of(ASKED, CLAIMED, KEY)

    assert Question.read(question.body()) == question
