"""The database of one service: majority, journalled, with zones.

On the floor only this file and the two stores know the driver.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.results import BulkWriteResult

log = structlog.get_logger()

Database = AsyncIOMotorDatabase[dict[str, Any]]

ANSWER_SECONDS = 5
"""How long one question to the database may take before it counts as down."""


def database(uri: str, service: str) -> Database:
    """The service's own database, named after it. No connection is made yet."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        uri,
        tz_aware=True,
        serverSelectionTimeoutMS=ANSWER_SECONDS * 1000,
        connectTimeoutMS=ANSWER_SECONDS * 1000,
        socketTimeoutMS=4 * ANSWER_SECONDS * 1000,
        retryWrites=True,
        appname=f"retour-{service}",
    )
    return client.get_database(
        service,
        write_concern=WriteConcern("majority", j=True, wtimeout=4 * ANSWER_SECONDS * 1000),
        read_concern=ReadConcern("majority"),
        read_preference=ReadPreference.PRIMARY,
    )


async def answers(db: Database) -> bool:
    """Whether the database answers now."""
    try:
        await asyncio.wait_for(db.command("ping"), ANSWER_SECONDS)
    except (PyMongoError, TimeoutError):
        return False
    return True


def touched(result: BulkWriteResult) -> int:
    """How many documents the writes found or made."""
    found = result.matched_count + result.deleted_count
    return found + result.upserted_count + result.inserted_count


Index = tuple[str, Sequence[tuple[str, int | str]], dict[str, Any]]
"""Collection, keys, options."""


async def ensure(db: Database, indexes: Sequence[Index]) -> None:
    """The indexes exist. Asking again changes nothing."""
    for collection, keys, options in indexes:
        await db[collection].create_index(list(keys), **options)
