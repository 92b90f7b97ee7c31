"""The broker with its doors shut: TLS and SCRAM for clients, certificates among its own."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from deploy.local.certificates import written
from deploy.local.faults import NotReady
from deploy.local.kafka import LOGGING, QUICK, READY_SECONDS, properties
from deploy.local.processes import LOOPBACK, Process, until
from services._runtime.kafka_access import MECHANISM

LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule"


def overrides(folder: Path, ports: tuple[int, int], own_port: int, admin: str) -> str:
    """What is different from `kafka.properties`. No listener is left that takes plain text.

    Brokers and controllers speak among themselves by listeners of their own, to which whoever
    comes must show the certificate in `broker.pem`. Nobody else has it.
    """
    port, controller_port = ports
    return f"""
# Secured.
listeners=CLIENTS://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port},\\
    OWN://{LOOPBACK}:{own_port}
advertised.listeners=CLIENTS://{LOOPBACK}:{port},OWN://{LOOPBACK}:{own_port}
listener.security.protocol.map=CLIENTS:SASL_SSL,CONTROLLER:SSL,OWN:SSL
inter.broker.listener.name=OWN
sasl.enabled.mechanisms={MECHANISM}
listener.name.clients.scram-sha-512.sasl.jaas.config={LOGIN} required;
listener.name.clients.ssl.keystore.type=PEM
listener.name.clients.ssl.keystore.location={folder / "kafka.pem"}
listener.name.controller.ssl.client.auth=required
listener.name.own.ssl.client.auth=required
ssl.enabled.protocols=TLSv1.2,TLSv1.3
ssl.keystore.type=PEM
ssl.keystore.location={folder / "broker.pem"}
ssl.truststore.type=PEM
ssl.truststore.location={folder / "ca.pem"}

# Whoever is not named may do nothing.
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{admin};User:CN=retour-broker
"""


async def format_storage(
    jars: Path,
    java: Path,
    folder: Path,
    more: str,
    passwords: Mapping[str, SecretStr],
    environment: dict[str, str],
    log: Path,
) -> Path:
    """A folder as Kafka's StorageTool formats it, with those who may log in before anybody else.

    The tool wants their passwords on its command line. Java takes that from a file, so that nobody
    who lists processes reads it.
    """
    formatted, settings = folder / "formatted", folder / "format.properties"
    shutil.rmtree(formatted, ignore_errors=True)
    written(settings, (properties(formatted, 9092, 9093) + more).encode())
    words = [*QUICK, "-cp", f"{jars}/*", f"-Dlog4j2.configurationFile={LOGGING}"]
    words += ["kafka.tools.StorageTool", "format", "--cluster-id", f"R{secrets.token_hex(10)}A"]
    words += ["--config", str(settings)]
    for name, password in passwords.items():
        word = password.get_secret_value()
        words += ["--add-scram", f"{MECHANISM}=[name={name},password={word}]"]
    arguments = written(folder / "format.arguments", "\n".join(f'"{w}"' for w in words).encode())
    tool = Process(
        "kafka-format",
        [java, f"@{arguments}"],
        log=log,
        environment=environment,
        folder=folder,
    )

    async def ended() -> bool:
        return not tool.alive

    tool.start()
    try:
        await until(ended, READY_SECONDS, "Formatting Kafka's storage")
    finally:
        tool.kill()
        arguments.unlink()
    if tool.exit_code != 0:
        raise NotReady(f"Kafka's storage could not be formatted, see {log}", tool.tail())
    return formatted
