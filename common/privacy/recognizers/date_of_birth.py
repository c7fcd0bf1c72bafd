"""Dates of birth: a date beside the words for one. Other dates stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, folded, has_context, labels
from common.privacy.recognizers.months import MONTH

_ORDINAL = (
    r"(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_SPOKEN_YEAR = r"(?:nineteen|twenty|two thousand)(?:[ -](?:and\s)?[a-z]{2,9}){0,3}"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th|er|\.)?|{_ORDINAL})"
_GIVEN_YEAR = rf"(?:[\s,./'-]{{1,3}}(?:of\s|de\s|del\s)?['’]?(?:\d{{4}}|\d\d|{_SPOKEN_YEAR}))?"
_DATE = re.compile(
    r"(?<!\d)(?P<value>\d{1,4}\s?[-/.,_ ]\s?\d{1,2}\s?[-/.,_ ]\s?\d{2,4}"
    rf"|(?:the\s)?{_DAY}(?:\sof|\sde)?[\s,.-]{{1,2}}{MONTH}{_GIVEN_YEAR}"
    rf"|{MONTH}[\s,.-]{{1,2}}(?:the\s)?{_DAY}{_GIVEN_YEAR}"
    rf"|{MONTH}[\s,'’-]{{1,2}}(?:de\s|of\s)?(?:(?:19|20)\d\d|\d\d)"
    rf"|(?:19|20)\d\d[-/.\s]{MONTH}[-/.\s]\d{{1,2}}"
    rf"|\d{{1,2}}{MONTH}\d{{2,4}}"
    r"|\d{2,4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日?|\d{6}|(?:19|20)\d{6}|\d{4}(?:19|20)\d\d|(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"\b(?:born|dob|d\.o\.b\.?|birth ?days?|b-?day|birth ?dates?|date of birth|birth|turned (?:\d\d|eighteen|sixteen)"
    r"|geboren|geb\.?(?: ?datum)?|geburts(?:datum|tag)|nee?|fodsels\w{1,6}|fodelse\w{1,6}|syntyma\w{0,6}"
    r"|szuletes\w{0,6}"
    r"|narozen\w{0,2}|nascut\w{0,2}|fecha (?:de )?nac\w{0,8}|f\. ?nac|data (?:di |de )?nasc\w{0,8}"
    r"|birth ?(?:day|date)|date ?of ?birth|naissance|nacid[oa]|naci|nacimiento|nascit[ao]|nascimento|nat[oa] il"
    rf"|urodz\w{{1,6}}|geboortedatum|fodd|dogum|{folded('рождения|родился|родилась')})(?![^\W_])",
    re.IGNORECASE,
)
_HAN = re.compile("生年月日|生日|出生|誕生日|생년월일|생일")


class DateOfBirthRecogniser(Recogniser):
    """Numeric and written-out dates, and a bare year, near "born", "DOB" and the like in several languages."""

    entities = ("DATE_OF_BIRTH",)

    def find(self, text: str) -> Iterator[Finding]:
        if not _CONTEXT.search(labels(text)) and not _HAN.search(text):
            return
        for match in _DATE.finditer(text):
            if has_context(_CONTEXT, text, *match.span("value"), reach=35) or _HAN.search(text):
                yield Finding("DATE_OF_BIRTH", *match.span("value"), 0.85)
