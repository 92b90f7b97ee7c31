"""Who can do what between which countries: dated facts, the merchant's carriers, one day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.shop import CarrierChoice
from contracts.words import NotOffered
from services.rules.adapters.capabilities_csv import (
    COLUMNS,
    Unreadable,
    of_file,
    read,
    registry,
    shipped,
)
from services.rules.domain.capability import Capability, Registry

DAY = date(2026, 3, 10)
HEADER = ",".join(COLUMNS)
SHIPPED = registry()


def a_fact(**changes) -> Capability:
    """GLS fetches parcels within the Netherlands, whatever the contract, for ever."""
    usual = {
        "method": "pickup",
        "from_country": "NL",
        "to_country": "NL",
        "carrier": "gls",
        "contract": None,
        "valid_from": None,
        "valid_until": None,
        "source": "a page of theirs",
    }
    return Capability(**usual | changes)


def direct(carrier: str, *, covers_returns: bool = True) -> CarrierChoice:
    """The merchant's own contract."""
    return CarrierChoice(carrier=carrier, contract="direct", covers_returns=covers_returns)


GLS, DHL = CarrierChoice(carrier="gls"), CarrierChoice(carrier="dhl_parcel_de")


@pytest.mark.parametrize(
    ("method", "route", "carriers", "carrier"),
    [
        ("pickup", "NL NL", [direct("gls")], "gls"),
        ("drop_off_labelless", "DE DE", [DHL], "dhl_parcel_de"),
        ("drop_off_point", "FR DE", [DHL], "dhl_parcel_de"),
        ("drop_off_point", "DE DE", [direct("gls")], "gls"),
        ("drop_off_point", "JP BR", [], "own_label"),
        ("drop_off_point", "JP BR", [GLS, CarrierChoice(carrier="own_label")], "own_label"),
        ("in_store", "JP BR", [], None),
        ("in_store", "JP BR", [GLS], None),
    ],
)
def test_what_is_shipped_says_what_is_possible(method, route, carriers, carrier):
    """These are the facts a merchant starts with, before adding any."""
    way = SHIPPED.way(method, *route.split(), carriers, DAY)

    assert (way.offered, way.carrier) == (True, carrier)
    assert way.fact is not None
    assert way.fact.method == method


@pytest.mark.parametrize(
    ("method", "route", "carriers", "why_not"),
    [
        ("pickup", "NL NL", [GLS], NotOffered.DIRECT_CONTRACT_NEEDED),
        ("pickup", "NL NL", [direct("gls", covers_returns=False)], "contract_excludes_returns"),
        ("pickup", "NL NL", [DHL], NotOffered.NO_CARRIER),
        ("pickup", "NL NL", [], NotOffered.NO_CARRIER),
        ("pickup", "DE NL", [direct("gls")], NotOffered.NOT_ON_THIS_ROUTE),
        ("pickup", "NL BE", [direct("gls")], NotOffered.NOT_ON_THIS_ROUTE),
        ("drop_off_labelless", "NL NL", [DHL], NotOffered.NOT_ON_THIS_ROUTE),
        ("drop_off_labelless", "DE DE", [GLS], NotOffered.NO_CARRIER),
        ("drop_off_point", "FR DE", [GLS], NotOffered.NOT_ON_THIS_ROUTE),
        ("drop_off_point", "DE DE", [GLS], NotOffered.DIRECT_CONTRACT_NEEDED),
        ("by_balloon", "NL NL", [GLS, DHL], NotOffered.NO_CARRIER),
    ],
)
def test_what_is_not_possible_is_answered_with_why(method, route, carriers, why_not):
    """Why is pickup not offered? Merchants ask, and a table answers."""
    way = SHIPPED.way(method, *route.split(), carriers, DAY)

    assert (way.offered, way.why_not) == (False, why_not)


def test_the_reason_that_is_named_is_the_nearest_to_a_yes():
    """Of two carriers, one on the wrong side of the world, the merchant hears of the other."""
    facts = Registry(
        [a_fact(carrier="dhl", from_country="JP"), a_fact(contract="direct"), a_fact(carrier="dpd")]
    )

    def why_not(*carriers: CarrierChoice) -> NotOffered | None:
        return facts.way("pickup", "NL", "NL", carriers, DAY).why_not

    far, near = CarrierChoice(carrier="dhl"), GLS
    nearest = CarrierChoice(carrier="dpd", covers_returns=False)
    assert why_not(far) is NotOffered.NOT_ON_THIS_ROUTE
    assert why_not(far, near) is why_not(near, far) is NotOffered.DIRECT_CONTRACT_NEEDED
    assert why_not(near, nearest, far) is NotOffered.CONTRACT_EXCLUDES_RETURNS


