"""Sendcloud as its OpenAPI files describe it: returns, documents, tracking, service points.

    POST  /api/v3/returns/announce-synchronously    POST  /api/v3/returns/validate
    GET   /api/v3/returns?from_date=…&to_date=…     GET   /api/v3/returns/{id}
    PATCH /api/v3/returns/{id}/cancel               GET   /api/v3/parcels/{id}/documents/{type}
    GET   /api/v3/parcels/tracking/{number}         GET   /api/v3/service-points?country_code=…
    POST  /_scan {tracking_number, code, at}        POST  /_announce {reference}

Under one `external_reference` it makes one return, and refuses the next. A shipping option that
ends in `later` is announced when `/_announce` says so, one that ends in `fails` never, and one that
begins with `unknown` is not offered. A customer whose secret key is `wrong`, and one without any,
is not known. `hook` makes what Sendcloud would post about a parcel.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus

from deploy.local.carrier.desk import Asked, Desk, Reply, Task, Work
from deploy.local.carrier.desks.sendcloud import paper, places, words
from deploy.local.carrier.desks.sendcloud.book import NAME, Book
from deploy.local.carrier.sales import Ledger

API = "/api/v3"
WRONG = "wrong"
Matched = Callable[[Asked, "re.Match[str]"], Task | Reply]


def desk(ledger: Ledger) -> Desk:
    """The desk of Sendcloud."""
    book = Book(ledger)
    routes: list[tuple[str, re.Pattern[str], Matched]] = [
        ("POST", re.compile("/returns/announce-synchronously"), partial(_announced, book)),
        ("POST", re.compile("/returns/validate"), _validated),
        ("GET", re.compile("/returns"), partial(_listed, book)),
        ("GET", re.compile(r"/returns/(\d+)"), partial(_shown, book)),
        ("PATCH", re.compile(r"/returns/(\d+)/cancel"), partial(_cancelled, book)),
        ("GET", re.compile(r"/parcels/(\d+)/documents/([a-z-]+)"), partial(_printed, book)),
        ("GET", re.compile(r"/parcels/tracking/([^/]+)"), partial(_tracked, book)),
        ("GET", re.compile("/service-points"), _located),
    ]

    def served(asked: Asked) -> Task | Reply:
        match asked.method, asked.path:
            case "POST", "/_scan":
                return Task("", "scan", partial(_scanned, book, asked))
            case "POST", "/_announce":
                return Task("", "scan", partial(_ready, book, asked))
        if not _is_known(asked):
            return _refused(HTTPStatus.UNAUTHORIZED, "authentication_failed", "Who are you?")
        path = asked.path.removeprefix(API) if asked.path.startswith(API) else ""
        for method, pattern, answer in routes:
            if method == asked.method and (found := pattern.fullmatch(path)):
                return answer(asked, found)
        return _refused(HTTPStatus.NOT_FOUND, "not_found", "No such place.")

    return served


def _announced(book: Book, asked: Asked, _: object) -> Task:
    wanted = asked.json()
    reference = wanted.get("external_reference", "") if isinstance(wanted, dict) else ""

    def work(*, forgetful: bool = False) -> Reply:
        wrong = words.wrong(wanted)
        if wrong:
            return _refused_at_once("invalid", "The return cannot be announced.")
        if book.has(reference) and not forgetful:
            said = "External reference has already been used in another return."
            return _refused_at_once("external_reference_used", said)
        return Reply(HTTPStatus.CREATED, book.make(wanted))

    return Task(reference, "order", work)


def _validated(asked: Asked, _: object) -> Task:
    wanted = asked.json()

    def work(*, forgetful: bool = False) -> Reply:  # noqa: ARG001
        if wrong := words.wrong(wanted):
            return Reply(HTTPStatus.BAD_REQUEST, {"errors": wrong})
        return Reply(HTTPStatus.OK, wanted | {"weight": wanted["weight"]["value"] / 1_000})

    return Task("", "question", work)


def _listed(book: Book, asked: Asked, _: object) -> Task:
    def work(*, forgetful: bool = False) -> Reply:  # noqa: ARG001
        return Reply(HTTPStatus.OK, book.page(asked.query))

    return Task("", "question", work)


def _shown(book: Book, _: Asked, found: re.Match[str]) -> Task | Reply:
    one = book.by_id(int(found[1]))
    if one is None:
        return _refused(HTTPStatus.NOT_FOUND, "not_found", "No such return.")
    return Task(
        one.reference, "question", _plainly(lambda: Reply(HTTPStatus.OK, words.of_return(one)))
    )


def _cancelled(book: Book, _: Asked, found: re.Match[str]) -> Task | Reply:
    one = book.by_id(int(found[1]))
    if one is None:
        return _refused(HTTPStatus.NOT_FOUND, "not_found", "No such return.")

    def taken_back() -> Reply:
        if book.cancel(one):
            said = {"message": "Cancellation requested successfully"}
            return Reply(HTTPStatus.ACCEPTED, said)
        objection = {"field": "returns", "code": 409, "message": "Return is not cancellable."}
        return Reply(HTTPStatus.CONFLICT, {"errors": [objection]})

    return Task(one.reference, "cancel", _plainly(taken_back))


def _printed(book: Book, asked: Asked, found: re.Match[str]) -> Task | Reply:
    one = book.by_parcel(int(found[1]))
    content = None if one is None else paper.printed(one, found[2], asked.headers.get("accept"))
    if one is None or content is None:
        return _refused(HTTPStatus.NOT_FOUND, "not_found", "No Parcel matches the given query.")
    file = Reply(HTTPStatus.OK, content.body, media_type=content.media_type)
    return Task(one.reference, "question", _plainly(lambda: file))


def _tracked(book: Book, _: Asked, found: re.Match[str]) -> Task | Reply:
    one = book.by_number(found[1])
    if one is None:
        return Reply(HTTPStatus.NOT_FOUND, {"detail": "Parcel does not exist"})
    return Task(
        one.reference, "track", _plainly(lambda: Reply(HTTPStatus.OK, words.of_parcel(one)))
    )


def _located(asked: Asked, _: object) -> Task | Reply:
    if not asked.query.get("country_code"):
        return _refused(HTTPStatus.BAD_REQUEST, "required", "Field required")
    if asked.query.get("carrier_code", "").startswith("unknown"):
        said = "Service points are not supported for the requested carriers."
        return _refused(HTTPStatus.BAD_REQUEST, "validation_error", said)
    return Task("", "points", _plainly(lambda: Reply(HTTPStatus.OK, places.near(asked.query))))


def _scanned(book: Book, asked: Asked, *, forgetful: bool = False) -> Reply:  # noqa: ARG001
    said = asked.json() or {}
    one = book.by_number(str(said.get("tracking_number")))
    if one is None:
        return _refused(HTTPStatus.NOT_FOUND, "not_found", "No such parcel.")
    one.scans.append((str(said["code"]), datetime.fromisoformat(said["at"])))
    return Reply(HTTPStatus.OK, {"tracking_number": one.tracking_number})


def _ready(book: Book, asked: Asked, *, forgetful: bool = False) -> Reply:  # noqa: ARG001
    said = asked.json() or {}
    if not book.announce(str(said.get("reference"))):
        return _refused(HTTPStatus.NOT_FOUND, "not_found", "Nothing waits to be announced.")
    return Reply(HTTPStatus.OK, {"reference": said["reference"]})


def _is_known(asked: Asked) -> bool:
    kind, _, said = asked.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return False
    public, _, secret = b64decode(said).decode().partition(":")
    return bool(public and secret) and secret != WRONG


def _plainly(work: Callable[[], Reply]) -> Work:
    """Work that a forgetful carrier does like any other."""

    def done(*, forgetful: bool = False) -> Reply:  # noqa: ARG001
        return work()

    return done


def _refused(status: HTTPStatus, code: str, detail: str) -> Reply:
    objection = {"status": str(status.value), "code": code, "detail": detail}
    return Reply(status, {"errors": [objection]})


def _refused_at_once(code: str, message: str) -> Reply:
    """How orders are refused, and nothing else."""
    error = {"code": code, "request": "api/v3/returns/announce-synchronously", "message": message}
    return Reply(HTTPStatus.BAD_REQUEST, {"error": error})


__all__ = ["API", "NAME", "desk"]
