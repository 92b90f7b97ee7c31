"""Files of points: what is read from them, and what every fault in them is called."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from deploy.ops.dead_letters.refused import Refused
from deploy.ops.points import importing
from deploy.ops.points.rows import rows
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services.labels.adapters.atlas import Atlas
from services.labels.adapters.places_memory import PlacesMemory
from services.labels.adapters.points_memory import PointsMemory
from services.labels.domain.point import Spot

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HEADER = "point_id,name,street,postal_code,town,country,latitude,longitude,abilities,opens,mon,sun"
GOOD = "a,Kiosk,Dam 1,1012JS,Amsterdam,NL,52.3731,4.8926,accepts_returns,,09:00-18:00,closed"
LA_POSTE = (
    "\ufeff#Identifiant_du_site;Libellé_du_site;Caractéristique_du_site;Adresse;Lieu_dit;"
    "Code_postal;Localité;Pays;Latitude;Longitude;latlong\r\n"
    "01175A;CHEMERY SUR BAR RP;Relais poste commerçant;32 RUE NATIONALE;;08450;"
    "CHEMERY CHEHERY;FRANCE;49.60004;4.867052;49.60004,4.867052\r\n"
    "01176A;AIGLEMONT AP;Agence postale communale;;LE BOURG;08090;AIGLEMONT;FRANCE;;;\r\n"
)
"""Two rows of the French post's open data set, the second without its coordinates (La Poste,
Licence Ouverte 2.0)."""


class Desk:
    """An operator with files, and a collection in memory."""

    def __init__(self, folder):
        self._folder, self._imports = folder, 0
        self.points, self.places = PointsMemory(), PlacesMemory()
        self._atlas = Atlas(self.points, self.places, LedgerMemory(IntentsMemory()))

    def file(self, text, name="points.csv"):
        path = self._folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    async def imports(self, text, name="points.csv", **how):
        """The file is imported, each time a minute later."""
        self._imports += 1
        at = NOW + timedelta(minutes=self._imports)
        usual = {"carrier": "postnl"} | how
        read = rows(self.file(text, name), lambda _: None)
        return await importing.points(self._atlas, read, at, **usual)

    async def imports_places(self, text):
        """The file of places is imported."""
        return await importing.places(self._atlas, rows(self.file(text), lambda _: None))


@pytest.fixture
def desk(tmp_path):
    """Nothing imported yet."""
    return Desk(tmp_path)


def told(done):
    """Every fault, as line, code and field."""
    return [(one.line, one.code, one.field) for one in done.faults]


def many(*names, header="point_id,name,postal_code,country,latitude,longitude"):
    """A file of points with these ids."""
    return "\n".join([header, *(f"{n},Kiosk,1012,NL,52.3{len(n)},4.9" for n in names)])


async def test_our_own_columns_are_read(desk):
    """Hours: a cell says when, `closed` that nobody is there, an empty one nothing."""
    done = await desk.imports(f"{HEADER}\n{GOOD}\n")

    point = await desk.points.of("postnl", "a")
    assert (done.rows, done.kept, done.faults) == (1, 1, [])
    assert point.spot == Spot(52.3731, 4.8926)
    assert dict(point.hours) == {"mon": "09:00-18:00", "sun": ""}
    assert point.abilities == {"accepts_returns"}


async def test_the_french_posts_own_file_is_read_as_it_is(desk):
    """Semicolons, CRLF, a byte order mark and a `#`; a row without coordinates is named."""
    done = await desk.imports(LA_POSTE, carrier="colissimo")

    point = await desk.points.of("colissimo", "01175A")
    assert (point.name, point.street, point.country) == (
        *("CHEMERY SUR BAR RP", "32 RUE NATIONALE"),
        "FR",
    )
    assert told(done) == [(3, "field_missing", "latitude")]


async def test_geojson_says_longitude_first(desk):
    """RFC 7946, section 3.1.1; whoever gets it wrong lands in Somalia."""
    feature = {
        "type": "Feature",
        "id": "a",
        "geometry": {"type": "Point", "coordinates": [4.8926, 52.3731]},
        "properties": {
            "name": "Kiosk",
            "postcode": "1012JS",
            "country": "nl",
            "carrier": "gls",
            "abilities": ["locker", "accepts_returns"],
            "hours": {"mon": "09:00-12:00 13:00-18:00", "sun": ""},
        },
    }
    collection = {"type": "FeatureCollection", "features": [feature, {"type": "Feature"}]}

    done = await desk.imports(json.dumps(collection), "points.geojson", carrier=None)

    point = await desk.points.of("gls", "a")
    assert (point.spot, point.country) == (Spot(52.3731, 4.8926), "NL")
    assert dict(point.hours) == {"mon": "09:00-12:00 13:00-18:00", "sun": ""}
    assert point.abilities == {"locker", "accepts_returns"}
    assert {line for line, *_ in told(done)} == {2}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"latitude": "91"}, "coordinates_bad", "latitude"),
        ({"longitude": "-181"}, "coordinates_bad", "latitude"),
        ({"latitude": "52,37"}, "coordinates_bad", "latitude"),
        ({"latitude": "nan"}, "coordinates_bad", "latitude"),
        ({"latitude": "0", "longitude": "0"}, "coordinates_bad", "latitude"),
        ({"latitude": ""}, "field_missing", "latitude"),
        ({"name": ""}, "field_missing", "name"),
        ({"point_id": ""}, "field_missing", "point_id"),
        ({"postal_code": ""}, "field_missing", "postal_code"),
        ({"point_id": "a b"}, "id_bad", "point_id"),
        ({"name": "x" * 201}, "text_bad", "name"),
        ({"street": "Dam\x07 1"}, "text_bad", "street"),
        ({"country": "ZZ"}, "country_unknown", "country"),
        ({"country": "Netherlands"}, "country_unknown", "country"),
        ({"abilities": "sings"}, "ability_unknown", "abilities"),
        ({"opens": "10-03-2026"}, "day_bad", "opens"),
        ({"mon": "9-17"}, "hours_bad", "mon"),
    ],
)
async def test_a_row_with_a_fault_is_left_out_and_named(desk, changes, code, field):
    """By line, field and a code that never changes; the rows around it are kept."""
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | changes
    spoilt = ",".join(f'"{cell}"' for cell in cells.values())

    done = await desk.imports(f"{HEADER}\n{spoilt}\n{GOOD.replace('a,', 'b,', 1)}\n")

    assert told(done) == [(2, code, field)]
    assert (done.kept, done.faulty) == (1, 1)


async def test_twice_the_same_id_is_a_fault_of_the_second(desk):
    """Two rows, one door: somebody's file is wrong, and we do not guess which."""
    done = await desk.imports(f"{HEADER}\n{GOOD}\n{GOOD.replace('Kiosk', 'Bakery')}\n")

    assert told(done) == [(3, "id_twice", "point_id")]
    assert (await desk.points.of("postnl", "a")).name == "Kiosk"


