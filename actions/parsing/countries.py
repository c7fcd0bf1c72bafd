"""The country a sentence names, by its English name or a name people use for it."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale

from actions.parsing.text import normalise

_ALSO = {
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "usa": "US", "u.s.": "US", "u.s.a.": "US", "the states": "US",
    "america": "US", "the us": "US", "holland": "NL", "the netherlands": "NL", "republic of ireland": "IE",
    "czech republic": "CZ", "emirates": "AE", "uae": "AE", "dubai": "AE", "turkey": "TR", "hong kong": "HK",
    "macau": "MO", "burma": "MM", "ivory coast": "CI", "korea": "KR", "bosnia": "BA",
}  # fmt: skip


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    territories = Locale("en").territories
    names = {normalise(name).casefold(): code for code, name in territories.items() if re.fullmatch("[A-Z]{2}", code)}
    return {**names, **_ALSO}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_names(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.I)


def find_country(text: str) -> str | None:
    """The ISO 3166 code of the first country that `text` names; None without one.

    >>> find_country("do you post cards to the United Arab Emirates?")
    'AE'
    """
    match = _pattern().search(normalise(text))
    return _names()[match.group().casefold()] if match else None


def country_name(code: str) -> str:
    """The English name of an ISO code; the code itself where nobody has named it."""
    return str(Locale("en").territories.get(code, code))
