"""Mutants of the five services: money, letters, merchants, people."""

from __future__ import annotations

from tests.mutants.mutant import mutant

DOUBT = "tests/service/labels/test_doubt.py::"
CANCELLING = "tests/service/labels/test_cancelling.py::"
LABELS = "tests/service/labels/test_labels.py::"
LETTERS = "tests/service/notifications/test_notifications.py::"
VERDICTS = "tests/service/notifications/test_verdicts.py::"
POST = "services/notifications/workers.py"

MUTANTS = (
    # ── labels ───────────────────────────────────────────────────────────────────────────────
    mutant(
        "I2",
        "buys under a fresh reference each time",
        "services/labels/workers/issue.py",
        "carrier.issue(order, connection)",
        "carrier.issue(__import__('dataclasses').replace("
        "order, reference=f'{order.reference}:{__import__(\"uuid\").uuid4().hex[:8]}'),"
        " connection)",
        DOUBT
        + "test_a_crash_after_the_purchase_finds_the_label_again "
        + DOUBT
        + "test_an_answer_that_got_lost_is_asked_for_at_once",
        soak="F20",
    ),
    mutant(
        "I2",
        "buys again on a timeout",
        "services/labels/workers/issue.py",
        "            return await self._found_out(intent, approved, carrier, known) or nothing",
        "            return nothing",
        DOUBT + "test_an_answer_that_got_lost_is_asked_for_at_once",
    ),
    mutant(
        "I2",
        "an approval heard twice is planned twice",
        "services/labels/handlers.py",
        "Plan(ISSUE_LABEL, reference_of(order), order",
        'Plan(ISSUE_LABEL, f"{reference_of(order)}:{id(order)}", order',
        LABELS + "test_an_approval_heard_twice_leads_to_one_label",
    ),
    mutant(
        "I2",
        "a label is bought for what stays with the customer",
        "services/labels/handlers.py",
        "if not travelling(order):",
        "if False:",
        LABELS + "test_a_return_of_which_nothing_travels_gets_no_label_and_no_refusal",
    ),
    mutant(
        "I3",
        "bought for somebody forgotten, and not known to us",
        "services/labels/workers/ending.py",
        "return _rejected(approved, refusal.code, kept)",
        "return _rejected(approved, refusal.code, ())",
        DOUBT + "test_a_customer_forgotten_after_the_purchase_gets_nothing_but_it_stays_known",
        says="NoneType.*tracking_number",
    ),
    mutant(
        "I3",
        "told and not kept: our own books lack the label",
        "services/labels/workers/ending.py",
        "(*kept, *follow), ahead)",
        "(*kept[1:], *follow), ahead)",
        LABELS + "test_what_is_kept_of_a_label_names_nobody",
        says="NoneType.*evidence",
    ),
    mutant(
        "I2",
        "a carrier that may sell late is believed at once",
        "services/labels/workers/issue.py",
        "if not carrier.connected or so_far >= carrier.settles_seconds:",
        "if True:",
        "tests/service/labels/test_purse.py",
    ),
    mutant(
        "I2",
        "a reserved number is not kept",
        "services/labels/workers/purse.py",
        "number = await self.purchases.reserve(order.reference, given, connection.id)",
        "number = given",
        "tests/service/labels/test_purse.py",
    ),
    mutant(
        "I2",
        "two people resolve the same order, and both are believed",
        "services/labels/adapters/verdicts.py",
        'as_seen = {"_id": seen.id, "state": State.UNKNOWN.value, "fence": seen.fence}',
        'as_seen = {"_id": seen.id}',
        "tests/integration/ops/test_intents.py::test_two_who_saw_the_same_decide_once",
    ),
    mutant(
        "I5",
        "a label bought for a cancelled return is told",
        "services/labels/workers/ending.py",
        "if not await self._purse.purchases.settle(order.reference, approved.portal_id):",
        "if False:",
        CANCELLING + "test_cancelled_while_the_order_is_out_its_label_is_taken_back",
    ),
    mutant(
        "I5",
        "an order goes out for a cancelled return",
        "services/labels/adapters/purchases_memory.py",
        "if held.cancelled_by == portal_id or held.bought is not None:",
        "if False:",
        "tests/integration/labels/test_purchases.py::"
        "test_no_order_goes_out_for_a_cancelled_return[memory]",
    ),
    mutant(
        "I24",
        "nothing is set aside before an order goes out",
        "services/labels/workers/purse.py",
        "if aside is not None and not await self.spending.set_aside(aside, note):",
        "if False:",
        "tests/service/labels/test_purse.py",
    ),
    mutant(
        "I24",
        "two processes take the same last euro",
        "services/labels/adapters/spending_mongo.py",
        'room = {"minor": {"$lte": aside.cap.minor - minor}}',
        "room: dict[str, Any] = {}",
        "tests/integration/labels/test_purchases.py::"
        "test_many_at_once_never_spend_more_than_the_cap",
    ),
    mutant(
        "I24",
        "what was never bought counts for the rest of the day",
        "services/labels/workers/purse.py",
        "return (*changes, self.spending.give_back(note.set_aside, note))",
        "return changes",
        "tests/service/labels/test_purse.py",
    ),
    mutant(
        "I14",
        "a refused request is approved",
        "services/rules/domain/decide.py",
        "if hearing.refusals or portal.return_to is None:",
        "if portal.return_to is None:",
        "tests/unit/rules/test_decide.py::test_each_reason_alone_refuses_and_is_named",
        soak="F20",
    ),
    # ── notifications ────────────────────────────────────────────────────────────────────────
    mutant(
        "I4",
        "blind resend of a letter in doubt",
        POST,
        "return Again(IN_DOUBT) if self.drops_repeats else Unknown(IN_DOUBT)",
        "return Again(IN_DOUBT)",
        LETTERS + "test_a_letter_in_doubt_is_left_to_a_person",
    ),
    mutant(
        "I4",
        "a fresh Message-ID at each attempt",
        POST,
        "derived_id('letter', intent.id)",
        "__import__('uuid').uuid4().hex",
        LETTERS + "test_a_letter_interrupted_by_a_crash_is_repeated_where_repeats_are_dropped",
        soak="F23",
    ),
    mutant(
        "I4",
        "the key of a letter names each telling",
        "services/notifications/handlers.py",
        "Plan(EMAIL_CUSTOMER, _key(happened, letter), happened",
        'Plan(EMAIL_CUSTOMER, f"{_key(happened, letter)}:{id(happened)}", happened',
        LETTERS + "test_a_label_planned_twice_is_sent_once",
    ),
    mutant(
        "I5",
        "what the server cannot take now is called sent",
        POST,
        "            case Deferred(code):\n                return Again(code)",
        "            case Deferred(_):\n                return done()",
        LETTERS + "test_what_the_server_cannot_take_now_is_sent_later",
        soak="F24",
    ),
    mutant(
        "I5",
        "a refusal is no reason to write",
        "services/notifications/handlers.py",
        "            Route(topics.RETURN_REJECTED, self.on_return_rejected),\n",
        "",
        LETTERS + "test_a_refusal_lists_its_reasons",
        says="AssertionError|^assert|ValueError",
    ),
    mutant(
        "I15",
        "a letter goes to another merchant's customer",
        "services/notifications/domain/compose.py",
        "if customer.portal_id != happened.portal_id:",
        "if False:",
        LETTERS + "test_no_letter_carries_one_merchants_name_to_anothers_customer",
    ),
    mutant(
        "I4",
        "what was told with keeping it is told again as a refund",
        "services/notifications/domain/happened.py",
        'case RefundDue(because="nothing_to_send"):',
        'case RefundDue(because="never"):',
        VERDICTS + "test_keeping_everything_and_being_paid_is_one_letter",
    ),
    # ── analytics ────────────────────────────────────────────────────────────────────────────
    mutant(
        "I6",
        "increments instead of upserts",
        "services/analytics/adapters/reasons_mongo.py",
        'ReplaceOne({"_id": record.id}, document(record), upsert=True)',
        '__import__("pymongo").UpdateOne({"_id": record.id},'
        ' {"$inc": {"quantity": record.quantity}, "$set":'
        ' {k: v for k, v in document(record).items() if k != "quantity"}}, upsert=True)',
        "tests/integration/analytics/test_reasons.py::test_kept_again_counts_once",
        soak="F20",
    ),
    mutant(
        "I6",
        "a wait heard late takes the place of its verdict",
        "services/analytics/adapters/reasons_mongo.py",
        "if record.verdict == AWAITING:",
        "if False:",
        "tests/integration/analytics/test_reasons.py::"
        "test_the_last_word_on_a_return_stands_in_whatever_order_words_come",
    ),
    mutant(
        "I16",
        "what a label cost is ignored",
        "services/analytics/domain/label.py",
        "cost=issued.cost,",
        "cost=None,",
        "tests/unit/analytics/test_shipped.py::test_a_label_is_remembered_as_a_cost_and_a_way",
        soak="F20",
    ),
    mutant(
        "I16",
        "a label told twice costs twice",
        "services/analytics/domain/label.py",
        'return f"{self.return_id}:{self.parcel_no}"',
        'return f"{self.return_id}:{self.parcel_no}:" + __import__("uuid").uuid4().hex',
        "tests/service/analytics/test_analytics.py::test_a_label_costs_once_however_often_it_is_told",
    ),
    # ── merchants among themselves ───────────────────────────────────────────────────────────
    mutant(
        "I15",
        "a parcel is looked up without its portal",
        "services/lookup/domain/claim.py",
        "digested(key, _PURPOSE, self.portal_id, self.tracking_number",
        "digested(key, _PURPOSE, self.tracking_number",
        "tests/unit/lookup/test_claim.py::test_whatever_differs_gives_another_digest",
    ),
    mutant(
        "I15",
        "one merchant approves another's parcel",
        "services/rules/domain/decide.py",
        "parcel is None or parcel.portal_id != request.portal_id",
        "parcel is None",
        "tests/unit/rules/test_decide.py::test_another_portals_parcel_is_as_good_as_unknown",
    ),
    mutant(
        "I15",
        "one merchant's customer on another's label",
        "services/labels/domain/order.py",
        "case Sender(portal_id=portal_id) if portal_id != approved.portal_id:",
        "case Sender() if False:",
        LABELS + "test_a_parcel_of_another_merchant_is_refused",
    ),
    # ── people ───────────────────────────────────────────────────────────────────────────────
    mutant(
        "I17",
        "a no that says why",
        "services/lookup/domain/match.py",
        "    return no(asked)\n",
        "    told = no(asked)\n"
        '    return told if delivered else told.model_copy(update={"portal_id": "unknown"})\n',
        "tests/unit/lookup/test_match.py::test_every_kind_of_no_is_the_same_no",
    ),
    mutant(
        "I17",
        "a no that is silence where nobody knows the parcel",
        "services/lookup/handlers.py",
        "        told = answer(asked, portal",
        "        if asked.digest not in known.parcels:\n            return Outcome()\n"
        "        told = answer(asked, portal",
        "tests/service/lookup/test_lookup.py::test_every_kind_of_no_is_the_same_to_the_last_byte",
        says="AssertionError|^assert|ValueError",
    ),
    mutant(
        "I17",
        "whoever guesses may go on for ever",
        "services/lookup/domain/budget.py",
        "            if len(self._now_at(key).within(self._since)) >= self._limits.of(scope):\n",
        "            if False:\n",
        "tests/service/lookup/test_guessing.py::"
        "test_after_five_wrong_codes_the_right_one_alone_opens_nothing",
    ),
    mutant(
        "I18",
        "what a customer typed is told to everybody",
        "services/rules/domain/hearing/trace.py",
        "        name=line.name,\n",
        "        name=asked.comment or line.name,\n",
        "tests/unit/rules/test_decide.py::test_what_the_customer_typed_stays_where_it_was_typed",
    ),
    mutant(
        "I18",
        "a personal field in shipment-found",
        "contracts/lookup.py",
        "    shipment_id: Name\n    country: Country\n",
        "    shipment_id: Name\n    name: Personal | None = None\n    country: Country\n",
        "tests/contract/test_personal.py",
    ),
    mutant(
        "I18",
        "a log line may hold anything",
        "services/_runtime/logs.py",
        "line[name] = _plain(value)",
        "line[name] = value",
        "tests/unit/runtime/test_logs.py::test_whatever_may_be_about_a_person_is_left_out",
    ),
    mutant(
        "I19",
        "a forgotten sender is learnt again from an old message",
        "services/labels/adapters/senders_mongo.py",
        '"version": {"$ifNull": ["$version", 0]},',
        '"version": {"$literal": 0},',
        "tests/integration/labels/test_stores.py::"
        "test_what_was_forgotten_comes_back_only_with_a_younger_version",
    ),
    mutant(
        "I19",
        "a forgotten customer is written to again",
        "services/notifications/adapters/facts_mongo.py",
        '"version": {"$ifNull": ["$version", 0]},',
        '"version": {"$literal": 0},',
        "tests/integration/notifications/test_facts.py::"
        "test_a_redelivered_shipment_does_not_bring_an_erased_customer_back",
    ),
    mutant(
        "I23",
        "what used to be optional is required",
        "contracts/labels.py",
        '    cost: Money | None = None\n    """What the carrier',
        '    cost: Money | None\n    """What the carrier',
        "tests/contract/test_documents.py::"
        "test_schemas_samples_asyncapi_and_the_table_are_up_to_date",
    ),
)