async def test_whose_points_they_are_must_be_said(desk):
    """In a column or on the command line; the column wins."""
    columns = "point_id,carrier,name,postal_code,country,latitude,longitude"
    done = await desk.imports(
        f"{columns}\na,gls,Kiosk,1012,NL,52,5\nb,,Kiosk,1012,NL,52,5\n", carrier=None
    )

    assert told(done) == [(3, "field_missing", "carrier")]
    assert await desk.points.of("gls", "a")


async def test_a_cell_with_a_line_break_does_not_upset_the_count_of_lines(desk):
    """The line that is named is the one the row ends on."""
    text = many('"a"', '"b"').replace("Kiosk", '"Kiosk\nin the back"') + "\nc,,1012,NL,52,5\n"

    assert told(await desk.imports(text)) == [(6, "field_missing", "name")]


async def test_importing_again_changes_nothing(desk):
    """Whoever is not sure whether it went through does it again."""
    await desk.imports(many("a", "bb", "ccc"), full=True)
    before = dict(desk.points._all)

    done = await desk.imports(many("a", "bb", "ccc"), full=True)

    assert desk.points._all == before
    assert (done.kept, done.closed) == (3, {"postnl": 0})


async def test_a_full_import_closes_what_it_leaves_out(desk):
    """From yesterday on: the carrier's file is of today."""
    await desk.imports(many("a", "bb", "ccc", "dddd"))
    await desk.imports(many("z"), carrier="gls")

    done = await desk.imports(many("a", "bb", "ccc"), full=True)

    assert done.closed == {"postnl": 1}
    assert (await desk.points.of("postnl", "dddd")).closes == NOW.date() - timedelta(days=1)
    assert (await desk.points.of("gls", "z")).closes is None


