"""Country names as posts read them: English, in capitals."""

from __future__ import annotations

_NAMES = {
    "AD": "Andorra",
    "AE": "United Arab Emirates",
    "AL": "Albania",
    "AT": "Austria",
    "AU": "Australia",
    "BA": "Bosnia and Herzegovina",
    "BD": "Bangladesh",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "BH": "Bahrain",
    "BR": "Brazil",
    "BY": "Belarus",
    "CA": "Canada",
    "CH": "Switzerland",
    "CN": "China",
    "CY": "Cyprus",
    "CZ": "Czech Republic",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "EG": "Egypt",
    "ES": "Spain",
    "FI": "Finland",
    "FO": "Faroe Islands",
    "FR": "France",
    "GB": "United Kingdom",
    "GI": "Gibraltar",
    "GR": "Greece",
    "HK": "Hong Kong",
    "HR": "Croatia",
    "HU": "Hungary",
    "ID": "Indonesia",
    "IE": "Ireland",
    "IL": "Israel",
    "IN": "India",
    "IS": "Iceland",
    "IT": "Italy",
    "JP": "Japan",
    "KH": "Cambodia",
    "KR": "South Korea",
    "LB": "Lebanon",
    "LI": "Liechtenstein",
    "LK": "Sri Lanka",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "MA": "Morocco",
    "MC": "Monaco",
    "MD": "Moldova",
    "ME": "Montenegro",
    "MK": "North Macedonia",
    "MM": "Myanmar",
    "MT": "Malta",
    "MX": "Mexico",
    "MY": "Malaysia",
    "NL": "Netherlands",
    "NO": "Norway",
    "NZ": "New Zealand",
    "PH": "Philippines",
    "PK": "Pakistan",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "RS": "Serbia",
    "SA": "Saudi Arabia",
    "SE": "Sweden",
    "SG": "Singapore",
    "SI": "Slovenia",
    "SK": "Slovakia",
    "SM": "San Marino",
    "TH": "Thailand",
    "TN": "Tunisia",
    "TR": "Turkey",
    "TW": "Taiwan",
    "UA": "Ukraine",
    "UK": "United Kingdom",
    "US": "United States",
    "VA": "Vatican City",
    "VN": "Vietnam",
    "XK": "Kosovo",
    "ZA": "South Africa",
}
_CODE_ON_ITS_OWN_LINE = frozenset({"UNITED KINGDOM", "IRELAND", "GREAT BRITAIN"})


def country_line(country: str) -> str:
    """The last line of an address: a known code as its name, anything else as it came."""
    text = country.strip()
    return _NAMES.get(text.upper(), text).upper()


def town_lines(postal_code: str, town: str, country: str) -> tuple[str, ...]:
    """Code before town on one line, or town and then code where the post wants it so."""
    if country_line(country) in _CODE_ON_ITS_OWN_LINE:
        return tuple(line for line in (town, postal_code) if line)
    return (f"{postal_code} {town}".strip(),)
