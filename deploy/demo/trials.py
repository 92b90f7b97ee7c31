"""What an operator would ask once returns are played: why, and what if the rules were others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.rules import ReturnApproved, ReturnAwaitingApproval, ReturnRejected
from contracts.shape import Shape
from contracts.words import ReturnMethod
from deploy.demo import maison, shop
from deploy.demo.frontend import Frontend
from deploy.demo.sample import AskedReturn
from deploy.local.stack import Stack
from deploy.local.surroundings import CAPABILITIES
from deploy.ops.returns import comparing, explaining
from services._runtime.mongo import MongoAccess
from services.rules.app import archive

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Trials:
    """What was answered, and where it lies."""

    explained: Path
    compared: Path
    asked_about: tuple[tuple[str, str], ...]
    """A return of each kind: what it is, and its id."""


async def trials(
    stack: Stack, frontend: Frontend, by_rules: list[AskedReturn], folder: Path
) -> Trials:
    """Explanations and a dry run, as the commands print them, are in `folder`."""
    about = tuple(telling(frontend, by_rules))
    opened = archive(MongoAccess(stack.mongo), CAPABILITIES)
    try:
        explained = []
        for title, return_id in about:
            found = await opened.explanation(return_id)
            if found is None:
                raise LookupError(f"{title}: rules does not know {return_id}")
            explained += [f"$ retour explain {return_id}", *explaining.lines(found), ""]
        now = datetime.now(UTC)
        stricter = shop.settings_in(maison.STRICTER)
        rehearsal = await opened.rehearsal(stricter, now - A_DAY, now + A_DAY)
    finally:
        opened.close()
    command = f"$ retour rules dry-run --settings {maison.STRICTER.name} --from 1d"
    compared = [command, *comparing.lines(rehearsal)]
    return Trials(
        explained=_written(folder / "explained.txt", explained),
        compared=_written(folder / "dry-run.txt", compared),
        asked_about=about,
    )


def telling(frontend: Frontend, by_rules: list[AskedReturn]) -> Iterator[tuple[str, str]]:
    """The first return of each kind that has something to tell."""
    kinds = {
        "refused by a rule": _refused_by_rule,
        "decided by a person": _by_a_person,
        "waits for a person": _waits,
        "kept": _kept,
        "a fee by a rule": _fee,
    }
    for title, fits in kinds.items():
        for one in by_rules:
            said = [heard.message for heard in frontend.heard[one.return_id]]
            if fits(said):
                yield title, one.return_id
                break


def _refused_by_rule(said: list[Shape]) -> bool:
    return any(
        isinstance(m, ReturnRejected) and any(why.rule_id for why in m.refusals) for m in said
    )


def _by_a_person(said: list[Shape]) -> bool:
    return any(isinstance(m, ReturnApproved) and m.approved_by for m in said)


def _waits(said: list[Shape]) -> bool:
    asked = any(isinstance(m, ReturnAwaitingApproval) for m in said)
    return asked and not any(isinstance(m, ReturnApproved | ReturnRejected) for m in said)


def _kept(said: list[Shape]) -> bool:
    nothing = ReturnMethod.NONE
    return any(isinstance(m, ReturnApproved) and m.return_method == nothing for m in said)


def _fee(said: list[Shape]) -> bool:
    return any(
        isinstance(m, ReturnApproved) and m.price.minor > 0 and any(i.rules for i in m.items)
        for m in said
    )


def _written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
