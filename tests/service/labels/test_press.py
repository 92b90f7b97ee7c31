"""The processes that draw: they come when needed, and leave nothing behind."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from services.labels.adapters.press import Press, drawn
from services.labels.domain.fill import filled
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from services.labels.domain.tracking import own_number
from tests.service.labels.scanned import codes_on
from tests.support.builders import a_return_address, a_shipment, an_approval
from tests.support.eventually import eventually
from tests.support.scanning import BARS, QR

NUMBER = own_number("teapot")
AT_HOME = a_return_address(country="NL")
SHEET = filled(
    order_for(an_approval(return_to=AT_HOME), sender_of(a_shipment())),
    IssuedLabel(NUMBER, "label", "Own postage"),
    "Return parcel",
)
ROOT = Path(__file__).resolve().parents[3]


def children():
    """The processes we have."""
    return {child.pid for child in multiprocessing.active_children()}


def is_gone(pid):
    """Whether no such process runs any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_a_warm_press_draws_with_the_process_it_has():
    """After a restart a customer waits for a label, not for a process that learns to draw."""
    before, press = children(), Press()
    await press.warm()
    (ready,) = children() - before

    await press.draw("label", SHEET)

    assert children() - before == {ready}
    await press.close()
    assert is_gone(ready)


async def test_a_press_whose_process_dies_while_it_learns_draws_all_the_same():
    """The service must not fall because of it."""
    before, press = children(), Press()
    warming = asyncio.create_task(press.warm())
    await eventually(lambda: children() - before, "a process that learns")
    for pid in children() - before:
        os.kill(pid, signal.SIGKILL)
    await warming

    (document,) = await press.draw("label", SHEET)

    assert document.content == drawn("label", SHEET)[0].content
    await press.close()


async def test_nothing_runs_before_it_is_asked_to_and_nothing_after_the_end():
    """A service that draws nothing pays nothing."""
    before, press = children(), Press()
    assert children() == before

    await press.draw("label", SHEET)
    working = children() - before
    await press.close()

    assert len(working) == 1
    assert all(is_gone(pid) for pid in working)


async def test_a_process_that_died_is_replaced():
    """Out of memory happens; the document is drawn all the same, by somebody else."""
    before, press = children(), Press()
    await press.draw("label", SHEET)
    (victim,) = children() - before
    os.kill(victim, signal.SIGKILL)
    await eventually(lambda: is_gone(victim), "the victim's end")

    documents = await asyncio.gather(*(press.draw("label", SHEET) for _ in range(5)))

    assert {document.content for (document,) in documents} == {drawn("label", SHEET)[0].content}
    await press.close()


async def test_drawing_does_not_hold_up_the_service():
    """While documents are drawn, the event loop goes on: it is what answers Kafka's heartbeats."""
    press, turns = Press(), 0
    drawing = asyncio.gather(*(press.draw("label", SHEET) for _ in range(20)))

    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1

    await press.close()
    assert turns > 100


async def test_documents_drawn_elsewhere_are_those_drawn_here():
    """A repeat must give the same bytes, whoever draws."""
    press = Press()

    (paper,), (picture,) = await press.draw("label", SHEET), await press.draw("qr_code", SHEET)

    await press.close()
    assert ((paper,), (picture,)) == (drawn("label", SHEET), drawn("qr_code", SHEET))
    assert codes_on(paper) == {(QR, NUMBER), (BARS, NUMBER)}
    assert codes_on(picture) == {(QR, NUMBER)}


async def test_a_killed_service_leaves_no_process_behind(tmp_path):
    """SIGKILL gives nobody time to clean up, so its children see to it themselves."""
    note = tmp_path / "pids"
    program = (
        "import asyncio, multiprocessing, pathlib, sys\n"
        "from tests.service.labels.test_press import SHEET, Press\n"
        "async def main():\n"
        "    press = Press()\n"
        "    await press.draw('label', SHEET)\n"
        "    pids = [str(child.pid) for child in multiprocessing.active_children()]\n"
        "    pathlib.Path(sys.argv[1]).write_text(' '.join(pids) + '.')\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program, note]
    service = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        await eventually(lambda: note.exists() and note.read_text().endswith("."), "a document")
        (drawing,) = note.read_text().removesuffix(".").split()
        assert not is_gone(drawing)

        service.kill()
        service.wait()

        await eventually(lambda: is_gone(drawing), "the end of its process")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(service.pid, signal.SIGKILL)  # where the test fails, and only there
