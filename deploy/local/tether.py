"""A program that cannot outlive the one who started it: `python tether.py PARENT COMMAND...`.

The kernel is asked to SIGKILL this process when its parent ends, however it ends, and then this
process becomes the command: same pid, no process in between. Done here, after the fork, because
`subprocess` documents its `preexec_fn` as unsafe in a parent that has threads.
Linux only. Standard library only, so that it starts with `-I -S` in some twenty milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)
CANNOT_RUN = 127  # what a shell answers for a command it cannot run


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it ended before the kernel was asked
        sys.exit(0)

    try:
        os.execvp(command[0], command)  # noqa: S606  # that is what this program is for
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(CANNOT_RUN)


if __name__ == "__main__":
    main()
