"""Strokes shared by everything drawn: boxes in millimetres, text, rules and codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from services.labels.adapters.documents.codes import Code
from services.labels.adapters.documents.lettering import BOLD, REGULAR, fitted

HAIRLINE, FIRM = 0.35, 1.1
"""Weights of rules, in points. Everything is black: label printers know no grey."""

_CAPTION_SIZE = 5.4
_CAPTION_SPACING = 0.55


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres from the lower left corner of the label."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Millimetres across."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Millimetres up."""
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Type:
    """A weight at a size in points, and the size it may shrink to before text loses its end."""

    size: float
    smallest: float
    bold: bool = False

    @property
    def face(self) -> str:
        """The name under which reportlab knows the face."""
        return BOLD if self.bold else REGULAR

    def scaled(self, by: float) -> Type:
        """The same, larger or smaller."""
        return Type(self.size * by, self.smallest * by, self.bold)


def write(
    canvas: Canvas,
    at: tuple[float, float],
    text: str,
    style: Type,
    room: float,
    align: Literal["left", "centre", "right"] = "left",
) -> None:
    """Set one line on the baseline point `at`, no wider than `room`; both in millimetres."""
    line, size = fitted(text, style.face, style.size, room * mm, style.smallest)
    x, y = at[0] * mm, at[1] * mm
    canvas.setFont(style.face, size)
    match align:
        case "left":
            canvas.drawString(x, y, line)
        case "centre":
            canvas.drawCentredString(x, y, line)
        case "right":
            canvas.drawRightString(x, y, line)


def caption(canvas: Canvas, at: tuple[float, float], word: str) -> None:
    """A small spaced word in capitals that says what stands below it."""
    canvas.setFont(BOLD, _CAPTION_SIZE)
    canvas.drawString(at[0] * mm, at[1] * mm, word.upper(), charSpace=_CAPTION_SPACING)


def rule(canvas: Canvas, left: float, right: float, y: float, weight: float) -> None:
    """A horizontal line; the weight is in points."""
    canvas.setLineWidth(weight)
    canvas.line(left * mm, y * mm, right * mm, y * mm)


def blacken(
    canvas: Canvas, code: Code, at: tuple[float, float], module: tuple[float, float]
) -> None:
    """Draw a code with its lower left corner at `at`, one module `module` wide and high, in mm.

    One path and one fill, so that no viewer shows light seams between the rows.
    """
    canvas.saveState()
    canvas.translate(at[0] * mm, at[1] * mm)
    canvas.scale(module[0] * mm, module[1] * mm)
    last = len(code.rows) - 1
    # Written as PDF operators: reportlab's own rect would format a thousand whole numbers as
    # decimals, which costs more than encoding both codes.
    rectangles = [f"{start} {last - row} {length} 1 re" for row, start, length in code.runs()]
    canvas.drawPath(PDFPathObject(["n", *rectangles]), stroke=0, fill=1)
    canvas.restoreState()
