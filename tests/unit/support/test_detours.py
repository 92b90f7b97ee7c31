from __future__ import annotations

from pathlib import Path

from deploy.local import kafka
from deploy.local.surroundings import Detour, Ports, of_service

PORTS = Ports(
    kafka=1001, controller=1002, mongo=1003, mail=1004, carrier=1005, http={"rules": 1006}
)
DETOUR = Detour(kafka=2001, kafka_behind=2002, mongo=2003)


def settings(text: str) -> dict[str, str]:
    """The lines that set something."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def test_a_broker_tells_a_service_to_come_by_its_detour():
    """Clients go where the broker says it is: a proxy it does not name is passed by."""
    said = settings(kafka.properties(Path("data"), 1001, 1002, {"rules": DETOUR}))

    assert "RULES://127.0.0.1:2002" in said["listeners"].split(",")
    assert "RULES://127.0.0.1:2001" in said["advertised.listeners"].split(",")
    assert "RULES:PLAINTEXT" in said["listener.security.protocol.map"].split(",")


def test_everybody_else_finds_the_broker_where_it_is():
    """A fault of one service is no fault of the others, nor of who watches."""
    with_one = settings(kafka.properties(Path("data"), 1001, 1002, {"rules": DETOUR}))
    without = settings(kafka.properties(Path("data"), 1001, 1002))

    assert "PLAINTEXT://127.0.0.1:1001" in with_one["advertised.listeners"].split(",")
    assert without["advertised.listeners"] == "PLAINTEXT://127.0.0.1:1001"


def test_a_service_with_a_detour_believes_its_own_address(tmp_path):
    """A driver that asked the set for its members would leave the detour at once."""
    by_detour = of_service("rules", PORTS, tmp_path, DETOUR)

    assert by_detour["RETOUR_KAFKA"] == "127.0.0.1:2001"
    assert by_detour["RETOUR_MONGO"] == "mongodb://127.0.0.1:2003/?directConnection=true"
    assert "replicaSet" in of_service("rules", PORTS, tmp_path)["RETOUR_MONGO"]
