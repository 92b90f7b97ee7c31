"""R8 to R11: what may come back, and from where."""

from __future__ import annotations

from contracts.rulebook import (
    All,
    BlockCountry,
    ItemCategory,
    ItemSku,
    ItemTag,
    NotReturnable,
    ParcelFrom,
    Rule,
)
from contracts.rules import OptionsOffered, RequestedItem
from tests.requirements.row import Row
from tests.requirements.scene import Scene, answer, units
from tests.support.builders import (
    SPOON,
    TEAPOT,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    an_id,
)

R8 = Row("R8", "The customer selects one or more items, and how many units of each.")
R9 = Row("R9", "Rules can exclude products; what is excluded cannot be selected.")
R10 = Row("R10", "Rules can block returns from given countries.")
R11 = Row("R11", "Without a rule everything may come back, and the verdict is what was shown.")
ROWS = (R8, R9, R10, R11)

SPOONS = (a_requested_item(line_id="2"),)
BOTH = (a_requested_item(quantity=2), a_requested_item(line_id="2", reason="too_large"))


def wished(*lines: tuple[str, int]) -> tuple[RequestedItem, ...]:
    """So many units of each of these lines."""
    return tuple(a_requested_item(line_id=line, quantity=many) for line, many in lines)


# ── R8 ───────────────────────────────────────────────────────────────────────────────────────────


@R8.allows([("1", 1)])
async def one_teapot_of_two(scene: Scene):
    await scene.story()
    told = await scene.verdict()
    return [(item.line_id, item.quantity) for item in told.items]


@R8.allows([("1", 2), ("2", 1)])
async def several_items_at_once(scene: Scene):
    await scene.story()
    told = await scene.verdict(items=BOTH)
    return [(item.line_id, item.quantity) for item in told.items]


@R8.allows("approved", "approved", {"1": "quantity_exceeded", "2": 1})
async def one_after_the_other_until_none_is_left(scene: Scene):
    await scene.story()
    return (*[await scene.asks() for _ in range(2)], units(await scene.offer()))


@R8.refuses("quantity_exceeded 1")
async def more_than_were_delivered(scene: Scene):
    await scene.story()
    return await scene.asks(items=wished(("1", 3)))


@R8.refuses("approved", "quantity_exceeded 1")
async def more_than_are_left(scene: Scene):
    await scene.story()
    return tuple([await scene.asks(items=wished(("1", n))) for n in (1, 2)])


@R8.refuses("item_unknown 9")
async def an_item_of_another_parcel(scene: Scene):
    await scene.story()
    return await scene.asks(items=wished(("1", 1), ("9", 1)))


@R8.refuses("item_twice 1")
async def an_item_twice(scene: Scene):
    await scene.story()
    return await scene.asks(items=wished(("1", 1), ("1", 1)))


# ── R9 ───────────────────────────────────────────────────────────────────────────────────────────

NO_KITCHEN = Rule(
    rule_id="no-kitchen", when=ItemCategory(any_of=("kitchen",)), then=(NotReturnable(),)
)
NO_HYGIENE = Rule(rule_id="no-hygiene", when=ItemTag(any_of=("hygiene",)), then=(NotReturnable(),))


@R9.allows("approved")
async def what_stands_beside_an_excluded_product(scene: Scene):
    await scene.story(non_returnable_skus=(TEAPOT,))
    return await scene.asks(items=SPOONS)


@R9.allows({"1": "not_returnable", "2": 1})
async def only_the_excluded_product_cannot_be_selected(scene: Scene):
    no_teapots = Rule(rule_id="t", when=ItemSku(any_of=(TEAPOT,)), then=(NotReturnable(),))
    await scene.story(rules=(no_teapots,))
    return units(await scene.offer())


@R9.allows("approved")
async def a_product_without_the_tag(scene: Scene):
    await scene.story(rules=(NO_HYGIENE,))
    return await scene.asks()


@R9.refuses("not_returnable 1")
async def a_product_on_the_list(scene: Scene):
    await scene.story(non_returnable_skus=(TEAPOT,))
    return await scene.asks()


