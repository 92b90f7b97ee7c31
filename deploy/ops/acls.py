"""Access control lists of a Kafka cluster: made to be exactly what the table of rights says.

`kafka-acls` knows no "exactly": it adds and removes.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DescribeAclsRequest
from pydantic import SecretStr

from deploy.ops.access import Right
from deploy.ops.kafka_protocol import Allowed, AlterScramRequest, CreateAcls, DeleteAcls
from services._runtime.kafka_access import Kafka, clients

_ANY, _ALLOW, _ANYBODY = 1, 3, "*"
_LITERAL, _PREFIXED = 3, 4
_RESOURCES: Final = {"topic": 2, "group": 3, "cluster": 4}
_OPERATIONS: Final = {
    "read": 3,
    "write": 4,
    "create": 5,
    "delete": 6,
    "alter": 7,
    "describe": 8,
    "cluster_action": 9,
    "describe_configs": 10,
    "alter_configs": 11,
    "idempotent_write": 12,
}
"""Numbers of Kafka's protocol."""
ITERATIONS: Final = 8192


async def standing(kafka: Kafka) -> set[Right]:
    """What may be done now on this cluster.

    Raises:
        KafkaError: the cluster does not answer, or we may not ask.
    """
    names = {number: name for name, number in _RESOURCES.items()}
    done = {number: name for name, number in _OPERATIONS.items()}
    async with _admin(kafka) as admin:
        asked = DescribeAclsRequest(_ANY, None, _ANY, None, None, _ANY, _ANY)  # type: ignore[arg-type]
        answer: Any = await _ask(admin, asked)
        _check(answer.error_code, answer.error_message)
    return {
        Right(
            principal.removeprefix("User:"),
            done.get(operation, str(operation)),  # type: ignore[arg-type]
            names.get(kind, str(kind)),  # type: ignore[arg-type]
            name,
            pattern == _PREFIXED,
        )
        for kind, name, pattern, acls in answer.resources
        for principal, _host, operation, _permission in acls
    }


async def differences(kafka: Kafka, wanted: Collection[Right]) -> tuple[set[Right], set[Right]]:
    """What would have to be given, and what taken away.

    Only principals of the table lose anything: what others may do is not ours to judge.
    """
    ours = {right.principal for right in wanted}
    there = {right for right in await standing(kafka) if right.principal in ours}
    return set(wanted) - there, there - set(wanted)


async def apply(kafka: Kafka, wanted: Collection[Right]) -> tuple[set[Right], set[Right]]:
    """What stands is what is wanted; what was given, and what was taken away.

    Raises:
        KafkaError: the cluster does not answer, or we may not.
    """
    given, taken = await differences(kafka, wanted)
    await grant(kafka, given)
    await revoke(kafka, taken)
    return given, taken


async def grant(kafka: Kafka, rights: Iterable[Right]) -> None:
    """These rights stand."""
    made = [_allowed(right) for right in rights]
    if not made:
        return
    async with _admin(kafka) as admin:
        answer: Any = await _ask(admin, CreateAcls(made))
    for code, message in answer.creation_responses:
        _check(code, message)


async def revoke(kafka: Kafka, rights: Iterable[Right]) -> None:
    """These rights are gone."""
    gone = [_allowed(right) for right in rights]
    if not gone:
        return
    async with _admin(kafka) as admin:
        answer: Any = await _ask(admin, DeleteAcls(gone))
    for code, message, _matching in answer.filter_responses:
        _check(code, message)


async def give_passwords(kafka: Kafka, passwords: Mapping[str, SecretStr]) -> None:
    """Each principal logs in with this password from now on (SCRAM-SHA-512).

    The password itself does not leave this process: what is sent is what it is checked with.
    """
    made = []
    for name, password in passwords.items():
        salt = secrets.token_bytes(32)
        secret = password.get_secret_value().encode()
        made.append(
            (name, ITERATIONS, salt, hashlib.pbkdf2_hmac("sha512", secret, salt, ITERATIONS))
        )
    async with _admin(kafka) as admin:
        answer: Any = await _ask(admin, AlterScramRequest(made))
    for _name, code, message, _tags in answer.results:
        _check(code, message)


def commands(rights: Iterable[Right], bootstrap: str = "$KAFKA") -> Iterator[str]:
    """The same as lines for `kafka-acls`, for whoever runs Kafka with its own tools."""
    for right in rights:
        name = "" if right.resource == "cluster" else f" '{right.name}'"
        yield (
            f"kafka-acls.sh --bootstrap-server {bootstrap} --command-config admin.properties --add"
            f" --allow-principal 'User:{right.principal}'"
            f" --operation {right.operation.title().replace('_', '')} --{right.resource}{name}"
            + (" --resource-pattern-type prefixed" if right.prefixed else "")
        )


@asynccontextmanager
async def _admin(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**clients(kafka))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _ask(admin: AIOKafkaAdminClient, request: Any) -> Any:
    """The client knows these requests and has no methods for them."""
    async with asyncio.timeout(30):
        return await admin._send_to_controller(request)  # noqa: SLF001


def _check(code: int, message: str | None) -> None:
    if code != 0:
        raise for_code(code)(message)


def _allowed(right: Right) -> Allowed:
    pattern = _PREFIXED if right.prefixed else _LITERAL
    operation = _OPERATIONS[right.operation]
    kind, whom = _RESOURCES[right.resource], f"User:{right.principal}"
    return kind, right.name, pattern, whom, _ANYBODY, operation, _ALLOW
