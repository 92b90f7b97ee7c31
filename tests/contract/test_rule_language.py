"""What the README says of the rule language is what the models and schemas say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import contracts
from contracts.actions import Actions
from contracts.conditions import Conditions
from contracts.rulebook import ACTION_KINDS, CONDITION_KINDS, Rule
from contracts.topics import PORTAL_CONFIGURED
from deploy.contracts.story import samples

FOLDER = Path(contracts.__file__).parent
README = (FOLDER / "README.md").read_text()
MODELS = {model.model_fields["kind"].default: model for model in (*Conditions, *Actions)}


def rows(table: str) -> dict[str, set[str]]:
    """The kinds in a table of the README, each with the fields named beside it."""
    text = README.partition(f"<!-- {table} -->")[2].partition(f"<!-- {table} end -->")[0]
    found = re.findall(r"^\| `(\w+)` \|([^|]*)\|", text, re.MULTILINE)
    return {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in found}


def example() -> list[dict[str, Any]]:
    """The rules of the README's example."""
    block = README.partition("## The rule language")[2].partition("```yaml\n")[2]
    return yaml.safe_load(block.partition("```")[0])["rules"]


@pytest.mark.parametrize(
    ("table", "kinds"), [("conditions", CONDITION_KINDS), ("actions", ACTION_KINDS)]
)
def test_every_kind_has_a_row_and_every_row_a_kind(table, kinds):
    """Who writes rules reads the table, not the models."""
    assert rows(table).keys() == kinds


@pytest.mark.parametrize("kind", MODELS)
def test_a_row_names_the_fields_of_its_kind(kind):
    """A field nobody wrote about is a field nobody can set."""
    fields = MODELS[kind].model_fields.keys() - {"kind"}

    assert (rows("conditions") | rows("actions"))[kind] == fields


def test_the_example_can_be_told_and_reads_as_it_is_written():
    """The first thing a merchant does is copy it."""
    settings = samples()[PORTAL_CONFIGURED.name]["value"] | {"rules": example()}
    schema = json.loads((FOLDER / f"schemas/write/{PORTAL_CONFIGURED.name}.json").read_text())

    read = PORTAL_CONFIGURED.model.read(json.dumps(settings).encode())

    assert len(read.rules) == len(example()) >= 3
    Draft202012Validator(schema).validate(settings)
    assert json.loads(read.body())["rules"] == example()


def test_the_samples_show_rules_and_what_came_of_them():
    """An integrator sees a rule's name in the settings, in the offer and in the verdict."""
    told = samples()
    rules = [
        Rule.read(json.dumps(rule).encode())
        for rule in told[PORTAL_CONFIGURED.name]["value"]["rules"]
    ]
    named = {rule.rule_id for rule in rules}
    offer = told["returns.options-offered.v1"]["value"]
    verdicts = [
        told[f"returns.return-{verdict}.v1"]["value"]
        for verdict in ("approved", "rejected", "awaiting-approval")
    ]

    offered = {name for item in offer["items"] for c in item["choices"] for name in c["rules"]}
    judged = {name for verdict in verdicts for item in verdict["items"] for name in item["rules"]}

    assert offered | judged == named
    assert offered
    assert judged
    assert any(item["kept"] for item in verdicts[0]["items"])
    assert verdicts[1]["refusals"][1]["rule_id"] in named
    assert set(verdicts[2]["rules"]) <= named
    assert all(item["facts"] for verdict in verdicts for item in verdict["items"])
