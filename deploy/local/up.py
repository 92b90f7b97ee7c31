"""The stack until it is told to stop: `python -m deploy.local.up`; SIGINT and SIGTERM end it.

Its last line before it waits is one JSON object: addresses, folders and process ids.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from contracts.topics import SERVICES
from deploy.local.ending import ending_on_signals
from deploy.local.faults import CannotStart, NotReady
from deploy.local.stack import Stack


def described(stack: Stack) -> dict[str, object]:
    """How to speak to a running stack."""
    processes = {**stack.parts, **stack.services}
    secrets = getattr(stack, "secrets", None)
    return {
        "kafka": stack.kafka,
        "mongo": stack.mongo,
        **({"secrets": str(secrets)} if secrets else {}),
        "mail": stack.mail_port,
        "mail_folder": str(stack.mail_folder),
        "carrier_url": stack.carrier_url,
        "health": stack.health,
        "logs": str(stack.logs),
        "pids": {name: process.pid for name, process in processes.items()},
    }


def wait(stack: Stack) -> None:
    """Never returns: a signal ends it, or a process of the stack that ended by itself.

    Raises:
        NotReady: a process ended.
    """
    while True:
        for process in stack.ended():
            ended = f"{process.name} ended with {process.exit_code}, see {process.log}"
            raise NotReady(ended, process.tail())
        time.sleep(0.5)


def main() -> None:
    """The process: 2 when this machine lacks something, 1 when a part failed, else 128 + signal."""
    words = argparse.ArgumentParser(prog="python -m deploy.local.up")
    words.add_argument("--services", nargs="*", choices=SERVICES, default=SERVICES)
    words.add_argument("--mailbox", action="store_true", help="even without notifications")
    words.add_argument("--folder", type=Path, help="keep the data here; else it goes at the end")
    told = words.parse_args()
    stack = Stack(
        told.services,
        folder=told.folder,
        mailbox=told.mailbox or "notifications" in told.services,
        tell=lambda line: print(line, file=sys.stderr),
    )
    with ending_on_signals():
        try:
            with stack:
                print(json.dumps(described(stack)), flush=True)
                wait(stack)
        except (CannotStart, NotReady) as fault:
            print(fault, file=sys.stderr)
            sys.exit(fault.exit_code)


if __name__ == "__main__":
    main()
