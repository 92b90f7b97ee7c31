"""How a finding is made: whatever it is about, it fits into a message."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final, NamedTuple

from contracts.rules import Finding

BLOCKING, WARNING = "blocking", "warning"
_LONGEST_SENTENCE: Final = 200


class Found(NamedTuple):
    """A finding before it is put into words: which word may have been meant is looked up last."""

    code: str
    severity: str
    field: str
    sentence: str
    word: str = ""
    """What stands there instead of one of `words`."""
    words: Collection[str] = ()

    def told(self, *, guess: bool) -> Finding:
        """The finding as a message carries it; with a guess at what was meant, if that is near."""
        near = get_close_matches(self.word, sorted(self.words), n=1) if guess and self.word else ()
        sentence = f"{self.sentence} Did you mean {near[0]}?" if near else self.sentence
        return Finding(
            code=self.code,
            severity=self.severity,
            field=self.field,
            sentence=sentence[:_LONGEST_SENTENCE],
        )


def blocking(
    code: str, field: str, sentence: str, word: str = "", words: Collection[str] = ()
) -> Found:
    """This closes the portal."""
    return Found(code, BLOCKING, field, sentence, word, words)


def warning(
    code: str, field: str, sentence: str, word: str = "", words: Collection[str] = ()
) -> Found:
    """This is unwise; the portal opens all the same."""
    return Found(code, WARNING, field, sentence, word, words)
