"""Mutants of the life of returns: units, verdicts and money, once each."""

from __future__ import annotations

from tests.mutants.mutant import mutant

LIFE = "tests/service/rules/test_lifecycle.py::"
STEPS = "tests/unit/rules/test_returned.py::"
RACING = "tests/integration/rules/test_racing.py::"
STORED = "tests/integration/rules/test_returns.py::"
REPLAY = "tests/integration/rules/test_replay.py::"
RETURNED = "services/rules/domain/returned.py"
PORTS = "services/rules/ports.py"
MONGO = "services/rules/adapters/returns_mongo.py"

MUTANTS = (
    mutant(
        "I14",
        "the same units are approved twice",
        PORTS,
        "return self.facts.taken(parcel, parcel.without(step.after.request.items)), known",
        "return (known,)",
        "tests/service/rules/test_rules.py::test_no_more_units_come_back_than_were_delivered",
    ),
    mutant(
        "I14",
        "what waits for a person holds no units",
        PORTS,
        "if parcel is None or step.after.granted is None:",
        'if parcel is None or step.after.state != "approved":',
        LIFE + "test_what_a_rule_leaves_to_a_person_waits_and_holds_its_units",
    ),
    mutant(
        "I10",
        "units are taken from a parcel that somebody else has changed",
        "services/rules/adapters/facts_mongo.py",
        'return Change(PARCELS, UpdateOne(as_it_was, {"$set": now}), guarded=True)',
        'return Change(PARCELS, UpdateOne({"_id": before.shipment_id}, {"$set": now}))',
        RACING + "test_waiting_approved_and_cancelled_in_a_rush_never_exceed_what_was_delivered "
        "tests/integration/rules/test_facts.py::"
        "test_what_somebody_else_took_meanwhile_is_a_conflict",
        says=r"AssertionError|^assert|Failed: DID NOT RAISE",
    ),
    mutant(
        "I10",
        "a return is changed by whoever comes, whatever it is by then",
        MONGO,
        'as_it_was = {"_id": before.return_id, "revision": before.revision}',
        'as_it_was = {"_id": before.return_id}',
        RACING
        + "test_a_refund_is_due_once_whoever_comes_first "
        + RACING
        + "test_cancelled_by_both_at_once_it_frees_once "
        + STORED
        + "test_who_was_overtaken_decides_again",
    ),
    mutant(
        "I9",
        "a return that is there already is opened again",
        MONGO,
        "return Change(RETURNS, InsertOne(document), guarded=True)",
        'return Change(RETURNS, UpdateOne({"_id": fresh.return_id}, {"$set": document},'
        " upsert=True))",
        STORED + "test_a_return_is_opened_once",
    ),
    mutant(
        "I9",
        "a request from before the ledger's memory is decided anew",
        "services/rules/handlers.py",
        "            if one.key in decided\n",
        "            if False\n",
        LIFE + "test_another_request_under_an_old_id_is_parked",
    ),
    mutant(
        "I9 I16",
        "replayed, a delivery pays once more",
        RETURNED,
        "pays = held.refund is None and _triggers(",
        "pays = _triggers(",
        REPLAY
        + "test_replayed_without_a_ledger_no_verdict_changes_and_nothing_is_paid_twice "
        + STEPS
        + "test_a_refund_is_due_at_most_once_and_never_more_than_was_granted",
    ),
    mutant(
        "I16",
        "more is paid back than was approved",
        RETURNED,
        "minor = most if wished is None else min(wished.minor, most)",
        "minor = most if wished is None else wished.minor",
        LIFE + "test_a_merchant_releases_at_most_what_was_approved",
    ),
    mutant(
        "I10",
        "what was approved expires",
        RETURNED,
        "if held.state is not State.WAITING or not is_late(held, now):",
        "if not is_late(held, now):",
        STEPS + "test_units_are_freed_at_most_once_and_exactly_by_a_return_that_comes_to_nothing",
    ),
    mutant(
        "I10",
        "what was handed over is cancelled",
        "services/rules/domain/orders.py",
        "if held.handed_over_at is not None:",
        "if False:",
        LIFE + "test_what_was_handed_over_cannot_be_cancelled",
    ),
    mutant(
        "I1",
        "a return that came to nothing keeps its units",
        PORTS,
        "if not step.frees:",
        "if True:",
        LIFE + "test_a_cancelled_return_frees_its_units",
    ),
    mutant(
        "I1",
        "nobody is told that time is up",
        "services/rules/handlers.py",
        "return Outcome(step.tell, keep, expiry(verdict.told))",
        "return Outcome(step.tell, keep)",
        LIFE + "test_nobody_waits_for_ever",
    ),
    mutant(
        "I15",
        "one merchant cancels another's return",
        "services/rules/domain/orders.py",
        "if order.portal_id != held.request.portal_id:",
        "if False:",
        LIFE + "test_an_order_that_comes_too_late_or_to_the_wrong_door_changes_nothing",
    ),
    mutant(
        "I19",
        "a return remembers the order's number",
        RETURNED,
        'granted=None if granted is None else granted.model_copy(update={"order_no": ""}),',
        "granted=granted,",
        STEPS
        + "test_the_orders_number_is_told_and_not_remembered "
        + STORED
        + "test_nobody_is_in_a_return",
    ),
)
