"""The database with its doors shut: TLS, logins, and no JavaScript."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.certificates import written
from deploy.local.mongod import READY_SECONDS, REPLICA_SET, found_or_move
from deploy.local.processes import LOOPBACK, Process, until
from services._runtime.mongo import LOGIN_REFUSED, NOT_ALLOWED, MongoAccess

ALREADY_INITIALIZED = 23
_REFUSED = (LOGIN_REFUSED, NOT_ALLOWED)


def options(folder: Path) -> list[str | Path]:
    """What mongod is told more. The key its members know each other by is in `folder`."""
    key = folder / "mongo.key"
    if not key.exists():
        written(key, secrets.token_hex(64).encode())
        key.chmod(0o400)
    return [
        *("--auth", "--keyFile", key, "--noscripting"),
        *("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", folder / "mongod.pem"),
        *("--tlsCAFile", folder / "ca.pem", "--tlsAllowConnectionsWithoutCertificates"),
        *("--tlsDisabledProtocols", "TLS1_0,TLS1_1"),
    ]


async def until_ready(port: int, admin: MongoAccess, process: Process) -> None:
    """It is the primary of its set, and `admin` logs in.

    Whoever comes from this machine while there is no user may make the first one: we do, once.
    """
    known = {"tls": True, "tlsCAFile": str(admin.ca_file)}
    nobody = _client(port, known)
    somebody = _client(port, admin.options("admin"))

    async def is_primary() -> bool:
        try:
            hello = await nobody.admin.command("hello")
            if not hello.get("isWritablePrimary"):
                await _found(nobody, somebody, f"{LOOPBACK}:{port}")
                return False
            await _first_user(nobody, somebody, admin)
        except PyMongoError:  # not listening yet, or electing: asked again
            return False
        return True

    try:
        await until(is_primary, READY_SECONDS, "MongoDB", process=process)
    finally:
        await nobody.close()
        await somebody.close()


def _client(port: int, options: dict[str, Any]) -> AsyncMongoClient[dict[str, object]]:
    return AsyncMongoClient(
        LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=1_000, **options
    )


async def _found(
    nobody: AsyncMongoClient[dict[str, object]],
    somebody: AsyncMongoClient[dict[str, object]],
    address: str,
) -> None:
    """Whoever comes from this machine before there is a user may found the set, and not more."""
    members = [{"_id": 0, "host": address}]
    try:
        await nobody.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    except OperationFailure as refused:
        if refused.code not in (*_REFUSED, ALREADY_INITIALIZED):
            raise
        await found_or_move(somebody, address)


async def _first_user(
    nobody: AsyncMongoClient[dict[str, object]],
    somebody: AsyncMongoClient[dict[str, object]],
    admin: MongoAccess,
) -> None:
    try:
        await somebody.admin.command("connectionStatus")
    except OperationFailure as refused:
        if refused.code not in _REFUSED:
            raise
        secret = admin.password.get_secret_value() if admin.password else ""
        await nobody.admin.command({"createUser": admin.user, "pwd": secret, "roles": ["root"]})
