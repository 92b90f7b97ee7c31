"""The people of the sample: made up, one per real customer number, at home in the real country."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.demo.dice import one_of, thrown

PLACES: Final = Path(__file__).parent / "sample" / "places.csv"

_LANGUAGES: Final = {
    "AT": "de", "BE": "nl", "CH": "de", "DE": "de", "ES": "es", "FR": "fr", "IT": "it", "NL": "nl",
}  # fmt: skip
"""The language a customer reads best; everybody else of the sample is written to in English."""

_FIRST: Final = {
    "de": "Jürgen Anke Björn Käthe Matthias Ingrid Götz Sabine",
    "en": "Zoë Oliver Siobhán Harriet George Niamh Callum Imogen",
    "es": "Íñigo Lucía José María Begoña Joaquín Nuria Andrés",
    "fr": "François Chloé Benoît Hélène Jérôme Anaïs Gaëlle Luc",
    "it": "Niccolò Chiara Matteo Giulia Alessandro Francesca Mosè Elena",
    "nl": "Daniël Femke Joost Noëlle Bram Marieke Koen Loïs",
    "nordic": "Søren Åsa Bjørn Astrid Jørgen Linnéa Väinö Päivi",
    "pl": "Łukasz Agnieszka Michał Małgorzata Paweł Żaneta Wojciech Zofia",
    "pt": "João Inês Gonçalo Conceição Rui Beatriz Simão Mafalda",
}
_LAST: Final = {
    "de": "Müller Schröder Weiß Fischer Krüger Böhm Lindner Vogt",
    "en": "Smith O'Brien Fletcher Byrne Whittaker Murphy Ashworth Doyle",
    "es": "García Núñez Ibáñez López Muñoz Ortega Peña Vidal",
    "fr": "Lefèvre Girard Beauchêne Moreau Dupré Léger Marchand Noël",
    "it": "Rossi Bianchi Lo-Presti Ferrari D'Angelo Conti Greco Marini",
    "nl": "Jansen Visser De-Groot Bakker Van-Dijk Smit Mulder Claes",
    "nordic": "Sørensen Åkesson Lindström Nygård Virtanen Mäkinen Hagen Dahl",
    "pl": "Kowalski Wiśniewski Wójcik Zieliński Dąbrowski Król Nowak Piątek",
    "pt": "Silva Gonçalves Araújo Magalhães Pereira Simões Sá Brandão",
}
_STREETS: Final = {
    "de": "Gartenstraße,Am Mühlbach,Lindenweg,Bahnhofstraße,Schulgasse",
    "en": "Station Road,Mill Lane,Church Street,St John's Terrace,Orchard Close",
    "es": "Calle Mayor,Avenida de la Constitución,Calle del Olmo,Paseo de la Peña,Calle Nueva",
    "fr": "Rue de l'Église,Avenue des Tilleuls,Rue du Moulin,Allée des Chênes,Rue Haute",
    "it": "Via Roma,Via Giuseppe Verdi,Corso Garibaldi,Via della Libertà,Vicolo Stretto",
    "nl": "Dorpsstraat,Kerkweg,Molenlaan,'t Hofje,Schoolstraat",
    "nordic": "Storgata,Kirkegade,Björkvägen,Skolgatan,Strandvej",
    "pl": "ul. Lipowa,ul. Słoneczna,ul. Szkolna,ul. Źródlana,ul. Polna",
    "pt": "Rua da Conceição,Rua Direita,Travessa do Poço,Avenida da República,Rua Nova",
}
_TONGUES: Final = {
    "BE": "nl", "CH": "de", "AT": "de", "DE": "de", "ES": "es", "FR": "fr", "GB": "en", "IE": "en",
    "IT": "it", "NL": "nl", "DK": "nordic", "FI": "nordic", "NO": "nordic", "SE": "nordic",
    "PL": "pl", "PT": "pt",
}  # fmt: skip

_SECOND_HALVES: Final = {
    "GB": (" ", "0123456789", "ABDEFGHJLNPQRSTUWXYZ", "ABDEFGHJLNPQRSTUWXYZ"),
    "IE": (" ", *("0123456789ACDEFHKNPRTVWXY",) * 4),
    "NL": (" ", "ABCDEGHJKLMNPRTVWXZ", "ABCDEGHJKLMNPRTVWXZ"),
}
"""Where the places hold only a code's first half: signs allowed in each place of the second."""

_UNFOLDED: Final = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "æ": "ae"})


@dataclass(frozen=True)
class Recipient:
    """Who the parcel went to. Every word of it is made up; the town is a real one."""

    name: str
    email: str
    language: str
    street: str
    house_number: str
    postal_code: str
    town: str
    country: str


def recipient(customer_no: str, country: str) -> Recipient:
    """The person behind a customer number: the same one in each of their orders.

    Raises:
        KeyError: the sample has no places in `country` (ISO 3166-1 alpha-2).
    """
    tongue = _TONGUES[country]
    first = one_of(_FIRST[tongue].split(), "first", customer_no)
    last = one_of(_LAST[tongue].split(), "last", customer_no).replace("-", " ")
    code, town = one_of(_places()[country], "place", customer_no)
    return Recipient(
        name=f"{first} {last}",
        email=f"{_folded(first)}.{_folded(last)}.{customer_no}@example.com",
        language=_LANGUAGES.get(country, "en"),
        street=one_of(_STREETS[tongue].split(","), "street", customer_no),
        house_number=str(1 + thrown("house", customer_no) % 140),
        postal_code=code + _second_half(country, customer_no),
        town=town,
        country=country,
    )


@functools.cache
def _places() -> dict[str, list[tuple[str, str]]]:
    places: dict[str, list[tuple[str, str]]] = {}
    with PLACES.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            places.setdefault(row["country"], []).append((row["code"], row["town"]))
    return places


def _second_half(country: str, customer_no: str) -> str:
    return "".join(
        one_of(signs, "code", str(place), customer_no)
        for place, signs in enumerate(_SECOND_HALVES.get(country, ()))
    )


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UNFOLDED))
    return re.sub("[^a-z]", "", plain)
