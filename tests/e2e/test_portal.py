"""`retour portal apply` against a real broker and the real rules service."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from deploy.local.stack import Stack
from deploy.ops.portals import last

pytestmark = [pytest.mark.real, pytest.mark.slow]

RETOUR = Path(sys.executable).with_name("retour")
EXAMPLES = Path(__file__).parents[2] / "deploy/examples/portals"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Kafka, MongoDB and rules."""
    with Stack(services=("rules",)) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The good example, as a portal of this test's own."""
    copy = tmp_path / "portal.yaml"
    name = f"linden-{crc32(request.node.name.encode())}"
    text = (EXAMPLES / "linden.yaml").read_text()
    copy.write_text(text.replace("portal_id: linden", f"portal_id: {name}"))
    return copy


async def apply(stack: Stack, file: Path, *words: str) -> tuple[int, dict, str]:
    """Exit code, what it said as JSON, and what it complained of."""
    process = await asyncio.create_subprocess_exec(
        *(RETOUR, "portal", "apply", str(file), "--json", *words),
        env={**os.environ, "RETOUR_KAFKA": stack.kafka},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, json.loads(out or b"{}"), err.decode()


def changed(file: Path, old: str, new: str) -> None:
    """The merchant edits the file."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


async def test_settings_without_a_version_become_the_next_one(stack: Stack, file: Path):
    """The file is the truth, and Kafka counts."""
    first = await apply(stack, file)
    again = await apply(stack, file)
    changed(file, "window_days: 30", "window_days: 60")
    third = await apply(stack, file)

    assert [one[0] for one in (first, again, third)] == [0, 0, 0], (first, again, third)
    assert [(one[1]["version"], one[1]["told"]) for one in (first, again, third)] == [
        (1, True),
        (1, False),
        (2, True),
    ]
    assert [one[1]["verdict"] for one in (first, again, third)] == [
        "PortalOpened",
        None,
        "PortalOpened",
    ]
    warnings = [one["code"] for one in third[1]["said"]["warnings"]]
    assert warnings == ["window_differs_from_policy", "refund_waits_for_tracking"]
    assert (await last(stack.kafka, third[1]["portal_id"])).window_days == 60


async def test_a_portal_is_closed_on_purpose(stack: Stack, file: Path):
    """`open: false` blocks, and is what the merchant wants: no failure."""
    await apply(stack, file)
    changed(file, "open: true", "open: false")

    code, said, _ = await apply(stack, file)

    assert code == 0
    assert (said["verdict"], said["version"]) == ("PortalRefused", 2)
    assert said["said"]["findings"][0]["code"] == "closed_by_merchant"


async def test_a_version_that_is_not_younger_is_not_told(stack: Stack, file: Path):
    """Rules would answer nothing to it, and somebody would wait for that."""
    changed(file, "portal_id:", "version: 4\nportal_id:")
    told = await apply(stack, file)
    changed(file, "window_days: 30", "window_days: 60")

    code, said, err = await apply(stack, file)

    assert (told[0], told[1]["version"]) == (0, 4)
    assert (code, said) == (2, {})
    assert err.startswith("version-taken: version 4 of linden-")


async def test_the_gate_says_what_the_check_had_said(stack: Stack, file: Path):
    """One function, asked from the command line and asked by a message."""
    changed(file, "refund_when: handed_over", "refund_when: delivered")
    changed(file, "support_url: https://linden.example/help\n", "")

    _, said, _ = await apply(stack, file)

    checked = sorted(one["code"] for one in said["remarks"])
    assert checked == sorted(one["code"] for one in said["said"]["warnings"])
    assert "no_support_link" in checked


async def test_who_gets_no_answer_is_told_so(stack: Stack, file: Path):
    """Rules is stopped: the settings lie on Kafka, and nobody says that a portal is open."""
    await apply(stack, file)
    changed(file, "window_days: 30", "window_days: 45")
    stack.services["rules"].stop(30.0)

    code, said, err = await apply(stack, file, "--patience", "2")

    assert (code, said) == (1, {})
    assert err.startswith("no-verdict: version 2 is told, and rules did not answer within 2 s")
