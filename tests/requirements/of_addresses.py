"""R25 to R30: where returns go, and who hears of them."""

from __future__ import annotations

from tests.requirements.row import Row
from tests.requirements.scene import Scene
from tests.support.builders import (
    a_parcel_movement,
    a_portal,
    a_request,
    a_return_address,
    a_shipment,
    an_id,
)

R25 = Row("R25", "The merchant keeps one or more return addresses.")
R26 = Row(
    "R26", "The chosen return address is the destination on every label.", ("rules", "labels")
)
R27 = Row("R27", "Without a return address the portal cannot go online, and says why.")
R28 = Row("R28", "Of several return addresses the settings choose one.", ("rules", "labels"))
R29 = Row(
    "R29",
    "The merchant chooses the e-mail address that hears of returns.",
    ("rules", "labels", "notifications"),
)
R30 = Row(
    "R30",
    "None is a valid choice, and the first: then nothing is sent to the merchant.",
    ("rules", "labels", "notifications"),
)
ROWS = (R25, R26, R27, R28, R29, R30)

OXFORD = a_return_address()
LEEDS = a_return_address(address_id="annex", town="Leeds", postal_code="LS1 1AA")
BOTH = (OXFORD, LEEDS)
DESK, OLD_DESK = "desk@moss-and-fern.example.com", "old@moss-and-fern.example.com"
ZOE = "zoe@example.com"


def towns_on(papers: list[str]) -> list[str]:
    """Which of the two towns stand where each parcel goes to: on its label, and for customs."""
    ends = [paper.split("TO", 1)[-1] for paper in papers]
    return [", ".join(town for town in ("Oxford", "Leeds") if town in end) for end in ends]


# ── R25 ──────────────────────────────────────────────────────────────────────────────────────────


@R25.allows("opened")
async def one_address(scene: Scene):
    return await scene.portal(return_addresses=(OXFORD,))


@R25.allows("opened")
async def several_addresses(scene: Scene):
    return await scene.portal(return_addresses=BOTH)


@R25.refuses("refused: no_return_address")
async def no_address(scene: Scene):
    return await scene.portal(return_addresses=(), return_address_id=None)


@R25.refuses("refused: return_address_twice")
async def two_addresses_of_one_name(scene: Scene):
    return await scene.portal(return_addresses=(OXFORD, OXFORD))


# ── R26 ──────────────────────────────────────────────────────────────────────────────────────────


@R26.allows(["Oxford"] * 4)
async def every_label_leads_to_it(scene: Scene):
    await scene.story(return_addresses=BOTH)
    for number in (1, 2):
        await scene.town.hears(a_request(return_id=an_id(number)))
    return towns_on(scene.papers())


@R26.refuses("portal_closed", [])
async def no_label_without_it(scene: Scene):
    await scene.story(return_addresses=BOTH, return_address_id=None)
    return await scene.asks(), towns_on(scene.papers())


# ── R27 ──────────────────────────────────────────────────────────────────────────────────────────


@R27.allows("opened", "approved")
async def with_an_address(scene: Scene):
    opened = await scene.portal()
    await scene.town.hears(a_shipment())
    return opened, await scene.asks()


@R27.refuses("refused: no_return_address", ["portal_closed"], "portal_closed")
async def without_an_address(scene: Scene):
    opened = await scene.portal(return_addresses=(), return_address_id=None)
    await scene.town.hears(a_shipment())
    shown = [refusal.code for refusal in (await scene.offer()).refusals]
    return opened, shown, await scene.asks()


@R27.refuses("blocking at return_addresses")
async def the_finding_names_the_field(scene: Scene):
    return await scene.finds("no_return_address", return_addresses=(), return_address_id=None)


@R27.refuses("opened", "refused: no_return_address", "portal_closed")
async def an_address_that_was_taken_away_again(scene: Scene):
    opened = await scene.portal()
    await scene.town.hears(a_shipment())
    closed = await scene.portal(version=2, return_addresses=(), return_address_id=None)
    return opened, closed, await scene.asks()


# ── R28 ──────────────────────────────────────────────────────────────────────────────────────────


@R28.allows(["Leeds", "Leeds"])
async def the_second_of_two(scene: Scene):
    await scene.story(return_addresses=BOTH, return_address_id="annex")
    await scene.verdict()
    return towns_on(scene.papers())


@R28.allows(["Oxford", "Oxford", "Leeds", "Leeds"])
async def another_from_now_on(scene: Scene):
    await scene.story(return_addresses=BOTH)
    await scene.verdict()
    await scene.town.hears(a_portal(version=2, return_addresses=BOTH, return_address_id="annex"))
    await scene.verdict()
    return towns_on(scene.papers())


@R28.refuses("refused: return_address_not_chosen")
async def none_of_several(scene: Scene):
    return await scene.portal(return_addresses=BOTH, return_address_id=None)


@R28.refuses("refused: return_address_not_chosen")
async def one_that_is_not_there(scene: Scene):
    return await scene.portal(return_addresses=(OXFORD,), return_address_id="annex")


# ── R29 ──────────────────────────────────────────────────────────────────────────────────────────


async def travelled(scene: Scene, **settings: object) -> None:
    """Zoë's teapot was asked for, handed over, and came back."""
    await scene.story(**settings)
    await scene.town.hears(a_request())
    for phase in ("handed_over", "delivered"):
        await scene.town.hears(a_parcel_movement(phase=phase))


@R29.allows({"desk": 3, "customer": 1})
async def the_chosen_address_hears_of_every_step(scene: Scene):
    await travelled(scene, notification_email=DESK, refund_when="manually")
    return {"desk": scene.post_to(DESK), "customer": scene.post_to(ZOE)}


@R29.allows({"old": 0, "desk": 1})
async def a_new_address_from_now_on(scene: Scene):
    await scene.story(notification_email=OLD_DESK)
    await scene.town.hears(a_portal(version=2, notification_email=DESK), a_request())
    return {"old": scene.post_to(OLD_DESK), "desk": scene.post_to(DESK)}


@R29.refuses("schema, schema")
async def what_is_no_address(scene: Scene):
    return await scene.hears_spoilt(a_portal(), notification_email="desk, and copy to Anna")


# ── R30 ──────────────────────────────────────────────────────────────────────────────────────────


@R30.allows("opened", None)
async def a_portal_that_never_named_one(scene: Scene):
    usual = a_portal().model_dump(exclude={"notification_email"})
    fresh = type(a_portal()).model_validate(usual)
    await scene.town.hears(fresh)
    return await scene.portal(version=2, notification_email=None), fresh.notification_email


@R30.refuses({"desk": 0, "letters": 1, "customer": 1})
async def nothing_is_sent_to_the_merchant(scene: Scene):
    await travelled(scene, notification_email=None, refund_when="manually")
    return {
        "desk": scene.post_to(DESK),
        "letters": len(scene.town.letters()),
        "customer": scene.post_to(ZOE),
    }


@R30.refuses({"before": 1, "after": 1})
async def nothing_is_sent_any_more_once_it_is_none(scene: Scene):
    await scene.story(notification_email=DESK)
    await scene.town.hears(a_request())
    before = scene.post_to(DESK)
    await scene.town.hears(a_portal(version=2, notification_email=None))
    await scene.town.hears(a_parcel_movement(phase="handed_over"))
    return {"before": before, "after": scene.post_to(DESK)}
