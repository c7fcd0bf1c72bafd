"""Postal addresses: street and number, UK postcodes, and others where they are named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, has_context, matches

_KINDS = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|place|pl|square|sq|terrace|way|crescent|cres|"
    r"gardens|gdns|grove|hill|park|row|mews|walk|boulevard|blvd|highway|parade|quay|wharf|strasse|straße|allee|"
    r"platz|rue|via|calle"
)
_STREET = re.compile(
    r"(?<![\w.,£$€])(?P<value>(?:(?:flat|apartment|apt|unit|suite|floor)\s?\w{1,5},?\s)?\d{1,5}[A-Za-z]?,?\s"
    rf"(?:[A-Za-z][A-Za-z'.-]{{1,30}}\s){{1,4}}(?:{_KINDS})\b\.?)",
    re.IGNORECASE,
)
_NO_STREET = re.compile(
    r"\b(?:a|an|the|my|your|this|that|it|is|are|was|were|to|in|on|of|for|and|or|but|by|at|i|you|took|its|her|his|pounds?|euros?"
    r"|dollars?|quid|days?|weeks?|months?|hours?|minutes?|times?|payments?|transactions?|cards?|pm|am)\b",
    re.IGNORECASE,
)
_CONTINENTAL = re.compile(
    r"\b(?P<value>(?:[A-Z][a-z]{2,25}(?:strasse|straße|str\.|weg|platz|allee|gasse|straat|laan)"
    r"|(?:rue|avenue|calle|via|plaza|ulica|ul\.)\s(?:[A-Za-z'.-]{2,25}\s){1,4}?)\s?\d{1,4}[a-z]?)\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"\b(?P<value>(?:GIR\s{0,2}0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|"
    r"[A-HK-Y][0-9][ABEHMNPRVWXY])[\s.-]{0,3}[0-9][ABD-HJLNP-UW-Z]{2}))\b",
    re.IGNORECASE,
)
_ZIP = re.compile(r"(?<![\d-])(?P<value>\d{5}(?:-\d{4})?)(?![\d-])")
_ZIP_CONTEXT = re.compile(r"\b(?:zip|post ?code|postal|plz|address|live (?:at|in)|moved to)\b", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:my (?:new |home |billing |delivery |postal )?address (?:is|to|:)|i (?:now )?live at|moved to"
    r"|deliver(?:ed)? to)\s(?P<value>(?=[^\n.!?]{0,80}\d)[^\n.!?]{4,100})",
    re.IGNORECASE,
)


class AddressRecogniser(Recogniser):
    """A street with its number, a postcode, or whatever is introduced as the address and has a number in it."""

    entities = ("ADDRESS", "POSTCODE")

    def find(self, text: str) -> Iterator[Finding]:
        for finding in matches(_STREET, text, "ADDRESS", 0.8):
            if not _NO_STREET.search(text, finding.start, finding.end):
                yield finding
        yield from matches(_CONTINENTAL, text, "ADDRESS", 0.8)
        yield from matches(_NAMED, text, "ADDRESS", 0.75)
        yield from matches(_POSTCODE, text, "POSTCODE", 0.8)
        for match in _ZIP.finditer(text):
            if has_context(_ZIP_CONTEXT, text, *match.span("value"), reach=30):
                yield Finding("POSTCODE", *match.span("value"), 0.7)