def test_a_lapsed_fact_is_no_reason_to_sign_a_contract():
    """What would not help is not proposed: first the day must be right."""
    lapsed = a_fact(contract="direct", valid_until=DAY - timedelta(days=1))

    assert Registry([lapsed]).way("pickup", "NL", "NL", [GLS], DAY).why_not is NotOffered.NOT_TODAY


def test_the_platforms_contract_may_be_the_only_one_that_will_do():
    """An aggregator's offer is nothing that a carrier sells directly."""
    facts = Registry([a_fact(contract="platform")])

    assert facts.way("pickup", "NL", "NL", [GLS], DAY).offered
    asked = facts.way("pickup", "NL", "NL", [direct("gls")], DAY)
    assert asked.why_not is NotOffered.PLATFORM_CONTRACT_NEEDED


def test_the_merchants_order_of_carriers_decides():
    """Two can do it; whom the merchant named first does."""
    facts = Registry([a_fact(carrier="dpd"), a_fact()])
    dpd = CarrierChoice(carrier="dpd")

    assert facts.way("pickup", "NL", "NL", [GLS, dpd], DAY).carrier == "gls"
    assert facts.way("pickup", "NL", "NL", [dpd, GLS], DAY).carrier == "dpd"


def test_the_first_and_the_last_day_count():
    """A fact from the first to the fifth is true on both."""
    first, last = date(2026, 4, 1), date(2026, 4, 5)
    facts = Registry([a_fact(valid_from=first, valid_until=last)])
    asked = {
        day: facts.way("pickup", "NL", "NL", [GLS], date(2026, 4, day)).offered
        for day in range(1, 8)
    }

    assert asked == {1: True, 2: True, 3: True, 4: True, 5: True, 6: False, 7: False}
    before = facts.way("pickup", "NL", "NL", [GLS], first - timedelta(days=1))
    assert before.why_not is NotOffered.NOT_TODAY


# What holds for all facts, carriers and days.

COUNTRIES = st.sampled_from(["NL", "DE", "BE"])
METHODS = st.sampled_from(["pickup", "drop_off_point", "in_store"])
CARRIERS = st.sampled_from(["gls", "dhl", "own_label"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))
FACTS = st.lists(
    st.builds(
        Capability,
        method=METHODS,
        from_country=st.none() | COUNTRIES,
        to_country=st.none() | COUNTRIES,
        carrier=st.none() | CARRIERS,
        contract=st.none() | st.sampled_from(["platform", "direct"]),
        valid_from=st.none() | DAYS,
        valid_until=st.none() | DAYS,
        source=st.just("made up"),
    ),
    max_size=12,
)
CHOICES = st.lists(
    st.builds(
        CarrierChoice,
        carrier=CARRIERS,
        contract=st.sampled_from(["platform", "direct"]),
        covers_returns=st.booleans(),
    ),
    max_size=4,
)


@given(FACTS, CHOICES, METHODS, COUNTRIES, COUNTRIES, DAYS)
def test_nothing_is_offered_that_no_fact_carries(facts, choices, method, origin, to, day):
    """R39, R45, R46: right place, right day, a carrier that is listed, a contract that covers."""
    way = Registry(facts).way(method, origin, to, choices, day)
    if not way.offered:
        return

    fact = way.fact
    assert fact in facts
    assert fact.method == method
    assert fact.from_country in (None, origin)
    assert fact.to_country in (None, to)
    assert fact.valid_from is None or fact.valid_from <= day
    assert fact.valid_until is None or day <= fact.valid_until
    assert way.carrier == fact.carrier
    if way.carrier is None:
        return
    listed = choices or [CarrierChoice(carrier="own_label")]
    used = [one for one in listed if one.carrier == way.carrier and one.covers_returns]
    assert any(fact.contract in (None, one.contract) for one in used)


