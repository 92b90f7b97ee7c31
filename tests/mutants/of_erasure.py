"""Mutants of forgetting: what would keep somebody who asked to go."""

from __future__ import annotations

from tests.mutants.mutant import mutant

FORGETTING = "tests/unit/runtime/test_forgetting.py::"
PARKED = "tests/unit/runtime/test_dead_letters.py::"
RETENTION = "tests/unit/ops/test_retention.py"
RULES = "tests/service/rules/test_rules.py::"
LETTERS = "tests/service/notifications/test_notifications.py::"

MUTANTS = (
    mutant(
        "I18",
        "who has a digest can try what somebody may have typed",
        "services/_runtime/judging.py",
        "digest_size=16, key=key, person=",
        "digest_size=16, person=",
        FORGETTING + "test_who_holds_the_decisions_cannot_try_what_a_customer_may_have_typed",
    ),
    mutant(
        "I18",
        "what a customer typed waits with the request",
        "services/rules/handlers.py",
        "known.parcels.get(request.shipment_id), without_comments(request)",
        "known.parcels.get(request.shipment_id), request",
        RULES + "test_what_a_customer_typed_does_not_wait_with_the_request",
    ),
    mutant(
        "I18",
        "a letter lies under the key it came with, whatever that says",
        "services/_runtime/dead_letters.py",
        "return Tell(topic, key, headers,",
        "return Tell(topic, record.key, headers,",
        PARKED + "test_two_letters_about_one_customer_lie_under_keys_of_their_own",
    ),
    mutant(
        "I19",
        "an erased request is decided, or parked as poison",
        "services/_runtime/judging.py",
        "heard = [one for one in heard if one.message is not None]",
        "pass",
        FORGETTING + "test_a_null_value_decides_nothing_and_is_not_parked",
    ),
    mutant(
        "I19",
        "a letter in doubt keeps the label of somebody forgotten",
        "services/notifications/handlers.py",
        "forget=() if one.message is not None else (one.key,),",
        "forget=(),",
        LETTERS + "test_a_letter_in_doubt_lets_go_of_whom_it_was_for",
    ),
    mutant(
        "I19",
        "a label is told whose customer was forgotten while it was drawn",
        "services/labels/workers/ending.py",
        "if isinstance(await self._senders.of(approved.shipment_id), Forgotten):",
        "if False:",
        "tests/service/labels/test_doubt.py",
    ),
    mutant(
        "I19",
        "rules learns a forgotten parcel again from an old message",
        "services/rules/adapters/facts_mongo.py",
        '"version": {"$ifNull": ["$version", 0]},',
        '"version": {"$literal": 0},',
        "tests/integration/rules/test_facts.py::"
        "test_a_parcel_heard_of_again_after_it_was_forgotten_stays_forgotten",
    ),
    mutant(
        "I19",
        "lookup learns a forgotten parcel again from an old message",
        "services/lookup/adapters/facts_mongo.py",
        '"version": {"$ifNull": ["$version", 0]}}',
        '"version": {"$literal": 0}}',
        "tests/integration/lookup/test_facts.py::"
        "test_a_parcel_heard_of_again_after_it_was_forgotten_stays_forgotten",
    ),
    mutant(
        "I19",
        "a parcel told anew has all its units again",
        "services/rules/adapters/facts_mongo.py",
        '"taken": {"$ifNull": ["$taken", {"$literal": {}}]},',
        '"taken": {"$literal": {}},',
        "tests/integration/rules/test_facts.py::"
        "test_a_younger_version_brings_a_forgotten_parcel_back_and_nothing_twice",
    ),
    mutant(
        "I19",
        "Kafka closes a segment after a week",
        "deploy/ops/retention.py",
        'found["segment.ms"] = str(SEGMENT_MS)',
        'found["segment.ms"] = str(7 * DAY_MS)',
        RETENTION,
    ),
    mutant(
        "I19",
        "a service that was down for two days never hears who was forgotten",
        "deploy/ops/retention.py",
        'found["delete.retention.ms"] = str(DEAD_LETTERS_KEPT_DAYS * DAY_MS)',
        'found["delete.retention.ms"] = str(DAY_MS)',
        RETENTION,
    ),
    mutant(
        "I19",
        "forgetting overlooks what the customer typed",
        "deploy/ops/erasing/finding.py",
        '        ("requests", topics.REQUEST_RETURN.name),\n',
        "",
        "tests/integration/ops/test_forget.py::"
        "test_everything_about_a_customer_is_found_and_followed_by_a_null_value",
    ),
    mutant(
        "I19",
        "forgetting one customer forgets another",
        "deploy/ops/erasing/finding.py",
        "if followed or spot not in theirs:",
        "if True:",
        "tests/integration/ops/test_forget.py::test_another_customer_is_not_forgotten_with_them",
    ),
)
