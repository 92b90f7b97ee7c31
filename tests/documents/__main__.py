"""`python -m tests.documents`: two hundred labels, printed and read by scanners; the tally.

Every one as A6 through `pdftoppm` at 203 dpi and `zbarimg`, every fifth as A4 and with its customs
declaration, thirty as ZPL on a printer of npm's. Besides, where the shared data lies beside the
project, addresses from every country of the OpenCage test cases. `--pdf` and `--zpl` say how many.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console

from services.labels.adapters.documents import cn23_pdf, label_pdf, label_zpl
from services.labels.domain.sheet import Sheet
from tests.documents.addresses import THERE, abroad
from tests.documents.judged import not_shown, words_of, wrong_with_pdf, wrong_with_zpl
from tests.documents.labels import corpus, honest
from tests.support.printing import printed_zpl, why_no_printer
from tests.support.scanning import text_of_pdf

AT_ONCE = 2
_TELL = Console(width=110, markup=False, highlight=False, soft_wrap=True).print


def spread(sheets: Sequence[Sheet], count: int) -> list[Sheet]:
    """So many of them, from the first to the last."""
    count = min(count, len(sheets))
    return [sheets[n * len(sheets) // count] for n in range(count)]


def wrong_a6(sheet: Sheet) -> list[str]:
    """What is wrong with its A6."""
    return list(wrong_with_pdf(sheet, label_pdf(sheet)))


def wrong_a4(sheet: Sheet) -> list[str]:
    """What is wrong with its A4."""
    return list(wrong_with_pdf(sheet, label_pdf(sheet, "A4")))


def wrong_cn23(sheet: Sheet) -> list[str]:
    """What is wrong with its customs declaration."""
    assert sheet.declaration is not None
    return list(wrong_with_pdf(sheet, cn23_pdf(sheet, sheet.declaration), both=False))


def wrong_names(sheet: Sheet) -> list[str]:
    """Which words of an address do not stand on its A6, letter by letter."""
    missing = not_shown(words_of(sheet), text_of_pdf(label_pdf(sheet)))
    return [f"not shown: {missing}"] if missing else []


def wrong_zpl(sheets: Sequence[Sheet]) -> list[list[str]]:
    """What is wrong with each one's ZPL."""
    labels = [label_zpl(sheet) for sheet in sheets]
    return [
        list(wrong_with_zpl(*one)) for one in zip(sheets, labels, printed_zpl(labels), strict=True)
    ]


def main() -> None:
    """The tally; status 1 if anything is wrong."""
    words = argparse.ArgumentParser(prog="python -m tests.documents")
    words.add_argument("--pdf", type=int, default=200, help="labels as A6 (default all 200)")
    words.add_argument("--zpl", type=int, default=30, help="labels as ZPL")
    told = words.parse_args()
    scanner = "pdftoppm + zbarimg"
    if not (shutil.which("pdftoppm") and shutil.which("zbarimg")):
        scanner = "pypdfium2 + zxing-cpp: pdftoppm or zbarimg is not installed (make scanners)"
    _TELL(f"read by {scanner}")
    labels = spread(corpus(), told.pdf)
    fifth = spread(labels, len(labels) // 5)
    good = [
        tallied("A6: QR and Code128 read, no glyph missing", labels, each(wrong_a6, labels)),
        tallied("A6: every letter of an honest address", honest(), each(wrong_names, honest())),
        tallied("A4: QR and Code128 read, no glyph missing", fifth, each(wrong_a4, fifth)),
        tallied("CN 23: Code128 read, no glyph missing", fifth, each(wrong_cn23, fifth)),
    ]
    if reason := why_no_printer():
        _TELL(f"     -  ZPL: not printed, {reason}")
    else:
        some = spread(labels, told.zpl)
        good.append(tallied("ZPL: QR and Code128 read, only our commands", some, wrong_zpl(some)))
    if THERE:
        far = honest(abroad())
        good.append(tallied("A6: an address of each country there is", far, each(wrong_a6, far)))
    else:
        _TELL("     -  addresses of other countries: ../shared/data/address-i18n is not there")
    sys.exit(not all(good))


def each(judge: Callable[[Sheet], list[str]], sheets: Iterable[Sheet]) -> list[list[str]]:
    """What is wrong with each, in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(judge, sheets))


def tallied(what: str, sheets: Sequence[Sheet], wrong: Sequence[Sequence[str]]) -> bool:
    """Whether nothing is wrong with any; one line for all, and one for each that is wrong."""
    bad = [(sheet, said) for sheet, said in zip(sheets, wrong, strict=True) if said]
    _TELL(f"{len(sheets) - len(bad):4} of {len(sheets)}  {what}")
    for sheet, said in bad:
        _TELL(f"      {sheet.order_no} {ascii(sheet.sender.name)[:40]}: {'; '.join(said)}")
    return not bad


if __name__ == "__main__":
    main()
