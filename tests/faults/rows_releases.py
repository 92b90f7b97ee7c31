"""Rows about two releases at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

from contracts.rulebook import (
    ItemSku,
    LimitRefundMethods,
    LimitReturnMethods,
    NotReturnable,
    Rule,
)
from contracts.rules import JudgedItem, PortalOpened, ReturnApproved
from contracts.shop import PortalConfigured
from contracts.topics import SERVICES
from deploy.demo import shop
from deploy.demo.expected import price_due
from deploy.demo.sample import AskedReturn
from deploy.local.processes import Process
from tests.faults.matrix import Row
from tests.faults.scene import Scene
from tests.support.eventually import eventually
from tests.support.releases import Release, brought, no_history

BEFORE = "0a08cec"
"""The release before this one, by its commit. Whoever makes a release sets it to the last one."""

BOTH_SECONDS, SERVED_SECONDS, STOPS_SECONDS = 120.0, 120.0, 60.0
ALONE = 10
"""Customers whom the release before serves alone."""
MARK = "what-holds-anyway"
"""The rule that every item of such a portal meets, and that changes nothing."""
PLAIN = {
    portal.portal_id: portal
    for portal in shop.portals()
    if portal.portal_id != shop.HALF_BUILT and not portal.rules
}
"""The portals of the demo that have no rules of their own."""


async def rolled_back(scene: Scene) -> None:
    """F34. The release before runs beside this one, then alone, then beside it again, then no more.

    Settings change in each of these times, and have rules, of which the release before knows
    nothing. What they say is what holds without them: nobody can tell who decided.
    """
    release = brought(BEFORE, scene.stage.stack.mail_folder.with_name("release-before"))
    old = await _joined(scene, release)
    await _configured(scene, 2)
    await _both_worked(scene, old, "before")
    await _stopped(scene, SERVICES)
    await _alone(scene, old)
    for name in SERVICES:
        scene.stage.stack.restart(name)
    for name in SERVICES:
        await scene.stage.stack.ready(name)
    await _configured(scene, 4)
    await _both_worked(scene, old, "after")
    await _stopped(scene, old)
    for name in old:
        scene.stage.stack.leave(name)
    await _configured(scene, 5)
    await _by_rules(scene, 5)


def _as_before(release: Release, name: str, carrier_url: str) -> Callable[[Process], None]:
    """What makes a process one of the release before, which reaches the carrier by its address."""
    change = release.of(name)

    def changed(process: Process) -> None:
        change(process)
        if name == "labels":
            process.environment["RETOUR_CARRIER_URL"] = carrier_url

    return changed


async def _joined(scene: Scene, release: Release) -> list[str]:
    """A process of every service runs the release before; their names."""
    stack = scene.stage.stack
    old = [
        await stack.join(name, _as_before(release, name, stack.carrier_url)) for name in SERVICES
    ]
    strangers = [name for name in SERVICES if not release.read_by(name)]
    scene.must(not strangers, f"not of the release before: {strangers}")
    return old


async def _configured(scene: Scene, version: int) -> None:
    """Every portal has this version of its settings, with rules, and the go-live gate opened it."""
    portals = list(_with_rules(version))
    for portal in portals:
        await scene.frontend.tell(portal, "/demo/back-office")

    def opened() -> bool:
        gates = {(gate.portal_id, gate.version) for gate in scene.frontend.every(PortalOpened)}
        return {(portal.portal_id, portal.version) for portal in portals} <= gates

    await eventually(opened, f"version {version} of every portal to be opened", SERVED_SECONDS)


async def _both_worked(scene: Scene, old: list[str], when: str) -> None:
    """Every process of both releases has heard records that it finished."""
    everybody = [*SERVICES, *old]
    before = {name: _finished(scene, name) for name in everybody}

    def new() -> dict[str, int]:
        return {name: _finished(scene, name) - before[name] for name in everybody}

    def all_worked() -> bool:
        scene.admit_up_to()
        return all(new().values())

    await eventually(all_worked, f"both releases to work: {new()}", BOTH_SECONDS)
    found = new()
    ours, theirs = (sum(found[name] for name in names) for names in (SERVICES, old))
    scene.bit(f"{when}: this release finished {ours} records, the one before {theirs}")


async def _stopped(scene: Scene, names: list[str] | tuple[str, ...]) -> None:
    """Amid work these processes end in order, as a rollback has it."""
    async with scene.caught(*SERVICES):
        for name in names:
            scene.process(name).ask_to_stop()
    for name in names:
        process = scene.process(name)
        await eventually(partial(_ended, process), f"{name} to end", STOPS_SECONDS)
        scene.must(process.exit_code == 0, f"SIGTERM: {name} ended with {process.exit_code}")


async def _alone(scene: Scene, old: list[str]) -> None:
    """The release before finishes what both began, takes settings, and serves some more."""
    before = {name: _finished(scene, name) for name in old}
    await _configured(scene, 3)
    scene.frontend.admit(ALONE)
    await eventually(
        lambda: not scene.frontend.on_their_way,
        "the release before to serve all who are there",
        SERVED_SECONDS,
    )
    alone = sum(_finished(scene, name) - before[name] for name in old)
    scene.bit("records finished by the release before alone", alone)


async def _by_rules(scene: Scene, version: int) -> None:
    """Alone again, this release judges by the rules of the settings that it was told last.

    What the other one was told while both were there, it keeps without the rules.
    """

    def judged() -> list[JudgedItem]:
        scene.admit_up_to()
        approved = scene.frontend.every(ReturnApproved)
        return [item for one in approved if one.settings_version == version for item in one.items]

    items = await eventually(judged, "an approval by the last settings", SERVED_SECONDS)
    lawless = sum(MARK not in item.rules for item in items)
    scene.must(not lawless, f"{lawless} of {len(items)} items were judged without the rules")
    scene.bit("items judged by rules that the release before does not know", len(items))


def same_to_both(one: AskedReturn) -> bool:
    """Whether both releases say the same of this return.

    The release before follows no rules, and does not say which price goes with what: whoever has
    his options from it cannot confirm to this one exactly what is due, unless that is nothing.
    """
    return one.order.portal_id in PLAIN and price_due(one) == 0


def _with_rules(version: int) -> Iterator[PortalConfigured]:
    for portal in PLAIN.values():
        rules = (
            Rule(
                rule_id="nobody-sells-it",
                when=ItemSku(any_of=("no-such-thing",)),
                then=(NotReturnable(),),
            ),
            Rule(
                rule_id=MARK,
                then=(
                    LimitRefundMethods(only=portal.refund_methods),
                    LimitReturnMethods(only=portal.return_methods),
                ),
            ),
        )
        settings = {**portal.model_dump(), "version": version, "rules": rules}
        yield PortalConfigured.model_validate(settings)


def _finished(scene: Scene, name: str) -> int:
    """How many records this process has heard and finished, by its own log."""
    lines = scene.process(name).log.read_text(errors="replace").splitlines()
    said = [json.loads(line) for line in lines if '"event": "batch_finished"' in line]
    return sum(line["heard"] for line in said)


def _ended(process) -> bool:
    return not process.alive


ROWS = (
    Row(
        "F34",
        "the release before beside this one, alone, and beside it again",
        rolled_back,
        returns=160,
        fits=same_to_both,
        breaks_stage=True,
        lacks=partial(no_history, BEFORE),
    ),
)
