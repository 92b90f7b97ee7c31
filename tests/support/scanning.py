"""What a scanner at a counter reads from a document, and what a person can copy out of it.

The scanner is `pdftoppm` at 203 dpi (a label printer's resolution) and `zbarimg`. Where they are
not installed, pypdfium2 and zxing-cpp stand in, and every code says which tool read it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pypdfium2
import zxingcpp
from PIL import Image

DPI = 203
QR, BARS = "QR-Code", "CODE-128"

_ZBAR = "zbarimg"
_ZXING = "zxing-cpp"
_NOTHING_FOUND = 4
_ZXING_KINDS = {"QRCode": QR, "QR Code": QR, "Code128": BARS, "Code 128": BARS}
_NAMESPACE = "{http://zbar.sourceforge.net/2008/barcode}"
_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
_DEEDS = re.compile(rb"/(JavaScript|JS|Launch|URI|EmbeddedFile|OpenAction|AA|SubmitForm)\b")


class Code(NamedTuple):
    """A code that was read: its kind (`QR`, `BARS` or the tool's word), its text, and by what."""

    kind: str
    text: str
    tool: str


def scan_pdf(pdf: bytes, dpi: int = DPI) -> list[Code]:
    """Every code on the first page, printed at so many dots per inch."""
    if not (shutil.which("pdftoppm") and shutil.which(_ZBAR)):
        return _zxing(printed(pdf, dpi))
    with TemporaryDirectory() as folder:
        page = Path(folder, "page")
        page.with_suffix(".pdf").write_bytes(pdf)
        command = ("pdftoppm", "-r", str(dpi), "-gray", "-singlefile", f"{page}.pdf", f"{page}")
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return _zbar(page.with_suffix(".pgm"))


def scan_png(png: bytes) -> list[Code]:
    """Every code in a picture."""
    if not shutil.which(_ZBAR):
        return _zxing(Image.open(BytesIO(png)))
    with TemporaryDirectory() as folder:
        picture = Path(folder, "picture.png")
        picture.write_bytes(png)
        return _zbar(picture)


def codes_read(codes: list[Code]) -> set[tuple[str, str]]:
    """Kind and text of each code, whoever read it."""
    return {(code.kind, code.text) for code in codes}


def text_of_pdf(pdf: bytes) -> str:
    """The first page's text as one can copy it out, lines ending in a newline."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].get_textpage().get_text_range().replace("\r\n", "\n")
    finally:
        document.close()


def deeds_in(pdf: bytes) -> set[bytes]:
    """What the PDF would do besides being looked at. What is packed in its streams is not asked."""
    return set(_DEEDS.findall(_STREAM.sub(b"", pdf)))


def printed(pdf: bytes, dpi: int = DPI) -> Image.Image:
    """The first page in grey, as a printer of so many dots per inch would put it on paper."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    finally:
        document.close()


def _zbar(picture: Path) -> list[Code]:
    command = (_ZBAR, "--quiet", "--xml", str(picture))
    read = subprocess.run(command, check=False, capture_output=True, timeout=60)
    if read.returncode == _NOTHING_FOUND:
        return []
    read.check_returncode()
    symbols = ET.fromstring(read.stdout).iter(f"{_NAMESPACE}symbol")  # noqa: S314 - by zbarimg
    return [Code(_kind(symbol), _text(symbol, picture), _ZBAR) for symbol in symbols]


def _kind(symbol: ET.Element) -> str:
    return symbol.get("type", "")


def _text(symbol: ET.Element, picture: Path) -> str:
    """The text of one symbol; asked for raw where zbarimg's XML would hold it as base64.

    zbarimg 0.23.92 spoils every byte above 127 in its base64, while its raw output is right.
    """
    data = symbol.find(f"{_NAMESPACE}data")
    if data is not None and data.get("format") != "base64":
        return data.text or ""
    only = f"{_kind(symbol).replace('-', '').lower()}.enable"
    command = (_ZBAR, "--quiet", "--raw", "--oneshot", "-Sdisable", f"-S{only}", str(picture))
    read = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return read.stdout.decode("utf-8", "replace")


def _zxing(picture: Image.Image) -> list[Code]:
    codes = zxingcpp.read_barcodes(picture)
    return [
        Code(_ZXING_KINDS.get(code.format.name, code.format.name), code.text, _ZXING)
        for code in codes
    ]
