"""R31 to R37: how long, at what cost, and where a customer can read and ask."""

from __future__ import annotations

from contracts.rulebook import ExtendWindow, ItemCategory, Rule
from contracts.shape import Money
from contracts.shop import Fee
from tests.requirements.row import Row
from tests.requirements.scene import Scene
from tests.support.builders import (
    TUESDAY,
    a_portal,
    a_requested_item,
    a_shipment,
    days,
    pounds,
)

R31 = Row("R31", "Outside the return window nothing comes back through the portal.")
R32 = Row("R32", "The window agrees with the published policy, or the merchant is warned.")
R33 = Row("R33", "The merchant may charge for a return; absent or zero means free.")
R34 = Row("R34", "What is shown, what is due and what was set are one price.")
ROWS = (R31, R32, R33, R34)

THIRTY = days(30)
A_MOMENT = days(1) / 86_400_000_000
"""A microsecond."""


# ── R31 ──────────────────────────────────────────────────────────────────────────────────────────


async def delivered_ago(scene: Scene, ago, **settings: object) -> str:
    """What is said to a request so long after delivery; the order is four days older."""
    await scene.story(**settings)
    at = TUESDAY - ago
    await scene.town.hears(a_shipment(version=2, ordered_at=at - days(4), delivered_at=at))
    return await scene.asks()


@R31.allows("approved")
async def the_last_instant_of_the_window(scene: Scene):
    return await delivered_ago(scene, THIRTY)


@R31.allows("approved")
async def the_last_instant_counted_from_the_order(scene: Scene):
    return await delivered_ago(scene, days(26), window_starts="ordered")


@R31.allows("approved")
async def a_window_that_a_rule_extends(scene: Scene):
    longer = Rule(
        rule_id="kitchen", when=ItemCategory(any_of=("kitchen",)), then=(ExtendWindow(days=10),)
    )
    return await delivered_ago(scene, days(40), rules=(longer,))


@R31.refuses("window_closed")
async def a_moment_after_the_window(scene: Scene):
    return await delivered_ago(scene, THIRTY + A_MOMENT)


@R31.refuses("window_closed")
async def a_moment_after_the_window_counted_from_the_order(scene: Scene):
    return await delivered_ago(scene, days(26) + A_MOMENT, window_starts="ordered")


@R31.refuses("window_closed")
async def a_moment_after_the_window_that_a_rule_extends(scene: Scene):
    longer = Rule(
        rule_id="kitchen", when=ItemCategory(any_of=("kitchen",)), then=(ExtendWindow(days=10),)
    )
    return await delivered_ago(scene, days(40) + A_MOMENT, rules=(longer,))


@R31.refuses("not_delivered")
async def a_parcel_that_has_not_arrived(scene: Scene):
    await scene.portal()
    await scene.town.hears(a_shipment(delivered_at=None))
    return await scene.asks()


@R31.refuses(["window_closed"], {"window_closed"}, TUESDAY - days(1))
async def an_offer_says_since_when_it_is_closed(scene: Scene):
    await scene.story()
    at = TUESDAY - days(31)
    await scene.town.hears(a_shipment(version=2, ordered_at=at, delivered_at=at))
    options = await scene.offer()
    codes = [refusal.code for refusal in options.refusals]
    return codes, {item.why_not for item in options.items}, options.return_until


# ── R32 ──────────────────────────────────────────────────────────────────────────────────────────


@R32.allows("nothing")
async def the_same_number_of_days(scene: Scene):
    return await scene.finds("window_differs_from_policy", published_window_days=30)


@R32.refuses("warning at window_days")
async def another_number_of_days(scene: Scene):
    return await scene.finds("window_differs_from_policy", published_window_days=60)


@R32.refuses("warning at window_days")
async def fewer_days_than_the_law_gives(scene: Scene):
    berlin = a_portal().return_addresses[0].model_copy(update={"country": "DE"})
    return await scene.finds(
        "window_below_withdrawal_right", window_days=13, return_addresses=(berlin,)
    )


@R32.allows("nothing")
async def as_many_days_as_the_law_gives(scene: Scene):
    berlin = a_portal().return_addresses[0].model_copy(update={"country": "DE"})
    return await scene.finds(
        "window_below_withdrawal_right", window_days=14, return_addresses=(berlin,)
    )


# ── R33 ──────────────────────────────────────────────────────────────────────────────────────────


@R33.allows("approved")
async def no_fee_is_free(scene: Scene):
    await scene.story()
    return await scene.asks()


@R33.allows("approved")
async def a_fee_of_nothing_is_free(scene: Scene):
    await scene.story(fees=(Fee(price=pounds(0)),))
    return await scene.asks()


@R33.allows("opened", pounds(4.95))
async def a_fee_that_was_shown(scene: Scene):
    opened = await scene.portal(fees=(Fee(price=pounds(4.95)),))
    await scene.town.hears(a_shipment())
    return opened, (await scene.verdict(price_shown=pounds(4.95))).price


@R33.refuses("price_not_shown")
async def a_fee_that_was_not_shown(scene: Scene):
    await scene.story(fees=(Fee(price=pounds(4.95)),))
    return await scene.asks()


@R33.refuses("refused: currency_differs")
async def a_fee_in_a_foreign_currency(scene: Scene):
    return await scene.portal(fees=(Fee(price=Money(minor=495, currency="EUR")),))


@R33.refuses("refused: amount_negative")
async def a_fee_below_nothing(scene: Scene):
    return await scene.portal(fees=(Fee(price=pounds(-1)),))


# ── R34 ──────────────────────────────────────────────────────────────────────────────────────────

FEES = (
    Fee(price=pounds(4), return_method="drop_off_point", country="NL", free_above=pounds(20)),
    Fee(price=pounds(9), return_method="drop_off_point"),
    Fee(price=pounds(1)),
)
"""By method and country; the first that fits."""


@R34.allows({"drop_off_point": pounds(4), "in_store": pounds(1)})
async def what_was_set_is_what_is_shown(scene: Scene):
    await scene.story(fees=FEES)
    return {way.method: way.price for way in (await scene.offer()).return_methods}


@R34.allows({"drop_off_point": pounds(4), "in_store": pounds(1)})
async def what_was_set_is_what_is_due(scene: Scene):
    await scene.story(fees=FEES)
    due = {"drop_off_point": pounds(4), "in_store": pounds(1)}
    told = [await scene.verdict(return_method=m, price_shown=p) for m, p in due.items()]
    return {one.return_method: one.price for one in told}


@R34.allows(pounds(20), pounds(0))
async def what_is_shown_to_be_free_above_is_free_above(scene: Scene):
    await scene.story(fees=FEES)
    two = (a_requested_item(quantity=2),)
    (way, _) = (await scene.offer()).items[0].choices[0].return_methods
    return way.free_above, (await scene.verdict(items=two, price_shown=pounds(0))).price


@R34.refuses("price_changed", "price_changed")
async def the_price_of_another_country_or_method(scene: Scene):
    await scene.story(fees=FEES)
    return tuple([await scene.asks(price_shown=price) for price in (pounds(9), pounds(1))])


@R34.refuses("price_changed")
async def the_full_price_where_it_is_free(scene: Scene):
    await scene.story(fees=FEES)
    return await scene.asks(items=(a_requested_item(quantity=2),), price_shown=pounds(4))
