"""How Kafka is reached: where, as whom, and whom we believe. One description for every client.

Services, the CLI and the local stack all hand it to `clients`. A plain `host:port` is Kafka without
any protection, as on a developer's machine.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from pydantic import SecretStr

if TYPE_CHECKING:
    from faststream.security import BaseSecurity

MECHANISM: Final = "SCRAM-SHA-512"
PROBE_SECONDS: Final = 5.0
UNWELL: Final = "kafka_unwell"
"""Code: a broker can be reached, and yet something ails it."""

_LOGIN_REFUSED = (SaslAuthenticationFailed, IllegalSaslStateError, UnsupportedSaslMechanismError)


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """Kafka behind TLS 1.2 or newer, its certificate and host name checked; we log in by SCRAM."""

    servers: str
    """Bootstrap servers, `host:port` with commas between."""
    user: str
    password: SecretStr
    ca_file: Path | None = None
    """Who may vouch for the brokers (PEM). None: whom this machine believes."""

    def context(self) -> ssl.SSLContext:
        """Checks certificate and host name. OSError if the CA file cannot be read."""
        return tls(self.ca_file)


Kafka = str | KafkaAccess
"""Bootstrap servers without any protection, or a secured cluster."""


def tls(ca_file: Path | None) -> ssl.SSLContext:
    """TLS as a client: 1.2 or newer, certificate and host name checked.

    Raises:
        OSError: the CA file cannot be read, or holds no certificate (`ssl.SSLError`).
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def servers(kafka: Kafka) -> list[str]:
    """The bootstrap servers, each of them: FastStream takes a text for one."""
    named = kafka if isinstance(kafka, str) else kafka.servers
    return [server.strip() for server in named.split(",")]


def clients(kafka: Kafka) -> dict[str, Any]:
    """What every client of aiokafka is told, whatever it is for."""
    if isinstance(kafka, str):
        return {"bootstrap_servers": kafka}
    return {"bootstrap_servers": kafka.servers, **_login(kafka)}


def security(kafka: Kafka) -> BaseSecurity | None:
    """The same for FastStream's broker."""
    if isinstance(kafka, str):
        return None
    from faststream.security import SASLScram512  # noqa: PLC0415  # slow, and not every client's

    return SASLScram512(kafka.user, kafka.password.get_secret_value(), kafka.context())


async def why_not(kafka: Kafka) -> str:
    """A stable code of what keeps us from Kafka. `UNWELL` where one can be reached.

    aiokafka itself only says that nobody could be reached, whatever the reason was.
    """
    codes = await asyncio.gather(*(_why_not(server, kafka) for server in servers(kafka)))
    return UNWELL if UNWELL in codes else codes[0]


async def _why_not(server: str, kafka: Kafka) -> str:
    host, _, port = server.rpartition(":")
    login = {} if isinstance(kafka, str) else _login(kafka)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            connection = await create_conn(host, int(port), **login)
    except ssl.SSLCertVerificationError:
        return "kafka_certificate_refused"
    except ssl.SSLError:
        return "kafka_tls_refused"
    except _LOGIN_REFUSED:
        return "kafka_login_refused"
    except (OSError, TimeoutError, KafkaError):
        return "kafka_unreachable"
    connection.close()
    return UNWELL


def _login(kafka: KafkaAccess) -> dict[str, Any]:
    return {
        "security_protocol": "SASL_SSL",
        "ssl_context": kafka.context(),
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": kafka.user,
        "sasl_plain_password": kafka.password.get_secret_value(),
    }
