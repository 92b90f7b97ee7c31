"""The customs declaration: what a customs officer looks for stands on it."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pypdfium2
import pytest

from contracts.shape import Money
from services.labels.adapters.documents import CodeUnprintableError, cn23_pdf
from services.labels.domain.customs import Declaration, Declared
from tests.support.scanning import BARS, codes_read, scan_pdf, text_of_pdf
from tests.unit.labels.test_documents import S10, SHEET

TEAPOT = Declared("Grumpy teapot", 2, 1700, Money(minor=2590, currency="EUR"), "6911 10 00", "CN")
SPOON = Declared("Sad spoon", 1, None, None, None, None)
BOTH = Declaration((TEAPOT, SPOON), None, Money(minor=2890, currency="EUR"))
TEAPOTS = Declaration((TEAPOT,), 1700, Money(minor=2590, currency="EUR"))


def texts(pdf):
    """The text of each page."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def test_it_says_who_sends_what_to_whom():
    """Sender, receiver, description, quantity, weight, value, tariff number, origin, total."""
    (text,) = texts(cn23_pdf(SHEET, TEAPOTS))

    for wanted in ("CN 23", "Łukasz Wiśniewski", "00-050 Warszawa", "POLAND", "Moss & Fern"):
        assert wanted in text
    assert "Grumpy teapot 2 1.700 25.90 EUR 6911 10 00 CHINA" in text.replace("\n", " ")
    assert "Total 2 1.700 25.90 EUR" in text.replace("\n", " ")
    assert "Return R-7F3K-22QX, order 536365" in text
    assert "Returned goods" in text


def test_what_nobody_knows_stands_there_as_unknown():
    """Line by line, and then the total is unknown too."""
    (text,) = texts(cn23_pdf(SHEET, BOTH))

    flat = text.replace("\n", " ")
    assert "Sad spoon 1 unknown unknown unknown unknown" in flat
    assert "Total 3 unknown 28.90 EUR" in flat


def test_every_line_is_declared_however_many_there_are():
    """Goods left out of a declaration are smuggled."""
    lines = tuple(replace(TEAPOT, description=f"Teapot number {n}.") for n in range(19))

    pages = texts(cn23_pdf(SHEET, Declaration(lines, None, BOTH.value)))

    assert [sum(f"number {n}." in page for page in pages) for n in range(19)] == [1] * 19
    assert [f"page {n} of 3" in page for n, page in enumerate(pages, 1)] == [True] * 3
    assert all("Łukasz Wiśniewski" in page and "Total" in page for page in pages)


@pytest.mark.parametrize("number", [S10, "00340434161094042557", "X" * 27])
def test_its_bars_carry_the_number_of_the_parcel(number):
    """Form and parcel are found by it when they have come apart."""
    pdf = cn23_pdf(replace(SHEET, tracking_number=number), BOTH)

    assert codes_read(scan_pdf(pdf)) == {(BARS, number)}


def test_a_number_that_cannot_be_printed_is_refused():
    """As on the label."""
    with pytest.raises(CodeUnprintableError):
        cn23_pdf(replace(SHEET, tracking_number="Łódź"), BOTH)


def test_the_same_declaration_is_always_the_same_bytes_in_any_process():
    """A repeat is the paper that was signed."""
    here = cn23_pdf(SHEET, BOTH)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        elsewhere = pool.submit(cn23_pdf, SHEET, BOTH).result(timeout=60)

    assert here == elsewhere == cn23_pdf(SHEET, BOTH)


def test_only_returned_goods_is_ticked():
    """Two ticks are none."""
    pdf = cn23_pdf(SHEET, BOTH)
    ink = pypdfium2.PdfDocument(pdf)[0].render(scale=4, grayscale=True).to_pil()

    boxes = [40 + 27 * n for n in range(6)]
    middles = [_darkest(ink, x + 1.4, 27.4) for x in boxes]

    assert [dark < 128 for dark in middles] == [False, False, False, False, True, False]


def test_the_text_of_the_document_is_the_first_page_of_it():
    """What other tests read by `text_of_pdf` is this form."""
    assert text_of_pdf(cn23_pdf(SHEET, TEAPOTS)) == texts(cn23_pdf(SHEET, TEAPOTS))[0]


def _darkest(ink, left, bottom):
    """The darkest spot within half a millimetre of a place on the page."""
    per_mm = 4 * 72 / 25.4
    x, y = left * per_mm, ink.height - bottom * per_mm
    return ink.crop((int(x - 4), int(y - 4), int(x + 5), int(y + 5))).getextrema()[0]
