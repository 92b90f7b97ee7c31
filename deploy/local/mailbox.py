"""A mailbox one can read: an SMTP server that puts every letter into a folder, and its reader.

    python -m deploy.local.mailbox --port 2525 --folder letters [--mischief tricks.json]

It keeps a promise that notifications relies on: **a letter whose Message-ID was accepted before is
accepted and dropped**. So sending again after a lost answer delivers once. The promise holds
across restarts, because what was accepted is told by the files alone.

Given a file of tricks it does wrong on purpose, over a `recipient` or over a whole `letter`:

| kind | keeps the letter | what the sender gets |
|---|---|---|
| `says` | no | `code`; after 421 the connection ends |
| `loses` | no | the connection ends after the last byte, without an answer |
| `hangs_up` | yes | the same |
| `slow` | yes | the answer, after `seconds` |
| `forgets` | yes, and a repeat as another letter | the answer |

A recipient can only be answered with `says`. Tricks over letters are about its Message-ID, the
return it names and whom it is to, with blanks between; over recipients, about the address.
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

from deploy.local.mischief import Mischief, Trick
from deploy.local.processes import LOOPBACK

LARGEST_LETTER_BYTES = 10 * 2**20
LEDGER = "submissions.jsonl"
CLOSING = 421
"""The one refusal after which the server ends the connection."""


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

    def __init__(self, folder: Path, mischief: Mischief | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._mailbox, self._mischief = Mailbox(folder), mischief
        _cut_half_line(folder / LEDGER)
        self._known = {each.message_id for each in self._mailbox.submissions()}

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name for it
        self, server: SMTP, _session: Session, envelope: Envelope, to: str, _options: list[str]
    ) -> str:
        """250, unless a trick says otherwise."""
        trick = self._mischief.against(to, "recipient") if self._mischief else None
        if trick is not None and trick.kind == "says":
            return _said(server, trick.code)
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 known"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name for it
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """250 once the letter is on disk under its name and its submission is written down."""
        letter = envelope.content
        assert isinstance(letter, bytes)  # noqa: S101  # decode_data is off
        headers = BytesHeaderParser(policy=policy.compat32).parsebytes(letter)
        message_id = "".join(str(headers.get("Message-ID", "")).split())
        if not message_id:
            return "554 5.6.0 a letter without Message-ID cannot be told from its repeat"
        about = f"{message_id} {headers.get('X-Retour-Return', '')} {headers.get('To', '')}"
        trick = self._mischief.against(about, "letter") if self._mischief else None
        match trick:
            case Trick(kind="says", code=code):
                return _said(server, code)
            case Trick(kind="loses"):
                return _hung_up(server)
            case Trick(kind="hangs_up"):
                self._keep(message_id, letter, len(envelope.rcpt_tos))
                return _hung_up(server)
            case Trick(kind="slow", seconds=seconds):
                self._keep(message_id, letter, len(envelope.rcpt_tos))
                await asyncio.sleep(seconds)
            case Trick(kind="forgets"):
                self._keep(message_id, letter, len(envelope.rcpt_tos), forgetful=True)
            case _:
                self._keep(message_id, letter, len(envelope.rcpt_tos))
        return "250 2.0.0 kept"

    def _keep(
        self, message_id: str, letter: bytes, recipients: int, *, forgetful: bool = False
    ) -> None:
        known = message_id in self._known
        path = self._mailbox.path_of(message_id)
        if forgetful and known:
            path = path.with_stem(f"{path.stem}-{len(self._mailbox.submissions())}")
        if not path.exists():
            _write(path, letter)
        self._note(
            Submission(
                message_id=message_id,
                recipients=recipients,
                size_bytes=len(letter),
                # Not by the file: after a crash between file and note this is the first note.
                repeated=known and not forgetful,
            )
        )

    def _note(self, submission: Submission) -> None:
        with (self._mailbox.folder / LEDGER).open("ab") as ledger:
            ledger.write(json.dumps(asdict(submission)).encode() + b"\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self._known.add(submission.message_id)


def _said(server: SMTP, code: int) -> str:
    """This code; with 421 the line is closed behind it (RFC 5321, section 3.8)."""
    if code == CLOSING and server.transport is not None:
        asyncio.get_running_loop().call_soon(server.transport.close)
    return f"{code} as asked for"


def _hung_up(server: SMTP) -> str:
    """The line is dead: what is answered reaches nobody."""
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    return "250 2.0.0 into the air"


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


async def serve(port: int, folder: Path, mischief: Mischief | None = None) -> None:
    """Take letters until SIGINT or SIGTERM."""
    clerk = _Clerk(folder, mischief)
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
    words.add_argument("--mischief", type=Path, help="file of what to do wrong on purpose")
    told = words.parse_args()
    mischief = Mischief(told.mischief) if told.mischief else None
    asyncio.run(serve(told.port, told.folder, mischief))


if __name__ == "__main__":
    main()
