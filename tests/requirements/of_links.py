"""R35 to R37: where a customer can read the policy, and ask."""

from __future__ import annotations

from contracts.labels import LabelDelayed, LabelLapsed
from contracts.notifications import CustomerEmailed
from contracts.rulebook import KeepItem, NeedsApproval, RequestReason, Rule
from contracts.rules import CancelReturn, OptionsOffered, ReleaseRefund
from contracts.shop import CarrierChoice
from contracts.words import Letter
from tests.requirements.row import Row
from tests.requirements.scene import Scene
from tests.support.builders import (
    INBOUND,
    PORTAL,
    SHIPMENT,
    TUESDAY,
    a_find,
    a_portal,
    a_request,
    a_requested_item,
    a_return_address,
    a_shipment,
    a_shipped_item,
    an_id,
    days,
)

ALL = ("rules", "labels", "notifications")
R35 = Row("R35", "The portal links to the return policy.", ALL)
R36 = Row("R36", "The portal links to customer service.", ALL)
R37 = Row(
    "R37",
    "Both links are there at every step.",
    ALL,
    lacks="There is no portal page yet: the steps seen here are the offer and every letter.",
)
ROWS = (R35, R36, R37)

POLICY, SUPPORT = "https://moss.example/policy", "https://moss.example/help"
LINKS = {"policy_url": POLICY, "support_url": SUPPORT}
NO_LINKS = {"policy_url": None, "support_url": None}
ZOE = "zoe@example.com"

OF_A_PARCEL = {"return_id": an_id(2), "portal_id": PORTAL, "shipment_id": SHIPMENT}

ASK_ONE_OF_US = Rule(
    rule_id="ask", when=RequestReason(any_of=("does_not_work",)), then=(NeedsApproval(),)
)
KEEP_IT = Rule(rule_id="keep", when=RequestReason(any_of=("poor_quality",)), then=(KeepItem(),))


def wish(number: int, reason: str, return_method: str = "drop_off_point", **more: object):
    """One unit, for this reason, to be sent back so."""
    items = (a_requested_item(reason=reason),)
    named = {"return_id": an_id(number), "items": items, "return_method": return_method}
    return a_request(**named | more)


async def correspondence(scene: Scene, **links: str | None) -> dict[str, list[str]]:
    """Every letter a customer can get, and the links that stand in both its text and its page."""
    # Nobody here has a contract with GLS: such a label is refused.
    await scene.town.hears(
        a_portal(
            return_addresses=(a_return_address(country="NL"),),
            return_methods=("drop_off_point", "in_store", "pickup"),
            carriers=(
                CarrierChoice(carrier="gls", contract="direct"),
                CarrierChoice(carrier="own_label"),
            ),
            rules=(ASK_ONE_OF_US, KEEP_IT),
            **links,
        ),
        a_shipment(items=(a_shipped_item(quantity=20),)),
        wish(1, "gift"),
        wish(2, "gift", "in_store"),
        wish(3, "gift", "pickup"),
        wish(4, "gift", refund_method="gold"),
        wish(5, "does_not_work"),
        wish(6, "poor_quality", "none"),
        CancelReturn(return_id=an_id(1), portal_id=PORTAL, by="customer"),
        ReleaseRefund(return_id=an_id(2), portal_id=PORTAL, by="jo"),
        LabelDelayed(**OF_A_PARCEL, code="carrier_unavailable", retry_at=TUESDAY + days(1)),
        LabelLapsed(
            **OF_A_PARCEL,
            carrier="gls",
            tracking_number=INBOUND,
            because="never_handed_over",
            lapsed_at=TUESDAY + days(30),
        ),
    )
    sent = [letter for letter in scene.town.letters() if str(letter.to) == ZOE]
    told = scene.town.told(CustomerEmailed)
    return {
        about.letter: [
            link for link in (POLICY, SUPPORT) if link in letter.text and link in letter.html
        ]
        for about, letter in zip(told, sent, strict=True)
    }


EVERY_LETTER = [letter.value for letter in Letter]

# ── R35, R36 ─────────────────────────────────────────────────────────────────────────────────────


@R35.allows(POLICY, "nothing")
async def an_offer_shows_the_policy(scene: Scene):
    warned = await scene.finds("no_policy_link", policy_url=POLICY)
    await scene.town.hears(a_shipment())
    return (await scene.offer()).policy_url, warned


@R35.refuses("warning at policy_url", None)
async def a_portal_without_a_policy(scene: Scene):
    warned = await scene.finds("no_policy_link", policy_url=None)
    await scene.town.hears(a_shipment())
    return warned, (await scene.offer()).policy_url


@R35.refuses("schema, schema", "schema, schema")
async def a_policy_behind_a_link_that_is_not_safe(scene: Scene):
    links = ("http://moss.example/policy", "javascript:alert(1)")
    return tuple([await scene.hears_spoilt(a_portal(), policy_url=link) for link in links])


@R36.allows(SUPPORT, "nothing")
async def an_offer_shows_whom_to_ask(scene: Scene):
    warned = await scene.finds("no_support_link", support_url=SUPPORT)
    await scene.town.hears(a_shipment())
    return (await scene.offer()).support_url, warned


@R36.refuses("warning at support_url", None)
async def a_portal_without_customer_service(scene: Scene):
    warned = await scene.finds("no_support_link", support_url=None)
    await scene.town.hears(a_shipment())
    return warned, (await scene.offer()).support_url


@R36.refuses("schema, schema", "schema, schema")
async def customer_service_behind_a_link_that_is_not_safe(scene: Scene):
    links = ("http://moss.example/help", "mailto:anna@example.com")
    return tuple([await scene.hears_spoilt(a_portal(), support_url=link) for link in links])


# ── R37 ──────────────────────────────────────────────────────────────────────────────────────────


@R37.allows({letter: [POLICY, SUPPORT] for letter in EVERY_LETTER})
async def every_letter_has_both(scene: Scene):
    return await correspondence(scene, **LINKS)


@R37.allows(["country_blocked"], POLICY, SUPPORT)
async def an_offer_of_nothing_has_both(scene: Scene):
    await scene.story(blocked_countries=("NL",), **LINKS)
    options = await scene.offer()
    return [one.code for one in options.refusals], options.policy_url, options.support_url


@R37.allows(["shipment_unknown"], POLICY, SUPPORT)
async def an_offer_for_a_parcel_that_never_came_has_both(scene: Scene):
    await scene.town.hears(a_portal(**LINKS), a_find(shipment_id="MF-0"))
    for _ in range(2):
        await scene.town.later(seconds=61)
    options = scene.last(OptionsOffered)
    return [one.code for one in options.refusals], options.policy_url, options.support_url


@R37.refuses({letter: [] for letter in EVERY_LETTER})
async def no_letter_invents_one(scene: Scene):
    return await correspondence(scene, **NO_LINKS)


@R37.refuses({letter: [SUPPORT] for letter in EVERY_LETTER})
async def every_letter_has_the_one_there_is(scene: Scene):
    return await correspondence(scene, policy_url=None, support_url=SUPPORT)
