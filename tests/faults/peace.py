"""Nothing moves: what a row may wait for before it compares, or before it strikes."""

from __future__ import annotations

from contracts.topics import SERVICES
from tests.faults.scene import AT_ONCE, Scene
from tests.support.eventually import eventually

PATIENCE_SECONDS = 150.0


async def quiet(scene: Scene) -> bool:
    """Whether no service has anything left to do."""
    return not await scene.in_hand(*SERVICES)


async def until_quiet(scene: Scene) -> None:
    """No service has anything left to do."""

    async def nothing() -> bool:
        return await quiet(scene)

    await eventually(nothing, "every service to be done", PATIENCE_SECONDS)


async def some_served(scene: Scene) -> None:
    """Some customers came and have what is due, and nothing moves."""
    scene.frontend.admit(AT_ONCE)
    await eventually(lambda: scene.frontend.on_their_way, "customers to come in")
    await eventually(lambda: not scene.frontend.on_their_way, "them to be served", PATIENCE_SECONDS)
    await until_quiet(scene)


async def all_back(scene: Scene, *names: str) -> None:
    """These were stopped in order; they run again and are ready."""
    for name in names:
        scene.stage.stack.restart(name)
    for name in names:
        await scene.stage.stack.ready(name)