async def test_a_point_that_cannot_be_read_is_not_closed_for_it(desk):
    """Its row is there; somebody forgot its coordinates."""
    await desk.imports(many("a", "bb", "ccc"))

    done = await desk.imports(many("a", "bb") + "\nccc,Kiosk,1012,NL,,\n", full=True)

    assert (done.closed, done.faulty) == ({"postnl": 0}, 1)
    assert (await desk.points.of("postnl", "ccc")).closes is None


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (many("a", "bb") + "\n,Kiosk,1012,NL,52,5\n", "rows_without_id"),
        (many("a"), "too_many_would_close"),
    ],
)
async def test_a_file_that_may_be_half_a_file_closes_nothing(desk, text, because):
    """A download that broke off must not send customers nowhere."""
    await desk.imports(many("a", "bb", "ccc"))

    done = await desk.imports(text, full=True)

    assert (done.not_closed, done.closed) == ({"postnl": because}, {})
    assert (await desk.points.of("postnl", "ccc")).closes is None


async def test_an_operator_may_insist(desk):
    """A carrier does sometimes give up half of its counters."""
    await desk.imports(many("a", "bb", "ccc"))

    assert (await desk.imports(many("a"), full=True, force=True)).closed == {"postnl": 2}


async def test_places_that_are_one_to_us_lie_in_the_middle_of_their_rows(desk):
    """British codes are known by their district."""
    text = "country,postcode,place,lat,lon\nGB,SW1A 1AA,x,51,0.2\nGB,SW1A 2AA,y,52,0.4\nNL,?,,1,1"

    done = await desk.imports_places(text)

    assert (done.rows, done.kept, told(done)) == (3, 2, [(4, "postal_code_bad", "postal_code")])
    middle = await desk.places.middle_of("GB", "SW1A 0AA")
    assert (middle.latitude, middle.longitude) == pytest.approx((51.5, 0.3))


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        (b"point_id,name\n\xff\xfe", "points.csv", "not-utf8"),
        ("point_id,name\na,b,c\n", "points.csv", "not-csv"),
        ('point_id,name\na,"b"c\n', "points.csv", "not-csv"),
        ("{", "points.geojson", "not-geojson"),
        ('{"type": "Feature"}', "points.json", "not-geojson"),
        ("", "missing/points.csv", "file-unreadable"),
    ],
)
def test_a_file_that_is_something_else_is_refused(desk, text, name, code):
    """Nothing is imported of it, and the code says why."""
    path = desk._folder / name if "/" in name else desk.file(text, name)

    with pytest.raises(Refused) as refused:
        list(rows(path, lambda _: None))

    assert refused.value.code == code


def test_progress_reaches_the_end_of_the_file(desk):
    """Seventeen thousand rows take a while; whoever waits sees how far it is."""
    path, seen = desk.file(f"{HEADER}\n" + f"{GOOD}\n" * 50), []

    list(rows(path, seen.append))

    assert seen == sorted(seen)
    assert seen[-1] == path.stat().st_size