@R9.refuses("not_returnable 1 by no-kitchen")
async def a_product_of_a_category(scene: Scene):
    await scene.story(rules=(NO_KITCHEN,))
    return await scene.asks()


@R9.refuses("not_returnable 1 by no-hygiene")
async def a_product_with_a_tag(scene: Scene):
    await scene.story(rules=(NO_HYGIENE,))
    await scene.town.hears(a_shipment(version=2, items=(a_shipped_item(tags=("hygiene",)),)))
    return await scene.asks()


@R9.refuses("not_returnable 1")
async def a_final_sale(scene: Scene):
    await scene.story()
    await scene.town.hears(a_shipment(version=2, items=(a_shipped_item(final_sale=True),)))
    return await scene.asks()


# ── R10 ──────────────────────────────────────────────────────────────────────────────────────────

NOT_FROM_THERE = Rule(
    rule_id="not-from-there", when=ParcelFrom(any_of=("NL", "CH")), then=(BlockCountry(),)
)
NO_SPOONS_FROM_THERE = Rule(
    rule_id="no-spoons",
    when=All(of=(ParcelFrom(any_of=("NL",)), ItemSku(any_of=(SPOON,)))),
    then=(BlockCountry(),),
)


@R10.allows("approved")
async def another_country_than_the_blocked(scene: Scene):
    await scene.story(blocked_countries=("CH", "NO"))
    return await scene.asks()


@R10.allows("approved")
async def a_country_no_rule_names(scene: Scene):
    await scene.story(rules=(NOT_FROM_THERE,))
    there = a_shipment().deliver_to.model_copy(update={"country": "BE"})
    await scene.town.hears(a_shipment(version=2, deliver_to=there))
    return await scene.asks()


@R10.refuses("country_blocked")
async def a_blocked_country(scene: Scene):
    await scene.story(blocked_countries=("NL",))
    return await scene.asks()


@R10.refuses(["country_blocked"])
async def a_blocked_country_is_offered_nothing(scene: Scene):
    await scene.story(blocked_countries=("NL",))
    return [refusal.code for refusal in (await scene.offer()).refusals]


@R10.refuses("country_blocked by not-from-there")
async def a_country_a_rule_blocks(scene: Scene):
    await scene.story(rules=(NOT_FROM_THERE,))
    return await scene.asks(items=BOTH)


@R10.refuses("country_blocked 2 by no-spoons")
async def a_country_blocked_for_one_product(scene: Scene):
    await scene.story(rules=(NO_SPOONS_FROM_THERE,))
    return await scene.asks(items=BOTH)


# ── R11 ──────────────────────────────────────────────────────────────────────────────────────────


async def everything_offered(scene: Scene, options: OptionsOffered) -> set[str]:
    """What is answered to each single wish the offer knows, each in a return of its own."""
    answers = set()
    for item in options.items:
        for choice in item.choices:
            for way in choice.return_methods:
                told = await scene.verdict(
                    items=(a_requested_item(line_id=item.line_id, reason=choice.reasons[0]),),
                    refund_method=choice.refund_methods[0],
                    return_method=way.method,
                    price_shown=way.price,
                )
                answers.add(answer(told))
    return answers


@R11.allows({"approved"})
async def whatever_is_offered_without_any_rule(scene: Scene):
    await scene.town.hears(a_shipment(items=(a_shipped_item(quantity=9),)))
    await scene.portal()
    return await everything_offered(scene, await scene.offer())


@R11.refuses("not_returnable", "not_returnable 1 by no-kitchen")
async def what_the_form_hides_is_refused_to_whoever_asks_without_it(scene: Scene):
    await scene.story(rules=(NO_KITCHEN,))
    shown = units(await scene.offer())["1"]
    return shown, await scene.asks()


@R11.refuses("approved", {"1": "quantity_exceeded", "2": 1}, "quantity_exceeded 1")
async def what_is_gone_since_it_was_shown(scene: Scene):
    await scene.story()
    taken = await scene.asks(return_id=an_id(1), items=wished(("1", 2)))
    return taken, units(await scene.offer()), await scene.asks()
