"""From what happened to the letter a customer gets. Pure: same arguments, same letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts import words as known_words
from contracts.labels import LabelPrinted, LabelRefused
from contracts.rules import JudgedItem, Refusal, ReturnRejected
from contracts.words import LabelKind, Refused
from services.notifications.domain.address import Address, address
from services.notifications.domain.display import line, person
from services.notifications.domain.enclosed import enclosed
from services.notifications.domain.known import Customer, Erased, Portal
from services.notifications.domain.language import language_for
from services.notifications.domain.letter import Enclosure, Letter, Missing, Unsendable
from services.notifications.domain.page import Page, as_text, ink_on
from services.notifications.domain.phrases import Phrases, Words, day
from services.notifications.domain.steps import carrier_name, steps_for

ForCustomer = LabelPrinted | LabelRefused | ReturnRejected
"""What a customer is written to about."""

PLAIN_COLOUR: Final = "#24435c"
"""Of a merchant who named none."""
LONGEST_BRAND: Final = 80


def letter_about(happened: ForCustomer) -> known_words.Letter:
    """Which letter follows from what happened."""
    match happened:
        case ReturnRejected():
            return known_words.Letter.RETURN_REFUSED
        case LabelRefused():
            return known_words.Letter.LABEL_REFUSED
        case LabelPrinted(kind=LabelKind.QR_CODE):
            return known_words.Letter.QR_CODE_READY
        case LabelPrinted():
            return known_words.Letter.LABEL_READY


def compose(
    happened: ForCustomer,
    customer: Customer | Erased | None,
    portal: Portal | None,
    words: Words,
    sender: Address,
) -> Letter | Missing | Unsendable:
    """The letter about what happened, or why there is none yet or none ever.

    It comes from the portal's own address if that is one, else from `sender`. A shipment of another
    merchant is nobody we know: no letter ever carries one merchant's name to another's customer.

    Codes: `recipient_unknown`, `portal_unknown` (missing); `recipient_erased`, `recipient_unknown`,
    `email_invalid`, `document_unreadable` (unsendable).
    """
    if customer is None:
        return Missing("recipient_unknown")
    if isinstance(customer, Erased):
        return Unsendable("recipient_erased")
    if customer.portal_id != happened.portal_id:
        return Unsendable("recipient_unknown")
    if portal is None:
        return Missing("portal_unknown")
    return _letter(happened, customer, portal, words, sender)


def _letter(
    happened: ForCustomer, customer: Customer, portal: Portal, words: Words, sender: Address
) -> Letter | Unsendable:
    to = address(customer.email)
    if to is None:
        return Unsendable("email_invalid")
    enclosures = enclosed(happened) if isinstance(happened, LabelPrinted) else ()
    if isinstance(happened, LabelPrinted) and not enclosures:
        return Unsendable("document_unreadable")
    language = language_for(
        happened.language, customer.language, customer.country, portal.languages
    )
    desk = _Desk(words.phrases[language], customer, portal)
    shown = _picture(happened, enclosures)
    page = _page(desk, happened, pictured=shown is not None)
    return Letter(
        about=happened.return_id,
        to=to,
        sender=address(portal.sender_email or "") or sender,
        sender_name=desk.brand,
        language=language,
        subject=desk.filled(desk.phrases.letters[letter_about(happened)].subject),
        text=as_text(page),
        html=words.html(page),
        enclosures=enclosures,
        shown=shown,
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where a letter is written: in these words, to this customer, for this merchant."""

    phrases: Phrases
    customer: Customer
    portal: Portal

    @property
    def brand(self) -> str:
        return line(self.portal.brand, LONGEST_BRAND)

    @property
    def order_no(self) -> str:
        return line(self.customer.order_no)

    def filled(self, phrase: str, **more: object) -> str:
        """`phrase` with its names filled in. What is filled in is never read as a phrase itself."""
        return phrase.format(brand=self.brand, order_no=self.order_no, **more)


