"""Letters over TLS and with a login, against a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from pydantic import SecretStr

from deploy.local.certificates import Authority, written
from services.notifications.adapters.mail_smtp import MailSmtp, Privacy
from services.notifications.domain.address import address
from services.notifications.domain.letter import Letter
from services.notifications.ports import Deferred, Taken
from tests.support.builders import TUESDAY

LOOPBACK = "127.0.0.1"
PASSWORD = "ohx6Ahj8-aiGhee4p"
LETTER = Letter(
    about="0f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e",
    to=address("zoe@example.com"),
    sender=address("returns@moss.example.com"),
    sender_name="Moss & Fern",
    language="en",
    subject="Your return",
    text="Hello Zoë",
    html="<p>Hello Zoë</p>",
)


class Clerk:
    """Takes letters, and notes what it was told and whether anybody could have listened."""

    def __init__(self):
        self.taken, self.logins = [], []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append(private(server))
        return "250 taken"

    def check(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password, private(server)))
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def private(server: SMTP) -> bool:
    """Whether nobody on the way could have listened."""
    return server.transport.get_extra_info("sslcontext") is not None


@pytest.fixture
def authority() -> Authority:
    """Somebody who vouches for mail servers."""
    return Authority.new()


@pytest.fixture
def believed(authority: Authority, tmp_path: Path) -> Path:
    """The file that says so."""
    return written(tmp_path / "ca.pem", authority.pem)


@asynccontextmanager
async def serving(clerk: Clerk, pem: bytes | None, folder: Path, *, at_once=False, **options):
    """The port of a server with this certificate; TLS from the first byte, or by STARTTLS."""
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(written(folder / "server.pem", pem))
    servers = []

    def door():
        starting = None if at_once else context
        servers.append(
            SMTP(
                clerk,
                hostname="localhost",
                tls_context=starting,
                authenticator=clerk.check,
                **options,
            )
        )
        return servers[-1]

    loop = asyncio.get_running_loop()
    wrapped = context if at_once else None
    async with await loop.create_server(door, LOOPBACK, 0, ssl=wrapped) as server:
        yield server.sockets[0].getsockname()[1]
        for each in servers:
            if each.transport is not None:
                each.transport.abort()


async def sent(port: int, **privacy):
    """What becomes of the letter."""
    return await MailSmtp(LOOPBACK, port, privacy=Privacy(**privacy)).send(LETTER, "<1@x>", TUESDAY)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not")  # TLS has begun before SMTP does
@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_letter_goes_privately_and_after_a_login(authority, believed, tmp_path, tls):
    """Nobody on the way reads the letter or the password."""
    clerk = Clerk()
    door = serving(
        clerk,
        authority.vouch("mail"),
        tmp_path,
        at_once=tls == "tls",
        auth_required=True,
        auth_require_tls=tls == "starttls",
    )
    async with door as port:
        answer = await sent(
            port, tls=tls, ca_file=believed, user="retour", password=SecretStr(PASSWORD)
        )

    assert answer == Taken()
    assert clerk.logins == [(b"retour", PASSWORD.encode(), True)]
    assert clerk.taken == [True]


async def test_without_tls_nothing_is_said(believed, tmp_path):
    """A server, or somebody in between, that offers no TLS gets neither password nor letter."""
    clerk = Clerk()
    async with serving(clerk, None, tmp_path, auth_require_tls=False) as port:
        answer = await sent(
            port, tls="starttls", ca_file=believed, user="retour", password=SecretStr(PASSWORD)
        )

    assert answer == Deferred("smtp_not_offered")
    assert (clerk.logins, clerk.taken) == ([], [])


async def test_without_tls_a_letter_goes_where_that_is_allowed(tmp_path):
    """The relay beside us, on loopback."""
    clerk = Clerk()
    async with serving(clerk, None, tmp_path) as port:
        assert await sent(port) == Taken()

    assert clerk.taken == [False]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("fault", ["wrong_ca", "wrong_host", "expired"])
async def test_a_server_that_nobody_vouches_for_gets_nothing(
    authority, believed, tmp_path, tls, fault
):
    """Whoever answers at the address of the mail server is not the mail server yet."""
    clerk = Clerk()
    pem = {
        "wrong_ca": lambda: Authority.new().vouch("mail"),
        "wrong_host": lambda: authority.vouch("mail", host="127.0.0.2"),
        "expired": lambda: authority.vouch(
            "mail", begins=TUESDAY - timedelta(days=900), lasts=timedelta(days=1)
        ),
    }[fault]()
    async with serving(clerk, pem, tmp_path, at_once=tls == "tls") as port:
        answer = await sent(
            port, tls=tls, ca_file=believed, user="retour", password=SecretStr(PASSWORD)
        )

    assert answer == Deferred("smtp_tls_refused")
    assert (clerk.logins, clerk.taken) == ([], [])


async def test_a_wrong_password_waits_for_a_right_one(authority, believed, tmp_path):
    """It is our fault and not the letter's: the letter is kept."""
    clerk = Clerk()
    async with serving(clerk, authority.vouch("mail"), tmp_path, auth_required=True) as port:
        answer = await sent(
            port, tls="starttls", ca_file=believed, user="retour", password=SecretStr("wrong")
        )

    assert answer == Deferred("smtp_login_refused")
    assert clerk.taken == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_old_tls_is_no_tls(authority, believed, tmp_path, newest):
    """What was broken years ago protects nobody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(written(tmp_path / "server.pem", authority.vouch("mail")))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    clerk = Clerk()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(clerk), LOOPBACK, 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await _shakes_hands(port, believed, newest)  # somebody careless would come in

        answer = await sent(port, tls="tls", ca_file=believed)

    assert isinstance(answer, Deferred)
    assert clerk.taken == []


async def _shakes_hands(port: int, ca_file: Path, newest: ssl.TLSVersion) -> bool:
    careless = ssl.create_default_context(cafile=ca_file)
    careless.set_ciphers("ALL:@SECLEVEL=0")
    careless.minimum_version, careless.maximum_version = ssl.TLSVersion.TLSv1, newest
    _, writer = await asyncio.open_connection(LOOPBACK, port, ssl=careless)
    spoken = writer.get_extra_info("ssl_object").version()
    writer.close()
    return spoken in {"TLSv1", "TLSv1.1"}
