"""Every service has the same rooms, tells only its own facts, and says so."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from contracts import topics
from contracts.topics import SERVICES

ROOT = Path(__file__).parents[2]
FILES = ("__init__", "__main__", "app", "settings", "handlers", "ports")
ROOMS = (*(f"{file}.py" for file in FILES), "README.md")


def _is_there(room: Path) -> bool:
    """A file, or a folder of that name where one file would be crowded."""
    return room.is_file() or (room.with_suffix("") / "__init__.py").is_file()


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_every_room(service: str):
    """Who knows one service knows all of them."""
    house = ROOT / "services" / service

    assert [room for room in ROOMS if not _is_there(house / room)] == []
    assert [room for room in ("domain", "adapters") if not (house / room).is_dir()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_tells_only_its_own_facts(service: str):
    """One teller per event, one listener group per command."""
    house = importlib.import_module(f"services.{service}")

    assert all(topic.owner == service and topic.kind == "event" for topic in house.TELLS)
    assert all(topic.owner == service for topic in house.READS if topic.kind == "command")


@pytest.mark.parametrize("service", SERVICES)
def test_the_canvas_names_every_topic_and_setting(service: str):
    """A knob nobody wrote about is a knob nobody should turn."""
    house = importlib.import_module(f"services.{service}")
    settings = importlib.import_module(f"services.{service}.settings").Settings
    base = importlib.import_module("services._runtime.settings").Settings
    canvas = (ROOT / "services" / service / "README.md").read_text()

    own = set(settings.model_fields) - set(base.model_fields)
    told = (*house.READS, *house.TELLS)
    words = {f"RETOUR_{name.upper()}" for name in own}
    words |= {topic.name.removeprefix("returns.").removesuffix(".v1") for topic in told}
    assert {word for word in words if word not in canvas} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_declared_is_what_is_wired(service: str):
    """READS is the list of routes, no more and no less."""
    source = (ROOT / "services" / service / "handlers.py").read_text()
    house = importlib.import_module(f"services.{service}")
    names = {t.model.__name__ for t in house.READS}

    routed = {
        topic.model.__name__
        for name, topic in vars(topics).items()
        if isinstance(topic, topics.Topic) and f"topics.{name}," in source
    }
    assert routed == names
