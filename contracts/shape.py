"""What every message is made of: strict when written, tolerant when read, marked where personal."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

PERSONAL = "x-personal"
"""Key in the JSON Schema of a field that is about a person."""

_PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

_WIDEST = 2**53  # I-JSON (RFC 7493), section 2.2


def _storable(number: int) -> int:
    if number > _WIDEST:
        raise PydanticCustomError("range", "more than 2^53")
    return number


Text = Annotated[str, StringConstraints(max_length=200, pattern=_PRINTABLE)]
"""What a person may read: at most 200 characters; of ASCII's controls only tab and line breaks."""

_PersonalText = Annotated[
    str,
    StringConstraints(max_length=200, pattern=_PRINTABLE),
    Field(json_schema_extra={PERSONAL: True}),
]
Personal = Annotated[_PersonalText, Field(repr=False)]
"""Text about a person: left out of reprs and found by its mark when data must be erased."""

_Typed = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=_PRINTABLE),
    Field(json_schema_extra={PERSONAL: True}),
]
FreeText = Annotated[_Typed | None, Field(repr=False)]
"""What a customer typed, at most 2,000 characters, or nothing. Personal, whatever it says."""

MaybePersonal = Annotated[_PersonalText | None, Field(repr=False)]
"""Personal text, or nothing."""

Base64 = Annotated[
    str,
    StringConstraints(max_length=700_000, pattern=r"^[A-Za-z0-9+/]*={0,2}$"),
    Field(repr=False, json_schema_extra={PERSONAL: True}),
]
"""A document's bytes in RFC 4648 base64. Personal: a label carries a name and an address."""

_Degrees = Annotated[float, Field(json_schema_extra={PERSONAL: True})]
Latitude = Annotated[Annotated[_Degrees, Field(ge=-90, le=90)] | None, Field(repr=False)]
"""Of a person's home, in degrees north, or nothing. Personal."""
Longitude = Annotated[Annotated[_Degrees, Field(ge=-180, le=180)] | None, Field(repr=False)]
"""Of a person's home, in degrees east, or nothing. Personal."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
"""A name somebody else gave: a portal, a shipment, an order line. At most 64 characters."""

RandomId = Annotated[str, StringConstraints(pattern=_UUID)]
"""A UUID in lower case (RFC 9562), drawn at random where a lookup, return or query is born."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A word of an open list: readers must expect words they do not know."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""ISO 639-1."""

Units = Annotated[int, Field(ge=1, le=100_000)]
"""How many pieces: at least one."""

Count = Annotated[int, Field(ge=0), AfterValidator(_storable)]
"""How many, none perhaps, and never more than every database and language can hold."""

Version = Annotated[int, Field(ge=1, le=_WIDEST)]
"""Counts up with every change its owner makes; a lower one is older."""

RFC_3339 = re.compile(
    r"(?:19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def _only_rfc_3339(given: object) -> object:
    """A contract does not read seconds since 1970, as a number or in a string; pydantic would."""
    if isinstance(given, datetime) or (isinstance(given, str) and RFC_3339.fullmatch(given)):
        return given
    raise ValueError("not RFC 3339 with a zone")


# Behind a function pydantic takes the text of JSON for a Python string, hence not strict.
Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_only_rfc_3339)]
"""RFC 3339 with a zone, between 1900 and 2199: what every database can hold."""


def _only_iso_8601(given: object) -> object:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if isinstance(given, str) and DAY.fullmatch(given):
        return given
    raise ValueError("not a day as 2026-03-31")


DAY = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d", re.ASCII)
Day = Annotated[date, Field(strict=False), BeforeValidator(_only_iso_8601)]
"""A day of the calendar (RFC 3339, full-date), between 1900 and 2199."""


class Shape(BaseModel):
    """Base of everything on the wire. Nobody ever subscribes to a `Shape`.

    A writer that names a field the contract does not know fails at once; `read` ignores such
    fields, because they may come from a younger writer.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The message in `body` (JSON, UTF-8), fields from the future left out.

        Raises:
            pydantic.ValidationError: the bytes are not JSON or not this message. Says which field,
                never what was in it.
        """
        return cls.model_validate_json(body, extra="ignore")

    def body(self) -> bytes:
        """The message as it goes on the wire: JSON, UTF-8, absent fields left out."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


class Money(Shape):
    """An amount in minor units (cents, pence) of one currency (ISO 4217). Never a float."""

    minor: Annotated[int, Field(ge=-(10**15), le=10**15)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


def _not_below_nothing(amount: Money) -> Money:
    if amount.minor < 0:
        raise PydanticCustomError("negative", "less than nothing")
    return amount


NotNegative = Annotated[
    Money,
    AfterValidator(_not_below_nothing),
    Field(json_schema_extra={"properties": {"minor": {"minimum": 0}}}),
]
"""Money that cannot be less than nothing."""


class Address(Shape):
    """A place of business: where a merchant receives what comes back."""

    address_id: Name
    company: Text
    street: Text
    house_number: Text = ""
    postal_code: Text
    town: Text
    country: Country


class Home(Shape):
    """Where a customer lives, or had the parcel delivered."""

    street: Personal
    house_number: Personal = ""
    addition: Personal = ""
    postal_code: Personal
    town: Personal
    country: Country
    latitude: Latitude = None
    longitude: Longitude = None
    """Where that is on earth (WGS 84), if the shop knows: points near it are then found exactly."""