@given(FACTS, CHOICES, METHODS, COUNTRIES, COUNTRIES, DAYS)
def test_what_a_fact_carries_is_offered(facts, choices, method, origin, to, day):
    """The other way round: no row is overlooked because of where it stands in the file."""
    listed = choices or [CarrierChoice(carrier="own_label")]
    carried = any(
        fact.method == method
        and fact.from_country in (None, origin)
        and fact.to_country in (None, to)
        and fact.holds(day)
        and (
            fact.carrier is None
            or any(
                one.carrier == fact.carrier
                and one.covers_returns
                and fact.contract in (None, one.contract)
                for one in listed
            )
        )
        for fact in facts
    )

    assert Registry(facts).way(method, origin, to, choices, day).offered is carried


# The file.


def test_every_shipped_fact_says_where_it_stands():
    """A row without a source is a rumour."""
    facts = shipped()

    assert len(facts) > 30
    assert all(fact.source.strip() for fact in facts)
    assert {fact.carrier for fact in facts if fact.method == "in_store"} == {None}
    assert "simulated" not in SHIPPED.carriers


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("pickup,NL,NL,gls,direct,,", "line 3, column 8: 7 columns instead of 8"),
        ("fetch,NL,NL,gls,,,,page", "line 3, column method: one of drop_off_point, "),
        ("pickup,nl,NL,gls,,,,page", "line 3, column from_country: a country as in ISO 3166-1"),
        ("pickup,NL,NLD,gls,,,,page", "line 3, column to_country: a country as in ISO 3166-1"),
        ("pickup,NL,NL,G L S,,,,page", "line 3, column carrier: a carrier's code"),
        ("pickup,NL,NL,gls,own,,,page", "line 3, column contract: platform, direct, or nothing"),
        ("pickup,NL,NL,gls,,1.4.2026,,page", "line 3, column valid_from: a day as in ISO 8601"),
        ("pickup,NL,NL,gls,,,2026-02-30,page", "line 3, column valid_until: a day as in ISO 8601"),
        ("pickup,NL,NL,gls,,20260401,,page", "line 3, column valid_from: a day as in ISO 8601"),
        (
            "pickup,NL,NL,gls,,2026-05-01,2026-04-01,page",
            "line 3, column valid_until: before valid_from",
        ),
        ("pickup,NL,NL,gls,,,,", "line 3, column source: say where this fact stands"),
        ("pickup,NL,NL,gls,,,," + "x" * 151, "line 3, column source: one line of at most 150"),
        ("pickup,NL,NL,dpd,,,,elsewhere", "line 3: says the same as line 2"),
        ('pickup,NL,NL,"gls,,,,page', "line 3: unexpected end of data"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(row: str, says: str):
    """Whoever edits the file is told where to look."""
    with pytest.raises(Unreadable, match=re.escape(says)):
        read(f"{HEADER}\npickup,NL,NL,dpd,,,,page\n{row}\n", "facts.csv")


def test_all_bad_rows_are_named_at_once():
    """Mending one to be told the next is how an afternoon is lost."""
    with pytest.raises(Unreadable) as told:
        read(f"{HEADER}\nfetch,NL,NL,gls,,,,\npickup,nl,NL,gls,,,,page\n", "facts.csv")

    assert [part.split(":")[0] for part in str(told.value).split("; ")] == [
        "facts.csv, line 2, column method",
        "facts.csv, line 2, column source",
        "facts.csv, line 3, column from_country",
    ]


@pytest.mark.parametrize("header", ["", "method,carrier", HEADER.replace("source", "origin")])
def test_other_columns_are_another_file(header: str):
    """A list of something else must not be read as one of facts."""
    with pytest.raises(Unreadable, match="line 1: the columns must be method,from_country"):
        read(f"{header}\n", "facts.csv")


def test_an_operators_own_facts_are_added_to_ours(tmp_path: Path):
    """The simulator is no carrier: who wants it brings its rows."""
    more = tmp_path / "more.csv"
    more.write_text(f"{HEADER}\npickup,,,simulated,,,,a simulator\n", encoding="utf-8-sig")

    both = registry(more)

    simulated = CarrierChoice(carrier="simulated")
    assert both.way("pickup", "GB", "GB", [simulated], DAY).carrier == "simulated"
    assert both.way("pickup", "NL", "NL", [direct("gls")], DAY).carrier == "gls"


def test_bytes_that_are_no_text_are_told_apart(tmp_path: Path):
    """A spreadsheet saved as it is, and not as CSV."""
    file = tmp_path / "facts.xlsx"
    file.write_bytes(b"PK\x03\x04\xff\xfe")

    with pytest.raises(Unreadable, match="not UTF-8"):
        of_file(file)
