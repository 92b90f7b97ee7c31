"""What can go wrong while a message is handled, and what each kind means for it.

    Fault
    ├── Permanent     this message will never be handled: it is parked at first sight
    ├── Conflict      somebody else changed what was decided on: decide again
    └── Unavailable   a dependency is down: the partition waits, nothing is parked

Anything else is unexpected: tried a few times in place, then parked.
"""

from __future__ import annotations

import errno

from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordTooLargeError
from bson.errors import BSONError
from pymongo.errors import DocumentTooLarge, DuplicateKeyError, PyMongoError


class Fault(Exception):
    """Something keeps a message from being handled. `code` never changes: alerts are made of it."""

    def __init__(self, code: str, says: str = "") -> None:
        super().__init__(says or code)
        self.code = code


class Permanent(Fault):
    """This message can never be handled. It is parked where an operator finds it."""


class Conflict(Fault):
    """What was decided on has changed meanwhile. Deciding again settles it."""

    def __init__(self) -> None:
        super().__init__("conflict")


class Unavailable(Fault):
    """A dependency is down. The partition waits for it."""


_OUR_OWN_DOING = (
    BSONError,
    DocumentTooLarge,
    DuplicateKeyError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
)


def is_outage(error: BaseException) -> bool:
    """Whether Kafka or MongoDB is unwell, rather than that we asked them for nonsense."""
    if isinstance(error, _OUR_OWN_DOING):
        return False
    return isinstance(
        error, Unavailable | PyMongoError | KafkaError | TimeoutError | ConnectionError
    )


_USED_UP = (errno.EMFILE, errno.ENFILE, errno.ENOSPC)
"""Descriptors of this process or of the machine, or a disk."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this process can have no more memory, not even for a thread."""
    match error:
        case MemoryError() | OSError(errno=errno.ENOMEM):
            return True
        case RuntimeError():
            return "can't start new thread" in str(error)  # all that Python says of it
        case _:
            return False


def is_ours_to_bear(error: BaseException) -> bool:
    """Whether no message is to blame: an outage, or this machine has no more to give."""
    if isinstance(error, OSError) and error.errno in _USED_UP:
        return True
    return is_outage(error) or is_out_of_memory(error)


def is_store_down(error: BaseException) -> bool:
    """Whether it is our own store that is unwell, and nothing outside."""
    return is_outage(error) and isinstance(error, PyMongoError)
