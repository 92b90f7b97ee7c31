"""The committed documents say what the models say."""

import json
import shutil
from pathlib import Path

import contracts
from contracts import asyncapi, documents
from contracts.topics import ALL, RETURN_APPROVED
from deploy.contracts import __main__ as command
from deploy.contracts.story import samples

FOLDER = Path(contracts.__file__).parent


def a_copy(tmp_path: Path) -> Path:
    """The committed documents, somewhere they may be spoilt."""
    folder = tmp_path / "contracts"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def newest_sample(folder: Path, topic: str, more: int = 0) -> str:
    """The path of a topic's newest sample below `folder`, or of one that would come after it."""
    number = max(int(file.stem) for file in (folder / "samples" / topic).glob("*.json"))
    return f"samples/{topic}/{number + more}.json"


def test_schemas_samples_asyncapi_and_the_table_are_up_to_date():
    """Reviewers read these files as the diff of a contract: they must not lag behind the models."""
    behind = documents.stale(FOLDER, samples())

    assert behind == [], "make contracts writes them anew"


def test_the_story_is_the_same_every_time():
    """A document that changes by itself cannot be compared."""
    first, second = documents.generated(samples()), documents.generated(samples())

    assert first == second


def test_a_hand_on_any_document_is_noticed(tmp_path):
    """Otherwise the comparison above could be one that always agrees."""
    folder = a_copy(tmp_path)
    newest = newest_sample(folder, RETURN_APPROVED.name)
    one_more = newest_sample(folder, RETURN_APPROVED.name, more=1)
    spoilt = [
        "README.md",
        "asyncapi.json",
        newest,
        "schemas/envelope.json",
        "schemas/read/returns.return-approved.v1.json",
        "schemas/write/returns.return-approved.v1.json",
    ]
    for path in spoilt:
        file = folder / path
        file.write_text(file.read_text().replace("return-approved", "return-improved"))
        file.write_text(file.read_text().replace("The headers of", "Some headers of"))
    (folder / "schemas/read/returns.forgotten.v1.json").write_text("{}")
    (folder / "schemas/dead-letter.json").unlink()

    behind = documents.stale(folder, samples())

    assert set(behind) == {
        *(one_more if path == newest else path for path in spoilt),
        "schemas/dead-letter.json",
        "schemas/read/returns.forgotten.v1.json",
    }


def test_writing_mends_everything_but_an_old_sample(tmp_path):
    """A message already told stays as it was told; readers must go on reading it."""
    folder = a_copy(tmp_path)
    (folder / "asyncapi.json").write_text("{}")
    old = folder / newest_sample(folder, RETURN_APPROVED.name)
    one_more = newest_sample(folder, RETURN_APPROVED.name, more=1)
    as_it_was = old.read_text().replace("KETTLE", "TEAPOT")
    old.write_text(as_it_was)

    wrote = documents.write(folder, samples())

    assert wrote == ["asyncapi.json", one_more]
    assert old.read_text() == as_it_was
    assert json.loads((folder / one_more).read_text()) == samples()[RETURN_APPROVED.name]
    assert documents.stale(folder, samples()) == []


def test_the_command_compares_and_tells_by_its_exit(capsys, monkeypatch, tmp_path):
    """CI asks with --check; a person writes without it."""
    folder = a_copy(tmp_path)
    (folder / "asyncapi.json").write_text("{}")
    monkeypatch.setattr(contracts, "__file__", str(folder / "__init__.py"))

    exits = [command.main(["--check"]), command.main([]), command.main(["--check"])]

    assert exits == [1, 0, 0]
    said = capsys.readouterr().out
    assert "out of date: contracts/asyncapi.json" in said
    assert "wrote: contracts/asyncapi.json" in said


def test_the_documents_carry_the_version_of_the_changelog():
    """Whoever holds the AsyncAPI document can find out what has changed since."""
    changelog = (FOLDER / "CHANGELOG.md").read_text()
    headings = [line for line in changelog.splitlines() if line.startswith("## ")]

    uppermost = headings[0].split()[1].strip("[]")

    assert uppermost == asyncapi.VERSION


def test_every_topic_has_a_row_in_the_readme():
    """The table is what an integrator reads first."""
    readme = (FOLDER / "README.md").read_text()

    missing = [topic.name for topic in ALL if f"| `{topic.name}` |" not in readme]

    assert missing == []
