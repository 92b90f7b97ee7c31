"""Memory: looked through for garbage rarely, and when there is none left the process ends.

What a batch makes dies by reference counting, so looking for cycles can wait.
"""

from __future__ import annotations

import gc
import os
from contextlib import suppress

from services._runtime.errors import is_out_of_memory

OUT_OF_MEMORY = 71
"""Exit code: EX_OSERR, see sysexits(3)."""
LAST_WORDS = b'{"event": "out_of_memory", "level": "critical"}\n'
_LONGEST_CHAIN = 10
BETWEEN_LOOKS = 100_000
"""Objects made since the last look. A batch of 500 messages makes about half as many."""


def calm() -> None:
    """What lives now is taken to live for ever, and cycles are looked for rarely.

    Python's default looks every 700 objects, hundreds of times a batch, and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN_LOOKS, 20, 50)


def end_if_out(error: BaseException | None) -> None:
    """If memory has run out, this process is no more: code 71.

    It would go on without whatever happened to ask last: a connection, a task, a place in the
    group. Nothing unfinished is committed, so another process begins it anew.
    """
    for _ in range(_LONGEST_CHAIN):
        if error is None:
            return
        if is_out_of_memory(error):
            with suppress(OSError):
                os.write(2, LAST_WORDS)
            os._exit(OUT_OF_MEMORY)
        error = error.__cause__ or error.__context__
