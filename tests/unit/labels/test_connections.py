"""The connections file: what it may hold, and that nothing it holds is ever shown."""

from __future__ import annotations

import pytest

from contracts.shape import Money
from deploy.local import merchants
from services.labels.adapters import connections
from services.labels.adapters.carriers import simulated
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.ports.carriers import Adapter, Evidence

SECRET = "pa55-phrase-nobody-may-see"  # a canary
POST = Adapter(
    "post",
    "Post",
    Evidence("spec"),
    carrier=None,
    secrets=frozenset({"key"}),
    options=frozenset({"contract"}),
)
SHOP = Adapter("in_store", "Shop", Evidence("own"), carrier=None, connected=False)
CARRIERS = {each.name: each for each in (POST, SHOP, simulated.adapter())}

WHOLE = f"""
[[connection]]
portal = "*"
carrier = "post"
url = "https://post.example/api/"
[connection.secrets]
key = "{SECRET}"
[connection.options]
contract = "C-1"
[connection.prices]
pickup = {{ minor = 799, currency = "EUR" }}
[connection.daily_cap]
minor = 50000
currency = "EUR"
"""
SIMULATOR = Connection(PLATFORM, "simulated", "http://carrier.example")


@pytest.fixture
def file(tmp_path):
    """A file only its owner may read, with one whole entry."""
    file = tmp_path / "connections.toml"
    file.write_text(WHOLE)
    file.chmod(0o600)
    return file


def read(file, simulator=None, *, production=False):
    """What labels would know."""
    return connections.read(file, simulator, CARRIERS, production=production)


def refusal(file, simulator=None, *, production=False):
    """What labels says instead of starting."""
    with pytest.raises(SystemExit) as refused:
        read(file, simulator, production=production)
    assert SECRET not in str(refused.value)
    return str(refused.value)


def test_a_connection_is_what_its_entry_says(file):
    """Every part of it reaches the adapter."""
    (found,) = read(file)

    assert found == Connection(
        PLATFORM,
        "post",
        "https://post.example/api",
        {"key": SECRET},
        {"contract": "C-1"},
        {"pickup": Money(minor=799, currency="EUR")},
        Money(minor=50000, currency="EUR"),
    )


def test_no_secret_is_in_what_a_connection_looks_like(file):
    """Reprs end up in logs."""
    (found,) = read(file)

    assert SECRET not in repr(found)
    assert SECRET not in repr(connections.Known([found]).all())


def test_a_merchants_own_contract_goes_before_the_platforms(file):
    """Who pays for a label depends on it."""
    file.write_text(WHOLE + WHOLE.replace('"*"', '"shop"'))

    known = connections.Known(read(file))

    assert known.of("shop", "post").portal_id == "shop"
    assert known.of("another", "post").portal_id == PLATFORM
    assert known.of("another", "gls") is None


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('key = "', 'kee = "', "connection 1: secrets.key: is missing"),
        ('contract = "C-1"', "", "connection 1: options.contract: is missing"),
        ('carrier = "post"', 'carrier = "pots"', "connection 1: carrier: nobody answers"),
        ('carrier = "post"', 'carrier = "in_store"', "connection 1: carrier: needs no connection"),
        ('carrier = "post"', "", "connection 1: carrier: is missing"),
        ('portal = "*"', 'portal = "*"\ncolour = "red"', "connection 1: colour: is unknown"),
        (f'key = "{SECRET}"', f'"{SECRET}" = "key"', "connection 1: secrets: is malformed"),
        (f'key = "{SECRET}"', "key = 7", "connection 1: secrets: is malformed"),
        ("minor = 799", "minor = -799", "connection 1: prices.pickup: is malformed"),
        ("https://post", f"https://{SECRET}@post", "connection 1: url: is malformed"),
        ("https://post", "file:///post", "connection 1: url: is malformed"),
        ('minor = 50000\ncurrency = "EUR"', 'minor = 50000\ncurrency = "GBP"', "other currency"),
        ('pickup = { minor = 799, currency = "EUR" }', "", "prices: is missing"),
        ("[[connection]]", f"[[connection]\n{SECRET}", "is no TOML"),
        ("[[connection]]", "[[connexion]]", "holds something besides"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_entry_and_field_and_never_by_value(file, before, after, says):
    """An operator finds it, and the log of a failed start gives nothing away."""
    assert before in WHOLE
    file.write_text(WHOLE.replace(before, after, 1))

    told = refusal(file)

    assert told.startswith("settings_invalid: RETOUR_CONNECTIONS_FILE (")
    assert says in told


def test_the_same_contract_twice_is_a_mistake(file):
    """Nobody could say which of the two would be used."""
    file.write_text(WHOLE * 2)
    assert "connection 2: portal: has this carrier already" in refusal(file)

    file.write_text('[[connection]]\nportal = "*"\ncarrier = "simulated"\nurl = "http://x.example"')
    assert "connection 1: portal: has this carrier already" in refusal(file, SIMULATOR)


@pytest.mark.parametrize(
    ("before", "after", "mode", "says"),
    [
        ("https://", "http://", 0o600, "connection 1: url: plain HTTP"),
        ('carrier = "post"', 'carrier = "simulated"', 0o600, "connection 1: carrier: only pretend"),
        ("", "", 0o640, "others than its owner may read it"),
        ("", "", 0o604, "others than its owner may read it"),
    ],
)
def test_production_refuses_what_is_unsafe(file, before, after, mode, says):
    """A development machine may do all of it."""
    file.write_text(WHOLE.replace(before, after, 1))
    file.chmod(mode)
    assert read(file)

    told = refusal(file, production=True)

    assert told.startswith("settings_unsafe: RETOUR_CONNECTIONS_FILE (")
    assert says in told


def test_production_takes_what_is_safe(file):
    """The rule is not that it refuses everything."""
    assert read(file, production=True)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    """No traceback at three in the morning."""
    told = refusal(tmp_path / "nowhere.toml")

    assert told == (
        "settings_invalid: RETOUR_CONNECTIONS_FILE (cannot be read: No such file or directory)"
    )


def test_without_a_file_there_is_the_simulator_or_nobody():
    """As it was before there were files."""
    assert read(None, SIMULATOR) == [SIMULATOR]
    assert read(None) == []


def test_what_the_local_stack_writes_can_be_read(tmp_path):
    """Every desk of the simulator whose adapter is here has a whole connection."""
    from services.labels.adapters import carriers  # noqa: PLC0415  # every adapter, for this alone

    written = merchants.written(tmp_path / "connections.toml", "http://127.0.0.1:2600")

    found = connections.read(written, None, carriers.every(), production=False)

    assert {one.carrier for one in found} == set(merchants.names())
    assert written.stat().st_mode & 0o077 == 0
