"""What strangers type into an address, and what becomes of it on every document."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pypdfium2
import pytest

from contracts.shape import Money
from services.labels.adapters.documents import cn23_pdf, label_pdf, label_zpl
from services.labels.adapters.press import drawn
from services.labels.domain.customs import Declaration, Declared
from services.labels.domain.sheet import AddressLines
from tests.support.printing import commands, fields
from tests.support.scanning import BARS, QR, codes_read, deeds_in, scan_pdf, text_of_pdf
from tests.unit.labels.test_documents import BRISTOL, S10, SHEET

LARGEST_TOLD = 900 * 1024
MONEY = Money(minor=129_500, currency="EUR")


@dataclass(frozen=True)
class Bad:
    """Something typed, and how it stands on paper: None is cut short, with an ellipsis."""

    typed: str
    shown: str | None


BAD = {
    "control characters": Bad("Nul\x00 bell\x07 \x1b[31mred", "Nul bell [31mred"),
    "line breaks": Bad("Zoë\r\nZonder\x0b\x0c", "Zoë Zonder"),
    "commands for a printer": Bad("^XA^JUS^XZ~JR", "^XA^JUS^XZ~JR"),
    "escapes for a printer": Bad("_5EXA_7EJR\\^FS", "_5EXA_7EJR\\^FS"),
    "operators of PDF": Bad(") Tj ET (endstream", ") Tj ET (endstream"),
    "two hundred letters": Bad("W" * 200, None),
    "many words": Bad("Pat Teapot " * 18, None),
    "right to left": Bad("שרה כהן", "??? ???"),
    "right to left, joined": Bad("محمد علي", "???? ???"),
    "both directions": Bad("Zoë כהן Teapot", "Zoë ??? Teapot"),
    "a bidi override": Bad("abc\u202egnp.exe\u2066", "abcgnp.exe"),
    "nothing to see": Bad("\u200b\u200d\ufeff\u00ad", ""),
    "emoji": Bad("Zoë \U0001f600\u200d\U0001f525\ufe0f", "Zoë ??"),
    "Han": Bad("田中 太郎", "?? ??"),
    "three hundred marks": Bad("Zoe" + "\u0301" * 300 + "n", "Zoé\u0301n"),
    "half a character": Bad("Zoë\ud800", "Zoë?"),
}
CASES = pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())


def sheet_of(typed: str):
    """A sheet in which a stranger typed this wherever one may, and posted goods called so."""
    sender = AddressLines(typed, (typed, typed), typed, typed, "NL")
    line = Declared(typed, 1, None, None, typed, None)
    return replace(
        SHEET,
        sender=sender,
        order_no=typed,
        items=((1, typed), (2, typed)),
        note=typed,
        declaration=Declaration((line,), None, MONEY),
    )


def stands(bad: Bad, lines: list[str]) -> bool:
    """Whether the name stands there, alone on its line."""
    if bad.shown is None:
        return any(
            line.endswith("…") and bad.typed.startswith(line[:-1].rstrip()) for line in lines
        )
    return not bad.shown or bad.shown in lines


@CASES
@pytest.mark.parametrize("size", ["A6", "A4"])
def test_on_a_label_the_name_is_legible_and_the_codes_are_whole(bad, size):
    """The customer's own name is the one thing on the label nobody else can check."""
    pdf = label_pdf(sheet_of(bad.typed), size)

    assert codes_read(scan_pdf(pdf)) == {(QR, S10), (BARS, S10)}
    assert stands(bad, text_of_pdf(pdf).split("\n"))
    assert not deeds_in(pdf)
    assert len(pypdfium2.PdfDocument(pdf)) == 1


@CASES
def test_on_a_customs_declaration_too(bad):
    """A form that cannot be read is a parcel that waits."""
    sheet = sheet_of(bad.typed)
    pdf = cn23_pdf(sheet, sheet.declaration)

    assert codes_read(scan_pdf(pdf)) == {(BARS, S10)}
    assert stands(bad, text_of_pdf(pdf).split("\n"))
    assert not deeds_in(pdf)


@CASES
def test_a_label_printer_gets_no_command_from_it(bad):
    """As many labels, formats and fields as for anybody; what is typed is text, or a picture."""
    zpl = label_zpl(sheet_of(bad.typed))
    found, plain = commands(zpl), commands(label_zpl(sheet_of("Zoë")))

    assert set(found) <= set(plain)
    assert found.count("^XA") == found.count("^XZ") == 1
    assert found.count("^FO") <= plain.count("^FO") + 1  # a note may have a second line
    assert max("".join(fields(zpl))) <= "ÿ"
    if bad.shown and max(bad.shown) <= "ÿ":
        assert bad.shown in fields(zpl)


def test_a_house_without_number_and_a_town_without_code_leave_no_gap():
    """Farms, islands and Irish villages have neither."""
    bare = AddressLines("Zoë Zonder", ("Lieu-dit Kerguélen", ""), "", "Quimper", "FR")
    pdf = label_pdf(replace(SHEET, sender=bare, recipient=replace(BRISTOL, postal_code="")))

    lines = text_of_pdf(pdf).split("\n")

    assert lines[lines.index("Lieu-dit Kerguélen") + 1] == "Quimper"
    assert lines[lines.index("Bristol") + 1] == "UNITED KINGDOM"


def test_all_papers_of_the_worst_sheet_fit_into_one_message():
    """`label-printed` holds five documents and is told whole, or a person has to see to it."""
    worst = sheet_of("Ӝ" * 100)
    lines = worst.declaration.lines * 100
    worst = replace(worst, items=worst.items * 50, declaration=Declaration(lines, None, MONEY))

    documents = drawn("label", worst, ("a6", "a4", "zpl"))

    assert [one.kind for one in documents] == [
        "label_pdf", "label_a4_pdf", "label_zpl", "customs_pdf",
    ]  # fmt: skip
    assert sum(len(one.content) for one in documents) < LARGEST_TOLD
