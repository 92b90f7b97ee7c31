"""Everything that is generated from the models: schemas, samples, the AsyncAPI document, the table.

Only `write` touches the disk, and only below the folder it is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from contracts import asyncapi
from contracts.json_schema import (
    customer_forgotten_schema,
    dead_letter_schema,
    envelope_schema,
    letter_handled_schema,
    redriven_schema,
    schema_of,
)
from contracts.topics import (
    ALL,
    CUSTOMERS_FORGOTTEN,
    DEAD_LETTERS_HANDLED,
    DEAD_LETTERS_KEPT_DAYS,
    Kept,
    Topic,
    dead_letters_of,
    redriven_to,
)

Sample = dict[str, Any]
"""A record as JSON: `headers` and `key` as text, `value` as it is."""

TABLE_BEGINS: Final = "<!-- topics: written by `make contracts` -->"
TABLE_ENDS: Final = "<!-- topics end -->"


def generated(samples: Mapping[str, Sample]) -> dict[str, str]:
    """The files that follow from the models and one sample per topic name: path to text."""
    files = {
        "schemas/envelope.json": envelope_schema(),
        "schemas/dead-letter.json": dead_letter_schema(),
        "schemas/redriven.json": redriven_schema(),
        "schemas/letter-handled.json": letter_handled_schema(),
        "schemas/customer-forgotten.json": customer_forgotten_schema(),
        "asyncapi.json": asyncapi.document(samples),
    }
    for topic in ALL:
        files[f"schemas/write/{topic.name}.json"] = schema_of(topic, "write")
        files[f"schemas/read/{topic.name}.json"] = schema_of(topic, "read")
    return {path: _text(content) for path, content in files.items()}


def stale(folder: Path, samples: Mapping[str, Sample]) -> list[str]:
    """The files below `folder` that differ from what the models say, are missing or left over."""
    changes = _changes(folder, samples)
    return sorted(changes) + sorted(_left_over(folder, samples))


def write(folder: Path, samples: Mapping[str, Sample]) -> list[str]:
    """Every document below `folder` is up to date; the answer names those that were not.

    A sample is never overwritten: readers must go on understanding it. A topic whose sample has
    changed gets one more file, with the next number.
    """
    changes = _changes(folder, samples)
    for path, text in changes.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    gone = _left_over(folder, samples)
    for path in gone:
        (folder / path).unlink()
    return sorted(changes) + sorted(gone)


def table() -> str:
    """Every topic in a row of Markdown, in the order of the story."""
    rows = [
        "| topic | kind | told by, or obeyed by | key | kept | personal |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    rows += [
        f"| `{t.name}` | {t.kind} | {_who(t)} | `{t.key}` | {_kept(t.kept)} | {_personal(t)} |"
        for t in ALL
    ]
    kept, may_be = _kept(DEAD_LETTERS_KEPT_DAYS), "may be; null erases"
    letters, redriven = dead_letters_of("<service>"), redriven_to("<service>")
    rows += [
        f"| `{letters}` | parked records | each service its own | its origin | {kept} | {may_be} |",
        f"| `{redriven}` | what is put back | → each service | its origin | {kept} | {may_be} |",
        f"| `{DEAD_LETTERS_HANDLED}` | audit | operators | the letter's place | compacted |  |",
        f"| `{CUSTOMERS_FORGOTTEN}` | audit | operators | `shipment_id` | long |  |",
    ]
    return "\n".join(rows)


def _who(topic: Topic[Any]) -> str:
    return f"→ {topic.owner}" if topic.kind == "command" else topic.owner


def _kept(kept: Kept) -> str:
    return f"{kept} day{'' if kept == 1 else 's'}" if isinstance(kept, int) else kept


def _personal(topic: Topic[Any]) -> str:
    if topic.erasable:
        return "**yes**; null forgets"
    return "**yes**" if topic.personal else ""


def _changes(folder: Path, samples: Mapping[str, Sample]) -> dict[str, str]:
    wanted = generated(samples) | _with_table(folder) | _new_samples(folder, samples)
    return {path: text for path, text in wanted.items() if _found(folder / path) != text}


def _left_over(folder: Path, samples: Mapping[str, Sample]) -> list[str]:
    found = {str(file.relative_to(folder)) for file in (folder / "schemas").rglob("*.json")}
    return sorted(found - generated(samples).keys())


def _with_table(folder: Path) -> dict[str, str]:
    readme = _found(folder / "README.md")
    if readme is None:
        return {}
    before, begins, rest = readme.partition(TABLE_BEGINS)
    _, ends, after = rest.partition(TABLE_ENDS)
    if not begins or not ends:
        raise ValueError("README.md has lost the marks between which the table of topics stands")
    return {"README.md": f"{before}{begins}\n\n{table()}\n\n{ends}{after}"}


def _new_samples(folder: Path, samples: Mapping[str, Sample]) -> dict[str, str]:
    wanted = {}
    for name, sample in samples.items():
        numbers = [int(file.stem) for file in (folder / "samples" / name).glob("*.json")]
        newest = max(numbers, default=0)
        text = _text(sample)
        if _found(folder / "samples" / name / f"{newest}.json") != text:
            wanted[f"samples/{name}/{newest + 1}.json"] = text
    return wanted


def _found(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
