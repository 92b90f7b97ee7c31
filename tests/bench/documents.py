"""Section *documents*: what each kind of document costs to draw, in processor time of one process.

The same parcels in every format, in every round, forwards and backwards in turn; a ratio to the A6
label is taken inside a round. Three senders in five have letters beyond Latin-1, which ZPL has to
draw as pictures.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from services._runtime import memory
from services.labels.adapters.documents import cn23_pdf, label_pdf, label_zpl, qr_png
from services.labels.domain.sheet import Sheet
from tests.documents.labels import honest

SLOWEST_A_SECOND = 50
"""Labels that one process has to draw at least: what a carrier in 300 ms gives 16 hands."""
A6 = "A6 PDF"

Draw = Callable[[Sheet], bytes]


def _cn23(sheet: Sheet) -> bytes:
    if sheet.declaration is None:
        raise SystemExit("void: a sheet without a declaration")
    return cn23_pdf(sheet, sheet.declaration)


CONTENDERS: Mapping[str, Draw] = {
    A6: label_pdf,
    "A4 PDF": partial(label_pdf, size="A4"),
    "ZPL": label_zpl,
    "CN 23 PDF": _cn23,
    "QR PNG": lambda sheet: qr_png(sheet.tracking_number),
}


def measure(rounds: int, count: int) -> dict[str, Any]:
    """Documents a second of every round, and the ratio to the A6 label inside it."""
    sheets = honest()
    sheets = [sheets[n % len(sheets)] for n in range(count)]
    for draw in CONTENDERS.values():
        if not all(draw(sheet) == draw(sheet) for sheet in sheets[:20]):
            raise SystemExit("void: a document drawn again differs")
    memory.calm()
    readings: list[dict[str, tuple[float, int]]] = []
    for number in range(rounds):
        names = list(CONTENDERS) if number % 2 == 0 else list(reversed(CONTENDERS))
        readings.append({name: _reading(CONTENDERS[name], sheets) for name in names})
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return _summary(readings, count)


def _reading(draw: Draw, sheets: list[Sheet]) -> tuple[float, int]:
    """Seconds of processor time for one, and bytes."""
    began = time.process_time()
    size = sum(len(draw(sheet)) for sheet in sheets)
    return (time.process_time() - began) / len(sheets), size // len(sheets)


def _summary(readings: list[dict[str, tuple[float, int]]], count: int) -> dict[str, Any]:
    rows = {
        name: {
            "per_second": _spread([1 / found[name][0] for found in readings]),
            "milliseconds": _spread([found[name][0] * 1000 for found in readings]),
            "against_a6": _spread([found[name][0] / found[A6][0] for found in readings]),
            "bytes": _spread([float(found[name][1]) for found in readings]),
        }
        for name in CONTENDERS
    }
    slowest = min(row["per_second"]["median"] for row in rows.values())
    goal = f"every kind: at least {SLOWEST_A_SECOND} a second and core"
    return {
        "section": "documents",
        "count": count,
        "rounds": len(readings),
        "rows": rows,
        "goals": [{"goal": goal, "measured": slowest, "met": slowest >= SLOWEST_A_SECOND}],
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
