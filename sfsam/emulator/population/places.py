"""Where people work: twelve cities with their country, division, time zone and locale."""

from __future__ import annotations

PLACES: tuple[tuple[str, str, str, str, str], ...] = (
    ("Munich", "DE", "EMEA", "Europe/Berlin", "de_DE"),
    ("Paris", "FR", "EMEA", "Europe/Paris", "fr_FR"),
    ("Kraków", "PL", "EMEA", "Europe/Warsaw", "pl_PL"),
    ("London", "GB", "EMEA", "Europe/London", "en_GB"),
    ("Madrid", "ES", "EMEA", "Europe/Madrid", "es_ES"),
    ("Chicago", "US", "Americas", "America/Chicago", "en_US"),
    ("Austin", "US", "Americas", "America/Chicago", "en_US"),
    ("Toronto", "CA", "Americas", "America/Toronto", "en_CA"),
    ("São Paulo", "BR", "Americas", "America/Sao_Paulo", "pt_BR"),
    ("Tokyo", "JP", "APAC", "Asia/Tokyo", "ja_JP"),
    ("Pune", "IN", "APAC", "Asia/Kolkata", "en_IN"),
    ("Sydney", "AU", "APAC", "Australia/Sydney", "en_AU"),
)
"""City, country, division, time zone, locale."""


def place_macros() -> list[str]:
    """SQL macros that give each part by the place's position from 0."""
    names = ("city_of", "country_of_place", "division_of", "time_zone_of", "locale_of")
    return [
        f"CREATE OR REPLACE MACRO {name}(place) AS ({[place[i] for place in PLACES]!r})[place + 1]"
        for i, name in enumerate(names)
    ]
