"""Carriers that sell labels no post will take: HTTP outside, one ledger inside.

    python -m deploy.local.carrier --port 2600 --ledger sales.jsonl [--latency-ms 300]
                                   [--jitter-ms 200] [--mischief tricks.json]

`GET /health` answers 200. Behind the first word of an address stands the desk of that name in
`desks`, such as `/dhl_parcel_de/orders`; what no desk claims goes to `simulated`. What was sold is
on disk before it is told, so the promises of a desk hold across restarts and `kill -9`. The ledger
names nobody. What goes wrong on purpose, and only where a file says so, is in `tricks`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from deploy.local.carrier.counter import Pace, door
from deploy.local.carrier.sales import Ledger
from deploy.local.mischief import Mischief
from deploy.local.processes import LOOPBACK


def main() -> None:
    """The process, until SIGINT or SIGTERM."""
    words = argparse.ArgumentParser(prog="python -m deploy.local.carrier")
    words.add_argument("--host", default=LOOPBACK, help="where to listen")
    words.add_argument("--port", type=int, required=True, help="port to listen on")
    words.add_argument("--ledger", type=Path, required=True, help="where sales are written down")
    words.add_argument("--latency-ms", type=int, default=0, help="how long every answer takes")
    words.add_argument("--jitter-ms", type=int, default=0, help="give or take so much")
    words.add_argument("--mischief", type=Path, help="file of what to do wrong on purpose")
    told = words.parse_args()
    mischief = Mischief(told.mischief) if told.mischief else None
    uvicorn.run(
        door(Ledger(told.ledger), Pace(told.latency_ms / 1000, told.jitter_ms / 1000), mischief),
        host=told.host,
        port=told.port,
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
