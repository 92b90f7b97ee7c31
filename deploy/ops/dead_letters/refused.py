"""Why an operator's wish was not done."""

from __future__ import annotations


class Refused(Exception):
    """The wish cannot be done as it stands. `code` never changes; `message` is for a person."""

    exit_code = 2

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Stopped(Refused):
    """What was begun was not gone through with: the canary did not come through."""

    exit_code = 1
