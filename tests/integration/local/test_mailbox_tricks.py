"""What a mailbox does wrong on purpose, and what our adapter makes of it, over real SMTP."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from deploy.local.mailbox import Mailbox
from deploy.local.mischief import Mischief, Trick, kinds_of
from deploy.local.processes import LOOPBACK, Process, free_port
from deploy.local.readiness import until_greeting
from deploy.local.runs import ROOT
from services.notifications.adapters.mail_smtp import MailSmtp
from services.notifications.domain.address import address
from services.notifications.domain.letter import Letter
from services.notifications.ports import Deferred, InDoubt, Refused, Taken

ABOUT, TO = "0f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e", "zoe@example.com"
MESSAGE_ID = "<0123456789abcdef@retour.invalid>"
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

BECOMES = {
    "421 at the recipient": (Trick(kind="says", step="recipient", code=421), "smtp_421", 0),
    "421 at the letter": (Trick(kind="says", step="letter", code=421), "smtp_421", 0),
    "greylist": (Trick(kind="says", step="recipient", code=450), "smtp_450", 0),
    "550 at the recipient": (Trick(kind="says", step="recipient", code=550), "refused", 0),
    "550 at the letter": (Trick(kind="says", step="letter", code=550), "refused", 0),
    "loses": (Trick(kind="loses", step="letter"), "doubt", 0),
    "hangs up": (Trick(kind="hangs_up", step="letter"), "doubt", 1),
    "slow": (Trick(kind="slow", step="letter", seconds=30), "doubt", 1),
}
"""A trick, what a letter becomes, and how many lie in the mailbox then."""
ANSWERS = {
    "smtp_421": Deferred("smtp_421"),
    "smtp_450": Deferred("smtp_450"),
    "refused": Refused("smtp_550"),
    "doubt": InDoubt(),
}


class Post:
    """A running mailbox, its reader, its tricks, our adapter for it."""

    def __init__(self, folder):
        port, self.mailbox = free_port(), Mailbox(folder / "mail")
        self.mischief = Mischief(folder / "tricks.json")
        command = (sys.executable, "-m", "deploy.local.mailbox", "--port", str(port))
        self.process = Process(
            "mailbox",
            [*command, "--folder", folder / "mail", "--mischief", folder / "tricks.json"],
            log=folder / "mailbox.log",
            environment={},
            folder=ROOT,
        )
        self.port = port
        self._adapter = MailSmtp(LOOPBACK, port, handing_over_seconds=1.0)

    async def sent(self):
        """What becomes of Zoë's letter."""
        letter = Letter(
            about=ABOUT,
            to=address(TO),
            sender=address("returns@moss.example.com"),
            sender_name="Moss & Fern",
            language="en",
            subject="Your return",
            text="Hello Zoë",
            html="<p>Hello Zoë</p>",
        )
        return await self._adapter.send(letter, MESSAGE_ID, NOON)


@pytest.fixture
async def post(tmp_path):
    """An open mailbox that means no harm yet."""
    post = Post(tmp_path)
    post.process.start()
    await until_greeting(post.port, post.process)
    yield post
    post.process.stop()


@pytest.mark.parametrize("what", BECOMES)
async def test_every_trick_is_named_for_what_it_leaves_behind(post, what):
    """Taken, not taken, or nobody knows: the third is never called one of the others."""
    trick, becomes, lies_there = BECOMES[what]
    post.mischief.play(trick)

    answer = await post.sent()

    assert answer == ANSWERS[becomes]
    assert len(post.mailbox.letters()) == lies_there
    assert kinds_of(post.mischief.bites()) == {trick.kind: 1}


async def test_a_letter_in_doubt_that_is_sent_again_lies_there_once(post):
    """What makes sending again safe here, and nowhere else."""
    post.mischief.play(Trick(kind="hangs_up", step="letter", times=1))
    await post.sent()

    again = await post.sent()

    assert again == Taken()
    assert len(post.mailbox.letters()) == 1
    assert [each.repeated for each in post.mailbox.submissions()] == [False, True]


async def test_a_mailbox_without_the_promise_holds_two_letters(post):
    """What counts double letters must be able to see one."""
    post.mischief.play(Trick(kind="forgets", step="letter"))
    await post.sent()

    await post.sent()

    assert len(list(post.mailbox.folder.glob("*.eml"))) == 2
    assert [each.repeated for each in post.mailbox.submissions()] == [False, False]


async def test_a_greylisted_letter_is_taken_the_second_time(post):
    """Later, it says, and means it."""
    post.mischief.play(Trick(kind="says", step="recipient", code=450, once_each=True))

    answers = [await post.sent(), await post.sent()]

    assert answers == [Deferred("smtp_450"), Taken()]


async def test_a_trick_over_letters_may_name_the_return(post):
    """Some customers' servers are wicked, others are not."""
    post.mischief.play(Trick(kind="says", step="letter", about="another return", code=550))

    assert await post.sent() == Taken()
    post.mischief.play(Trick(kind="says", step="letter", about=ABOUT, code=550))
    assert await post.sent() == Refused("smtp_550")
