"""ZPL: the same label, for printers that take commands."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.labels.adapters.documents import CodeUnprintableError, label_zpl
from services.labels.adapters.documents.zpl import escaped
from tests.support.printing import commands, fields
from tests.unit.labels.test_documents import FULL, INTERNATIONAL, S10, SHEET

GREEK = INTERNATIONAL[1]


@example("^XA~JR_5EXZ_7E")
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_whatever_is_escaped_holds_no_command_and_reads_as_before(text):
    """`^` and `~` are bytes like others, and so is the underscore that escapes them."""
    field = escaped(text)

    assert not set(field) & set("^~\\\r\n")
    assert field.isascii()
    assert fields(f"^FH^FD{field}^FS".encode()) == [text]


def test_everything_a_counter_needs_is_on_the_label():
    """The same words as on the PDF."""
    shown = fields(label_zpl(FULL))

    for wanted in ("Unit 4", "Crumpet Estate, Fifth floor", "Bristol", "BS1 4ST", "UNITED KINGDOM"):
        assert wanted in shown
    for wanted in ("R-7F3K-22QX", "536365", "31 Mar 2026", "GB-BS1 0417", "1 × Teapot number 1"):
        assert wanted in shown
    assert "+4 more" in shown
    assert S10 in shown


def test_letters_a_printer_may_lack_are_sent_as_a_picture():
    """Font 0 prints Greek on some printers, and boxes on others."""
    plain, greek = label_zpl(SHEET), label_zpl(replace(SHEET, carrier=GREEK))

    assert SHEET.carrier in fields(plain)
    assert GREEK not in fields(greek)
    assert commands(greek).count("^GF") == commands(plain).count("^GF") + 1


@pytest.mark.parametrize("number", ["", " RR1", "Łódź", "X" * 60])
def test_a_number_that_would_not_scan_is_refused(number):
    """As on paper."""
    with pytest.raises(CodeUnprintableError):
        label_zpl(replace(SHEET, tracking_number=number))


def test_the_same_sheet_is_always_the_same_bytes_in_any_process():
    """A label printed again after a crash must be the label printed before it."""
    sheet = replace(FULL, carrier=GREEK)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        elsewhere = pool.submit(label_zpl, sheet).result(timeout=60)

    assert label_zpl(sheet) == elsewhere == label_zpl(sheet)
