"""How one comes in: encrypted, to whom we meant, with the right password; or not at all (D16)."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from deploy.local.certificates import Authority, written
from deploy.local.secured import SecuredStack
from services._runtime import mongo
from services._runtime.kafka_access import KafkaAccess, clients, why_not

pytestmark = [pytest.mark.real, pytest.mark.slow]

LOOPBACK = "127.0.0.1"
OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)


@pytest.fixture
def strangers(tmp_path: Path) -> Path:
    """An authority that vouches for nobody here."""
    return written(tmp_path / "strangers.pem", Authority.new().pem)


async def enters_kafka(access: KafkaAccess | str) -> bool:
    """Whether this client comes in, and what it asks is answered."""
    admin = AIOKafkaAdminClient(**clients(access), request_timeout_ms=5_000)
    try:
        await admin.start()
        await admin.list_topics()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True


async def mongo_says(access: mongo.MongoAccess, service: str = "rules") -> str:
    """The code of what keeps this client out; empty if nothing does."""
    client = AsyncMongoClient(access.uri, **access.options(service), serverSelectionTimeoutMS=2_000)
    try:
        await client[service]["things"].find_one()
    except (OperationFailure, ServerSelectionTimeoutError) as refused:
        return mongo.why_not(refused)
    finally:
        await client.close()
    return ""


def known(stack: SecuredStack) -> KafkaAccess:
    """How rules comes in."""
    access = stack.kafka_as("rules")
    assert isinstance(access, KafkaAccess)
    return access


def by_name(address: str) -> str:
    """The same door under a name the certificate does not hold."""
    return address.replace(LOOPBACK, "localhost")


async def test_who_belongs_comes_in(empty_house: SecuredStack):
    """Doors that nobody passes are walls, and the tests below would prove nothing."""
    assert await enters_kafka(known(empty_house))
    assert await why_not(known(empty_house)) == "kafka_unwell"  # the connection is no trouble
    assert await mongo_says(empty_house.mongo_as("rules")) == ""


async def test_a_certificate_of_somebody_else_is_not_believed(empty_house, strangers):
    """Whoever listens at the broker's address is not the broker yet."""
    access = replace(known(empty_house), ca_file=strangers)

    assert not await enters_kafka(access)
    assert await why_not(access) == "kafka_certificate_refused"
    assert (
        await mongo_says(replace(empty_house.mongo_as("rules"), ca_file=strangers))
        == "mongo_certificate_refused"
    )


async def test_a_certificate_for_another_host_is_not_believed(empty_house):
    """A true certificate of another machine is a false one here."""
    access = replace(known(empty_house), servers=by_name(empty_house.kafka))
    direct = by_name(empty_house.mongo.partition("?")[0]) + "?directConnection=true"

    assert not await enters_kafka(access)
    assert await why_not(access) == "kafka_certificate_refused"
    assert (
        await mongo_says(replace(empty_house.mongo_as("rules"), uri=direct))
        == "mongo_certificate_refused"
    )


@pytest.mark.parametrize("user", ["rules", "nobody"])
async def test_a_wrong_password_stays_outside(empty_house, user):
    """And an unknown name learns no more than a wrong password does."""
    wrong = SecretStr("wrong-but-long-enough")
    access = replace(known(empty_house), user=user, password=wrong)
    at_mongo = replace(empty_house.mongo_as("rules"), user=user, password=wrong)

    assert not await enters_kafka(access)
    assert await why_not(access) == "kafka_login_refused"
    assert await mongo_says(at_mongo) == "mongo_login_refused"


async def test_plain_text_stays_outside(empty_house):
    """Neither the broker's door nor its controller's, nor the database's."""
    for port in (empty_house._ports.controller, empty_house.own_port):
        assert not await enters_kafka(f"{LOOPBACK}:{port}")
    assert not await enters_kafka(empty_house.kafka)
    assert await mongo_says(mongo.MongoAccess(empty_house.mongo)) != ""


@pytest.mark.parametrize("door", ["controller", "own"])
async def test_nobody_else_is_the_broker(empty_house, door):
    """The doors for brokers and controllers want a certificate from whoever knocks."""
    careless = ssl.create_default_context(cafile=empty_house.ca_file)
    port = {"controller": empty_house._ports.controller, "own": empty_house.own_port}[door]
    reader, writer = await asyncio.open_connection(LOOPBACK, port, ssl=careless)
    writer.write(b"\0\0\0\x0a\0\x12\0\0\0\0\0\1\xff\xff")  # which requests do you know?
    try:
        answer = await asyncio.wait_for(reader.read(1), 10)
    except (ssl.SSLError, OSError):
        answer = b""
    finally:
        writer.close()

    assert answer == b""


def test_no_other_door_is_open(empty_house):
    """Every port that our processes listen on is one of those that are tried here."""
    ports = empty_house._ports
    mongod = urlsplit(empty_house.mongo).port
    open_ones = {
        port for process in empty_house.parts.values() for port in listened_on(process.pid)
    }

    assert open_ones == {ports.kafka, ports.controller, empty_house.own_port, mongod}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("newest", OLD)
@pytest.mark.parametrize("door", ["kafka", "controller", "own", "mongo"])
def test_old_tls_is_not_spoken(empty_house, door, newest):
    """What was broken years ago protects nobody. Newer is spoken at the same door."""
    port = empty_house.own_port if door == "own" else getattr(empty_house._ports, door)

    ours = empty_house.secrets / "broker.pem" if door in {"controller", "own"} else None

    assert handshake(port, empty_house.ca_file, newest, ours) is None
    assert handshake(port, empty_house.ca_file, ssl.TLSVersion.TLSv1_2, ours) == "TLSv1.2"
    assert handshake(port, empty_house.ca_file, ssl.TLSVersion.TLSv1_3, ours) == "TLSv1.3"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("newest", OLD)
def test_the_careless_client_does_speak_old_tls(tmp_path, newest):
    """Else the test above would only show what our own TLS library refuses."""
    authority = Authority.new()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(written(tmp_path / "server.pem", authority.vouch("old")))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = newest
    ca_file = written(tmp_path / "ca.pem", authority.pem)
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) as line:
                line.recv(1)

        serving = threading.Thread(target=serve)
        serving.start()
        spoken = handshake(port, ca_file, newest)
        serving.join(10)

    assert spoken == {OLD[0]: "TLSv1", OLD[1]: "TLSv1.1"}[newest]


def handshake(
    port: int, ca_file: Path, version: ssl.TLSVersion, shown: Path | None = None
) -> str | None:
    """The version that was agreed on by a client that knows this one only. None: none was."""
    context = ssl.create_default_context(cafile=ca_file)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    if shown is not None:
        context.load_cert_chain(shown)
    try:
        with (
            socket.create_connection((LOOPBACK, port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=LOOPBACK) as line,
        ):
            return line.version()
    except (ssl.SSLError, OSError):
        return None


def listened_on(pid: int) -> set[int]:
    """The TCP ports this process listens on, as the kernel knows them."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    return {
        int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in inodes
    }
