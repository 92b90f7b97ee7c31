"""One of several, told apart by `kind`: closed for who writes, open for who reads.

A reader that meets a kind it does not know keeps a stranger with that name. Schemas say so with a
mark, so that a list of kinds may grow: `contracts/compatibility.py` looks for it.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final

from pydantic import AfterValidator, ConfigDict, Discriminator
from pydantic_core import PydanticCustomError

from contracts.shape import Shape

STRANGER: Final = "x-stranger"
"""Key in the JSON Schema of an alternative that only readers know: nobody may write it."""


def _kind_is_required(schema: dict[str, Any]) -> None:
    schema["properties"]["kind"].pop("default", None)
    schema["required"] = ["kind", *(name for name in schema.get("required", ()) if name != "kind")]


class Kinded(Shape):
    """One of several: its `kind` is always said."""

    model_config = ConfigDict(json_schema_extra=_kind_is_required)


class Stranger(Shape):
    """One of several that this reader does not know: of what it says, only its `kind` is kept.

    A misspelt kind in a file is a stranger too, whatever else is said of it.
    """

    model_config = ConfigDict(extra="ignore", json_schema_extra={STRANGER: True})


def kinds_of(models: tuple[type[Kinded], ...]) -> frozenset[str]:
    """The word each of these goes by."""
    return frozenset(str(model.model_fields["kind"].default) for model in models)


def told_apart(kinds: AbstractSet[str]) -> Discriminator:
    """By its `kind`, if it is one of these; whatever else is given is tagged `unknown`."""

    def tag(given: Any) -> str:
        kind = given.get("kind") if isinstance(given, dict) else getattr(given, "kind", None)
        return kind if isinstance(kind, str) and kind in kinds else "unknown"

    return Discriminator(tag)


def none_of(kinds: AbstractSet[str]) -> AfterValidator:
    """No stranger goes by a name that is known: what it says would be read as something else."""

    def check(kind: str) -> str:
        if kind in kinds:
            raise PydanticCustomError("known_kind", "a kind that is known")
        return kind

    return AfterValidator(check)
