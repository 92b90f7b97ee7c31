"""ZPL on a printer: what comes out of it can be scanned. Each label takes it more than a second."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from services.labels.adapters.documents import label_zpl
from tests.documents.test_bad_input import BAD, sheet_of
from tests.support.printing import printed_zpl, why_no_printer
from tests.support.scanning import BARS, QR, codes_read, scan_png
from tests.unit.labels.test_documents import FULL, S10, WIDEST

pytestmark = pytest.mark.slow
LONG = "Ωμέγα " * 60
CROWDED = replace(FULL, carrier=LONG, note=LONG, routing=LONG, items=((1, LONG),) * 5)


@pytest.fixture(autouse=True)
def _printer():
    if reason := why_no_printer():
        pytest.skip(reason)


def test_every_number_scans_and_no_letter_leaves_the_label():
    """Across or climbing, wide or narrow bars; nothing stands in the margins."""
    sheets = [replace(FULL, tracking_number=one) for one in (WIDEST, "X" * 27, ">0^XZ>:>9")]
    sheets.append(CROWDED)

    pictures = printed_zpl([label_zpl(sheet) for sheet in sheets])

    for sheet, png in zip(sheets, pictures, strict=True):
        number = sheet.tracking_number
        assert codes_read(scan_png(png)) == {(QR, number), (BARS, number)}
        with Image.open(BytesIO(png)) as picture:
            grey = picture.convert("L")
            margin = grey.crop((grey.width - 24, 0, grey.width, grey.height))
            assert margin.getextrema()[0] == 255, number


def test_its_codes_are_whole_whatever_is_typed():
    """A command that went through would print over them, or nothing at all."""
    names = ("control characters", "commands for a printer", "escapes for a printer", "many words")

    pictures = printed_zpl([label_zpl(sheet_of(BAD[name].typed)) for name in names])

    assert [codes_read(scan_png(one)) for one in pictures] == [{(QR, S10), (BARS, S10)}] * 4
