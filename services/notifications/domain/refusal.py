"""Why a return is refused, in plain words."""

from __future__ import annotations

from contracts.rules import JudgedItem, Refusal, ReturnRejected
from contracts.words import Refused
from services.notifications.domain.desk import LONGEST_ITEM, Desk
from services.notifications.domain.display import line, quoted


def reasons_of(desk: Desk, rejected: ReturnRejected) -> tuple[str, ...]:
    """Every refusal in plain words, each once, in the order rules found them."""
    items = {item.line_id: item for item in rejected.items}
    sentences = (
        _reason(desk, refusal, items.get(refusal.line_id or ""), rejected)
        for refusal in rejected.refusals
    )
    return tuple(dict.fromkeys(sentences))


def _reason(desk: Desk, refusal: Refusal, item: JudgedItem | None, rejected: ReturnRejected) -> str:
    phrases, words = desk.phrases, quoted(rejected.because or "")
    reason = desk.reason(item.reason) if item else None
    code = refusal.code if refusal.code in phrases.refused else "other"
    if code == Refused.WINDOW_CLOSED and rejected.settings_version == desk.portal.version:
        code = "window_closed_days"  # the days we know are those it was judged by
    if code == Refused.COMMENT_MISSING and reason:
        code = "comment_missing_reason"
    if code == Refused.REFUSED_BY_MERCHANT and words:
        code = "refused_by_merchant_because"
    sentence = desk.filled(
        phrases.refused[code], days=desk.portal.window_days, reason=reason, words=words
    )
    if item is None or not item.name:
        return sentence
    return phrases.refused_item.format(item=line(item.name, LONGEST_ITEM), sentence=sentence)
