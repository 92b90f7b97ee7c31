"""What stands behind each refusing case: the line of ours without which it is not refused.

`python -m tests.requirements` takes each of them away, one at a time, in a copy of the tree, and
shows that every case that hangs on it notices.
"""

from __future__ import annotations

from tests.requirements.guard import guard, off, unwise

RULES = "services/rules/domain"
CASE, HEARING = f"{RULES}/hearing/case.py", f"{RULES}/hearing/hear.py"
CAN, FOUND, FEES = (
    f"{RULES}/{name}.py" for name in ("capability", "findings/of_settings", "findings/of_fees")
)
REQUEST, SETTINGS = "contracts/rules.py", "contracts/shop.py"
LABELS = "services/labels"
ALERT = "services/notifications/domain/alert.py"

GUARDS = (
    # ── items ────────────────────────────────────────────────────────────────────────────────
    off(
        CASE,
        "if wish.units > about.parcel.left(line.line_id):",
        "R8 more_than_were_delivered",
        "R8 more_than_are_left",
        "R11 what_is_gone_since_it_was_shown",
    ),
    guard(
        HEARING,
        "yield Refusal(code=Refused.ITEM_UNKNOWN, line_id=line_id)",
        "pass",
        "R8 an_item_of_another_parcel",
    ),
    off(HEARING, "elif times > 1:", "R8 an_item_twice"),
    guard(
        CASE,
        "line.final_sale or line.sku in about.portal.not_returnable",
        "line.final_sale",
        "R9 a_product_on_the_list",
    ),
    guard(CASE, "if line.final_sale or line.sku", "if line.sku", "R9 a_final_sale"),
    off(
        CASE,
        "elif Refused.NOT_RETURNABLE in effect.refused:",
        "R9 a_product_of_a_category",
        "R9 a_product_with_a_tag",
        "R11 what_the_form_hides_is_refused_to_whoever_asks_without_it",
    ),
    off(
        CASE,
        "if about.parcel.country in about.portal.blocked:",
        "R10 a_blocked_country",
        "R10 a_blocked_country_is_offered_nothing",
    ),
    off(
        CASE,
        "if Refused.COUNTRY_BLOCKED in effect.refused:",
        "R10 a_country_a_rule_blocks",
        "R10 a_country_blocked_for_one_product",
    ),
    # ── methods ──────────────────────────────────────────────────────────────────────────────
    off(
        HEARING,
        "if request.refund_method not in about.portal.refund_methods:",
        "R15 a_method_that_does_not_exist",
        "R16 a_method_that_is_switched_off",
    ),
    guard(
        REQUEST,
        "refund_method: Code\n    return_method: Code\n    service_point_id: Name | None = None\n"
        '    collect_on: Day | None = None\n    """For',
        "refund_method: Code | list[str]\n    return_method: Code | None\n"
        "    service_point_id: Name | None = None\n"
        '    collect_on: Day | None = None\n    """For',
        "R15 two_methods_at_once",
        "R17 no_way_back_chosen",
    ),
    off(FOUND, "if not offered:", "R16 no_method_at_all"),
    off(CASE, "if refund is not None:", "R16 a_method_a_rule_takes_away"),
    off(CASE, "if back is not None:", "R17 a_way_back_that_does_not"),
    off(
        HEARING,
        "if not _can_go(request.return_method, items, about):",
        "R18 no_point_where_drop_off_is_not_offered",
        "R38 one_that_is_switched_off",
        "R38 none_where_something_travels",
    ),
    guard(
        f"{LABELS}/domain/proposal.py",
        "point.closes is None or today <= point.closes",
        "True",
        "R18 no_point_that_has_closed",
    ),
    guard(
        f"{LABELS}/domain/proposing.py",
        "{PointAbility.ACCEPTS_RETURNS, PointAbility.PRINTS_LABELS}",
        "{PointAbility.ACCEPTS_RETURNS}",
        "R18 no_point_without_a_printer_where_there_is_no_label",
    ),
    guard(
        f"{LABELS}/workers/finding.py",
        "carrier=question.carrier,",
        "carrier=None,",
        "R19 no_point_of_another_carrier",
    ),
    off(
        "services/_runtime/judging.py",
        "elif decision is not None and not may_be_same(decision.digest, digest):",
        "R19 a_return_does_not_change_its_point_afterwards",
    ),
    off(
        HEARING,
        "    if items and request.price_shown != price:",
        "R20 a_price_that_is_not_due",
        "R20 a_price_that_nobody_saw",
        "R20 a_price_from_before_the_settings_changed",
        "R33 a_fee_that_was_not_shown",
        "R34 the_price_of_another_country_or_method",
        "R34 the_full_price_where_it_is_free",
    ),
    # ── addresses ────────────────────────────────────────────────────────────────────────────
    unwise(
        FOUND,
        "no_return_address",
        "R25 no_address",
        "R27 without_an_address",
        "R27 the_finding_names_the_field",
        "R27 an_address_that_was_taken_away_again",
    ),
    unwise(FOUND, "return_address_twice", "R25 two_addresses_of_one_name"),
    unwise(
        FOUND,
        "return_address_not_chosen",
        "R26 no_label_without_it",
        "R28 none_of_several",
        "R28 one_that_is_not_there",
    ),
    guard(
        SETTINGS,
        "notification_email: Email | None",
        "notification_email: str | None",
        "R29 what_is_no_address",
    ),
    guard(
        ALERT,
        "    if portal.notification_email is None or occasion is None:\n",
        "    from dataclasses import replace\n"
        "    portal = replace(portal, notification_email='desk@moss-and-fern.example.com')\n"
        "    if occasion is None:\n",
        "R30 nothing_is_sent_to_the_merchant",
        "R30 nothing_is_sent_any_more_once_it_is_none",
    ),
    # ── policy ───────────────────────────────────────────────────────────────────────────────
    off(
        CASE,
        "if until is not None and about.now > until:",
        "R31 a_moment_after_the_window",
        "R31 a_moment_after_the_window_counted_from_the_order",
        "R31 a_moment_after_the_window_that_a_rule_extends",
        "R31 an_offer_says_since_when_it_is_closed",
    ),
    guard(
        CASE,
        "if about.delivered_at is None:\n        yield",
        "if False:\n        yield",
        "R31 a_parcel_that_has_not_arrived",
    ),
    off(
        FOUND,
        "if settings.published_window_days not in (None, days):",
        "R32 another_number_of_days",
    ),
    guard(FOUND, "if short and (", "if False and (", "R32 fewer_days_than_the_law_gives"),
    off(FEES, "if money.currency != currency:", "R33 a_fee_in_a_foreign_currency"),
    off(FEES, "if money.minor < 0:", "R33 a_fee_below_nothing"),
    off(FOUND, "if settings.policy_url is None:", "R35 a_portal_without_a_policy"),
    off(FOUND, "if settings.support_url is None:", "R36 a_portal_without_customer_service"),
    guard(
        SETTINGS,
        'pattern=r"^https://[^\\s]{1,500}$"',
        'pattern=r"^[a-z]+:[^\\s]{1,500}$"',
        "R35 a_policy_behind_a_link_that_is_not_safe",
        "R36 customer_service_behind_a_link_that_is_not_safe",
    ),
    guard(
        "services/notifications/domain/compose.py",
        '("policy", desk.portal.policy_url)',
        '("policy", desk.portal.policy_url or "https://moss.example/policy")',
        "R37 no_letter_invents_one",
        "R37 every_letter_has_the_one_there_is",
    ),
    # ── ways back ────────────────────────────────────────────────────────────────────────────
    off(FOUND, "if method not in known:", "R38 a_fifth"),
    guard(
        CAN,
        "for begins in (origin, None):",
        "for begins in {route[2] for route in self._routes}:",
        "R39 where_the_carrier_does_not_go",
        "R41 pickup_from_belgium",
        "R42 labelless_from_austria",
    ),
    guard(
        CAN,
        "for ends in (to, None):",
        "for ends in {route[3] for route in self._routes}:",
        "R41 pickup_to_belgium",
    ),
    guard(
        "services/rules/domain/findings/of_carriers.py",
        'blocking(\n                "no_method_left"',
        'warning(\n                "no_method_left"',
        "R39 a_portal_that_offers_nobody_anything",
    ),
    off(
        CAN,
        "if fact.contract not in (None, choice.contract):",
        "R40 pickup_with_the_platforms_contract",
    ),
    guard(
        CAN,
        "for choice in (None, *(carriers or _LISTED_NONE))",
        "for choice in (None, *carriers, *("
        "CarrierChoice(carrier=c, contract=DIRECT) for c in sorted(self.carriers)))",
        "R40 pickup_without_gls",
        "R42 labelless_with_another_carrier",
        "R45 a_carrier_that_was_not_chosen",
    ),
    off(
        CAN,
        "if not fact.holds(on):",
        "R41 pickup_the_day_before_its_first",
        "R41 pickup_the_day_after_its_last",
        "R42 labelless_the_day_before_its_first",
        "R42 labelless_the_day_after_its_last",
    ),
    off(
        "services/rules/domain/findings/of_carriers.py",
        "if choice.carrier not in registry.carriers:",
        "R45 a_carrier_nobody_knows",
    ),
    guard(
        CAN,
        "return None if choice.covers_returns else NotOffered.CONTRACT_EXCLUDES_RETURNS",
        "return None",
        "R46 a_contract_that_does_not_cover_returns",
    ),
    off(FOUND, "if not choice.covers_returns:", "R46 the_merchant_is_warned"),
    # ── reasons ──────────────────────────────────────────────────────────────────────────────
    off(CASE, "if wish.reason not in about.portal.reasons:", "R43 a_reason_that_was_not_chosen"),
    off(
        HEARING,
        "if _wants_comment(item.asked, about):",
        "R43 a_reason_without_the_comment_it_needs",
    ),
    unwise(FOUND, "reason_twice", "R43 one_reason_twice"),
    guard(
        "services/analytics/domain/rank.py",
        "record.portal_id == query.portal_id",
        "True",
        "R44 another_merchants_returns",
    ),
    guard(
        "services/analytics/domain/rank.py",
        " and query.cancelled in (None, record.return_id in cancelled)",
        "",
        "R44 what_was_cancelled_after_all",
    ),
    guard(
        "services/analytics/adapters/reasons_memory.py",
        "partial(self.records.__setitem__, record.id, record)",
        "partial(self.records.__setitem__, f'{record.id}:{id(record)}', record)",
        "R44 a_return_told_twice_counts_once",
    ),
)
