"""What every command for operators shares: faults in one line with a code, and who is asking."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from aiokafka.errors import KafkaError

from deploy.local import ending
from deploy.ops.dead_letters.refused import Refused


@contextmanager
def explained() -> Iterator[None]:
    """What keeps a command from its work is one line with a code, and an exit code of its own."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its complaints come as exceptions
    with ending.ending_on_signals():
        try:
            yield
        except Refused as fault:
            fail(fault.code, fault.message, fault.exit_code)
        except (KafkaError, ConnectionError) as fault:
            fail("kafka-failed", str(fault) or type(fault).__name__, 1)
        except TimeoutError as fault:
            fail("timed-out", str(fault) or "Kafka did not answer in time", 1)


def fail(code: str, message: str, exit_code: int) -> None:
    """The command ends here."""
    typer.echo(f"{code}: {' '.join(message.split())}", err=True)
    raise typer.Exit(exit_code)


def who(by: str | None) -> str:
    """Who is asking, for the audit.

    Raises:
        Refused: `who-are-you`.
    """
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):  # nobody, in a container
        raise Refused("who-are-you", "say who you are: --by") from None
