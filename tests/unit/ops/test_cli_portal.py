"""`retour portal check` as a person runs it: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app

EXAMPLES = Path(__file__).parents[3] / "deploy/examples/portals"
ON = ("--on", "2026-03-10")


def portal(*words: object, **environment: str):
    """`retour portal ...`."""
    return CliRunner().invoke(app, ["portal", *map(str, words)], env=environment)


def test_a_file_that_opens_a_portal_is_checked_in_silence_or_with_advice():
    """Exit code 0, so that a pipeline may go on."""
    file = EXAMPLES / "linden.yaml"

    told = portal("check", file, *ON)

    assert told.exit_code == 0
    assert told.stdout == (
        f"{file}:40:1: warning refund_waits_for_tracking refund_when: Nobody tracks parcels that "
        "customers post themselves: such refunds are due only once released.\n"
    )
    assert told.stderr == "0 blocking, 1 warning\n"


@pytest.mark.parametrize(
    ("name", "lines", "counted"),
    [
        ("broken-writing", 22, "20 blocking, 2 warnings\n"),
        ("broken-going-live", 26, "12 blocking, 14 warnings\n"),
        ("broken-rules", 22, "10 blocking, 12 warnings\n"),
    ],
)
def test_a_broken_file_is_told_whole_and_ends_with_one(name: str, lines: int, counted: str):
    """A line for each fault, as compilers write them: editors know how to jump there."""
    file = EXAMPLES / f"{name}.yaml"

    told = portal("check", file, *ON)

    assert told.exit_code == 1
    printed = told.stdout.splitlines()
    assert len(printed) == lines
    assert all(line.startswith(f"{file}:") for line in printed)
    assert told.stderr == counted


def test_a_program_reads_the_same_as_json():
    """The line, the field and the code are data; the sentence is for whoever reads it."""
    file = EXAMPLES / "broken-rules.yaml"

    told = portal("check", file, *ON, "--json")

    said = json.loads(told.stdout)
    assert told.exit_code == 1
    assert (said["portal_id"], said["opens"], len(said["remarks"])) == ("linden", False, 22)
    assert said["remarks"][0] == {
        "line": 19,
        "column": 13,
        "field": "rules[0].when.kind",
        "severity": "blocking",
        "code": "condition_unknown",
        "sentence": "item_categry is no condition. Did you mean item_category?",
    }


def test_facts_of_this_installation_are_taken_into_account(tmp_path: Path):
    """What rules is given as RETOUR_CAPABILITIES_FILE, the check must know as well."""
    file = tmp_path / "portal.yaml"
    text = (EXAMPLES / "linden.yaml").read_text()
    file.write_text(text.replace("carrier: own_label", "carrier: simulated"))
    simulated = str(EXAMPLES.parents[1] / "local/capabilities.csv")

    without = portal("check", file, *ON)
    given = portal("check", file, *ON, "--capabilities", simulated)
    told = portal("check", file, *ON, RETOUR_CAPABILITIES_FILE=simulated)

    assert [without.exit_code, given.exit_code, told.exit_code] == [1, 0, 0]
    assert "carrier_unknown carriers[1].carrier" in without.stdout
    assert given.stdout == told.stdout == ""
    assert given.stderr == "nothing to say against it\n"


def test_facts_last_as_long_as_they_say(tmp_path: Path):
    """A merchant asks today for the day the season begins."""
    facts = tmp_path / "facts.csv"
    facts.write_text(
        "method,from_country,to_country,carrier,contract,valid_from,valid_until,source\n"
        "drop_off_labelless,,,own_label,,2026-04-01,2026-04-30,made up\n"
    )
    file = tmp_path / "portal.yaml"
    text = (EXAMPLES / "linden.yaml").read_text()
    file.write_text(text.replace("[drop_off_point, pickup]", "[drop_off_labelless, pickup]"))

    def on(day: str) -> tuple[int, bool]:
        told = portal("check", file, "--capabilities", facts, "--on", day)
        return told.exit_code, "no_method_left_today" in told.stdout

    assert [on(f"2026-{day}") for day in ("03-31", "04-01", "04-30", "05-01")] == [
        (0, True),
        (0, False),
        (0, False),
        (0, True),
    ]


def test_what_cannot_be_read_is_one_line(tmp_path: Path):
    """No stack trace for a wrong path, nor for a wrong list of facts."""
    bad = tmp_path / "facts.csv"
    bad.write_text("method\n")

    nowhere = portal("check", tmp_path / "nowhere.yaml")
    facts = portal("check", EXAMPLES / "linden.yaml", "--capabilities", bad)

    assert nowhere.exit_code == 2
    assert nowhere.stderr.startswith("file-unreadable: ")
    assert nowhere.stderr.endswith("no such file or directory\n")
    assert facts.exit_code != 0
    assert "facts.csv, line 1: the columns must be" in str(facts.exception) + facts.stderr


def test_what_would_not_open_the_portal_is_not_told():
    """Nobody is there at this address, and nobody is asked."""
    told = portal("apply", EXAMPLES / "broken-rules.yaml", "--kafka", "127.0.0.1:1")

    assert told.exit_code == 1
    assert told.stderr == "not-told: broken-rules.yaml: 10 blocking, 12 warnings\n"
    assert "rules[0].when.kind" in told.stdout
