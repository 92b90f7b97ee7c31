"""Where each part of the stack listens, and what each of its processes may know."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import merchants, mongod, needs
from deploy.local.faults import CannotStart
from deploy.local.processes import LOOPBACK

BASICS = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH")
CAPABILITIES = Path(__file__).with_name("capabilities.csv")
"""What the carrier simulator can do. It is no carrier, so rules does not know it as shipped."""


@dataclass(frozen=True)
class Ports:
    """One loopback port for each part; `http` has one for each service."""

    kafka: int
    controller: int
    mongo: int
    mail: int
    carrier: int
    http: Mapping[str, int]


@dataclass(frozen=True)
class Detour:
    """One service's own way to Kafka and MongoDB, past ports where somebody else passes things on.

    The broker tells this service to come to `kafka`, whoever listens there; it listens itself on
    `kafka_behind`. MongoDB is reached at `mongo`.
    """

    kafka: int
    kafka_behind: int
    mongo: int


def ports(services: Sequence[str], environment: Mapping[str, str] = os.environ) -> Ports:
    """Ports as RETOUR_PORT_KAFKA, _CONTROLLER, _MONGO, _MAIL, _CARRIER and _<SERVICE> fix them.

    Those not fixed are any free ones.

    Raises:
        CannotStart: a fixed one is taken, is named twice, or is no port.
    """
    names = ("kafka", "controller", "mongo", "mail", "carrier", *services)
    chosen = {name: needs.port(f"RETOUR_PORT_{name.upper()}", environment) for name in names}
    for name, port in chosen.items():
        twin = next(other for other, its in chosen.items() if its == port)
        if twin != name:
            raise CannotStart(
                "port-taken",
                f"RETOUR_PORT_{twin.upper()} and RETOUR_PORT_{name.upper()} are both {port}:"
                " set one of them to another port",
            )
    fixed = {name: chosen.pop(name) for name in names[:5]}
    return Ports(**fixed, http=chosen)


def basics(temporary: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What any program needs; its temporary files lie in the run's folder and go with it."""
    temporary.mkdir(parents=True, exist_ok=True)
    kept = {name: environment[name] for name in BASICS if name in environment}
    return {
        **kept,
        "TMPDIR": str(temporary),
        "PYTHONUNBUFFERED": "1",  # the last words of a killed process are in its log
    }


def of_service(
    name: str, ports: Ports, folder: Path, detour: Detour | None = None
) -> dict[str, str]:
    """The settings of one service: the three that all have, and its own; nobody else's."""
    everyone = {
        "RETOUR_KAFKA": f"{LOOPBACK}:{detour.kafka if detour else ports.kafka}",
        "RETOUR_MONGO": mongod.direct_uri(detour.mongo) if detour else mongod.uri(ports.mongo),
        "RETOUR_HTTP_PORT": str(ports.http[name]),
    }
    if name == "lookup":
        return {**everyone, "RETOUR_DIGEST_KEY": _digest_key(folder, name)}
    if name == "rules":
        return {
            **everyone,
            "RETOUR_DIGEST_KEY": _digest_key(folder, name),
            "RETOUR_CAPABILITIES_FILE": str(CAPABILITIES),
        }
    if name == "labels":
        url = f"http://{LOOPBACK}:{ports.carrier}"
        file = merchants.written(folder / "connections.toml", url)
        return {**everyone, "RETOUR_CONNECTIONS_FILE": str(file)}
    if name == "notifications":
        return {
            **everyone,
            "RETOUR_SMTP_HOST": LOOPBACK,
            "RETOUR_SMTP_PORT": str(ports.mail),
            "RETOUR_SMTP_DROPS_REPEATS": "true",  # the mailbox's promise
        }
    return everyone


def _digest_key(folder: Path, service: str) -> str:
    """Drawn once for each data folder and service: what it digested must stay comparable."""
    kept = folder / ("digest.key" if service == "lookup" else f"digest-{service}.key")
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(32))
    return kept.read_text()
