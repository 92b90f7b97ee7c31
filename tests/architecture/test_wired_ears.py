"""What each service is really wired as, when it is built as its process builds it (D14, D15, D38).

`test_one_ear` reads the source; here FastStream's own objects are asked.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import httpx
import pytest
from faststream import AckPolicy

from contracts.topics import SERVICES, redriven_to
from services._runtime.service import Service

NEEDED = {
    "RETOUR_KAFKA": "127.0.0.1:1",
    "RETOUR_MONGO": "mongodb://127.0.0.1:1/?replicaSet=nowhere",
    "RETOUR_DIGEST_KEY": "ab" * 32,
    "RETOUR_SMTP_HOST": "127.0.0.1",
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """Built, and connected to nothing."""
    settings = importlib.import_module(f"services.{request.param}.settings").Settings
    known = {f"RETOUR_{name.upper()}" for name in settings.model_fields}
    told = {name: value for name, value in NEEDED.items() if name in known}
    built = importlib.import_module(f"services.{request.param}.app").build(settings.load(told))
    yield built
    built._db.client.close()


async def test_there_is_one_ear_and_it_loses_nothing(service: Service):
    """One subscriber, that acknowledges by hand, in its own group, from the beginning."""
    (ear,) = service.broker.subscribers
    said = ear._connection_args

    assert ear.ack_policy is AckPolicy.MANUAL
    assert said["enable_auto_commit"] is False
    assert said["auto_offset_reset"] == "earliest"
    assert ear.group_id == service.name
    assert ear._no_reply is True


async def test_it_listens_to_what_it_declares(service: Service):
    """And to what operators put back for it; to nothing that a pattern would let in."""
    (ear,) = service.broker.subscribers
    declared = importlib.import_module(f"services.{service.name}").READS

    assert set(ear.topic_names_for_subscribe) == {
        *(topic.name for topic in declared),
        redriven_to(service.name),
    }
    assert ear.pattern is None


async def test_nothing_is_published_behind_the_speakers_back(service: Service):
    """A publisher of FastStream's would answer where a message says."""
    assert list(service.broker.publishers) == []


@pytest.mark.parametrize("path", ["/", "/docs", "/asyncapi", "/docs/asyncapi", "/metrics", "/env"])
async def test_its_door_shows_nothing_else(service: Service, path: str):
    """Whoever reaches the health endpoint learns whether it is well, and nothing of how it is."""
    async with asking(service) as client:
        assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_its_door_takes_no_orders(service: Service, method: str):
    """TRACE would send back what it was sent."""
    async with asking(service) as client:
        answer = await client.request(method, "/live", headers={"x-secret": "hunter2"})

    assert answer.status_code == 405
    assert "hunter2" not in answer.text


async def test_its_door_says_only_whether_it_is_well(service: Service):
    """A word or two, and no caching of it."""
    async with asking(service) as client:
        live = await client.get("/live")

    assert (live.status_code, live.json()) == (200, {"stuck": False})
    assert live.headers["cache-control"] == "no-store"


def asking(service: Service) -> httpx.AsyncClient:
    """A client of its health endpoint, without a network."""
    transport = httpx.ASGITransport(service.app)
    return httpx.AsyncClient(transport=transport, base_url="http://service")
