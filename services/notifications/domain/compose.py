"""From what happened to the letter a customer gets. Pure: same arguments, same letter."""

from __future__ import annotations

from typing import Final

from contracts.labels import LabelDelayed, LabelPrinted
from contracts.rules import (
    RefundDue,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.words import LabelKind
from contracts.words import Letter as Kind
from services.notifications.domain.address import Address, address
from services.notifications.domain.desk import LONGEST_ITEM, Desk
from services.notifications.domain.display import line, person
from services.notifications.domain.enclosed import enclosed
from services.notifications.domain.handover import handing_over
from services.notifications.domain.happened import ForCustomer, letter_about
from services.notifications.domain.known import Customer, Erased, Portal
from services.notifications.domain.language import language_for
from services.notifications.domain.letter import Enclosure, Letter, Missing, Unsendable, Unwanted
from services.notifications.domain.page import Page, as_text, ink_on
from services.notifications.domain.payment import paid, paid_facts
from services.notifications.domain.phrases import Words
from services.notifications.domain.refusal import reasons_of
from services.notifications.domain.steps import carrier_name, steps_for

PLAIN_COLOUR: Final = "#24435c"
"""Of a merchant who named none."""
SAY_NO_LANGUAGE: Final = (ReturnCancelled, RefundDue, LabelDelayed)
"""What happened, and does not say in which language the return was asked for."""


def compose(
    happened: ForCustomer,
    customer: Customer | Erased | None,
    portal: Portal | None,
    words: Words,
    sender: Address,
    asked_in: str | None = None,
) -> Letter | Missing | Unsendable | Unwanted:
    """The letter about what happened, or why there is none yet or none ever.

    It comes from the portal's own address if that is one, else from `sender`. A shipment of another
    merchant is nobody we know: no letter ever carries one merchant's name to another's customer.
    `asked_in` is the language of the return's request, for what does not say so itself.

    Codes: `recipient_unknown`, `portal_unknown` (missing); `recipient_erased`, `recipient_unknown`,
    `email_invalid`, `document_unreadable` (unsendable).
    """
    kind = letter_about(happened)
    if kind is None:
        return Unwanted()
    if customer is None:
        return Missing("recipient_unknown")
    if isinstance(customer, Erased):
        return Unsendable("recipient_erased")
    if customer.portal_id != happened.portal_id:
        return Unsendable("recipient_unknown")
    if portal is None:
        return Missing("portal_unknown")
    asked = asked_in if isinstance(happened, SAY_NO_LANGUAGE) else happened.language
    language = language_for(asked, customer.language, customer.country, portal.languages)
    desk = Desk(words.phrases[language], customer, portal)
    return _letter(happened, kind, desk, words, sender)


def _letter(
    happened: ForCustomer, kind: Kind, desk: Desk, words: Words, sender: Address
) -> Letter | Unsendable:
    to = address(desk.customer.email)
    if to is None:
        return Unsendable("email_invalid")
    enclosures = enclosed(happened) if isinstance(happened, LabelPrinted) else ()
    if isinstance(happened, LabelPrinted) and not enclosures:
        return Unsendable("document_unreadable")
    shown = _picture(happened, enclosures)
    page = _page(desk, happened, kind, pictured=shown is not None)
    return Letter(
        about=happened.return_id,
        to=to,
        sender=address(desk.portal.sender_email or "") or sender,
        sender_name=desk.brand,
        language=desk.phrases.language,
        subject=desk.filled(desk.phrases.letters[kind].subject),
        text=as_text(page),
        html=words.html(page),
        enclosures=enclosures,
        shown=shown,
    )


def _picture(happened: ForCustomer, enclosures: tuple[Enclosure, ...]) -> Enclosure | None:
    """The code to be shown at the counter stands in the letter itself."""
    if not isinstance(happened, LabelPrinted) or happened.kind != LabelKind.QR_CODE:
        return None
    return next((one for one in enclosures if one.media_type == "image/png"), None)


def _page(desk: Desk, happened: ForCustomer, kind: Kind, *, pictured: bool) -> Page:
    phrases, portal = desk.phrases, desk.portal
    said = phrases.letters[kind]
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
        body=(*(desk.filled(paragraph) for paragraph in said.body), *_more(desk, happened)),
        points=_points(desk, happened),
        code_image=phrases.code_image.format(tracking_number=tracking) if pictured else None,
        steps_heading=phrases.steps_heading,
        steps=_steps(desk, printed) if printed else (),
        facts=(
            (phrases.facts["order"], desk.order_no),
            *_facts(desk, happened),
        ),
        after=(*_follow(desk, printed), *(desk.filled(paragraph) for paragraph in said.after)),
        links=_links(desk, printed),
        closing=phrases.closing,
        footer=desk.filled(phrases.footer),
    )


def _more(desk: Desk, happened: ForCustomer) -> tuple[str, ...]:
    """What the body says of this very return: what is paid, or what stays out of the parcel."""
    match happened:
        case ReturnApproved() | RefundDue():
            return (paid(desk, happened),)
        case LabelPrinted(kept=kept) if kept:
            items = ", ".join(line(item, LONGEST_ITEM) for item in kept)
            return (desk.phrases.keep.format(items=items),)
        case _:
            return ()


def _points(desk: Desk, happened: ForCustomer) -> tuple[str, ...]:
    match happened:
        case ReturnRejected():
            return reasons_of(desk, happened)
        case ReturnAwaitingApproval() | ReturnApproved():
            return tuple(desk.item(item) for item in happened.items)
        case _:
            return ()


def _steps(desk: Desk, printed: LabelPrinted) -> tuple[str, ...]:
    key = steps_for(printed.return_method, printed.kind, printed.carrier)
    date = desk.day(printed.send_back_by)
    carrier = carrier_name(printed.carrier) or ""
    return tuple(desk.filled(step, date=date, carrier=carrier) for step in desk.phrases.steps[key])


def _follow(desk: Desk, printed: LabelPrinted | None) -> tuple[str, ...]:
    moved = printed is not None and carrier_name(printed.carrier) is not None
    return (desk.phrases.follow,) if moved else ()


def _facts(desk: Desk, happened: ForCustomer) -> tuple[tuple[str, str], ...]:
    labels = desk.phrases.facts
    match happened:
        case LabelPrinted():
            carrier = carrier_name(happened.carrier)
            return (
                (labels["tracking"], happened.tracking_number),
                *(((labels["carrier"], carrier),) if carrier is not None else ()),
                (labels["send_back_by"], desk.day(happened.send_back_by)),
                *handing_over(desk, happened),
            )
        case ReturnAwaitingApproval():
            return ((labels["answer_by"], desk.day(happened.expires_at)),)
        case ReturnApproved() | RefundDue():
            return paid_facts(desk, happened)
        case _:
            return ()


def _links(desk: Desk, printed: LabelPrinted | None) -> tuple[tuple[str, str], ...]:
    urls = (
        ("screen", printed.link if printed else None),
        ("policy", desk.portal.policy_url),
        ("support", desk.portal.support_url),
    )
    return tuple((desk.phrases.links[key], line(url, 600)) for key, url in urls if url)
