"""What a letter shows, before anybody decides how: the same page becomes text and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Page:
    """One letter's content. Everything is text as a person reads it; nothing in it is markup."""

    language: str
    brand: str
    colour: str
    """`#rrggbb`, the merchant's."""
    ink: str
    """The colour that is legible on it."""
    logo_url: str | None
    heading: str
    greeting: str = field(repr=False)
    body: tuple[str, ...]
    points: tuple[str, ...]
    """A list after the body: why not, or which items."""
    code_image: str | None
    """Describes the QR code that the page shows, if it shows one."""
    steps_heading: str
    steps: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    after: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    closing: str
    footer: str


def as_text(page: Page) -> str:
    """The page for readers without HTML. Paragraphs are not wrapped: mail programs do it better."""
    return "\n\n".join(_blocks(page)) + "\n"


def _blocks(page: Page) -> Iterator[str]:
    yield page.greeting
    yield from page.body
    if page.points:
        yield "\n".join(f"- {point}" for point in page.points)
    if page.steps:
        steps = (f"{number}. {step}" for number, step in enumerate(page.steps, start=1))
        yield "\n".join((page.steps_heading, *steps))
    if page.facts:
        yield "\n".join(f"{label}: {value}" for label, value in page.facts)
    yield from page.after
    if page.links:
        yield "\n".join(f"{label}: {url}" for label, url in page.links)
    yield f"{page.closing}\n{page.brand}"
    yield f"-- \n{page.footer}"


def ink_on(colour: str) -> str:
    """Black or white, whichever has the higher contrast with `colour` (`#rrggbb`).

    Source: WCAG 2.2, contrast ratio, with its 2.2 power approximation of sRGB.
    """
    red, green, blue = ((int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    on_black, on_white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    return "#000000" if on_black > on_white else "#ffffff"
