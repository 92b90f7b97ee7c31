"""What the demo prints: the tally beside the independent count, some stories, the top reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime

from rich.console import Console
from rich.table import Table

from contracts.labels import ServicePointsProposed
from contracts.notifications import MerchantAlerted
from contracts.rules import (
    PortalOpened,
    RefundDue,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.words import LabelKind
from deploy.demo.expected import Tally
from deploy.demo.frontend import Frontend, Heard
from deploy.demo.maison import STRICTER
from deploy.demo.play import Played
from deploy.demo.run import Shown
from deploy.demo.sample import AskedReturn
from deploy.demo.trials import Trials
from deploy.local.runs import ROOT
from deploy.local.stack import Stack
from deploy.local.surroundings import CAPABILITIES


def differences(expected: Tally, seen: Tally) -> list[str]:
    """Every count in which the running system and the independent count differ, as sentences."""
    return [
        f"{name}: expected {wanted}, seen {got}"
        for name, wanted, got in _rows(expected, seen)
        if wanted != got
    ]


def show_tally(console: Console, expected: Tally, seen: Tally) -> None:
    """Both counts, side by side."""
    table = Table(title="Tally", caption="expected: counted from the sample alone")
    table.add_column("")
    table.add_column("seen", justify="right")
    table.add_column("expected", justify="right")
    for name, wanted, got in _rows(expected, seen):
        if not name.startswith("reason "):
            style = None if wanted == got else "bold red"
            table.add_row(name, str(got), str(wanted), style=style)
    console.print(table)


def show_gate(console: Console, played: Played) -> None:
    """Which portals went live, and what keeps the others closed."""
    for portal_id, verdict in played.gate.items():
        if isinstance(verdict, PortalOpened):
            warnings = ", ".join(finding.code for finding in verdict.warnings)
            console.print(
                f"portal {portal_id}: open{f' (warning: {warnings})' if warnings else ''}"
            )
        else:
            codes = ", ".join(finding.code for finding in verdict.findings)
            console.print(f"portal {portal_id}: closed, {codes}")


def show_stories(console: Console, shown: Shown, tried: Trials) -> None:
    """A return with a label, one with a QR code, one that was refused, and some by rules."""
    frontend, played, kept = shown.frontend, shown.played, shown.kept
    by_id = {one.return_id: one for one in shown.by_rules}
    by_rules = [(title.capitalize(), by_id[return_id]) for title, return_id in tried.asked_about]
    for title, one in (*_chosen(frontend, shown.asked), *by_rules[1:4]):
        order = one.order
        console.print(
            f"\n[bold]{title}[/bold]  order {order.order_no}, {order.country},"
            f" {len(one.items)} item(s), really returned on {one.returned_at:%d %B %Y}"
        )
        begun = frontend.told_at[played.lookups[one.return_id]]
        for heard in _story(frontend, one, played):
            console.print(f"  {_since(begun, heard.at)}  {_sentence(heard)}")
        for path in (*kept.documents.get(one.return_id, ()), *kept.letters.get(one.return_id, ())):
            console.print(f"            {path}")


def show_how_to_ask(console: Console, stack: Stack, tried: Trials) -> None:
    """Commands that find something, as long as the system runs."""
    console.print("\nThe system runs on until Ctrl-C. Elsewhere:")
    console.print(
        f"  export RETOUR_KAFKA={stack.kafka} RETOUR_MONGO='{stack.mongo}'", soft_wrap=True
    )
    console.print(f"  export RETOUR_CAPABILITIES_FILE={CAPABILITIES.relative_to(ROOT)}")
    console.print("  retour returns waiting")
    for title, return_id in tried.asked_about:
        console.print(f"  retour explain {return_id}   # {title}")
    console.print(f"  retour rules dry-run --settings {STRICTER.relative_to(ROOT)} --from 1d")


def show_carriers(console: Console, shown: Shown) -> None:
    """A label by each carrier's adapter, where it can be handed over, and one parcel's arrival."""
    console.print("\n[bold]By carrier[/bold]  each against the simulator's desk for it")
    for ran in shown.ran:
        errand = ran.errand
        gives = ", ".join(one.kind for one in ran.printed.documents)
        route = f"{errand.home.country} to {errand.to[-1]}"
        number = ran.issued.tracking_number
        console.print(f"  {errand.carrier}, {route}, {errand.method}: {gives} {number}")
        console.print(f"            {_where(ran.proposed)}")
        if ran.refund is not None:
            money = f"{ran.refund.amount.minor / 100:.2f} {ran.refund.amount.currency}"
            console.print(f"            {ran.refund.because}: refund of {money} due")


def _where(near: ServicePointsProposed) -> str:
    """Where a parcel can be handed over, or when somebody comes for it."""
    if near.collect_on:
        return (
            f"somebody comes on {near.collect_on[0]:%d %B}, or on {len(near.collect_on) - 1} others"
        )
    if not near.points:
        return f"no point: {near.why_not}"
    first, about = near.points[0], "about " if near.approximate else ""
    more = len(near.points) - 1
    return f"nearest: {first.name}, {first.town}, {about}{first.distance_metres} m; {more} others"


def show_reasons(console: Console, played: Played, most: int = 5) -> None:
    """Why things come back, by portal."""
    table = Table(title="Top reasons")
    for column in ("portal", "reason", "lines", "units"):
        table.add_column(column, justify="right" if column in ("lines", "units") else "left")
    for portal_id, found in played.top.items():
        for ranked in found.reasons[:most]:
            table.add_row(portal_id, ranked.reason, str(ranked.lines), str(ranked.units))
        table.add_section()
    console.print(table)


_KINDS = {
    "refusals": "refused:",
    "reasons": "reason",
    "refunds": "refund due:",
    "rules": "rule",
}


def _rows(expected: Tally, seen: Tally) -> Iterator[tuple[str, int, int]]:
    for field in fields(Tally):
        wanted, got = getattr(expected, field.name), getattr(seen, field.name)
        name = field.name.replace("_", " ")
        if isinstance(wanted, int):
            yield name, wanted, got
            continue
        kind = _KINDS[field.name]
        for code in sorted(wanted.keys() | got.keys()):
            yield f"{kind} {code}", wanted[code], got[code]


def _chosen(frontend: Frontend, asked: Sequence[AskedReturn]) -> Iterator[tuple[str, AskedReturn]]:
    by_id = {one.return_id: one for one in asked}
    issued = [
        (one, heard.message.kind)
        for one in asked
        for heard in frontend.heard[one.return_id]
        if heard.topic.name == "returns.label-issued.v1"
    ]
    alerted = {alert.return_id for alert in frontend.every(MerchantAlerted)}
    for kind, title in ((LabelKind.LABEL, "A label"), (LabelKind.QR_CODE, "A QR code")):
        found = [one for one, theirs in issued if theirs == kind]
        found.sort(key=lambda one: one.return_id not in alerted)
        yield from ((title, one) for one in found[:1])
    refused = [
        by_id[m.return_id]
        for m in frontend.every(ReturnRejected)
        if len(m.refusals) > 1 and m.return_id in by_id
    ]
    yield from (("A refusal", one) for one in refused[:1])


def _story(frontend: Frontend, one: AskedReturn, played: Played) -> list[Heard]:
    heard = [*frontend.heard[played.lookups[one.return_id]], *frontend.heard[one.return_id]]
    return sorted({h.envelope.id: h for h in heard}.values(), key=lambda h: h.at)


def _since(begun: datetime, at: datetime) -> str:
    return f"+{max((at - begun).total_seconds(), 0.0) * 1000:6.0f} ms"


def _sentence(heard: Heard) -> str:
    """The message in a few words."""
    message, name = heard.message, heard.topic.name.removeprefix("returns.").removesuffix(".v1")
    if isinstance(message, ReturnApproved):
        money = f"{message.value.minor / 100:.2f} {message.value.currency}"
        return f"{name}: {message.return_method}, {message.refund_method} of {money}"
    if isinstance(message, ReturnRejected):
        return f"{name}: {', '.join(refusal.code for refusal in message.refusals)}"
    if isinstance(message, ReturnAwaitingApproval):
        return f"{name}: by rule {', '.join(message.rules)}"
    if isinstance(message, RefundDue):
        money = f"{message.amount.minor / 100:.2f} {message.amount.currency}"
        return f"{name}: {money}, {message.because}"
    for word in ("letter", "occasion", "tracking_number", "phase"):
        if hasattr(message, word):
            return f"{name}: {getattr(message, word)}"
    return name
