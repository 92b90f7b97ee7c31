"""Every service's user, every database, everything it might ask: only its own work (D12)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from deploy.local.secured import ADMIN, SecuredStack
from deploy.ops import users

pytestmark = [pytest.mark.real, pytest.mark.slow]

SERVICES = ("lookup", "rules", "labels", "notifications", "analytics")
DATABASES = (*SERVICES, "admin", "config", "local", "strange")
UNAUTHORIZED = 13
WORK = {"find", "insert", "update", "upsert", "delete", "aggregate", "create_index", "transaction"}
WORK |= {"create_collection"}  # who may insert may create: MongoDB knows no difference
"""What a service does all day, in its own database."""
NO_TRANSACTIONS_HERE = 263
"""In `admin`, `config` and `local`, whoever asks; inserting there is tried by itself."""


async def tried(client: AsyncMongoClient, database: str) -> dict[str, Any]:
    """By name: everything one may ask of a database, ready to be awaited."""
    there, things = client[database], client[database]["things"]
    function = "function() { return true }"
    return {
        "find": things.find_one,
        "insert": lambda: things.insert_one({"n": 1}),
        "update": lambda: things.update_one({"n": 1}, {"$set": {"n": 1}}),
        "upsert": lambda: things.update_one({"_id": 1}, {"$set": {"n": 2}}, upsert=True),
        "delete": lambda: things.delete_one({"n": 3}),
        "aggregate": lambda: _drained(things.aggregate([{"$match": {"n": 1}}])),
        "create_index": lambda: things.create_index("n"),
        "transaction": lambda: _transaction(client, things),
        "where": lambda: things.find_one({"$where": function}),
        "function": lambda: _drained(
            things.aggregate(
                [{"$addFields": {"x": {"$function": {"body": function, "args": [], "lang": "js"}}}}]
            )
        ),
        "map_reduce": lambda: there.command(
            "mapReduce", "things", map=function, reduce=function, out={"inline": 1}
        ),
        "drop_index": lambda: there.command("dropIndexes", "things", index="n_1"),
        "drop_collection": lambda: there.command("drop", "things"),
        "drop_database": lambda: there.command("dropDatabase"),
        "create_collection": lambda: there.command("create", "fresh"),
        "create_view": lambda: there.command("create", "view", viewOn="things", pipeline=[]),
        "rename": lambda: client.admin.command(
            {"renameCollection": f"{database}.things", "to": f"{database}.others"}
        ),
        "change_collection": lambda: there.command("collMod", "things", validationLevel="off"),
        "list_collections": lambda: _drained(there.list_collections()),
        "list_indexes": lambda: _drained(things.list_indexes()),
        "create_user": lambda: there.command("createUser", "mallory", pwd="mallory", roles=[]),
        "change_password": lambda: there.command("updateUser", database, pwd="mallory"),
        "users": lambda: there.command("usersInfo"),
        "grant": lambda: there.command(
            "grantRolesToUser", database, roles=[{"role": "root", "db": "admin"}]
        ),
        "validate": lambda: there.command("validate", "things"),
        "profile": lambda: there.command("profile", 2),
        "out": lambda: _drained(things.aggregate([{"$out": {"db": "strange", "coll": "c"}}])),
        "watch": lambda: _watched(things),
    }


ON_THE_SERVER = {
    "shutdown": {"shutdown": 1, "force": True, "timeoutSecs": 0},
    "parameters": {"getParameter": "*"},
    "set_parameter": {"setParameter": 1, "logLevel": 0},
    "options": {"getCmdLineOpts": 1},
    "databases": {"listDatabases": 1, "nameOnly": False, "authorizedDatabases": False},
    "operations": {"currentOp": 1, "$all": True},
    "log": {"getLog": "global"},
    "set": {"replSetGetConfig": 1},
    "fsync": {"fsync": 1},
}
"""Asked of `admin`."""


async def _drained(asked: Any) -> None:
    cursor = asked if hasattr(asked, "to_list") else await asked
    await cursor.to_list(1)


async def _transaction(client: AsyncMongoClient, things: Any) -> None:
    async with client.start_session() as session, await session.start_transaction():
        await things.insert_one({"n": 4}, session=session)


async def _watched(things: Any) -> None:
    async with await things.watch(max_await_time_ms=1) as stream:
        await stream.try_next()


async def done(client: AsyncMongoClient, database: str) -> set[str]:
    """What of all that was let pass: done, or refused for another reason than who asked."""
    found = set()
    for name, attempt in (await tried(client, database)).items():
        try:
            await attempt()
        except OperationFailure as refused:
            if refused.code in (UNAUTHORIZED, NO_TRANSACTIONS_HERE):
                continue
            if name in {"where", "function", "map_reduce"} and _is_about_scripts(refused):
                continue
        found.add(name)
    return found


def _is_about_scripts(refused: OperationFailure) -> bool:
    return any(
        word in str(refused).lower()
        for word in ("server-side javascript", "no globalscriptengine", "javascript", "scripting")
    )


@pytest.fixture
async def admin(empty_house: SecuredStack) -> AsyncIterator[AsyncMongoClient]:
    """Who may do everything but run scripts."""
    access = empty_house.mongo_as(ADMIN)
    async with AsyncMongoClient(access.uri, **access.options("admin")) as client:
        for name in SERVICES:
            await client[name]["things"].insert_one({"n": 1})
        yield client


def client_of(stack: SecuredStack, service: str) -> AsyncMongoClient:
    """Logged in as this service is."""
    access = stack.mongo_as(service)
    return AsyncMongoClient(access.uri, **access.options(service))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_works_in_its_own_database_and_nowhere_else(
    empty_house: SecuredStack, admin: AsyncMongoClient, service: str
):
    """Whoever breaks into one service reads one service's data, and changes no schema."""
    async with client_of(empty_house, service) as client:
        found = {name: await done(client, name) for name in DATABASES}

    assert found == {name: WORK if name == service else set() for name in DATABASES}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_asks_nothing_of_the_server(
    empty_house: SecuredStack, admin: AsyncMongoClient, service: str
):
    """Neither what else there is, nor what others do, nor that it ends."""
    allowed = []
    async with client_of(empty_house, service) as client:
        for name, command in ON_THE_SERVER.items():
            try:
                await client.admin.command(command)
            except OperationFailure as refused:
                if refused.code == UNAUTHORIZED:
                    continue
            allowed.append(name)

    assert allowed == []
    assert (await admin.admin.command("ping"))["ok"] == 1


