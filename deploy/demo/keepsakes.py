"""What is left of a demo to look at: the documents, the letters, and a page of numbers."""

from __future__ import annotations

import base64
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from contracts.labels import LabelPrinted
from contracts.rules import ReturnRejected
from deploy.demo import shop
from deploy.demo.frontend import Frontend
from deploy.local.mailbox import Mailbox

SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png"}


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
            _written(
                folder / f"{printed.tracking_number}{SUFFIXES[document.media_type]}",
                document.content,
            )
            for document in printed.documents
        ]
    owners = _Owners(frontend)
    for letter in mailbox.letters():
        _keep_letter(letter, mailbox, kept, owners.of(letter))
    return kept


class _Owners:
    """Tells which return a letter is about by what stands in it, as a person would."""

    def __init__(self, frontend: Frontend) -> None:
        self._numbers = {p.tracking_number: p.return_id for p in frontend.every(LabelPrinted)}
        self._returns = frozenset(self._numbers.values())
        self._refused: dict[str, list[str]] = defaultdict(list)
        for rejected in frontend.every(ReturnRejected):
            self._refused[shop.order_no(rejected.shipment_id)].append(rejected.return_id)

    def of(self, letter: EmailMessage) -> str | None:
        """The return. A refusal names only its order: several of one go by their order in time."""
        text = letter.get_body(("plain",))
        words: list[str] = re.findall(r"[0-9A-Za-z-]+", text.get_content() if text else "")
        for word in words:
            if word in self._returns:
                return word
            if word in self._numbers:
                return self._numbers[word]
        return next((self._refused[word].pop(0) for word in words if self._refused.get(word)), None)


def _written(path: Path, content: str) -> Path:
    path.write_bytes(base64.b64decode(content, validate=True))
    return path


def _keep_letter(
    letter: EmailMessage, mailbox: Mailbox, kept: Keepsakes, return_id: str | None
) -> None:
    message_id = str(letter["Message-ID"])
    path = kept.folder / mailbox.path_of(message_id).name
    shutil.copy(mailbox.path_of(message_id), path)
    if str(letter["To"]).endswith("@example.com") or "@example.com>" in str(letter["To"]):
        kept.to_customers += 1
    else:
        kept.to_merchants += 1
    if return_id is not None:
        kept.letters.setdefault(return_id, []).append(path)
