"""Postal addresses: streets with a number in many countries' order, postcodes, what is named as an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import runs
from common.privacy.recognizers import streets
from common.privacy.recognizers.base import Finding, Recogniser, has_context, matches
from common.privacy.recognizers.vocabulary import Vocabulary

_NO_STREET = re.compile(
    r"\b(?:a|an|my|your|this|that|it|is|are|was|were|to|in|on|of|for|and|or|but|by|at|i|you|took|its|her|his|pounds?"
    r"|euros?|dollars?|quid|days?|weeks?|months?|hours?|minutes?|times?|payments?|transactions?|cards?|pm|am|from|with"
    r"|can|my|per|pending|please|more|new)\b",
    re.IGNORECASE,
)
# Everyday English that begins like a street in German ("am alten Markt 9"): a capital decides.
_AMBIGUOUS = re.compile(r"(?:am|im|via|pl|zum|in)\b", re.IGNORECASE)
_BRITISH = (
    r"(?:GIR\s{0,2}0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|"
    r"[A-HK-Y][0-9][ABEHMNPRVWXY])[\s.-]{0,3}[0-9][ABD-HJLNP-UW-Z]{2})"
)
_CANADIAN = r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][\s-]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]"
_POSTCODE = re.compile(rf"\b(?P<value>{_BRITISH}|{_CANADIAN})\b", re.IGNORECASE)
_DUTCH = re.compile(r"(?<![\w.,£$€-])(?P<value>[1-9]\d{3} (?!AM|PM|SA|SD|SS)[A-Z]{2})\b(?!\s?\d)")
_CURRENCY = re.compile(r"\d{4} (?:EU|US|UK|GB)")
_ZIP = re.compile(
    r"(?<![\d-])(?P<value>\d{5}(?:-\d{3,4})?|\d{8}|\d{6}|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4})(?![\d-])"
)
_ZIP_CONTEXT = re.compile(
    r"\b(?:zip(?: ?code)?|post ?code|postal|plz|postleitzahl|code postal|cp|cep|cap|pin ?code|postnummer"
    r"|kod pocztowy|eircode"
    r"|live (?:at|in)|moved to)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:\b(?:zip(?: ?code)?|post ?code|pcode|plz|postleitzahl|code postal|codigo postal|cp|cep|cap|pin ?code"
    r"|postnummer|postnr"
    r"|kod pocztowy|eircode|postcode)\b(?:\s(?:is|was|ist|est|es))?\s?[:=]?\s?|〒\s?)"
    r"(?P<value>(?=[A-Z\s-]{0,5}\d)[A-Z\d]{2,5}(?:[ -](?=[A-Z]{0,2}\d|[A-Z]{2}\b)[A-Z\d]{2,4})?)(?![\w])",
    re.IGNORECASE,
)
_IRISH = re.compile(r"\b(?P<value>[ACDEFHKNPRTVWXY]\d[\dW]\s?[0-9ACDEFHKNPRTVWXY]{4})\b", re.IGNORECASE)
_BEFORE_POSTCODE = re.compile(
    rf"(?<![\w.,£$€])(?P<value>(?:{streets.UNIT})?\d{{1,5}}[A-Za-z]?,?\s(?:{streets.WORD}[\s,]{{1,2}}){{1,7}})$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:(?:(?:my|our|the|her|his|their) (?:new |old |current |home |billing |delivery |postal |mailing "
    r"|registered ){0,2}add?r?ess?e?"
    r"(?: (?:has )?changed to| is| to| should be|:| was)?|address:?|(?:new|current|old) home(?: is|:)"
    r"|my (?:flat|house|home|place) is"
    r"|(?:i|we) (?:now |still )?(?:live|reside|stay) (?:at|on)|live at|(?:living|staying|residing"
    r"|registered) at|resides? at"
    r"|moved (?:house )?to|(?:we|i)(?: have|'ve)? moved,? (?:it is|to)"
    r"|deliver(?:ed)?(?: (?:it|my card|the card|them))? to"
    r"|(?:send|post|mail|ship|courier|forward) (?:it|(?:the|my|a)(?: new)? (?:card|letter|pin|statement)) to"
    r"|(?:letter|card|parcel|it|mail|post) (?:went|was sent|goes|got sent) to|anschrift(?: ist|:)?"
    r"|(?:post|send|deliver|mail|courier|forward|redirect)\b[^.!?\n]{0,30}\b(?:letter|card|pin|statements?|mail"
    r"|post|parcel"
    r"|chequebook|it|them|everything) to|(?:courier|driver|postman|delivery|engineer|bailiffs?) (?:came|went|got"
    r"|turned up|was sent) (?:to|at)"
    r"|(?:i|we)(?: have|'ve)? (?:never |not |haven'?t |havent |don'?t |dont |no longer |now |used to |currently )?"
    r"(?:lived?|resided?|stayed?|living|been living) (?:at|on|in)"
    r"|(?:my |our |the )?(?:residence|residential|home) ?(?:address)?(?: is|:)|(?:new|old|current|correct|right"
    r"|wrong) add?ress?e?(?: is|:)?"
    r"|(?:still |now )?registered (?:at|to|under)|based (?:at|on)"
    r"|ich (?:wohne|lebe)(?: (?:jetzt|nun|seit \w+|noch|aktuell))?(?: (?:in der|im|am|an der|in))?"
    r"|(?:meine |die )?(?:neue |alte )?(?:anschrift|adresse)(?: ist| lautet|:)?|j'habite(?: (?:au|maintenant"
    r"|desormais|a)){0,2}"
    r"|(?:mon|ma|notre) (?:nouvelle )?adresse(?: est|:)?|vivo (?:ahora )?en(?: la)?|mi (?:nueva )?direccion(?: es|:)?"
    r"|abito (?:ora )?(?:in|a)|il mio (?:nuovo )?indirizzo(?: e|:)?|moro (?:agora )?(?:na|no|em)|ik woon (?:nu )?"
    r"(?:op|aan|in)"
    r"|mieszkam (?:teraz )?(?:przy|na)|jag bor (?:nu )?(?:pa|i)"
    r"|adresse(?: ist| est|:)?"
    r"|direccion(?: es|:)?|ich wohne (?:in der|im|am|an der)?|j'habite(?: au)?|vivo en(?: la)?)\s{0,2})"
    r"(?P<value>[^\n!?;]{4,110})",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:is|was|isn't)\s(?P<value>[^\n!?;]{6,100}?)\s(?:still |really )?(?:the|my|our|your) "
    r"(?:\w+ ){0,2}address\b",
    re.IGNORECASE,
)
_END = re.compile(
    r",?\s(?:but|because|and (?!\w+ (?:road|street))|now\b|today|please|thanks|the address|so "
    r"|when|since|instead|if |not |these days|this |until |still |as my|as the|is my|with |from (?:now|today|next)"
    r"|in (?:january|february|march|april|may|june|july|august|september|october|november|december|20\d\d)\b)"
    r"|\.\s|\.$|\?",
    re.IGNORECASE,
)
_NOT_PLACE = re.compile(
    r"[£$€]|\b(?:pounds?|euros?|dollars?|gbp|eur|usd|account|savings|card|limit|payee|january|february|march|april"
    r"|may|june"
    r"|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday)\b|:\d\d|(?<!\d)"
    r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:20\d\d|\d\d)(?!\d)",
    re.IGNORECASE,
)

_MAX_TOWNS = 3


class AddressRecogniser(Recogniser):
    """A street with its number, a postcode with what stands before it, and whatever is introduced as the address."""

    entities = ("ADDRESS", "POSTCODE")

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def find(self, text: str) -> Iterator[Finding]:
        for finding in _named(text):
            yield _widened(text, finding)
        if not runs(text, stops=False):
            return
        for finding in (*_streets(text), *self._compounds(text), *self._blocks(text)):
            yield _widened(text, finding)
        yield from _postcodes(text)

    def _blocks(self, text: str) -> Iterator[Finding]:
        """Japanese blocks before a quarter ("2-14-5 Kamimeguro"), which "9-5 tomorrow" is not."""
        for match in streets.BLOCKS.finditer(text):
            if match["value"].count("-", 0, 9) >= 2 and not self._vocabulary.is_english(match["town"]):
                yield Finding("ADDRESS", *match.span("value"), 0.96)

    def _compounds(self, text: str) -> Iterator[Finding]:
        """Streets in one word ("Lindenallee 17"), which "during 2024" is not."""
        for finding in matches(streets.COMPOUND, text, "ADDRESS", 0.8):
            name = text[finding.start : finding.end]
            name = re.split(r"\s?\d", name, maxsplit=1)[0].split()[-1]
            if not self._vocabulary.is_english(name):
                yield finding


def _streets(text: str) -> Iterator[Finding]:
    for pattern in (streets.STREET, streets.NUMBER_FIRST, streets.UNIT_FIRST):
        for finding in matches(pattern, text, "ADDRESS", 0.8):
            if not _NO_STREET.search(text, finding.start, finding.end):
                yield finding
    yield from matches(streets.BOX, text, "ADDRESS", 0.8)
    for finding in matches(streets.KIND_LAST, text, "ADDRESS", 0.8):
        if not _NO_STREET.search(text, finding.start, finding.end):
            yield finding
    yield from matches(streets.INDIAN, text, "ADDRESS", 0.8)
    for finding in matches(streets.KIND_FIRST, text, "ADDRESS", 0.8):
        words = text[finding.start : finding.end].split(maxsplit=1)
        if not _NO_STREET.search(words[-1]) and not _NOT_PLACE.search(words[-1]):
            yield finding
    for finding in matches(streets.PREPOSITION_FIRST, text, "ADDRESS", 0.8):
        if not _is_english(text[finding.start : finding.end]):
            yield finding
    for finding in matches(streets.JAPANESE, text, "ADDRESS", 0.8):
        if streets.JAPANESE_SIGN.search(text, finding.start, finding.end):
            yield finding


def _widened(text: str, finding: Finding) -> Finding:
    """With the flat before it and the towns after it."""
    before = streets.UNIT_BEFORE.search(text, max(0, finding.start - 24), finding.start)
    end = finding.start + len(text[finding.start : finding.end].rstrip(" ,"))
    for _ in range(_MAX_TOWNS):
        inside = streets.WITHIN.match(text, end)
        if inside is None or not text[end - 1].isalnum():
            break
        end = inside.end()
    for _ in range(_MAX_TOWNS):
        town = streets.TOWN.match(text, end)
        if town is None or (town["town"] and streets.NO_TOWN.search(town["town"])):
            break
        end = town.end()
    start = before.start() if before else finding.start
    if text[start : start + 1].isdigit():
        house = streets.HOUSE_BEFORE.search(text[max(0, start - 50) : start])
        if house and not streets.NO_TOWN.search(house.group()) and not _NOT_PLACE.search(house.group()):
            start -= min(start, 50) - house.start()
    return finding._replace(start=start, end=end)


def _is_english(value: str) -> bool:
    words = value.split()
    plain = _AMBIGUOUS.match(value) and not value[0].isupper() and not any(map(str.isupper, value))
    return bool(plain and len(words) > 4) or bool(_NO_STREET.search(" ".join(words[1:])) or _NOT_PLACE.search(value))


def _named(text: str) -> Iterator[Finding]:
    at = 0
    while match := _NAMED.search(text, at):
        start, end = match.span("value")
        at = start
        stop = _END.search(text, start, end)
        end = stop.start() if stop else end
        if _is_place(text[start:end]):
            yield Finding("ADDRESS", start, end, 0.75)
            at = end
    for match in _ASKED.finditer(text):
        if _is_place(match["value"]):
            yield Finding("ADDRESS", *match.span("value"), 0.75)


def _is_place(value: str) -> bool:
    """Whether it has letters and a number, or several words with one for a place to live in."""
    if _NOT_PLACE.search(value) or not any(map(str.isalpha, value)):
        return False
    several = len(value.split()) >= 2 and not streets.NO_TOWN.search(value.lower().removeprefix("the "))
    return any(map(str.isdigit, value)) or bool(several and streets.PLACE.search(value))


def _postcodes(text: str) -> Iterator[Finding]:
    found = [*matches(_POSTCODE, text, "POSTCODE", 0.8), *matches(_LABELLED, text, "POSTCODE", 0.8)]
    found += [code for code in matches(_DUTCH, text, "POSTCODE", 0.7) if not _CURRENCY.match(text, code.start)]
    for match in _IRISH.finditer(text):
        if has_context(_ZIP_CONTEXT, text, *match.span(), reach=15) or (
            match.group().isupper() and " " in match.group()
        ):
            found.append(Finding("POSTCODE", *match.span(), 0.7))
    for run in runs(text):
        if (
            run.said >= 4
            and 4 <= len(run.digits) <= 8
            and has_context(_ZIP_CONTEXT, text, run.start, run.end, reach=20)
        ):
            found.append(Finding("POSTCODE", run.start, run.end, 0.7))
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
