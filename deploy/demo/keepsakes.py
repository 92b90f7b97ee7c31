"""What is left of a demo to look at: the documents, the letters, and a page of numbers."""

from __future__ import annotations

import base64
import shutil
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from contracts.labels import Document, LabelPrinted
from contracts.words import DocumentKind
from deploy.demo.frontend import Frontend
from deploy.local.mailbox import Mailbox

SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "application/zpl": ".zpl"}
ITSELF = {DocumentKind.LABEL_PDF, DocumentKind.QR_PNG}
"""What is called by the tracking number alone."""


@dataclass
class Keepsakes:
    """Where the files of each return lie."""

    folder: Path
    documents: dict[str, list[Path]] = field(default_factory=dict)
    letters: dict[str, list[Path]] = field(default_factory=dict)
    to_customers: int = 0
    to_merchants: int = 0


def keep(frontend: Frontend, mailbox: Mailbox, folder: Path) -> Keepsakes:
    """Every document and every letter is in `folder`, which held nothing else before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = Keepsakes(folder)
    for printed in frontend.every(LabelPrinted):
        kept.documents[printed.return_id] = [
            _written(folder / _called(printed.tracking_number, document), document.content)
            for document in printed.documents
        ]
    for letter in mailbox.letters():
        _keep_letter(letter, mailbox, kept)
    return kept


def _called(tracking_number: str, document: Document) -> str:
    more = "" if document.kind in ITSELF else f"-{document.kind}"
    return f"{tracking_number}{more}{SUFFIXES.get(document.media_type, '')}"


def _written(path: Path, content: str) -> Path:
    path.write_bytes(base64.b64decode(content, validate=True))
    return path


def _keep_letter(letter: EmailMessage, mailbox: Mailbox, kept: Keepsakes) -> None:
    message_id = str(letter["Message-ID"])
    path = kept.folder / mailbox.path_of(message_id).name
    shutil.copy(mailbox.path_of(message_id), path)
    if str(letter["To"]).endswith("@example.com") or "@example.com>" in str(letter["To"]):
        kept.to_customers += 1
    else:
        kept.to_merchants += 1
    kept.letters.setdefault(str(letter["X-Retour-Return"]), []).append(path)
