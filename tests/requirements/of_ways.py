"""R38 to R42, R45 and R46: the ways back, and whose carriers go them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from contracts.rules import OptionsOffered
from contracts.shop import CarrierChoice
from services.rules.adapters.capabilities_csv import shipped
from services.rules.domain.capability import Capability, Registry
from tests.requirements.row import Row
from tests.requirements.scene import Scene, answer, methods, withheld
from tests.support.builders import TUESDAY, a_return_address, a_shipment

R38 = Row("R38", "There are four return methods; the merchant switches them on.")
R39 = Row("R39", "Availability is a function of country, carrier and contract.")
R40 = Row("R40", "Home pickup needs a direct contract with GLS.")
R41 = Row("R41", "Home pickup only within the Netherlands.")
R42 = Row("R42", "Drop-off without a label only in Germany, with DHL.")
R45 = Row("R45", "Only carriers the merchant chose are used.")
R46 = Row("R46", "A direct contract counts only if it covers returns.")
ROWS = (R38, R39, R40, R41, R42, R45, R46)

FOUR = ("drop_off_point", "drop_off_labelless", "pickup", "in_store")
TODAY = TUESDAY.date()


def by(carrier: str, contract: str = "platform", *, covers: bool = True) -> CarrierChoice:
    """A carrier, and whose contract."""
    return CarrierChoice(carrier=carrier, contract=contract, covers_returns=covers)


GLS, DHL = by("gls", "direct"), by("dhl_parcel_de")


async def route(scene: Scene, origin: str, to: str, **settings: object) -> OptionsOffered:
    """What is offered between two countries by the facts that are shipped, and in store."""
    usual = {"return_methods": (*FOUR[1:],)}
    address = a_return_address(country=to)
    await scene.portal(return_addresses=(address,), **usual | settings)
    home = a_shipment().deliver_to.model_copy(update={"country": origin})
    await scene.town.hears(a_shipment(deliver_to=home))
    return await scene.offer()


def known(*facts: Capability) -> Registry:
    """Nobody can do anything but this."""
    return Registry(facts)


def fact(method: str) -> Capability:
    """What is shipped about this method: the row the merchant's lesson named."""
    return next(one for one in shipped() if one.method == method and one.carrier is not None)


# ── R38 ──────────────────────────────────────────────────────────────────────────────────────────


@R38.allows("opened", [*FOUR])
async def all_four_are_offered(scene: Scene):
    opened = await scene.portal(return_methods=FOUR, carriers=(by("simulated"),))
    await scene.town.hears(a_shipment())
    return opened, methods(await scene.offer())


@R38.allows({"approved"})
async def each_of_the_four_can_be_chosen(scene: Scene):
    await scene.story(return_methods=FOUR, carriers=(by("simulated"),))
    for number in range(len(FOUR)):
        await scene.town.hears(a_shipment(shipment_id=f"S-{number}"))
    asked = enumerate(FOUR)
    return {await scene.asks(return_method=m, shipment_id=f"S-{n}") for n, m in asked}


@R38.refuses("refused: return_method_unknown")
async def a_fifth(scene: Scene):
    return await scene.portal(return_methods=("drop_off_point", "by_balloon"))


@R38.refuses("return_method_not_offered")
async def one_that_is_switched_off(scene: Scene):
    await scene.story(return_methods=("drop_off_point",))
    return await scene.asks(return_method="in_store")


@R38.refuses("return_method_not_offered")
async def none_where_something_travels(scene: Scene):
    await scene.story()
    return await scene.asks(return_method="none")


# ── R39 ──────────────────────────────────────────────────────────────────────────────────────────


@R39.allows(["drop_off_point"], "colissimo")
async def where_the_carrier_goes(scene: Scene):
    options = await route(scene, "FR", "FR", return_methods=FOUR[:1], carriers=(by("colissimo"),))
    return methods(options), options.return_methods[0].carrier


@R39.refuses({"drop_off_point": "not_on_this_route"}, "return_method_not_offered")
async def where_the_carrier_does_not_go(scene: Scene):
    settings = {"return_methods": (FOUR[0], "in_store"), "carriers": (by("colissimo"),)}
    options = await route(scene, "NL", "FR", **settings)
    return withheld(options), await scene.asks()


@R39.refuses("refused: no_method_left")
async def a_portal_that_offers_nobody_anything(scene: Scene):
    berlin = a_return_address(country="DE")
    return await scene.portal(
        return_addresses=(berlin,), return_methods=FOUR[:1], carriers=(by("colissimo"),)
    )


