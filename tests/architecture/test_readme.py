"""The README is true: commands and paths exist, tables are current, the example runs."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
from confluent_kafka import Producer

from contracts.topics import ALL, BY_NAME, RETURN_APPROVED, SERVICES
from deploy.cli import app
from deploy.contracts.story import samples
from deploy.demo import maison
from deploy.demo.expected import Tally, expected
from deploy.demo.play import WRONG_CODES
from deploy.demo.sample import read, returns
from tests.support import readme

ROOT = readme.README.parent
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "deploy/README.md",
    "tests/README.md",
    *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs/decisions").glob("*.md")),
)
ELSEWHERE = {"kcat", "export", "docker"}
"""Programs of others that our pages tell people to type."""

EVERY_PAGE = pytest.mark.parametrize("page", PAGES)


def text_of(page: str) -> str:
    """The page as it stands in the tree."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """What stands in the page's fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """Every command of the console blocks, in words."""
    lines = "\n".join(blocks(text, "console")).splitlines()
    return [line.removeprefix("$ ").split() for line in lines if line]


def verbs() -> set[str]:
    """What can be made."""
    return set(re.findall(r"^([a-z]+):.*## ", text_of("Makefile"), re.MULTILINE))


def subcommands() -> dict[str, set[str]]:
    """What `retour` can be told, and with which options; `dead-letters list` is one of them."""
    return dict(told("", typer.main.get_command(app)))


def told(name: str, command: Any) -> Iterator[tuple[str, set[str]]]:
    """A command by the words it is called by; of a group, every command in it."""
    for inner, one in getattr(command, "commands", {}).items():
        yield from told(f"{name} {inner}".strip(), one)
    if not hasattr(command, "commands"):
        yield name, {option for parameter in command.params for option in parameter.opts}


def objections(command: list[str]) -> list[str]:
    """What is wrong with a command that a page tells people to type."""
    program, *words = command
    if program == "make":
        return [f"make {verb}" for verb in words[:1] if verb not in verbs()]
    if program == "retour":
        known = subcommands()
        options = known.get(words[0], known.get(" ".join(words[:2])))
        if options is None:
            return [f"retour {' '.join(words[:2])}"]
        return [word for word in words[1:] if word.startswith("-") and word not in options]
    return [] if program in ELSEWHERE else [program]


def dead_links(text: str, folder: Path) -> list[str]:
    """Links of a page in `folder` that lead nowhere in the tree."""
    links = re.findall(r"\]\((?!https?://)([^)#\s]+)", text)
    return [link for link in links if not (folder / link).exists()]


def missing_paths(text: str) -> list[str]:
    """Paths below our folders that a page names in backticks and that are not there."""
    ours = "contracts|services|deploy|tests|docs"
    named = re.findall(rf"`((?:{ours})/[\w./-]*)`", text)
    return [path for path in named if not (ROOT / path).exists()]


@EVERY_PAGE
def test_every_command_can_be_typed(page: str):
    """The first thing anybody does is paste."""
    assert [wrong for command in commands(text_of(page)) for wrong in objections(command)] == []


@EVERY_PAGE
def test_every_make_verb_in_a_sentence_exists(page: str):
    """Prose names verbs too."""
    named = re.findall(r"`make ([a-z]+)[^`]*`", text_of(page))

    assert [verb for verb in named if verb not in verbs()] == []


@EVERY_PAGE
def test_every_path_and_link_leads_somewhere(page: str):
    """A page that points at what was moved is worse than no page."""
    assert dead_links(text_of(page), (ROOT / page).parent) == []
    assert missing_paths(text_of(page)) == []


@pytest.mark.parametrize(
    "command",
    [
        *("make tea", "retour fly", "retour topics --brokers here", "rm -rf everything"),
        *("retour dead-letters burn", "retour dead-letters list --yes"),
    ],
)
def test_a_command_that_does_not_exist_is_noticed(command: str):
    """A check that never objects checks nothing."""
    assert objections(command.split())


def test_a_path_that_does_not_exist_is_noticed():
    """As above, for links and for paths in a sentence."""
    assert dead_links("see [there](deploy/nowhere.md)", ROOT) == ["deploy/nowhere.md"]
    assert missing_paths("in `services/lost/` and `deploy/cli.py`") == ["services/lost/"]


def test_the_table_of_services_is_what_they_declare():
    """`python -m tests.support.readme` writes it anew."""
    assert readme.rewritten(text_of("README.md")) == text_of("README.md")


def test_the_picture_shows_every_topic_that_is_spoken_and_no_other():
    """A topic that is told and not drawn is a surprise for whoever reads the picture."""
    picture = blocks(text_of("README.md"), "text")[0]
    drawn = {f"returns.{word}.v1" for word in re.findall(r"[a-z]+(?:-[a-z]+)+", picture)}
    spoken = {topic.name for s in SERVICES for topic in readme.reads(s) + readme.tells(s)}

    assert drawn <= BY_NAME.keys()
    assert drawn == spoken
    assert len(spoken) < len(ALL)  # else the sentence below the table has nothing to say


def test_the_quoted_tally_is_what_the_sample_leads_to():
    """Numbers in a README are believed."""
    counted = expected([*returns(read()), *maison.returns()], WRONG_CODES)
    quoted = blocks(text_of("README.md"), "text")[1]
    wanted = [
        (field.name.replace("_", " "), getattr(counted, field.name))
        for field in fields(Tally)
        if isinstance(getattr(counted, field.name), int)
    ] + [(f"refused: {code}", count) for code, count in counted.refusals.items()]

    assert [
        f"{name} {count}"
        for name, count in wanted
        if not re.search(rf"^  {name} +{count} +{count}$", quoted, re.MULTILINE)
    ] == []


def test_every_decision_is_listed():
    """A decision nobody finds is taken again."""
    listed = re.findall(
        r"^\d+\. \[.*\]\((docs/decisions/.*)\)$", text_of("README.md"), re.MULTILINE
    )

    assert listed == [page for page in PAGES if page.startswith("docs/")]


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_a_decision_says_what_it_decided_between(page: str):
    """Context, options, decision, consequences: what came of it must be checkable later."""
    text = text_of(page)
    number = int(Path(page).name[:4])

    assert text.startswith(f"# {number}. ")
    assert re.search(r"^Decided \d{4}-\d\d-\d\d\.", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Options",
        "Decision",
        "Consequences",
    ]


def test_the_python_example_reads_an_event(tmp_path: Path):
    """It is pasted as it is, and knows nothing of ours but the schema."""
    (example,) = blocks(text_of("README.md"), "python")
    sample = samples()[RETURN_APPROVED.name]
    (tmp_path / "reader.py").write_text(example)
    broker = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 0})
    address = ",".join(
        f"{b.host}:{b.port}" for b in broker.list_topics(timeout=10).brokers.values()
    )
    headers = [(name, value.encode()) for name, value in sample["headers"].items()]
    body = RETURN_APPROVED.model.model_validate(sample["value"], strict=False).body()
    broker.produce(RETURN_APPROVED.name, key=sample["key"].encode(), value=body, headers=headers)
    assert broker.flush(10) == 0

    reader = subprocess.Popen(
        [sys.executable, tmp_path / "reader.py", address],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = threading.Timer(60, reader.kill)
    deadline.start()
    try:
        line = reader.stdout.readline()
    finally:
        deadline.cancel()
        reader.kill()
        reader.communicate()

    assert line.split() == [
        sample["headers"]["ce_id"],
        sample["value"]["return_id"],
        sample["value"]["return_method"],
    ]
