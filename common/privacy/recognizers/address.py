"""Postal addresses: streets with a number in many countries' order, postcodes, what is named as an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, has_context, matches

_AFTER_NUMBER = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|place|pl|square|sq|terrace|ter|way|crescent|cres|"
    r"gardens|gdns|grove|hill|park|row|mews|walk|boulevard|blvd|highway|hwy|parkway|pkwy|parade|quay|wharf|circle|cir|"
    r"trail|trl|loop|alley|plaza|rise|view|green|yard|vale|heights|bank|embankment|circus|esplanade|promenade|"
    r"strasse|straße|allee|platz"
)
_UNIT = r"(?:(?:flat|apartment|apt|unit|suite|ste|floor|room|no|number|house)\.?\s?\w{1,5},?\s)"
_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_STREET = re.compile(
    rf"(?<![\w.,£$€])(?P<value>{_UNIT}?\d{{1,5}}[A-Za-z]?,?\s(?:{_WORD}\s){{1,4}}?(?:{_AFTER_NUMBER})\b\.?"
    r"(?:,?\s(?:flat|apartment|apt|unit|suite|ste)\.?\s?\w{1,5})?)",
    re.IGNORECASE,
)
_NO_STREET = re.compile(
    r"\b(?:a|an|my|your|this|that|it|is|are|was|were|to|in|on|of|for|and|or|but|by|at|i|you|took|its|her|his|pounds?"
    r"|euros?|dollars?|quid|days?|weeks?|months?|hours?|minutes?|times?|payments?|transactions?|cards?|pm|am|from|with"
    r"|can|my|per|pending|please|more|new)\b",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"\b(?P<value>(?:[^\W\d_]+[\s-]){0,2}[^\W\d_]{2,25}"
    r"(?:stra(?:ss|ß)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|gracht|kade|plein|dijk|singel|gatan?|vägen|"
    r"vagen|gade|vej|veien|katu|tie)\s?\d{1,4}\s?(?:[a-z]\b)?(?:[-/]\d{1,4})?)",
    re.IGNORECASE,
)
_KIND_FIRST = re.compile(
    r"\b(?P<value>(?:rue|avenida|avda\.?|calle|c/|carrer|carretera|paseo|plaza|plaça|praça|rua|travessa|largo|via|viale|"
    r"piazza|corso|vicolo|strada|ulica|ul\.|aleja|aleje|al\.|os\.|pl\.|ulitsa|"
    r"am|im|an der|an den|auf der|auf dem|unter den|unter der|zum|zur|in der)\s"
    rf"(?:{_WORD}\s){{1,5}}?\d{{1,4}}\s?(?:[a-z]\b)?(?:[-/]\d{{1,4}})?)(?![\w.,]?\d)",
    re.IGNORECASE,
)
# Everyday English that begins like a street in German ("am alten Markt 9"): a capital decides.
_AMBIGUOUS = re.compile(r"(?:am|im|via|al|pl|zum|in)\b", re.IGNORECASE)
_NUMBER_FIRST = re.compile(
    r"(?<![\w.,£$€])(?P<value>\d{1,4}\s?(?:bis|ter|quater|[a-d])?,?\s"
    r"(?:rue|avenue|av\.|boulevard|bd\.?|chemin|quai|place|impasse|allée|allee|route|cours|passage|square|sentier|faubourg)"
    rf"\s(?:(?:d[eu]s?|la|le|les|l'|d'|du|aux?|saint|sainte)\s){{0,3}}{_WORD}(?:[\s-](?!i\b|but\b|and\b|is\b|the\b){_WORD}){{0,3}})",
    re.IGNORECASE,
)
_BRITISH = (
    r"(?:GIR\s{0,2}0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|"
    r"[A-HK-Y][0-9][ABEHMNPRVWXY])[\s.-]{0,3}[0-9][ABD-HJLNP-UW-Z]{2})"
)
_CANADIAN = r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][\s-]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]"
_POSTCODE = re.compile(rf"\b(?P<value>{_BRITISH}|{_CANADIAN})\b", re.IGNORECASE)
_DUTCH = re.compile(r"(?<![\w.,£$€-])(?P<value>[1-9]\d{3} (?!AM|PM|SA|SD|SS)[A-Z]{2})\b(?!\s?\d)")
_CURRENCY = re.compile(r"\d{4} (?:EU|US|UK|GB)")
_ZIP = re.compile(r"(?<![\d-])(?P<value>\d{5}(?:-\d{4})?|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4})(?![\d-])")
_ZIP_CONTEXT = re.compile(
    r"\b(?:zip|post ?code|postal|plz|postleitzahl|code postal|cp|pin ?code|live (?:at|in)|moved to)\b", re.IGNORECASE
)
_BEFORE_POSTCODE = re.compile(
    rf"(?<![\w.,£$€])(?P<value>(?:{_UNIT})?\d{{1,5}}[A-Za-z]?,?\s(?:{_WORD}[\s,]{{1,2}}){{1,7}})$", re.IGNORECASE
)
_NAMED = re.compile(
    r"\b(?:(?:(?:my|our|the) (?:new |home |billing |delivery |postal |mailing )?address"
    r"(?: is| to| should be|:| was)?|address:?"
    r"|i (?:now )?live (?:at|on)|live at|moved (?:house )?to|(?:we|i)(?: have|'ve)? moved,? (?:it is|to)|residing at"
    r"|deliver(?:ed)?(?: (?:it|my card|the card|them))? to"
    r"|send (?:it|(?:the|my|a)(?: new)? (?:card|letter|pin|statement)) to"
    r"|(?:letter|card|parcel|it|mail|post) (?:went|was sent|goes|got sent) to)\s{0,2})"
    r"(?P<value>(?=[^\n!?;]{0,80}\d)[^\n!?;]{4,100})",
    re.IGNORECASE,
)
_END = re.compile(
    r",?\s(?:but|because|and (?!\w+ (?:road|street))|now\b|today|please|thanks|the address|so "
    r"|when|since|instead|if |not )|\.\s|\.$|\?",
    re.IGNORECASE,
)
_NOT_PLACE = re.compile(
    r"[£$€]|\b(?:pounds?|euros?|dollars?|gbp|eur|usd|account|savings|card|limit|payee|january|february|march|april|may|june"
    r"|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday)\b|:\d\d|\d[./-]\d{1,2}[./-]\d",
    re.IGNORECASE,
)


class AddressRecogniser(Recogniser):
    """A street with its number, a postcode with what stands before it, and whatever is introduced as the address."""

    entities = ("ADDRESS", "POSTCODE")

    def find(self, text: str) -> Iterator[Finding]:
        if not any(map(str.isdigit, text)):
            return
        for pattern in (_STREET, _NUMBER_FIRST):
            for finding in matches(pattern, text, "ADDRESS", 0.8):
                if not _NO_STREET.search(text, finding.start, finding.end):
                    yield finding
        yield from matches(_COMPOUND, text, "ADDRESS", 0.8)
        for finding in matches(_KIND_FIRST, text, "ADDRESS", 0.8):
            if not _is_english(text[finding.start : finding.end]):
                yield finding
        yield from _named(text)
        yield from _postcodes(text)


def _is_english(value: str) -> bool:
    words = value.split()
    plain = _AMBIGUOUS.match(value) and not value[0].isupper() and not any(map(str.isupper, value))
    return bool(plain and len(words) > 4) or bool(_NO_STREET.search(" ".join(words[1:])) or _NOT_PLACE.search(value))


def _named(text: str) -> Iterator[Finding]:
    for match in _NAMED.finditer(text):
        start, end = match.span("value")
        stop = _END.search(text, start, end)
        end = stop.start() if stop else end
        value = text[start:end]
        if any(map(str.isdigit, value)) and not _NOT_PLACE.search(value) and any(map(str.isalpha, value)):
            yield Finding("ADDRESS", start, end, 0.75)


def _postcodes(text: str) -> Iterator[Finding]:
    found = [*matches(_POSTCODE, text, "POSTCODE", 0.8)]
    found += [code for code in matches(_DUTCH, text, "POSTCODE", 0.7) if not _CURRENCY.match(text, code.start)]
    for match in _ZIP.finditer(text):
        long = len(match["value"]) > 4
        if has_context(_ZIP_CONTEXT, text, *match.span("value"), reach=30 if long else 10):
            found.append(Finding("POSTCODE", *match.span("value"), 0.7))
    for code in found:
        yield code
        before = _BEFORE_POSTCODE.search(text[max(0, code.start - 90) : code.start])
        if before and not _NO_STREET.search(before["value"]) and not _NOT_PLACE.search(before["value"]):
            offset = max(0, code.start - 90)
            yield Finding("ADDRESS", offset + before.start("value"), offset + before.end("value"), 0.75)
