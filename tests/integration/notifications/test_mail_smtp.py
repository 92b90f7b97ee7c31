"""Letters over real SMTP on loopback: what a server may answer, and what we make of it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from email import message_from_bytes, policy

import pytest
from aiosmtpd.smtp import SMTP

from services.notifications.adapters.mail_smtp import MailSmtp
from services.notifications.domain.address import address
from services.notifications.domain.language import SPOKEN
from services.notifications.domain.letter import Letter
from services.notifications.ports import Deferred, InDoubt, Refused, Taken
from tests.support.builders import TUESDAY
from tests.unit.notifications.written import EVERY_LETTER, written, zoe

LOOPBACK = "127.0.0.1"
POLICY = "https://moss.example.com/returns"
MESSAGE_ID = "<0123456789abcdef@retour.invalid>"


def a_letter(**changes):
    """A letter to Zoë, with a line that begins with a full stop."""
    usual = {
        "about": "0f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e",
        "to": address("zoe@example.com"),
        "sender": address("returns@moss.example.com"),
        "sender_name": "Moss & Fern",
        "language": "en",
        "subject": "Your return",
        "text": "Hello Zoë\n.\n..and a line that begins with dots",
        "html": "<p>Hello Zoë</p>",
    }
    return Letter(**usual | changes)


class Clerk:
    """Answers each step as it was told to, and keeps what it took."""

    def __init__(self, *, mail="250 OK", rcpt="250 OK", data="250 taken", after_data=None):
        self._mail, self._rcpt, self._data, self._after_data = mail, rcpt, data, after_data
        self.taken = []

    async def handle_MAIL(self, server, session, envelope, sender, options):  # noqa: N802
        envelope.mail_from = sender
        return self._mail

    async def handle_RCPT(self, server, session, envelope, recipient, options):  # noqa: N802
        envelope.rcpt_tos.append(recipient)
        return self._rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append(envelope)
        if self._after_data is not None:
            await self._after_data(server)
        return self._data


@asynccontextmanager
async def serving(clerk, **options):
    """The port of a server with this clerk."""
    servers = []

    def door():
        servers.append(SMTP(clerk, hostname="localhost", **options))
        return servers[-1]

    async with await asyncio.get_running_loop().create_server(door, LOOPBACK, 0) as server:
        yield server.sockets[0].getsockname()[1]
        for each in servers:
            if each.transport is not None:
                each.transport.abort()


@asynccontextmanager
async def saying(*lines):
    """The port of a server that greets, then answers each line it hears with the next of these."""
    writers = []

    async def talk(reader, writer):
        writers.append(writer)
        for answer in lines:
            if answer is None:
                break
            writer.write(answer + b"\r\n")
            heard = await reader.readline()
            while answer.startswith(b"354") and heard not in (b".\r\n", b""):
                heard = await reader.readline()
        else:
            writer.close()

    async with await asyncio.start_server(talk, LOOPBACK, 0) as server:
        yield server.sockets[0].getsockname()[1]
        for writer in writers:
            writer.close()


async def sent(port, letter=None, **patience):
    """What becomes of a letter sent there."""
    return await MailSmtp(LOOPBACK, port, **patience).send(
        letter or a_letter(), MESSAGE_ID, TUESDAY
    )


async def test_a_letter_that_is_taken_arrives_whole_at_one_mailbox():
    """Dots at the beginning of a line are SMTP's own, and must survive."""
    clerk = Clerk()

    async with serving(clerk) as port:
        answer = await sent(port)

    assert answer == Taken()
    (envelope,) = clerk.taken
    assert envelope.mail_from == "returns@moss.example.com"
    assert envelope.rcpt_tos == ["zoe@example.com"]
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Message-ID"] == MESSAGE_ID
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text == "Hello Zoë\n.\n..and a line that begins with dots\n"


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("happened", EVERY_LETTER)
async def test_every_letter_arrives_as_it_was_written(happened, language):
    """In every language, with its accents, unbreakable spaces, pictures and enclosures."""
    letter, clerk = written(happened, zoe(language=language), policy_url=POLICY), Clerk()

    async with serving(clerk) as port:
        assert await sent(port, letter) == Taken()

    (envelope,) = clerk.taken
    message = message_from_bytes(envelope.content, policy=policy.default)
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.replace("\r\n", "\n") == letter.text
    assert html.replace("\r\n", "\n").strip() == letter.html.strip()
    assert (message["Subject"], message["Content-Language"]) == (letter.subject, language)
    assert POLICY in text
    assert [part.get_content() for part in message.iter_attachments()] == [
        enclosure.content for enclosure in letter.enclosures
    ]


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "becomes"),
    [
        ("421 4.3.2 going down", Deferred("smtp_421")),
        ("451 4.7.1 greylisted", Deferred("smtp_451")),
        ("550 5.1.1 no such mailbox", Refused("smtp_550")),
        ("554 5.7.1 no", Refused("smtp_554")),
    ],
)
async def test_a_server_that_says_no_is_believed(step, answer, becomes):
    """4 means later, 5 means never, at every step."""
    async with serving(Clerk(**{step: answer})) as port:
        assert await sent(port) == becomes


