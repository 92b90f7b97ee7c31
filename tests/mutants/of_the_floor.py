"""Mutants of the floor: intake, judging, ledger, intents, worker, speaker, reading."""

from __future__ import annotations

from tests.mutants.mutant import Edit, mutant

INTAKE = "services/_runtime/intake.py"
JUDGING = "services/_runtime/judging.py"
LEDGER = "services/_runtime/ledger_mongo.py"
INTENTS = "services/_runtime/intents_mongo.py"
WORKER = "services/_runtime/worker.py"
READING = "services/_runtime/reading.py"
WORDS = "services/_runtime/words.py"

DELIVERY = "tests/integration/runtime/test_delivery.py::"
LEDGERS = "tests/integration/runtime/test_ledger.py::"
LEASES = "tests/integration/runtime/test_intents.py::"
JUDGED = "tests/unit/runtime/test_judging.py::"
WORKED = "tests/unit/runtime/test_worker.py::"

MUTANTS = (
    # ── what is heard ────────────────────────────────────────────────────────────────────────
    mutant(
        "I1 I13",
        "commit before work",
        INTAKE,
        "        batch = Batch()\n        by_topic",
        "        await self._commit(records)\n        batch = Batch()\n        by_topic",
        DELIVERY + "test_what_was_not_finished_is_heard_again_by_whoever_takes_over",
        soak="F3",
    ),
    mutant(
        "I1 I13",
        "the framework commits at first sight",
        INTAKE,
        "ack_policy=AckPolicy.MANUAL",
        "ack_policy=AckPolicy.ACK_FIRST",
        DELIVERY + "test_what_was_not_finished_is_heard_again_by_whoever_takes_over",
    ),
    mutant(
        "I1",
        "no seek after an outage",
        INTAKE,
        "self.consumer.seek(partition, begins[partition])",
        "pass",
        DELIVERY + "test_an_outage_of_the_database_parks_nothing",
        soak="F14",
    ),
    mutant(
        "I1",
        "begins at the end of a topic",
        INTAKE,
        'auto_offset_reset="earliest"',
        'auto_offset_reset="latest"',
        DELIVERY + "test_a_crash_between_keeping_and_telling_tells_the_same_words",
    ),
    mutant(
        "I1",
        "an outage parks",
        JUDGING,
        "            if is_ours_to_bear(error):\n                raise\n            if len(heard)",
        "            if len(heard)",
        JUDGED + "test_an_outage_parks_nothing_and_is_the_partitions_business",
    ),
    mutant(
        "I13 I21",
        "no drain when partitions are revoked",
        INTAKE,
        "await asyncio.wait_for(self._idle.wait(), DRAIN_SECONDS)",
        "pass",
        DELIVERY + "test_a_partition_changes_hands_only_after_its_batch_is_committed",
    ),
    mutant(
        "I13",
        "offset committed past what was read",
        INTAKE,
        "offset + 1 for place",
        "offset + 2 for place",
        DELIVERY + "test_what_is_heard_is_told_once_and_committed",
    ),
    # ── what is decided ──────────────────────────────────────────────────────────────────────
    mutant(
        "I6 I9",
        "inbox off: what was decided is forgotten",
        LEDGER,
        '        return {document["_id"]: _decision(document) async for document in found}',
        "        return {}",
        DELIVERY + "test_a_crash_between_keeping_and_telling_tells_the_same_words",
        also=[
            Edit(
                LEDGER,
                "InsertOne(_document(decision))",
                '__import__("pymongo").ReplaceOne('
                '{"_id": decision.identity}, _document(decision), upsert=True)',
            )
        ],
        soak="F3",
    ),
    mutant(
        "I9",
        "another message under an old id is told as the old one",
        JUDGING,
        "not may_be_same(decision.digest, digest)",
        "False",
        JUDGED + "test_another_message_under_an_old_identity_is_parked",
    ),
    mutant(
        "I7",
        "told although somebody else's decision stands",
        JUDGING,
        "            await self._ledger.keep(decisions, changes, intents)\n        batch.decided",
        "            with __import__('contextlib').suppress(Conflict):\n"
        "                await self._ledger.keep(decisions, changes, intents)\n"
        "        batch.decided",
        JUDGED + "test_an_identity_somebody_else_decided_meanwhile_is_told_as_they_decided",
    ),
    mutant(
        "I7",
        "decision and change kept one by one",
        LEDGER,
        "await self._together(writes)",
        "await self._write(writes, None)",
        LEDGERS + "test_a_guarded_change_that_finds_nothing_undoes_everything",
    ),
    mutant(
        "I10",
        "a guard that found nothing counts as done",
        LEDGER,
        "if guarded and touched(result) < len(wanted):",
        "if False:",
        "tests/integration/rules/test_facts.py::"
        "test_what_somebody_else_took_meanwhile_is_a_conflict",
    ),
    mutant(
        "I8",
        "kept and never told: a repeat is met with silence",
        JUDGING,
        "self._answer(one, digest, known.get(identity), ",
        "fresh_one = identity in {each.identity for each in decisions}\n"
        "            self._answer(one, digest, known[identity] if fresh_one else None, ",
        DELIVERY + "test_a_crash_between_keeping_and_telling_tells_the_same_words",
        soak="F3",
    ),
    mutant(
        "I8",
        "told is what was handed to the client",
        "services/_runtime/speaker.py",
        "await asyncio.gather(*(future for futures in sent for future in futures))",
        "pass",
        DELIVERY + "test_what_kafka_refuses_is_not_called_told",
    ),
    mutant(
        "I9",
        "a fresh id at each telling",
        WORDS,
        "envelope = cause.caused(topic.name",
        "envelope = cause._replace(id=__import__('uuid').uuid4().hex).caused(topic.name",
        "tests/unit/runtime/test_words.py::test_a_retry_tells_the_same_words",
    ),
    mutant(
        "I10",
        "version guard off: the latest to arrive wins",
        "services/_runtime/versioned.py",
        'older = {"$lt": [{"$ifNull": ["$version", 0]}, version]}',
        "older = True",
        "tests/integration/rules/test_facts.py::test_a_version_that_is_not_younger_changes_nothing",
    ),
    mutant(
        "I10",
        "a key's messages are scattered over partitions",
        "services/_runtime/speaker.py",
        'partition_of(tell.key or b"", counts[tell.topic])',
        "len(placed) % counts[tell.topic]",
        DELIVERY + "test_messages_of_one_key_keep_their_order",
    ),
    # ── what cannot be read ──────────────────────────────────────────────────────────────────
    mutant(
        "I11",
        "the parser raises outside the wrapper",
        READING,
        "        return Permanent(refused.code, str(refused))",
        "        raise",
        "tests/unit/runtime/test_reading.py::"
        "test_headers_that_name_no_message_are_refused_with_their_code",
        says="EnvelopeError",
    ),
    mutant(
        "I11",
        "the framework parses before us",
        INTAKE,
        "            parser=_untouched,\n",
        "",
        DELIVERY + "test_a_bad_message_is_parked_with_unchanged_bytes_and_its_neighbours_go_on",
    ),
    mutant(
        "I11",
        "a parked record loses its bytes",
        "services/_runtime/dead_letters.py",
        '(record.value or b"") if fits',
        'b"" if fits',
        "tests/unit/runtime/test_dead_letters.py::"
        "test_a_parked_record_is_what_came_and_why_it_went",
    ),
    mutant(
        "I12",
        "one bad message blocks its partition for ever",
        JUDGING,
        "            if len(heard) == 1:\n",
        "            raise\n            if len(heard) == 1:\n",
        DELIVERY + "test_a_bad_message_is_parked_with_unchanged_bytes_and_its_neighbours_go_on",
    ),
    mutant(
        "I12",
        "a batch with one bad message is parked whole",
        JUDGING,
        "                await self.judge(route, [one], batch)",
        '                self.park(one.record, Permanent("unexpected"), batch)',
        JUDGED + "test_a_message_that_stumbles_is_cut_out_and_parked_after_a_few_tries",
    ),
    # ── what is done outside ─────────────────────────────────────────────────────────────────
    mutant(
        "I2",
        "planned again: what is over begins anew",
        INTENTS,
        '{"$setOnInsert": document}',
        '{"$set": document}',
        LEDGERS + "test_an_intent_that_is_over_is_not_planned_anew",
    ),
    mutant(
        "I2",
        "what was in flight is begun again without asking",
        WORKER,
        "performer.recover if intent.interrupted else performer.perform",
        "performer.perform",
        WORKED + "test_an_answer_that_never_came_is_looked_into_once_the_lease_has_ended",
    ),
    mutant(
        "I3",
        "a deed in doubt is given up unasked",
        WORKER,
        "if overdue and not intent.interrupted:",
        "if overdue:",
        WORKED + "test_a_deed_in_doubt_is_looked_into_even_after_its_deadline",
    ),
    mutant(
        "I7",
        "told before it is kept",
        WORKER,
        "            try:\n                if not await self._intents.settle",
        "            await self._speaker.tell(ended.tells)\n"
        "            try:\n                if not await self._intents.settle",
        WORKED + "test_an_owner_that_was_too_slow_changes_nothing",
    ),
    mutant(
        "I8",
        "called told before it is told",
        WORKER,
        "            await self._speaker.tell(intent.tells)\n",
        "            await self._intents.told([intent])\n"
        "            await self._speaker.tell(intent.tells)\n",
        WORKED
        + "test_a_crash_between_keeping_and_telling_tells_the_same_words_and_does_nothing_twice",
        soak="F3",
    ),
    mutant(
        "I8",
        "kept and asleep: nobody comes back to tell it",
        "services/_runtime/intents.py",
        "wake_at=wake_at if tells else None",
        "wake_at=None",
        LEASES
        + "test_a_settled_intent_is_awake_until_it_was_told "
        + WORKED
        + "test_a_crash_between_keeping_and_telling_tells_the_same_words_and_does_nothing_twice",
        soak="F8",
    ),
    mutant(
        "I20",
        "the deadline is ignored",
        WORKER,
        "overdue = self._now() > intent.deadline_at and intent.attempts > 1",
        "overdue = False",
        WORKED + "test_a_deadline_that_passed_is_given_up_with_the_last_reason",
    ),
    mutant(
        "I20",
        "a store that is down ends the worker",
        WORKER,
        "                if not is_outage(error):\n                    log.exception",
        "                raise\n                if not is_outage(error):\n"
        "                    log.exception",
        WORKED + "test_a_store_that_is_down_is_waited_for",
        says="Error|^assert",
    ),
    mutant(
        "I21",
        "settled without a fence",
        INTENTS,
        'mine = {"_id": intent.id, "fence": intent.fence}',
        'mine = {"_id": intent.id}',
        LEASES + "test_an_old_owner_can_settle_nothing",
        soak="F5/labels",
    ),
    mutant(
        "I21",
        "two claimers share an intent",
        INTENTS,
        'mine = {"_id": {"$in": ids}, **due(now)}',
        'mine = {"_id": {"$in": ids}}',
        LEASES + "test_two_claimers_never_share_an_intent",
    ),
    mutant(
        "I22",
        "a clock that jumps gives up what was never tried",
        WORKER,
        "self._now() > intent.deadline_at and intent.attempts > 1",
        "self._now() > intent.deadline_at",
        WORKED + "test_what_was_never_tried_is_tried_once_whatever_the_time",
    ),
    mutant(
        "I22",
        "each machine believes its own clock",
        "services/_runtime/clock.py",
        "        if self._seen is None:\n",
        "        if True:\n",
        "tests/integration/runtime/test_clocks.py::test_nobody_takes_what_is_in_anothers_hands",
    ),
    mutant(
        "I23",
        "a field from the future is refused",
        "contracts/shape.py",
        'extra="ignore"',
        'extra="forbid"',
        "tests/unit/runtime/test_reading.py::test_fields_from_the_future_are_left_out",
    ),
)
