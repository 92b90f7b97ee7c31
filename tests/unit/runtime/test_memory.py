"""A process that gets no more memory ends: half of it would go on, and nobody would notice."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from services._runtime.memory import OUT_OF_MEMORY

BEGINS = """
import logging, structlog
from services._runtime import logs
logs.configure("rules", "json")
"""


def ends_with(lines: str) -> tuple[int, str]:
    """The exit code of a process of its own that does this, and what it wrote."""
    command = [sys.executable, "-c", BEGINS + dedent(lines)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stderr


SAID = {
    "by a library": """
        try:
            raise MemoryError
        except MemoryError as error:
            logging.getLogger("aiokafka").error("a connection broke", exc_info=error)
    """,
    "by the event loop": """
        import asyncio
        async def breaks():
            asyncio.get_running_loop().call_soon(lambda: (_ for _ in ()).throw(MemoryError()))
            await asyncio.sleep(0)
        asyncio.run(breaks())
    """,
    "by ourselves": """
        try:
            raise MemoryError
        except MemoryError:
            structlog.get_logger().warning("attempt_in_doubt", exc_info=True)
    """,
    "as the cause of something else": """
        try:
            raise RuntimeError("can't start new thread")
        except RuntimeError as error:
            told = ValueError()
            told.__cause__ = error
        logging.getLogger("pymongo").error("a monitor ended", exc_info=told)
    """,
    "while a line is written": """
        class Unsayable:
            def __str__(self):
                raise MemoryError
        logging.getLogger("aiokafka").error("%s", Unsayable())
    """,
}


@pytest.mark.parametrize("lines", SAID.values(), ids=SAID)
def test_memory_that_ran_out_ends_the_process_wherever_it_is_told(lines: str):
    """Libraries catch whatever comes, say so, and go on without a task or a connection."""
    code, written = ends_with(lines)

    assert code == OUT_OF_MEMORY
    assert '"event": "out_of_memory"' in written


def test_any_other_fault_is_told_and_lived_with():
    """A process that dies of every fault would be down whenever anything is."""
    code, written = ends_with(SAID["by a library"].replace("MemoryError", "ConnectionError"))

    assert code == 0
    assert "a connection broke" in written