async def test_the_probe_sees_what_is_allowed(admin: AsyncMongoClient):
    """A probe that reports every door shut has to be shown an open one."""
    found = await done(admin, "strange")

    everything = set(await tried(admin, "strange"))
    assert everything - found == {"where", "function", "map_reduce"}


async def test_scripts_run_for_nobody(admin: AsyncMongoClient):
    """Not even for who may do everything: what the server cannot run cannot be smuggled in."""
    with pytest.raises(OperationFailure) as refused:
        await admin["rules"]["things"].find_one({"$where": "function() { return true }"})

    assert _is_about_scripts(refused.value)


@pytest.mark.parametrize(
    ("planted", "noticed"),
    [
        ({"role": "read", "db": "rules"}, {"find", "aggregate"}),
        ({"role": "readWrite", "db": "rules"}, {"find", "insert", "delete", "drop_collection"}),
    ],
)
async def test_one_role_too_many_is_noticed(
    empty_house: SecuredStack, admin: AsyncMongoClient, planted: dict[str, str], noticed: set[str]
):
    """Planted on the real database; applying the table takes it away again."""
    await admin["lookup"].command("grantRolesToUser", "lookup", roles=[planted])
    async with client_of(empty_house, "lookup") as client:
        assert noticed <= await done(client, "rules")

    await users.apply(
        empty_house.mongo_as(ADMIN), {"lookup": empty_house.password("mongo", "lookup")}
    )

    async with client_of(empty_house, "lookup") as client:
        assert await done(client, "rules") == set()


async def test_nobody_is_nobody(empty_house: SecuredStack):
    """Without a name there is nothing to be had."""
    access = empty_house.mongo_as(ADMIN)
    async with AsyncMongoClient(access.uri, tls=True, tlsCAFile=str(access.ca_file)) as client:
        for name in DATABASES:
            with pytest.raises(OperationFailure) as refused:
                await client[name]["things"].find_one()
            assert refused.value.code == UNAUTHORIZED
