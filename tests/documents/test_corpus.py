"""A sample of `make documents`: everybody's label scans, and shows every letter it should."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from services.labels.adapters.documents import cn23_pdf, label_pdf, label_zpl, lettering
from tests.documents.__main__ import spread, wrong_a4, wrong_a6, wrong_cn23, wrong_names, wrong_zpl
from tests.documents.addresses import THERE, abroad
from tests.documents.judged import has_glyph, wrong_with_commands, wrong_with_pdf, wrong_with_zpl
from tests.documents.labels import corpus, honest
from tests.support.printing import TOOLS, printed_zpl, why_no_printer

EVERYBODY = corpus()
SAMPLE = spread(EVERYBODY, 20)


@pytest.fixture
def printer():
    """Something that prints ZPL."""
    if reason := why_no_printer():
        pytest.skip(reason)


def test_the_corpus_is_two_hundred_different_labels():
    """A sample of one is no sample."""
    assert len(EVERYBODY) == 200
    assert len({label_zpl(sheet) for sheet in EVERYBODY}) == 200


@pytest.mark.parametrize("sheet", SAMPLE, ids=lambda sheet: sheet.order_no)
def test_a_label_scans_whoever_sends_it(sheet):
    """Both codes at 203 dpi, ink for every letter, and no letter that the typeface lacks."""
    assert wrong_a6(sheet) == []


@pytest.mark.parametrize("sheet", honest(), ids=lambda sheet: sheet.sender.country)
def test_every_letter_of_a_european_address_stands_on_the_label(sheet):
    """Łukasz, Ἀθηνᾶ and Юлия can read who sent the parcel back, and so can their post."""
    assert wrong_names(sheet) == []


@pytest.mark.parametrize("sheet", spread(SAMPLE, 4), ids=lambda sheet: sheet.order_no)
def test_the_other_papers_scan_too(sheet):
    """At home on A4, and at customs."""
    assert wrong_a4(sheet) == []
    assert wrong_cn23(sheet) == []


def test_a_label_printer_prints_what_can_be_scanned(printer):
    """ZPL is a program: it has to be run to see what it does."""
    assert wrong_zpl(spread(EVERYBODY, 3)) == [[], [], []]


@pytest.mark.parametrize("sheet", EVERYBODY, ids=lambda sheet: sheet.order_no)
def test_zpl_holds_our_commands_and_no_others(sheet):
    """`^XA^JUS` in a name must stay a name: a printer would save new settings."""
    assert list(wrong_with_commands(label_zpl(sheet))) == []


@pytest.mark.skipif(not THERE, reason="../shared/data/address-i18n is not there")
def test_an_address_of_any_country_leaves_the_codes_alone():
    """Scripts we cannot print are question marks; the parcel comes back all the same."""
    far = spread(honest(abroad()), 8)

    assert [wrong_a6(sheet) for sheet in far] == [[]] * 8


def test_the_judges_can_find_something_wrong(printer, monkeypatch):
    """A check that cannot fail is no check: blotted codes, foreign commands, absent letters."""
    sheet = SAMPLE[0]
    zpl = label_zpl(sheet)
    blotted = BytesIO()
    with Image.open(BytesIO(printed_zpl([zpl])[0])) as picture:
        ImageDraw.Draw(picture).rectangle((0, 700, 812, 1184), fill=0)
        picture.save(blotted, "PNG")
    other = replace(sheet, tracking_number="OTHER1234")

    assert list(wrong_with_zpl(sheet, zpl, blotted.getvalue()))
    assert list(wrong_with_pdf(other, label_pdf(sheet)))
    assert list(wrong_with_commands(zpl.replace(b"^PQ1", b"~JR")))
    assert list(wrong_with_commands(zpl.replace(b"^FH^FD", b"^FD")))
    assert not has_glyph("東")
    assert not has_glyph("ע")

    beyond = lettering.load_typeface() | set("東京")
    monkeypatch.setattr(lettering, "load_typeface", lambda: beyond)
    unprintable = label_pdf(replace(sheet, carrier="東京"))
    assert list(wrong_with_pdf(sheet, unprintable)) == ["letters without a glyph"]


def test_a_declaration_of_many_lines_has_many_pages_and_the_same_bytes():
    """Nothing that crosses a border is left out, and a repeat is the same paper."""
    sheet = max(EVERYBODY, key=lambda one: len(one.declaration.lines))

    assert cn23_pdf(sheet, sheet.declaration) == cn23_pdf(sheet, sheet.declaration)


def test_the_lock_of_the_printer_names_hashes_and_no_address():
    """Where packages come from is the business of whoever installs them."""
    lock = json.loads((TOOLS / "package-lock.json").read_text())
    packages = [package for path, package in lock["packages"].items() if path]

    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)
