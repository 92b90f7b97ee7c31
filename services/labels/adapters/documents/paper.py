"""Empty paper: a PDF that is the same every time, and whose properties name nobody."""

from __future__ import annotations

from io import BytesIO

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from services.labels.adapters.documents.lettering import REGULAR, load_typeface


def paper(file: BytesIO, size: tuple[float, float], title: str) -> Canvas:
    """A page so many millimetres wide and high, to be printed at exactly that size."""
    load_typeface()
    # Plain binary streams: text-safe ones are a quarter longer, and slow to make.
    rl_config.useA85 = 0
    canvas = Canvas(
        file,
        pagesize=(size[0] * mm, size[1] * mm),
        pageCompression=1,
        invariant=1,
        initialFontName=REGULAR,  # type: ignore[arg-type]  # the stub says float
        lang="en",
    )
    canvas.setTitle(title)
    canvas.setAuthor("Retour")
    canvas.setCreator("Retour")
    canvas.setSubject(title)
    # "Fit to page" would shrink the bars below what scanners read.
    canvas.setViewerPreference("PrintScaling", "None")
    return canvas
