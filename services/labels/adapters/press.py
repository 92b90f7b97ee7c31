"""Documents drawn in processes of their own, so that drawing never holds up the event loop."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import connection
from typing import TypeVar

import structlog

from contracts.labels import Document
from contracts.words import DocumentKind, LabelKind
from services.labels.adapters.documents import cn23_pdf, label_pdf, label_zpl, qr_png
from services.labels.domain.sheet import Sheet

log = structlog.get_logger()

T = TypeVar("T")

PDF, PNG, ZPL = "application/pdf", "image/png", "application/zpl"
USUAL = ("a6",)
"""A label is drawn like this if nobody wants it otherwise."""
_FORMATS: Mapping[str, tuple[DocumentKind, str, Callable[[Sheet], bytes]]] = {
    "a6": (DocumentKind.LABEL_PDF, PDF, label_pdf),
    "a4": (DocumentKind.LABEL_A4_PDF, PDF, partial(label_pdf, size="A4")),
    "zpl": (DocumentKind.LABEL_ZPL, ZPL, label_zpl),
}


class Press:
    """See `ports.Printer`. The processes start with `warm` or the first document, and end with us.

    A process that dies (killed, out of memory) is replaced, and its document drawn once more.
    """

    def __init__(self, processes: int = 1, formats: Sequence[str] = USUAL) -> None:
        self._processes, self._formats = processes, tuple(formats)
        self._pool: ProcessPoolExecutor | None = None

    async def draw(self, kind: str, sheet: Sheet) -> tuple[Document, ...]:
        """See `ports.Printer`.

        Raises:
            BrokenProcessPool: the processes died twice over this document.
        """
        try:
            return await self._drawn(kind, sheet)
        except BrokenProcessPool:
            log.warning("drawing_processes_died")
            return await self._drawn(kind, sheet)

    async def warm(self) -> None:
        """The processes run and have learnt to draw, so that the first document need not wait.

        It takes a second or more, which a service spends waiting for its partitions anyway.
        """
        learning = (self._run(_nothing) for _ in range(self._processes))
        try:
            await asyncio.gather(*learning)
        except BrokenProcessPool:  # whoever draws first starts them anew
            log.warning("drawing_processes_died")

    async def close(self) -> None:
        """The processes have ended. Another document starts them anew."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def _drawn(self, kind: str, sheet: Sheet) -> tuple[Document, ...]:
        return await self._run(drawn, kind, sheet, self._formats)

    async def _run(self, work: Callable[..., T], *words: object) -> T:
        if self._pool is None:
            # Spawned, not forked: a fork would copy open connections and the locks of threads.
            self._pool = ProcessPoolExecutor(
                self._processes, multiprocessing.get_context("spawn"), _follow_parent
            )
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *words)
        except BrokenProcessPool:
            if self._pool is pool:  # the first of those who see it clears it away
                await self.close()
            raise


def _nothing() -> None:
    """To find this, a process has to read this module and all that it draws with."""


def drawn(kind: str, sheet: Sheet, formats: Sequence[str] = USUAL) -> tuple[Document, ...]:
    """The documents of a label of this kind, in this order: what is shown or stuck on, then papers.

    A QR code is a picture and nothing else; a label comes in every one of the formats.
    """
    return tuple(_drawn(kind, sheet, formats))


def _drawn(kind: str, sheet: Sheet, formats: Sequence[str]) -> Iterator[Document]:
    if kind == LabelKind.QR_CODE:
        yield _document(DocumentKind.QR_PNG, PNG, qr_png(sheet.tracking_number))
    else:
        for name in formats:
            called, media_type, draw = _FORMATS[name]
            yield _document(called, media_type, draw(sheet))
    if sheet.declaration is not None:
        yield _document(DocumentKind.CUSTOMS_PDF, PDF, cn23_pdf(sheet, sheet.declaration))


def _document(kind: DocumentKind, media_type: str, content: bytes) -> Document:
    return Document(kind=kind, media_type=media_type, content=b64encode(content).decode())


def _follow_parent() -> None:
    """A drawing process ends when its parent does, even by SIGKILL; Ctrl-C is its parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
