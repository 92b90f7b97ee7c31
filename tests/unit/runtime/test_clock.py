"""The clock: the database's, carried on by a steady one, whatever this machine's is set to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from services._runtime.clock import LONGEST_LOOK_SECONDS, DatabaseClock
from tests.support.builders import TUESDAY, days


class Machine:
    """A machine whose wall clock can be set and whose steady clock cannot."""

    def __init__(self):
        self.wall, self.seconds = TUESDAY + days(400), 1000.0

    def steady(self):
        return self.seconds


class Database:
    """Says what time it is, after a while."""

    def __init__(self, machine):
        self._machine, self.shows, self.takes, self.down = machine, TUESDAY, 0.0, False

    async def command(self, name):
        assert name == "hello"
        self._machine.seconds += self.takes
        if self.down:
            raise AutoReconnect
        return {"localTime": self.shows}


@pytest.fixture
def machine():
    """Its wall clock is 400 days ahead."""
    return Machine()


@pytest.fixture
def database(machine):
    """Its clock shows Tuesday."""
    return Database(machine)


@pytest.fixture
def clock(machine, database):
    """Never looked at the database yet."""
    return DatabaseClock(database, lambda: machine.wall, machine.steady)


async def test_the_databases_word_counts_and_not_the_machines(clock):
    """A lease is a promise among instances: they need one clock."""
    assert clock() == TUESDAY + days(400)

    await clock.look()

    assert clock() == TUESDAY


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), days(400)])
async def test_setting_the_machines_clock_changes_nothing(clock, machine, jump):
    """Time goes on as it did, by a clock that nobody can set."""
    await clock.look()

    machine.wall += jump
    machine.seconds += 5

    assert clock() == TUESDAY + timedelta(seconds=5)


async def test_a_clock_that_drifts_is_put_right(clock, machine, database):
    """Every look counts from then on."""
    await clock.look()
    machine.seconds += 10
    database.shows = TUESDAY + timedelta(seconds=12)

    await clock.look()

    assert clock() == TUESDAY + timedelta(seconds=12)


async def test_half_the_way_of_the_answer_has_passed_when_it_comes(clock, database):
    """The answer was true when it was given, not when it arrived."""
    database.takes = 0.4

    await clock.look()

    assert clock() == TUESDAY + timedelta(seconds=0.2)


async def test_an_answer_that_took_too_long_is_no_reason_to_set_the_clock(clock, database):
    """This process was frozen, perhaps: nobody knows when the answer was given."""
    await clock.look()
    database.takes, database.shows = LONGEST_LOOK_SECONDS * 20, TUESDAY

    await clock.look()

    assert clock() == TUESDAY + timedelta(seconds=LONGEST_LOOK_SECONDS * 20)


async def test_a_first_answer_is_believed_however_long_it_took(clock, database):
    """It is better than nothing."""
    database.takes = LONGEST_LOOK_SECONDS * 4

    await clock.look()

    assert clock() == TUESDAY + timedelta(seconds=LONGEST_LOOK_SECONDS * 2)


async def test_while_the_database_is_down_time_goes_on(clock, machine, database):
    """What was known is still known."""
    await clock.look()
    database.down = True

    with pytest.raises(AutoReconnect):
        await clock.look()
    machine.seconds += 3

    assert clock() == TUESDAY + timedelta(seconds=3)
