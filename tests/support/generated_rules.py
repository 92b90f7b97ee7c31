"""Rules as hypothesis makes them up: any that the models allow, strangers among them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from contracts.actions import Actions
from contracts.conditions import Between, Conditions
from contracts.rulebook import (
    ACTION_KINDS,
    CONDITION_KINDS,
    DEEPEST,
    All,
    Any_,
    Not,
    Rule,
    UnknownAction,
    UnknownCondition,
)
from contracts.shape import Money, Shape

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), max_size=40
)  # controls and half characters never come this far
CODES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
COUNTRIES = st.from_regex(r"[A-Z]{2}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,30}", fullmatch=True)
MONEY = st.builds(
    Money,
    minor=st.integers(-(10**15), 10**15),
    currency=st.from_regex(r"[A-Z]{3}", fullmatch=True),
)
PARTS = {
    "any_of": st.lists(TEXTS, min_size=1, max_size=4).map(tuple),
    "only": st.lists(CODES, min_size=1, max_size=4).map(tuple),
    "days": st.integers(0, 3650),
    "price": MONEY,
    "free_above": st.none() | MONEY,
}
"""What stands in a field of that name, where its kind does not say otherwise."""
WORDED = {
    "parcel_from": COUNTRIES,
    "parcel_to": COUNTRIES,
    **dict.fromkeys(
        ("parcel_carrier", "request_reason", "request_refund_method", "request_return_method"),
        CODES,
    ),
}
"""Kinds whose `any_of` are not just any texts."""
BOUNDS = {"item_price": MONEY, "parcel_value": MONEY}


def bounds(model: type[Between]) -> st.SearchStrategy[dict[str, Any]]:
    """One end or both."""
    kind = model.model_fields["kind"].default
    end = BOUNDS.get(kind, st.integers(1, 1000))
    return st.fixed_dictionaries({}, optional={"at_least": end, "at_most": end}).filter(bool)


def built(model: type[Shape]) -> st.SearchStrategy[Shape]:
    """Any value of a condition or action that holds no other."""
    if issubclass(model, Between):
        return bounds(model).map(lambda ends: model(**ends))
    fields = model.model_fields.keys() - {"kind"}
    parts = {name: PARTS[name] for name in fields}
    words = WORDED.get(model.model_fields["kind"].default)
    if words is not None:
        parts["any_of"] = st.lists(words, min_size=1, max_size=4).map(tuple)
    return st.fixed_dictionaries(parts).map(lambda given: model(**given))


LEAVES = st.one_of(
    *(built(model) for model in Conditions if model not in (All, Any_, Not)),
    CODES.filter(lambda kind: kind not in CONDITION_KINDS).map(
        lambda kind: UnknownCondition(kind=kind)
    ),
)
ACTIONS = st.one_of(
    *(built(model) for model in Actions),
    CODES.filter(lambda kind: kind not in ACTION_KINDS).map(lambda kind: UnknownAction(kind=kind)),
)


def conditions(depth: int) -> st.SearchStrategy[Any]:
    """Conditions that nest at most so deep."""
    if depth == 1:
        return LEAVES
    several = st.lists(st.deferred(lambda: conditions(depth - 1)), min_size=1, max_size=3).map(
        tuple
    )
    return st.one_of(
        LEAVES,
        several.map(lambda of: All(of=of)),
        several.map(lambda of: Any_(of=of)),
        st.deferred(lambda: conditions(depth - 1)).map(lambda of: Not(of=of)),
    )


RULES = st.builds(
    Rule,
    rule_id=NAMES,
    note=st.none() | TEXTS,
    when=st.none() | conditions(DEEPEST),
    then=st.lists(ACTIONS, min_size=1, max_size=10).map(tuple),
)
