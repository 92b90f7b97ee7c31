"""R15 to R20: what the customer gets, how the parcel goes back, and what that costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from contracts.labels import LabelIssued, LabelPrinted, ServicePointsProposed
from contracts.rulebook import (
    ItemSku,
    LimitRefundMethods,
    LimitReturnMethods,
    RequestRefundMethod,
    Rule,
    SetFee,
)
from contracts.rules import OptionsOffered
from contracts.shape import Money
from contracts.shop import CarrierChoice, Fee
from contracts.words import RefundMethod
from services.labels.domain.point import Point
from tests.requirements.row import Row
from tests.requirements.scene import Scene, answer, methods
from tests.support.builders import (
    SPOON,
    TEAPOT,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    an_id,
    pounds,
)
from tests.support.pointing import north

R15 = Row(
    "R15", "Exchange, money or store credit: the customer picks exactly one of those offered."
)
R16 = Row("R16", "The merchant offers any of them: one, two or all three, but not none.")
R17 = Row("R17", "The way back is chosen after what the customer gets, and must fit it.")
R18 = Row(
    "R18",
    "Where drop-off is offered, the nearest service point is preselected.",
    services=("rules", "labels"),
)
R19 = Row(
    "R19",
    "Any other point of the list can be chosen instead.",
    services=("rules", "labels"),
)
R20 = Row("R20", "The price is shown before confirmation, and is what is due.")
ROWS = (R15, R16, R17, R18, R19, R20)


# ── R15 ──────────────────────────────────────────────────────────────────────────────────────────


@R15.allows(["refund", "exchange", "store_credit"])
async def each_of_the_three_methods(scene: Scene):
    await scene.story()
    spoon = (a_requested_item(line_id="2"),)
    asked = zip(RefundMethod, ((), (), spoon), strict=True)
    told = [await scene.verdict(refund_method=m, **{"items": i} if i else {}) for m, i in asked]
    return [one.refund_method for one in told]


@R15.refuses("refund_method_not_offered")
async def a_method_that_does_not_exist(scene: Scene):
    await scene.story()
    return await scene.asks(refund_method="gold")


@R15.refuses("schema")
async def two_methods_at_once(scene: Scene):
    await scene.story()
    return await scene.hears_spoilt(a_request(), refund_method=["refund", "exchange"])


# ── R16 ──────────────────────────────────────────────────────────────────────────────────────────


@R16.allows({("opened", "exactly these", "approved")})
async def every_subset_that_is_not_empty(scene: Scene):
    await scene.town.hears(a_shipment(items=(a_shipped_item(quantity=7),)))
    seen = set()
    subsets = (some for many in (1, 2, 3) for some in combinations(RefundMethod, many))
    for version, some in enumerate(subsets, 1):
        opened = await scene.portal(version=version, refund_methods=some)
        offered = (await scene.offer(lookup_id=an_id(version))).refund_methods
        words = "exactly these" if offered == some else offered
        seen.add((opened, words, await scene.asks(refund_method=some[-1])))
    return seen


@R16.refuses("refused: no_refund_method")
async def no_method_at_all(scene: Scene):
    return await scene.portal(refund_methods=())


@R16.refuses("refund_method_not_offered")
async def a_method_that_is_switched_off(scene: Scene):
    await scene.story(refund_methods=("exchange", "store_credit"))
    return await scene.asks(refund_method="refund")


@R16.refuses("refund_method_not_offered 1 by no-money-for-teapots")
async def a_method_a_rule_takes_away(scene: Scene):
    limit = LimitRefundMethods(only=("exchange", "store_credit"))
    rule = Rule(rule_id="no-money-for-teapots", when=ItemSku(any_of=(TEAPOT,)), then=(limit,))
    await scene.story(rules=(rule,))
    return await scene.asks(refund_method="refund")


# ── R17 ──────────────────────────────────────────────────────────────────────────────────────────

EXCHANGE_IN_STORE = Rule(
    rule_id="exchange-in-store",
    when=RequestRefundMethod(any_of=("exchange",)),
    then=(LimitReturnMethods(only=("in_store",)),),
)


@R17.allows({"refund": ["drop_off_point", "in_store"], "exchange": ["in_store"]})
async def after_the_refund_method_only_ways_back_that_fit_it(scene: Scene):
    await scene.story(rules=(EXCHANGE_IN_STORE,), refund_methods=("refund", "exchange"))
    choices = (await scene.offer()).items[0].choices
    ways = {
        method: [w.method for w in c.return_methods] for c in choices for method in c.refund_methods
    }
    return dict(sorted(ways.items(), reverse=True))


@R17.allows("approved")
async def a_way_back_that_fits_the_refund_method(scene: Scene):
    await scene.story(rules=(EXCHANGE_IN_STORE,))
    return await scene.asks(refund_method="exchange", return_method="in_store")


@R17.refuses("return_method_not_offered 1 by exchange-in-store")
async def a_way_back_that_does_not(scene: Scene):
    await scene.story(rules=(EXCHANGE_IN_STORE,))
    return await scene.asks(refund_method="exchange", return_method="drop_off_point")


@R17.refuses("schema")
async def no_way_back_chosen(scene: Scene):
    await scene.story()
    return await scene.hears_spoilt(a_request(), return_method=None)


# ── R18, R19 ─────────────────────────────────────────────────────────────────────────────────────

LABELLESS, DROP_OFF = "drop_off_labelless", "drop_off_point"
NEAREST, FARTHER, FARTHEST = (north(metres, carrier="simulated") for metres in (200, 900, 4000))


async def points_near_zoe(
    scene: Scene, *points: Point, ways: tuple[str, ...] = (DROP_OFF,)
) -> list[str]:
    """What is proposed to her for her first way back, where these points are."""
    scene.town.imports(*points)
    carriers = (CarrierChoice(carrier="simulated", contract="platform"),)
    await scene.story(return_methods=ways, carriers=carriers)
    await scene.offer()
    said = scene.last(ServicePointsProposed)
    return [point.point_id for point in said.points]


@R18.allows(["n200", "n900", "n4000"], "n200")
async def the_nearest_point_is_the_first_of_those_proposed(scene: Scene):
    proposed = await points_near_zoe(scene, FARTHEST, NEAREST, FARTHER)
    return proposed, (await scene.verdict(service_point_id=proposed[0])).service_point_id


@R18.refuses(["in_store"], "return_method_not_offered", 0)
async def no_point_where_drop_off_is_not_offered(scene: Scene):
    scene.town.imports(NEAREST)
    await scene.story(return_methods=("in_store",))
    offered = methods(await scene.offer())
    proposals = len(scene.town.told(ServicePointsProposed))
    return offered, await scene.asks(service_point_id=NEAREST.point_id), proposals


@R18.refuses(["n900"])
async def no_point_that_has_closed(scene: Scene):
    yesterday = scene.town.clock().date() - timedelta(days=1)
    return await points_near_zoe(scene, replace(NEAREST, closes=yesterday), FARTHER)


@R18.refuses(["n4000"])
async def no_point_without_a_printer_where_there_is_no_label(scene: Scene):
    printing = replace(FARTHEST, abilities=FARTHEST.abilities | {"prints_labels"})
    return await points_near_zoe(scene, NEAREST, printing, ways=(LABELLESS,))


@R19.allows("approved", "n900", "n900", "Kiosk n900")
async def another_point_of_the_list_is_where_the_parcel_goes(scene: Scene):
    proposed = await points_near_zoe(scene, NEAREST, FARTHER)
    told = await scene.verdict(service_point_id=proposed[1])
    issued, printed = scene.last(LabelIssued), scene.last(LabelPrinted)
    return (
        *(answer(told), told.service_point_id, issued.service_point_id),
        printed.service_point.name,
    )


@R19.refuses(["n900"])
async def no_point_of_another_carrier(scene: Scene):
    return await points_near_zoe(scene, replace(NEAREST, carrier="gls"), FARTHER)


@R19.refuses("approved", "n900", ["id_reuse"])
async def a_return_does_not_change_its_point_afterwards(scene: Scene):
    _, farther = await points_near_zoe(scene, NEAREST, FARTHER)
    told = await scene.verdict(return_id=an_id(1), service_point_id=farther)
    await scene.town.hears(a_request(return_id=an_id(1), service_point_id=NEAREST.point_id))
    return answer(told), told.service_point_id, scene.town.parked()


# ── R20 ──────────────────────────────────────────────────────────────────────────────────────────

FOUR_POUNDS = (Fee(price=pounds(4), return_method="drop_off_point"),)
DEAR_SPOONS = Rule(
    rule_id="dear-spoons", when=ItemSku(any_of=(SPOON,)), then=(SetFee(price=pounds(6.5)),)
)


@R20.allows(pounds(4), pounds(4))
async def the_price_beside_the_method_is_the_price_that_is_due(scene: Scene):
    await scene.story(fees=FOUR_POUNDS)
    shown = price_of(await scene.offer(), "1")
    return shown, (await scene.verdict(price_shown=shown)).price


@R20.allows(pounds(4), pounds(6.5), pounds(6.5))
async def the_price_of_several_items_is_that_of_the_dearest(scene: Scene):
    await scene.story(fees=FOUR_POUNDS, rules=(DEAR_SPOONS,))
    options = await scene.offer()
    both = (a_requested_item(), a_requested_item(line_id="2"))
    prices = [price_of(options, line) for line in ("1", "2")]
    return (*prices, (await scene.verdict(items=both, price_shown=prices[1])).price)


@R20.refuses("price_changed", "price_changed", "price_changed")
async def a_price_that_is_not_due(scene: Scene):
    await scene.story(fees=FOUR_POUNDS)
    wrong = (pounds(3.99), pounds(4.01), pounds(4).model_copy(update={"currency": "EUR"}))
    return tuple([await scene.asks(price_shown=price) for price in wrong])


@R20.refuses("price_not_shown")
async def a_price_that_nobody_saw(scene: Scene):
    await scene.story(fees=FOUR_POUNDS)
    return await scene.asks()


@R20.refuses(pounds(4), "price_changed")
async def a_price_from_before_the_settings_changed(scene: Scene):
    await scene.story(fees=FOUR_POUNDS)
    shown = price_of(await scene.offer(), "1")
    await scene.portal(version=2, fees=(Fee(price=pounds(5)),))
    return shown, await scene.asks(price_shown=shown)


def price_of(options: OptionsOffered, line_id: str) -> Money:
    """What dropping this item off costs, as it is shown."""
    (item,) = [item for item in options.items if item.line_id == line_id]
    (way,) = [w for w in item.choices[0].return_methods if w.method == "drop_off_point"]
    return way.price