def _picture(happened: ForCustomer, enclosures: tuple[Enclosure, ...]) -> Enclosure | None:
    """The code to be shown at the counter stands in the letter itself."""
    if not isinstance(happened, LabelPrinted) or happened.kind != LabelKind.QR_CODE:
        return None
    return next((one for one in enclosures if one.media_type == "image/png"), None)


def _page(desk: _Desk, happened: ForCustomer, *, pictured: bool) -> Page:
    phrases, portal = desk.phrases, desk.portal
    said = phrases.letters[letter_about(happened)]
    name = person(desk.customer.name)
    colour = portal.colour or PLAIN_COLOUR
    printed = happened if isinstance(happened, LabelPrinted) else None
    tracking = printed.tracking_number if printed else ""
    return Page(
        language=phrases.language,
        brand=desk.brand,
        colour=colour,
        ink=ink_on(colour),
        logo_url=portal.logo_url,
        heading=desk.filled(said.heading),
        greeting=phrases.greeting.format(name=name) if name else phrases.greeting_unnamed,
        body=tuple(desk.filled(paragraph) for paragraph in said.body),
        reasons=_reasons(desk, happened) if isinstance(happened, ReturnRejected) else (),
        code_image=phrases.code_image.format(tracking_number=tracking) if pictured else None,
        steps_heading=phrases.steps_heading,
        steps=_steps(desk, printed) if printed else (),
        facts=_facts(desk, printed),
        after=(*_follow(desk, printed), *(desk.filled(paragraph) for paragraph in said.after)),
        links=_links(desk),
        closing=phrases.closing,
        footer=desk.filled(phrases.footer),
    )


def _steps(desk: _Desk, printed: LabelPrinted) -> tuple[str, ...]:
    key = steps_for(printed.return_method, printed.kind, printed.carrier)
    date = day(printed.send_back_by, desk.phrases)
    carrier = carrier_name(printed.carrier) or ""
    return tuple(desk.filled(step, date=date, carrier=carrier) for step in desk.phrases.steps[key])


def _follow(desk: _Desk, printed: LabelPrinted | None) -> tuple[str, ...]:
    moved = printed is not None and carrier_name(printed.carrier) is not None
    return (desk.phrases.follow,) if moved else ()


def _facts(desk: _Desk, printed: LabelPrinted | None) -> tuple[tuple[str, str], ...]:
    labels = desk.phrases.facts
    facts: list[tuple[str, str]] = [(labels["order"], desk.order_no)]
    if printed is not None:
        facts.append((labels["tracking"], printed.tracking_number))
        if (carrier := carrier_name(printed.carrier)) is not None:
            facts.append((labels["carrier"], carrier))
        facts.append((labels["send_back_by"], day(printed.send_back_by, desk.phrases)))
    return tuple(facts)


def _links(desk: _Desk) -> tuple[tuple[str, str], ...]:
    urls = (("policy", desk.portal.policy_url), ("support", desk.portal.support_url))
    return tuple((desk.phrases.links[key], line(url, 600)) for key, url in urls if url)


def _reasons(desk: _Desk, rejected: ReturnRejected) -> tuple[str, ...]:
    """Every refusal in plain words, each once, in the order rules found them."""
    items = {item.line_id: item for item in rejected.items}
    sentences = (
        _reason(desk, refusal, items.get(refusal.line_id or ""), rejected.settings_version)
        for refusal in rejected.refusals
    )
    return tuple(dict.fromkeys(sentences))


def _reason(desk: _Desk, refusal: Refusal, item: JudgedItem | None, settings_version: int) -> str:
    phrases = desk.phrases
    code = refusal.code if refusal.code in phrases.refused else "other"
    if code == Refused.WINDOW_CLOSED and settings_version == desk.portal.version:
        code = "window_closed_days"  # the days we know are those it was judged by
    sentence = desk.filled(phrases.refused[code], days=desk.portal.window_days)
    if item is None or not item.name:
        return sentence
    return phrases.refused_item.format(item=line(item.name, 100), sentence=sentence)
