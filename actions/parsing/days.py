"""A day that is still to come, as people type it: "tomorrow", "next Friday", "the 31st", "on 5 May", "in two weeks"."""

from __future__ import annotations

import re
from calendar import day_name
from datetime import date, datetime, timedelta

import dateparser
from text_to_num import alpha2digit

from actions.parsing.numbers_in_ids import DATE
from actions.parsing.text import normalise

_WEEKDAYS = [day.casefold() for day in day_name]
_WEEKDAY = re.compile(rf"\b(?P<next>next\s)?(?P<day>{'|'.join(_WEEKDAYS)})\b", re.I)
_DATE = re.compile(DATE, re.I)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)", re.I)
_SMALL = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_IN = re.compile(rf"\bin\s(\d{{1,3}}|{'|'.join(_SMALL)})\s(day|week|month)s?\b", re.I)
_DAYS = {"day": 1, "week": 7, "month": 30}


def find_day(text: str, today: date) -> date | None:
    """The first day in `text`, from `today` on; None without one or for a day that has passed."""
    plain = alpha2digit(normalise(text), "en")
    if re.search(r"\bday after tomorrow\b", plain, re.I):
        return today + timedelta(days=2)
    if re.search(r"\btomorrow\b", plain, re.I):
        return today + timedelta(days=1)
    if re.search(r"\b(?:today|now|at once|immediately|right away|straight away)\b", plain, re.I):
        return today
    if match := _IN.search(plain):
        count = _SMALL.get(match[1].casefold()) or int(match[1])
        return today + timedelta(days=count * _DAYS[match[2].casefold()])
    if match := _WEEKDAY.search(plain):
        ahead = (_WEEKDAYS.index(match["day"].casefold()) - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    if re.search(r"\bend of (?:the|this) month\b", plain, re.I):
        return (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    match = _DATE.search(plain)
    return _parsed(match[0], today) if match else None


def _parsed(text: str, today: date) -> date | None:
    if bare := _ORDINAL.fullmatch(text):
        return _day_of_month(int(bare[1]), today)
    found = dateparser.parse(
        re.sub(r"\b(of|the)\b", " ", text),
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, datetime.min.time()),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "YMD" if re.match(r"\d{4}-", text) else "DMY",
        },
    )
    return found.date() if found and found.date() >= today else None


def _day_of_month(day: int, today: date) -> date | None:
    """The next day with this number; months that have none are passed over."""
    if not 1 <= day <= 31:
        return None
    first = today.replace(day=1)
    for _ in range(4):
        try:
            found = first.replace(day=day)
        except ValueError:
            found = None
        if found and found >= today:
            return found
        first = (first + timedelta(days=32)).replace(day=1)
    return None
