"""Mutants of the rule engine: what is offered, what is refused, and what it costs."""

from __future__ import annotations

from tests.mutants.mutant import mutant

RULEBOOK = "tests/unit/rules/test_rulebook.py::"
OFFER = "tests/unit/rules/test_offer.py::"
BY_RULES = "tests/unit/rules/test_decide_by_rules.py::"
OFFERED = (
    "tests/unit/rules/test_promises.py::"
    "test_whatever_is_offered_is_accepted_in_time_at_the_price_it_says"
)
INDEX = "services/rules/domain/rulebook/index.py"
EFFECT = "services/rules/domain/rulebook/effect.py"

MUTANTS = (
    mutant(
        "I14",
        "a rule is found under one branch of `any` only",
        INDEX,
        "return [entry for branch in known for entry in branch]",
        "return list(known[0])",
        RULEBOOK + "test_an_index_finds_what_a_walk_through_all_rules_finds",
    ),
    mutant(
        "I14",
        "a rule about a wish is not asked before the wish is known",
        INDEX,
        "        return possible[kind]\n    fact",
        "        return ()\n    fact",
        RULEBOOK + "test_what_is_sure_before_the_wish_stays_so_and_the_rest_is_open",
    ),
    mutant(
        "I14",
        "every rule is looked at, whatever it is about",
        INDEX,
        "return sorted({*found, *self._under(known, possible, kinds)})",
        "return sorted({*found, *range(1000)})",
        RULEBOOK + "test_rules_that_cannot_hold_are_not_looked_at",
    ),
    mutant(
        "I14",
        "a rule nobody can read is passed over",
        "services/rules/domain/rulebook/book.py",
        "isinstance(leaf, UnknownCondition) for leaf in conditions)",
        "False for leaf in conditions)",
        RULEBOOK + "test_a_rule_nobody_here_can_read_is_not_passed_over",
    ),
    mutant(
        "I14",
        "an offer outlives a day that a rule counts",
        "services/rules/domain/offering/validity.py",
        "yield from _next_day(parcel.delivered_at, rulebook.delivery_days, now)",
        "yield from ()",
        OFFER + "test_an_offer_holds_until_the_next_day_that_some_rule_counts " + OFFERED,
    ),
    mutant(
        "I14",
        "an offer shows the price of another way back",
        "services/rules/domain/offering/choices.py",
        "fees.tariff(answers[m].effect, m, country)",
        "fees.tariff(answers[methods[0]].effect, m, country)",
        OFFER + "test_each_way_back_has_the_price_that_rules_give_it",
    ),
    mutant(
        "I14",
        "an item is kept that goes back together with others",
        "services/rules/domain/offering/choices.py",
        "all(answer.effect.kept and not answer.why_not for answer in answers.values())",
        "answers[KEPT].effect.kept and not answers[KEPT].why_not",
        OFFER + "test_what_is_kept_for_one_way_back_only_is_not_promised",
    ),
    mutant(
        "I14",
        "another price than the one shown is taken",
        "services/rules/domain/hearing/hear.py",
        "    if items and request.price_shown != price:",
        "elif items and request.price_shown is None:",
        "tests/unit/rules/test_decide.py::test_a_penny_more_or_less_is_another_price",
    ),
    mutant(
        "I14",
        "the last limit is the only one",
        EFFECT,
        "found.refund_limits.append(Limit(rule_id, frozenset(action.only)))",
        "found.refund_limits[:] = [Limit(rule_id, frozenset(action.only))]",
        BY_RULES + "test_limits_add_up",
    ),
    mutant(
        "I14",
        "extensions are added up",
        EFFECT,
        "max(found.longer, timedelta(days=action.days))",
        "found.longer + timedelta(days=action.days)",
        BY_RULES + "test_the_longest_extension_counts_up_to_its_last_instant",
    ),
    mutant(
        "I14",
        "a label is bought for what is kept",
        "services/rules/domain/hearing/hear.py",
        "return method == ReturnMethod.NONE",
        "return True",
        BY_RULES + "test_what_is_kept_is_not_sent_and_what_is_sent_is_not_kept",
    ),
    mutant(
        "I14",
        "a verdict does not say why",
        "services/rules/domain/hearing/trace.py",
        "rules=rule_ids(item.held) if item.held else (),",
        "rules=(),",
        BY_RULES + "test_a_verdict_names_every_rule_that_held_and_what_it_looked_at",
    ),
    mutant(
        "I14",
        "the order of the items changes what is refused",
        "services/rules/domain/hearing/hear.py",
        "return tuple(sorted(dict.fromkeys(refusals), key=place))",
        "return tuple(dict.fromkeys(refusals))",
        "tests/unit/rules/test_promises.py::test_the_order_of_the_items_never_changes_a_verdict",
    ),
)
