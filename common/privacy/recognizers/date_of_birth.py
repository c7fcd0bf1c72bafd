"""Dates of birth: a date beside the words for one. Other dates stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, has_context

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DATE = re.compile(
    r"(?<!\d)(?P<value>\d{1,4}\s?[-/.,_ ]\s?\d{1,2}\s?[-/.,_ ]\s?\d{2,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:\sof)?[\s,.-]{{1,2}}{_MONTH}(?:[\s,.-]{{1,2}}(?:\d{{4}}|\d\d|\w{{3,8}}ty\s\w{{3,6}}))?"
    rf"|{_MONTH}[\s,.-]{{1,2}}\d{{1,2}}(?:st|nd|rd|th)?(?:[\s,.-]{{1,2}}(?:\d{{4}}|\d\d))?"
    r"|(?:19|20)\d{6}|\d{4}(?:19|20)\d\d|(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"\b(?:born|dob|d\.o\.b\.?|birth ?day|birth ?date|date of birth|birth)\b", re.IGNORECASE)


class DateOfBirthRecogniser(Recogniser):
    """Numeric and written-out dates, and a bare year, near "born", "DOB" and the like."""

    entities = ("DATE_OF_BIRTH",)

    def find(self, text: str) -> Iterator[Finding]:
        if not _CONTEXT.search(text):
            return
        for match in _DATE.finditer(text):
            if has_context(_CONTEXT, text, *match.span("value"), reach=35):
                yield Finding("DATE_OF_BIRTH", *match.span("value"), 0.85)
