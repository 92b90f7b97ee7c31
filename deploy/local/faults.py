"""Why the local stack is not up.

Exception
├── CannotStart   this machine lacks something; one line, naming the way out
└── NotReady      a part was started and did not get ready in time; carries the end of its log
"""

from __future__ import annotations


class CannotStart(Exception):
    """Something the stack needs is missing, and the message says what to do about it.

    `code` never changes, so that scripts may look at it; `message` is one line for a person.
    """

    exit_code = 2

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotReady(Exception):
    """A condition did not come true before its deadline, or its process ended first."""

    exit_code = 1

    def __init__(self, what: str, tail: str = "") -> None:
        super().__init__(f"{what}\n{tail}" if tail else what)
        self.what = what
        self.tail = tail
