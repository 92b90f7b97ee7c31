"""Our words, from one file per language, and the look of a page, from one template."""

from __future__ import annotations

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from jinja2 import Environment, StrictUndefined
from pydantic import TypeAdapter

from services.notifications.domain.language import SPOKEN
from services.notifications.domain.page import Page
from services.notifications.domain.phrases import Phrases, Words

_FOLDER: Final = "words"
_PHRASES: Final = TypeAdapter(Phrases)


def words() -> Words:
    """Every language we speak.

    Raises:
        ValueError, OSError: our own files are broken or missing.
    """
    folder = resources.files(__package__) / _FOLDER
    phrases = {language: _spoken(folder / f"{language}.toml") for language in SPOKEN}
    layout = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string((folder / "letter.html.jinja").read_text("utf-8"))

    def html(page: Page) -> str:
        return layout.render(page=page)

    return Words(phrases, html)


def _spoken(file: Traversable) -> Phrases:
    return _PHRASES.validate_python(tomllib.loads(file.read_text("utf-8")))