# ── R40 ──────────────────────────────────────────────────────────────────────────────────────────


@R40.allows("approved", "gls")
async def pickup_with_a_direct_contract(scene: Scene):
    await route(scene, "NL", "NL", carriers=(GLS,))
    told = await scene.verdict(return_method="pickup")
    return answer(told), told.carrier


@R40.refuses("direct_contract_needed", "return_method_not_offered")
async def pickup_with_the_platforms_contract(scene: Scene):
    options = await route(scene, "NL", "NL", carriers=(by("gls"),))
    return withheld(options).get("pickup"), await scene.asks(return_method="pickup")


@R40.refuses("no_carrier", "return_method_not_offered")
async def pickup_without_gls(scene: Scene):
    options = await route(scene, "NL", "NL", carriers=(by("colissimo", "direct"),))
    return withheld(options).get("pickup"), await scene.asks(return_method="pickup")


# ── R41 ──────────────────────────────────────────────────────────────────────────────────────────


async def pickup_on(scene: Scene, first: date | None, last: date | None) -> tuple[list[str], str]:
    """What is offered today of a pickup that is possible in this time, and said to a request."""
    scene.knows_carriers(known(replace(fact("pickup"), valid_from=first, valid_until=last)))
    options = await route(scene, "NL", "NL", return_methods=("pickup",), carriers=(GLS,))
    shown = [*methods(options), *withheld(options).values()]
    return shown, await scene.asks(return_method="pickup")


DAY = timedelta(days=1)


@R41.allows(["pickup", "in_store"])
async def pickup_within_the_netherlands(scene: Scene):
    return methods(await route(scene, "NL", "NL", carriers=(GLS,)))


@R41.allows(["pickup"], "approved")
async def pickup_on_its_first_and_last_day(scene: Scene):
    return await pickup_on(scene, TODAY, TODAY)


@R41.refuses("not_on_this_route", "return_method_not_offered")
async def pickup_from_belgium(scene: Scene):
    options = await route(scene, "BE", "NL", carriers=(GLS,))
    return withheld(options).get("pickup"), await scene.asks(return_method="pickup")


@R41.refuses("not_on_this_route")
async def pickup_to_belgium(scene: Scene):
    return withheld(await route(scene, "NL", "BE", carriers=(GLS,))).get("pickup")


@R41.refuses(["not_today"], "return_method_not_offered")
async def pickup_the_day_before_its_first(scene: Scene):
    return await pickup_on(scene, TODAY + DAY, None)


@R41.refuses(["not_today"], "return_method_not_offered")
async def pickup_the_day_after_its_last(scene: Scene):
    return await pickup_on(scene, None, TODAY - DAY)


# ── R42 ──────────────────────────────────────────────────────────────────────────────────────────

LABELLESS = "drop_off_labelless"


async def labelless_on(scene: Scene, first: date | None, last: date | None) -> list[str]:
    """What is offered today of a labelless drop-off that is possible in this time, or why not."""
    scene.knows_carriers(known(replace(fact(LABELLESS), valid_from=first, valid_until=last)))
    options = await route(scene, "DE", "DE", return_methods=(LABELLESS,), carriers=(DHL,))
    return [*methods(options), *withheld(options).values()]


@R42.allows("approved", "dhl_parcel_de")
async def labelless_in_germany_with_dhl(scene: Scene):
    await route(scene, "DE", "DE", carriers=(DHL,))
    told = await scene.verdict(return_method=LABELLESS)
    return answer(told), told.carrier


@R42.allows([LABELLESS])
async def labelless_on_its_first_and_last_day(scene: Scene):
    return await labelless_on(scene, TODAY, TODAY)


@R42.refuses("not_on_this_route", "return_method_not_offered")
async def labelless_from_austria(scene: Scene):
    options = await route(scene, "AT", "DE", carriers=(DHL,))
    return withheld(options).get(LABELLESS), await scene.asks(return_method=LABELLESS)


@R42.refuses("no_carrier", "return_method_not_offered")
async def labelless_with_another_carrier(scene: Scene):
    options = await route(scene, "DE", "DE", carriers=(GLS,))
    return withheld(options).get(LABELLESS), await scene.asks(return_method=LABELLESS)


@R42.refuses(["not_today"])
async def labelless_the_day_before_its_first(scene: Scene):
    return await labelless_on(scene, TODAY + DAY, None)


@R42.refuses(["not_today"])
async def labelless_the_day_after_its_last(scene: Scene):
    return await labelless_on(scene, None, TODAY - DAY)
