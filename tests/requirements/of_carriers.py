"""R43 to R46: the reasons and the carriers a merchant chooses, and what the reasons tell."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.analytics import ReasonsFound
from contracts.shop import OfferedReason
from contracts.words import Reason
from tests.requirements.of_ways import FOUR, GLS, R45, R46, by, route
from tests.requirements.row import Row
from tests.requirements.scene import Scene, answer, methods, withheld
from tests.support.builders import (
    a_cancellation,
    a_judged_item,
    a_question,
    a_requested_item,
    an_approval,
    an_id,
    days,
)

R43 = Row("R43", "The merchant picks which reasons are offered.")
R44 = Row("R44", "Analytics shows how reasons change over time.", ("analytics",))
ROWS = (R43, R44)


# ── R43 ──────────────────────────────────────────────────────────────────────────────────────────

OURS = (
    OfferedReason(code="too_large"),
    OfferedReason(code="squeaks", wording={"en": "It squeaks", "nl": "Hij piept"}),
    OfferedReason(code="other", needs_comment=True),
)


def for_reason(reason: str, comment: str | None = None) -> dict[str, object]:
    """One teapot, for this reason."""
    return {"items": (a_requested_item(reason=reason, comment=comment),)}


@R43.allows(["too_large", "squeaks", "other"], {"en": "It squeaks", "nl": "Hij piept"})
async def exactly_the_chosen_reasons_are_offered_in_the_merchants_words(scene: Scene):
    await scene.story(reasons=OURS)
    reasons = (await scene.offer()).reasons
    return [reason.code for reason in reasons], reasons[1].wording


@R43.allows("approved", "approved")
async def a_chosen_reason_with_a_comment_where_it_needs_one(scene: Scene):
    await scene.story(reasons=OURS)
    wishes = (for_reason("squeaks"), for_reason("other", "The lid bites."))
    return tuple([await scene.asks(**wish) for wish in wishes])


@R43.allows([reason.value for reason in Reason])
async def every_reason_we_know_where_none_is_chosen(scene: Scene):
    await scene.story()
    return [reason.code for reason in (await scene.offer()).reasons]


@R43.refuses("reason_not_offered 1")
async def a_reason_that_was_not_chosen(scene: Scene):
    await scene.story(reasons=OURS)
    return await scene.asks(**for_reason("changed_mind"))


@R43.refuses("comment_missing 1", "comment_missing 1")
async def a_reason_without_the_comment_it_needs(scene: Scene):
    await scene.story(reasons=OURS)
    wishes = (for_reason("other"), for_reason("other", " \n"))
    return tuple([await scene.asks(**wish) for wish in wishes])


@R43.refuses("refused: reason_twice")
async def one_reason_twice(scene: Scene):
    return await scene.portal(reasons=(*OURS, OURS[0]))


# ── R44 ──────────────────────────────────────────────────────────────────────────────────────────

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


async def three_weeks(scene: Scene) -> None:
    """One teapot too large in the first week, none in the second, two in the third; a gift."""
    told = [("too_large", 0), ("too_large", 15), ("too_large", 16), ("gift", 15)]
    for number, (reason, day) in enumerate(told):
        items = (a_judged_item(reason=reason),)
        at = MONDAY + days(day)
        await scene.town.hears(an_approval(return_id=an_id(number), items=items, decided_at=at))


async def trend(scene: Scene, **question: object) -> dict[str, tuple[int, ...]]:
    """How often each reason was given, week by week."""
    await scene.town.hears(a_question(by="week", **question))
    found = scene.last(ReasonsFound)
    return {one.reason: one.trend for one in found.reasons}


@R44.allows({"too_large": (1, 0, 2), "gift": (0, 0, 1)})
async def every_week_has_its_number_also_the_empty_one(scene: Scene):
    await three_weeks(scene)
    return await trend(scene)


@R44.allows({"too_large": (2,), "gift": (1,)})
async def only_the_time_that_was_asked_for(scene: Scene):
    await three_weeks(scene)
    return await trend(scene, since=MONDAY + days(14))


@R44.refuses({}, {"too_large", "gift"})
async def another_merchants_returns(scene: Scene):
    await three_weeks(scene)
    return await trend(scene, portal_id="grey-gull"), set(await trend(scene, query_id=an_id(1)))


@R44.refuses({"too_large": (1, 0, 1), "gift": (0, 0, 1)})
async def what_was_cancelled_after_all(scene: Scene):
    await three_weeks(scene)
    await scene.town.hears(a_cancellation(return_id=an_id(1)))
    return await trend(scene, cancelled=False)


@R44.refuses({"too_large": (1, 0, 2), "gift": (0, 0, 1)}, 4)
async def a_return_told_twice_counts_once(scene: Scene):
    await three_weeks(scene)
    await three_weeks(scene)
    seen = await trend(scene)
    return seen, scene.last(ReasonsFound).returns


# ── R45 ──────────────────────────────────────────────────────────────────────────────────────────


@R45.allows("approved", "hermes_de")
async def the_carrier_that_was_chosen(scene: Scene):
    await route(scene, "DE", "DE", return_methods=FOUR, carriers=(by("hermes_de"),))
    told = await scene.verdict()
    return answer(told), told.carrier


@R45.allows("dhl_parcel_de", "hermes_de")
async def the_first_of_those_that_can(scene: Scene):
    carriers = (by("colissimo"), by("dhl_parcel_de"), by("hermes_de"))
    await route(scene, "DE", "DE", return_methods=FOUR, carriers=carriers)
    ways = ("drop_off_labelless", "pickup")
    return tuple([(await scene.verdict(return_method=way)).carrier for way in ways])


@R45.refuses({"drop_off_labelless": "no_carrier"}, "return_method_not_offered")
async def a_carrier_that_was_not_chosen(scene: Scene):
    settings = {"return_methods": ("drop_off_labelless", "in_store"), "carriers": (GLS,)}
    options = await route(scene, "DE", "DE", **settings)
    return withheld(options), await scene.asks(return_method="drop_off_labelless")


@R45.refuses("warning at carriers[0].carrier", ["in_store"])
async def a_carrier_nobody_knows(scene: Scene):
    carriers = (by("pigeon_post"),)
    said = await scene.finds("carrier_unknown", carriers=carriers)
    return said, methods(await route(scene, "DE", "DE", version=2, carriers=carriers))


# ── R46 ──────────────────────────────────────────────────────────────────────────────────────────


@R46.allows("approved", "gls")
async def a_contract_that_covers_returns(scene: Scene):
    await route(scene, "NL", "NL", carriers=(GLS,))
    told = await scene.verdict(return_method="pickup")
    return answer(told), told.carrier


@R46.allows("approved", "hermes_de")
async def another_carrier_where_a_contract_does_not(scene: Scene):
    carriers = (by("dhl_parcel_de", "direct", covers=False), by("hermes_de"))
    await route(scene, "DE", "DE", return_methods=FOUR, carriers=carriers)
    told = await scene.verdict(return_method="drop_off_labelless")
    return answer(told), told.carrier


@R46.refuses("contract_excludes_returns", "return_method_not_offered")
async def a_contract_that_does_not_cover_returns(scene: Scene):
    carriers = (by("gls", "direct", covers=False),)
    options = await route(scene, "NL", "NL", carriers=carriers)
    return withheld(options).get("pickup"), await scene.asks(return_method="pickup")


@R46.refuses("warning at carriers[0].covers_returns")
async def the_merchant_is_warned(scene: Scene):
    carriers = (by("gls", "direct", covers=False),)
    return await scene.finds("contract_excludes_returns", carriers=carriers)
