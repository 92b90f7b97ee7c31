"""Who may do what: the rights of every principal, as data that follows from the contracts.

What a service reads and tells is written in its own package; what stands outside is a row here.
Whoever is not named may do nothing. `acls.py` and `users.py` make it so.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from contracts import topics
from contracts.topics import SERVICES, Topic, dead_letters_of, redriven_to

Operation = Literal["read", "write", "create", "describe", "describe_configs", "alter_configs"]
Resource = Literal["topic", "group", "cluster"]

OPERATOR: Final = "operator"
"""Creates topics, reads them, and handles dead letters: what `retour` is run as."""
EVERYTHING: Final = "returns."
"""What the name of every topic of ours begins with."""


class Right(NamedTuple):
    """One principal may do one thing to one resource, or to all whose name begins so."""

    principal: str
    operation: Operation
    resource: Resource
    name: str
    prefixed: bool = False


class Outsider(NamedTuple):
    """Somebody beyond the five services, and the topics that are theirs to write and to read.

    Their consumer groups begin with their name.
    """

    writes: Sequence[Topic[Any]]
    reads: Sequence[Topic[Any]]


_TOLD: Final = [one for one in topics.ALL if one.owner in SERVICES and one.kind == "event"]
_PUBLIC: Final = [one for one in _TOLD if not one.personal]
"""What services tell that names nobody."""

OUTSIDERS: Final = {
    "shop": Outsider(
        writes=[topics.SHIPMENT_RECORDED],
        reads=[one for one in _PUBLIC if one.key == "return_id"],
    ),
    "back-office": Outsider(
        writes=[
            topics.PORTAL_CONFIGURED,
            topics.APPROVE_RETURN,
            topics.REFUSE_RETURN,
            topics.RELEASE_REFUND,
            topics.CANCEL_RETURN,  # a merchant may, as customers may
            topics.FIND_REASONS,
        ],
        # Whoever counts versions must see the last one.
        reads=[topics.PORTAL_CONFIGURED, *_PUBLIC],
    ),
    "frontend": Outsider(
        writes=[
            topics.FIND_SHIPMENT,
            topics.FIND_SERVICE_POINTS,
            topics.REQUEST_RETURN,
            topics.CANCEL_RETURN,
        ],
        reads=_PUBLIC,
    ),
}
PRINCIPALS: Final = (*SERVICES, *OUTSIDERS, OPERATOR)
WRITERS: Final = {
    topic.name: name for name, outsider in OUTSIDERS.items() for topic in outsider.writes
}
"""Who outside says what is said on a topic."""


def rights() -> Iterator[Right]:
    """Everything that anybody may do."""
    for service in SERVICES:
        yield from of_service(service)
    for name, outsider in OUTSIDERS.items():
        yield from _reading(name, [topic.name for topic in outsider.reads])
        yield from _writing(name, [topic.name for topic in outsider.writes])
        yield Right(name, "read", "group", name, prefixed=True)
    yield from _of_operator()


def of_service(service: str) -> Iterator[Right]:
    """It reads what it reads and what is put back for it, tells its own, and parks in its place."""
    package = importlib.import_module(f"services.{service}")
    yield from _reading(service, [*(t.name for t in package.READS), redriven_to(service)])
    yield from _writing(service, [*(t.name for t in package.TELLS), dead_letters_of(service)])
    yield Right(service, "read", "group", service)


def _of_operator() -> Iterator[Right]:
    """Everything of ours is seen to; only what was parked is put back, only a customer erased."""
    for operation in ("create", "read", "describe", "describe_configs", "alter_configs"):
        yield Right(OPERATOR, operation, "topic", EVERYTHING, prefixed=True)
    put_back = [redriven_to(service) for service in SERVICES]
    erased = [topic.name for topic in topics.ALL if topic.erasable]
    erased += [dead_letters_of(service) for service in SERVICES]
    audit = [topics.DEAD_LETTERS_HANDLED, topics.CUSTOMERS_FORGOTTEN]
    yield from _writing(OPERATOR, [*put_back, *audit, *erased])
    for service in SERVICES:
        yield Right(OPERATOR, "describe", "group", service)


def _reading(principal: str, names: Sequence[str]) -> Iterator[Right]:
    for name in names:
        yield Right(principal, "read", "topic", name)


def _writing(principal: str, names: Sequence[str]) -> Iterator[Right]:
    for name in names:
        yield Right(principal, "write", "topic", name)


class MongoRole(NamedTuple):
    """What the user of one service may do in its database, and nowhere else."""

    service: str
    actions: tuple[str, ...]


ACTIONS: Final = ("find", "insert", "update", "remove", "createIndex")
"""Less than `readWrite`. `createIndex` because a service brings its own indexes; it can only add:
it drops nothing, changes no collection, and reads no list of what there is."""


def mongo_roles() -> list[MongoRole]:
    """One for each service."""
    return [MongoRole(service, ACTIONS) for service in SERVICES]
