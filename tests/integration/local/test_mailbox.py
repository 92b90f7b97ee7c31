"""The mailbox's promise across its own crashes, and the letters it must refuse."""

from __future__ import annotations

import smtplib
import sys
from email.message import EmailMessage

import pytest

from deploy.local.mailbox import Mailbox
from deploy.local.processes import Process, free_port
from deploy.local.readiness import until_greeting
from deploy.local.runs import ROOT

LEDGER = "submissions.jsonl"


@pytest.fixture
async def post(tmp_path):
    """A running mailbox: its process, its reader and its port."""
    port, folder = free_port(), tmp_path / "mail"
    command = (sys.executable, "-m", "deploy.local.mailbox", "--port", str(port))
    process = Process(
        "mailbox",
        [*command, "--folder", folder],
        log=tmp_path / "mailbox.log",
        environment={},
        folder=ROOT,
    )
    process.start()
    await until_greeting(port, process)
    yield process, Mailbox(folder), port
    process.stop()


def send(port: int, **headers: str) -> None:
    """The mailbox answered 250 for a letter with these headers."""
    letter = EmailMessage()
    letter["From"], letter["To"] = "returns@example.com", "hatter@example.com"
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content("Tea is at six.")
    with smtplib.SMTP("127.0.0.1", port) as post:
        post.send_message(letter, from_addr="returns@example.com", to_addrs=["hatter@example.com"])


async def test_a_killed_mailbox_still_knows_what_it_accepted(post):
    """The promise is worth nothing if a restart forgets it."""
    process, mailbox, port = post
    send(port, Message_ID="<tea@example.com>")
    process.kill()
    process.restart()
    await until_greeting(port, process)

    send(port, Message_ID="<tea@example.com>")

    assert len(mailbox.letters()) == 1
    assert [each.repeated for each in mailbox.submissions()] == [False, True]


async def test_a_crash_between_letter_and_note_counts_one_arrival(post):
    """The sender got no answer and sends again: one letter, and no repeat was ever accepted."""
    process, mailbox, port = post
    send(port, Message_ID="<tea@example.com>")
    process.kill()
    (mailbox.folder / LEDGER).write_bytes(b'{"message_id": "<te')
    process.restart()
    await until_greeting(port, process)

    send(port, Message_ID="<tea@example.com>")

    assert len(mailbox.letters()) == 1
    assert [each.repeated for each in mailbox.submissions()] == [False]


async def test_letters_come_out_in_the_order_they_went_in(post):
    """A story is told in order."""
    _, mailbox, port = post

    for number in (3, 1, 2):
        send(port, Message_ID=f"<{number}@example.com>", Subject=f"No {number}")

    assert [letter["Subject"] for letter in mailbox.letters()] == ["No 3", "No 1", "No 2"]


async def test_a_letter_without_message_id_is_refused(post):
    """Its repeat could not be told from a second letter, so the promise could not be kept."""
    _, mailbox, port = post

    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(port, Subject="Who am I?")

    assert refusal.value.smtp_code == 554
    assert mailbox.submissions() == []
    assert list(mailbox.folder.glob("*.eml")) == []


def test_a_mailbox_that_never_ran_is_empty(tmp_path):
    """A reader may look before the first letter."""
    mailbox = Mailbox(tmp_path / "nowhere")

    letters, submissions = mailbox.letters(), mailbox.submissions()

    assert (letters, submissions) == ([], [])
