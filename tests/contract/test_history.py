"""The contracts of today can take the place of those committed, at HEAD and at every tag."""

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import contracts
from contracts.compatibility import compatible
from contracts.topics import BY_NAME, REFUND_DUE, Topic
from deploy.contracts.story import samples
from tests.support.outside_reader import formats

FOLDER = Path(contracts.__file__).parent


def committed(revision: str) -> dict[str, str]:
    """The schemas and samples of a revision: path to text. Empty if it has none."""
    archive = subprocess.run(
        ["git", "archive", revision, "schemas", "samples"],
        cwd=FOLDER,
        capture_output=True,
        check=False,
    )
    if archive.returncode != 0:
        return {}
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        return {
            member.name: files.extractfile(member).read().decode()
            for member in files.getmembers()
            if member.name.endswith(".json")
        }


@pytest.fixture(scope="module")
def history() -> dict[str, dict[str, str]]:
    """HEAD and every tag, each with what it promised."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed: there is nothing to compare with")
    tags = subprocess.run(
        ["git", "tag", "--list"], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    found = {name: committed(name) for name in ("HEAD", *tags.stdout.split())}
    if not found["HEAD"]:
        pytest.skip("no schema is committed yet, or this is no git checkout")
    return found


def test_the_contracts_can_take_the_place_of_those_committed(history):
    """Old messages meet new readers in a replay, and new messages old readers in a release."""
    objections = []
    for revision, files in history.items():
        for path, text in files.items():
            now = FOLDER / path
            if not path.startswith("schemas/"):
                continue
            if not now.is_file():
                objections.append(f"{path} of {revision} is gone")
                continue
            said = compatible(json.loads(text), json.loads(now.read_text()))
            objections += [f"{path} since {revision}: {one}" for one in said]

    assert objections == [], "a new major version needs a new topic: see contracts/README.md"


def test_every_sample_ever_committed_is_still_read(history):
    """An example may be told better; what was told before must still be understood."""
    told = [
        (f"{path} of {revision}", BY_NAME.get(Path(path).parent.name), json.loads(text)["value"])
        for revision, files in history.items()
        for path, text in files.items()
        if path.startswith("samples/")
    ]

    lost = [place for place, topic, value in told if topic is None or not is_read(topic, value)]

    assert lost == []


def is_read(topic: Topic, value: object) -> bool:
    """Whether today's reader, by its model and by its document, takes the message."""
    schema = json.loads((FOLDER / "schemas" / "read" / f"{topic.name}.json").read_text())
    try:
        topic.model.read(json.dumps(value).encode())
    except ValueError:
        return False
    return Draft202012Validator(schema, format_checker=formats).is_valid(value)


def test_a_reader_that_grew_stricter_is_noticed():
    """The corpus would be worth nothing if everything were read."""
    value = samples()[REFUND_DUE.name]["value"]

    assert is_read(REFUND_DUE, value)
    assert not is_read(REFUND_DUE, {**value, "because": "Because!"})