async def test_a_server_that_is_not_there_is_tried_again():
    """Nothing was sent, so nothing is in doubt."""
    with socket.create_server((LOOPBACK, 0)) as held:
        port = held.getsockname()[1]

    assert await sent(port) == Deferred("smtp_unreachable")


async def test_a_server_that_does_not_want_us_now_is_tried_again():
    """A refusal at the door is about us, not about this letter."""
    async with saying(b"554 5.3.2 not today") as port:
        assert await sent(port) == Deferred("smtp_554")


async def test_a_server_that_never_greets_is_tried_again():
    """A stuck server must not hold a worker for ever."""
    async with saying(None) as port:
        assert await sent(port, opening_seconds=0.2) == Deferred("smtp_timeout")


async def test_a_server_that_hangs_up_before_the_letter_is_tried_again():
    """Nothing of the letter had been sent."""
    async with saying(b"220 hello", b"250 hello", b"250 sender") as port:
        assert await sent(port) == Deferred("smtp_unreachable")


async def test_a_server_that_hangs_up_after_the_letter_leaves_it_in_doubt():
    """It may have been taken: only its answer was lost."""

    async def hang_up(server):
        server.transport.abort()

    clerk = Clerk(after_data=hang_up)

    async with serving(clerk) as port:
        answer = await sent(port)

    assert answer == InDoubt()
    assert len(clerk.taken) == 1


async def test_a_server_that_does_not_answer_after_the_letter_leaves_it_in_doubt():
    """Waiting longer than our lease would let somebody else begin."""
    released = asyncio.Event()

    async def wait(server):
        await released.wait()

    async with serving(Clerk(after_data=wait)) as port:
        answer = await sent(port, handing_over_seconds=0.2)
        released.set()

    assert answer == InDoubt()


@pytest.mark.parametrize("answer", [b"what?", b"299 perhaps"])
async def test_an_answer_that_is_no_answer_leaves_the_letter_in_doubt(answer):
    """Neither yes nor no: a broken server may have taken it."""
    greetings = (b"220 hello", b"250 hello", b"250 sender", b"250 recipient", b"354 go on")

    async with saying(*greetings, answer) as port:
        assert await sent(port) == InDoubt()


async def test_how_a_server_parts_changes_nothing():
    """It took the letter: that it then hung up is bad manners, not doubt."""
    greetings = (b"220 hello", b"250 hello", b"250 sender", b"250 recipient", b"354 go on")

    async with saying(*greetings, b"250 taken") as port:
        assert await sent(port) == Taken()


async def test_an_international_address_needs_a_server_that_speaks_it():
    """What cannot be spelt in ASCII cannot be delivered over a server that knows nothing else."""
    letter, clerk = a_letter(to=address("jörg@exämple.test")), Clerk()

    async with serving(clerk, enable_SMTPUTF8=True) as port:
        assert await sent(port, letter) == Taken()
    async with serving(Clerk(), enable_SMTPUTF8=False) as port:
        assert await sent(port, letter) == Refused("smtp_no_utf8")

    assert clerk.taken[0].rcpt_tos == ["jörg@xn--exmple-cua.test"]
