"""In which formats a label is drawn."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

import pytest
from pydantic import ValidationError

from services.labels.adapters.press import drawn
from services.labels.settings import Settings
from tests.support.scanning import BARS, QR, codes_read, scan_pdf
from tests.unit.labels.test_cn23 import BOTH
from tests.unit.labels.test_documents import S10, SHEET

NEEDED = {"kafka": "broker:9092", "mongo": "mongodb://db/"}
ABROAD = replace(SHEET, declaration=BOTH)


@pytest.mark.parametrize(
    ("kind", "sheet", "formats", "kinds"),
    [
        ("label", SHEET, ("a6",), ["label_pdf"]),
        ("label", SHEET, ("a6", "a4", "zpl"), ["label_pdf", "label_a4_pdf", "label_zpl"]),
        ("label", ABROAD, ("a4", "a6"), ["label_a4_pdf", "label_pdf", "customs_pdf"]),
        ("qr_code", SHEET, ("a6", "zpl"), ["qr_png"]),
        ("qr_code", ABROAD, ("a6",), ["qr_png", "customs_pdf"]),
    ],
)
def test_a_label_comes_in_every_format_and_a_code_in_one(kind, sheet, formats, kinds):
    """What is shown or stuck on comes first, papers for customs last."""
    assert [one.kind for one in drawn(kind, sheet, formats)] == kinds


def test_each_format_is_what_it_says():
    """A printer that gets a PDF for ZPL prints a hundred pages of letters."""
    small, large, zpl, customs = drawn("label", ABROAD, ("a6", "a4", "zpl"))

    assert [one.media_type for one in (small, large, zpl, customs)] == [
        "application/pdf", "application/pdf", "application/zpl", "application/pdf",
    ]  # fmt: skip
    assert b64decode(zpl.content).startswith(b"^XA")
    for paper in (small, large):
        assert codes_read(scan_pdf(b64decode(paper.content))) == {(QR, S10), (BARS, S10)}
    assert codes_read(scan_pdf(b64decode(customs.content))) == {(BARS, S10)}


@pytest.mark.parametrize("said", ["", "zpl", "a6,a6", "a5", "a6, a4", "A6"])
def test_formats_nobody_could_use_are_refused_at_the_start(said):
    """A customer gets PDFs: ZPL alone would leave the letter without a label."""
    with pytest.raises(ValidationError):
        Settings(**NEEDED, label_formats=said)


def test_formats_are_named_with_commas_between():
    """A6 alone, unless somebody wants more."""
    assert Settings(**NEEDED).label_formats == ("a6",)
    assert Settings(**NEEDED, label_formats="a6,a4,zpl").label_formats == ("a6", "a4", "zpl")
