"""`retour points` as an operator runs it, on a real database."""

from __future__ import annotations

import json

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from deploy.cli import app
from deploy.demo import points_sample

pytestmark = pytest.mark.real

POINTS, PLACES = points_sample.FOLDER / "points.csv", points_sample.FOLDER / "places.csv"


@pytest.fixture
def retour(mongo_uri):
    """The command. Labels' database is emptied of points before and after."""

    def run(*words):
        return CliRunner().invoke(app, ["points", *map(str, words), "--mongo", mongo_uri])

    def empty():
        with MongoClient(mongo_uri) as client:
            for name in ("points", "places"):
                client["labels"][name].delete_many({})

    empty()
    yield run
    empty()


def near(retour, *words):
    """What would be proposed, as JSON."""
    said = retour("near", "--country", "FR", *words, "--json")
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def test_the_sample_is_imported_and_found(retour):
    """The way from a file to the nearest counter, as the README shows it."""
    places = retour("import", PLACES, "--kind", "places")
    points = retour("import", POINTS, "--carrier", "colissimo", "--full")
    again = retour("import", POINTS, "--carrier", "colissimo", "--full", "--json")

    said = near(retour, "--postal-code", "59000", "--carrier", "colissimo")
    shown = retour("near", "--country", "fr", "--postal-code", "59000", "--limit", 2)

    assert (places.exit_code, points.exit_code, again.exit_code) == (0, 0, 0)
    assert "181 points kept, 0 rows left out" in points.stdout
    assert json.loads(again.stdout)["closed"] == {"colissimo": 0}
    assert len(said["points"]) == 10
    far = [point["distance_metres"] for point in said["points"]]
    assert far == sorted(far)
    assert {point["town"] for point in said["points"][:3]} == {"LILLE"}
    assert shown.stdout.startswith(" 1.  about 0.3 km  colissimo/10865A  LILLE REPUBLIQUE")
    assert said["points"][0]["name"] in shown.stdout
    assert shown.stdout.count("opening hours unknown") == 2


def test_a_faulty_row_is_named_by_file_line_and_code(retour, tmp_path):
    """The rest is imported, and the exit code says that something was not."""
    file = tmp_path / "points.csv"
    lines = POINTS.read_text().splitlines()[:3]
    file.write_text("\n".join([*lines, lines[1], lines[1].replace(",FR,", ",ZZ,")]))

    said = retour("import", file, "--carrier", "colissimo")

    assert said.exit_code == 1
    assert f"{file}:4: id_twice point_id: the same as in line 2, which counts" in said.stderr
    assert f"{file}:5: country_unknown country" in said.stderr
    assert "4 rows, 2 points kept, 2 rows left out" in said.stdout


def test_a_file_with_half_of_the_points_closes_none_unless_told_to(retour, tmp_path):
    """And then they are not proposed any more."""
    retour("import", PLACES, "--kind", "places")
    retour("import", POINTS, "--carrier", "colissimo")
    file = tmp_path / "few.csv"
    file.write_text("\n".join(POINTS.read_text().splitlines()[:3]))

    careful = retour("import", file, "--carrier", "colissimo", "--full")
    before = near(retour, "--postal-code", "75011")
    forced = retour("import", file, "--carrier", "colissimo", "--full", "--force")
    after = near(retour, "--postal-code", "75011")

    assert (careful.exit_code, forced.exit_code) == (1, 0)
    assert "nothing was closed (too_many_would_close)" in careful.stderr
    assert len(before["points"]) == 10
    assert (after["points"], after["why_not"]) == ([], "no_points_near")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import", "no-such-file.csv", "--carrier", "gls"), "file-unreadable"),
        (("near", "--country", "France", "--postal-code", "75011"), "not-a-question"),
        (("near", "--country", "FR", "--postal-code", "75011", "--limit", "51"), "not-a-question"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_a_code(retour, words, code):
    """Exit code 2: it was never begun."""
    said = retour(*words)

    assert said.exit_code == 2
    assert said.stderr.startswith(f"{code}: ")


def test_a_database_that_is_not_there_is_one_line_too():
    """Not a trace of ours."""
    nowhere = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"

    said = CliRunner().invoke(app, ["points", "import", str(POINTS), "--mongo", nowhere])

    assert said.exit_code == 1
    assert said.stderr.startswith("mongo-unreachable: ")


def test_places_are_nobodys(retour):
    """--carrier with places is a mistake, not to be passed over."""
    assert retour("import", PLACES, "--kind", "places", "--carrier", "gls").exit_code == 2
