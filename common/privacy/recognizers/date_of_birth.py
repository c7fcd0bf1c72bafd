"""Dates of birth: a date beside the words for one. Other dates stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, folded, has_context

_MONTH = (
    r"(?:jan|feb|fev|mar|mrz|apr|abr|avr|may|mai|mag|jun|giu|jul|lug|aug|ago|sep|set|oct|okt|ott|nov|dec|dez|dic|ene)"
    r"[a-z]{0,7}"
)
_ORDINAL = (
    r"(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_SPOKEN_YEAR = r"(?:nineteen|twenty|two thousand)(?:[ -](?:and\s)?[a-z]{2,9}){0,3}"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th|er|\.)?|{_ORDINAL})"
_GIVEN_YEAR = rf"(?:[\s,./'-]{{1,3}}(?:of\s|de\s|del\s)?(?:\d{{4}}|\d\d|{_SPOKEN_YEAR}))?"
_DATE = re.compile(
    r"(?<!\d)(?P<value>\d{1,4}\s?[-/.,_ ]\s?\d{1,2}\s?[-/.,_ ]\s?\d{2,4}"
    rf"|(?:the\s)?{_DAY}(?:\sof|\sde)?[\s,.-]{{1,2}}{_MONTH}{_GIVEN_YEAR}"
    rf"|{_MONTH}[\s,.-]{{1,2}}(?:the\s)?{_DAY}{_GIVEN_YEAR}"
    rf"|{_MONTH}\s(?:19|20)\d\d"
    r"|(?:19|20)\d{6}|\d{4}(?:19|20)\d\d|(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"\b(?:born|dob|d\.o\.b\.?|birth ?days?|b-?day|birth ?dates?|date of birth|birth|turned (?:\d\d|eighteen|sixteen)"
    r"|geboren|geb\.|geburts(?:datum|tag)|nee?|naissance|nacid[oa]|naci|nacimiento|nascit[ao]|nascimento|nat[oa] il"
    rf"|urodz\w{{1,6}}|geboortedatum|fodd|dogum|{folded('рождения|родился|родилась')})(?![^\W_])",
    re.IGNORECASE,
)


class DateOfBirthRecogniser(Recogniser):
    """Numeric and written-out dates, and a bare year, near "born", "DOB" and the like in several languages."""

    entities = ("DATE_OF_BIRTH",)

    def find(self, text: str) -> Iterator[Finding]:
        if not _CONTEXT.search(text):
            return
        for match in _DATE.finditer(text):
            if has_context(_CONTEXT, text, *match.span("value"), reach=35):
                yield Finding("DATE_OF_BIRTH", *match.span("value"), 0.85)
