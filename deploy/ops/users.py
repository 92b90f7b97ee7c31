"""The users of MongoDB: one per service, in its own database, able to do just its work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import SecretStr
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from deploy.ops.access import MongoRole, mongo_roles
from services._runtime.mongo import MongoAccess

ROLE: Final = "retour-service"
_ALREADY_THERE: Final = frozenset((51002, 51003))  # a role, a user


async def apply(mongo: MongoAccess, passwords: Mapping[str, SecretStr]) -> None:
    """Each service has its role, and a user of its name with this password and nothing more.

    Raises:
        PyMongoError: the database does not answer, or we may not.
    """
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        mongo.uri, **mongo.options("admin"), serverSelectionTimeoutMS=10_000
    )
    try:
        for role in mongo_roles():
            database = client[role.service]
            await _there(database, "Role", ROLE, _privileges(role) | {"roles": []})
            if role.service in passwords:
                secret = passwords[role.service].get_secret_value()
                user = {"pwd": secret, "roles": [{"role": ROLE, "db": role.service}]}
                await _there(database, "User", role.service, user)
    finally:
        await client.close()


def commands() -> Iterator[str]:
    """The same as lines for `mongosh`, without passwords: it asks for them."""
    for role in mongo_roles():
        database = f"db.getSiblingDB('{role.service}')"
        resource = f"resource: {{db: '{role.service}', collection: ''}}"
        granted = f"privileges: [{{{resource}, actions: {list(role.actions)}}}]"
        yield f"{database}.createRole({{role: '{ROLE}', roles: [], {granted}}})"
        roles = f"roles: [{{role: '{ROLE}', db: '{role.service}'}}]"
        yield f"{database}.createUser({{user: '{role.service}', pwd: passwordPrompt(), {roles}}})"


def _privileges(role: MongoRole) -> dict[str, Any]:
    resource = {"db": role.service, "collection": ""}
    return {"privileges": [{"resource": resource, "actions": list(role.actions)}]}


async def _there(database: Any, kind: str, name: str, said: dict[str, Any]) -> None:
    """It is made, or made to be this."""
    try:
        await database.command({f"create{kind}": name, **said})
    except OperationFailure as refused:
        if refused.code not in _ALREADY_THERE:
            raise
        await database.command({f"update{kind}": name, **said})
