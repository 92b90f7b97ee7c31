"""A mailbox one can read: an SMTP server that puts every letter into a folder, and its reader.

    python -m deploy.local.mailbox --port 2525 --folder letters

It keeps a promise that notifications relies on: **a letter whose Message-ID was accepted before is
accepted and dropped**. So sending again after a lost answer delivers once. The promise holds
across restarts, because what was accepted is told by the files alone.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import signal
from dataclasses import asdict, dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.processes import LOOPBACK

LARGEST_LETTER_BYTES = 10 * 2**20
LEDGER = "submissions.jsonl"


@dataclass(frozen=True)
class Submission:
    """One letter handed in and accepted. Of its people only their number is kept."""

    message_id: str
    recipients: int
    size_bytes: int
    repeated: bool


class Mailbox:
    """The reader: what lies in a mailbox's folder. A mailbox that never ran is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def letters(self) -> list[EmailMessage]:
        """Every letter, in the order of arrival."""
        accepted = (each.message_id for each in self.submissions() if not each.repeated)
        return [self.letter(message_id) for message_id in accepted]

    def letter(self, message_id: str) -> EmailMessage:
        """The letter with this Message-ID. FileNotFoundError if it never came."""
        parser = BytesParser(policy=policy.default)
        return parser.parsebytes(self.path_of(message_id).read_bytes())

    def path_of(self, message_id: str) -> Path:
        """Where the letter with this Message-ID (`<...>`, as in its header) lies, or would lie."""
        digest = hashlib.sha256(message_id.encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / f"{digest[:32]}.eml"

    def submissions(self) -> list[Submission]:
        """Every accepted submission, repeats included, in order."""
        ledger = self.folder / LEDGER
        if not ledger.exists():
            return []
        complete = ledger.read_bytes().rpartition(b"\n")[0]  # the last may be half written
        return [Submission(**json.loads(line)) for line in complete.splitlines()]


class _Clerk:
    """Takes letters in, one at a time: it never awaits, so no two can have one Message-ID."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._mailbox = Mailbox(folder)
        _cut_half_line(folder / LEDGER)
        self._known = {each.message_id for each in self._mailbox.submissions()}

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """250 once the letter is on disk under its name and its submission is written down."""
        letter = envelope.content
        assert isinstance(letter, bytes)  # noqa: S101  # decode_data is off
        headers = BytesHeaderParser(policy=policy.compat32).parsebytes(letter)
        message_id = "".join(str(headers.get("Message-ID", "")).split())
        if not message_id:
            return "554 5.6.0 a letter without Message-ID cannot be told from its repeat"

        path = self._mailbox.path_of(message_id)
        if not path.exists():
            _write(path, letter)
        self._note(
            Submission(
                message_id=message_id,
                recipients=len(envelope.rcpt_tos),
                size_bytes=len(letter),
                # Not by the file: after a crash between file and note this is the first note.
                repeated=message_id in self._known,
            )
        )
        return "250 2.0.0 kept"

    def _note(self, submission: Submission) -> None:
        with (self._mailbox.folder / LEDGER).open("ab") as ledger:
            ledger.write(json.dumps(asdict(submission)).encode() + b"\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self._known.add(submission.message_id)


def _write(path: Path, content: bytes) -> None:
    """The file is complete under its name and on disk, or not there at all."""
    coming = path.with_suffix(".coming")
    with coming.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    coming.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _cut_half_line(ledger: Path) -> None:
    """What a crash left half written was never answered, and must not join the next line."""
    if ledger.exists():
        os.truncate(ledger, ledger.read_bytes().rfind(b"\n") + 1)


async def serve(port: int, folder: Path) -> None:
    """Take letters until SIGINT or SIGTERM."""
    clerk = _Clerk(folder)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)

    def door() -> SMTP:
        return SMTP(
            clerk,
            hostname="localhost",  # or it would ask the name service who we are
            ident="Retour mailbox",
            data_size_limit=LARGEST_LETTER_BYTES,
            enable_SMTPUTF8=True,
        )

    server = await loop.create_server(door, LOOPBACK, port)
    async with server:
        await ended.wait()


def main() -> None:
    """The process."""
    words = argparse.ArgumentParser(prog="python -m deploy.local.mailbox")
    words.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    words.add_argument("--folder", type=Path, required=True, help="where the letters are kept")
    told = words.parse_args()
    asyncio.run(serve(told.port, told.folder))


if __name__ == "__main__":
    main()
