"""Which language a letter is written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SPOKEN: Final = ("en", "fr", "de", "nl", "es", "it")
"""ISO 639-1."""

_DE, _EN, _ES, _FR, _IT, _NL = ("de",), ("en",), ("es",), ("fr",), ("it",), ("nl",)
_BY_COUNTRY: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("DE", "AT", "LI"), _DE),
    **dict.fromkeys(("GB", "IE", "US", "CA", "AU", "NZ", "MT"), _EN),
    **dict.fromkeys(("ES", "MX", "AR", "CL", "CO", "PE", "UY", "EC"), _ES),
    **dict.fromkeys(("FR", "MC", "RE", "GP", "MQ", "GF"), _FR),
    **dict.fromkeys(("IT", "SM", "VA"), _IT),
    **dict.fromkeys(("NL", "SR"), _NL),
    "BE": ("nl", "fr", "de"),
    "CH": ("de", "fr", "it"),
    "LU": ("fr", "de"),
}
"""By ISO 3166-1 alpha-2, the language of most people first. Only languages we speak."""


def language_for(
    asked: str | None, customer: str | None, country: str | None, offered: Sequence[str]
) -> str:
    """One of `SPOKEN`.

    In this order: the language the return was asked for in, if the portal offers it; the customer's
    own; the country's, in a country of several the first that the portal offers; the portal's
    first; English. A language we do not speak counts as not given.
    """
    ours = [language for language in offered if language in SPOKEN]
    of_country = _BY_COUNTRY.get(country or "", ())
    candidates = (
        asked if asked in ours else None,
        customer,
        next((language for language in of_country if language in ours), None),
        *of_country,
        *ours,
    )
    return next((language for language in candidates if language in SPOKEN), "en")
