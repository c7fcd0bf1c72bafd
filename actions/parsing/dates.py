"""Periods in what people type: "yesterday", "last week", "in March", "since Monday", "between 1 and 5 May"."""

from __future__ import annotations

import re
from calendar import day_name, month_name, monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import dateparser

from actions.parsing.numbers_in_ids import DATE
from actions.parsing.text import normalise

_WEEKDAYS = [day.casefold() for day in day_name]
_MONTHS = [month.casefold() for month in month_name if month]
_DAY = rf"(?:{DATE}|\b(?:last\s)?(?:{'|'.join(_WEEKDAYS)})\b|\byesterday\b|\btoday\b)"
_BETWEEN = re.compile(rf"\b(?:between|from)\s(?:the\s)?({_DAY})\s(?:and|to|until|till)\s(?:the\s)?({_DAY})", re.I)
_SINCE = re.compile(rf"\b(?:since|after|from)\s(?:the\s)?({_DAY})", re.I)
_UNTIL = re.compile(rf"\b(?:until|till|before|up to)\s(?:the\s)?({_DAY})", re.I)
_ON = re.compile(_DAY, re.I)
_LAST_N = re.compile(r"\b(?:last|past|previous)\s(\d{1,3})\s(day|week|month)s?\b", re.I)
_WHOLE = re.compile(r"\b(this|last|past|previous)\s(week|month|year)\b", re.I)
_MONTH = re.compile(rf"\b(?:in|during|for|last|this)\s({'|'.join(_MONTHS)})(?:\s(\d{{4}}))?\b", re.I)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included; None is open."""

    first: date | None
    last: date | None


def find_period(text: str, today: date) -> Period | None:
    """The period a question about the past names, None without one; days without a year lie before `today`."""
    plain = normalise(text)
    if match := _BETWEEN.search(plain):
        first, last = _day(match[1], today), _day(match[2], today)
        return Period(min(first, last), max(first, last)) if first and last else None
    if match := _LAST_N.search(plain):
        days = int(match[1]) * {"day": 1, "week": 7, "month": 30}[match[2].casefold()]
        return Period(today - timedelta(days=days), today)
    if match := _WHOLE.search(plain):
        return _whole(match[1].casefold() == "this", match[2].casefold(), today)
    if match := _MONTH.search(plain):
        return _month(_MONTHS.index(match[1].casefold()) + 1, match[2], today)
    if re.search(r"\bday before yesterday\b", plain, re.I):
        return Period(today - timedelta(days=2), today - timedelta(days=2))
    if match := _SINCE.search(plain):
        return Period(_day(match[1], today), today)
    if match := _UNTIL.search(plain):
        return Period(None, _day(match[1], today))
    if match := _ON.search(plain):
        day = _day(match[0], today)
        return Period(day, day) if day else None
    return None


def _day(text: str, today: date) -> date | None:
    plain = text.casefold().removeprefix("last ")
    if plain in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(plain)) % 7 or 7)
    parsed = dateparser.parse(
        re.sub(r"\b(of|the)\b", " ", plain),
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, datetime.min.time()),
            "PREFER_DATES_FROM": "past",
            "DATE_ORDER": "YMD" if re.match(r"\d{4}-", plain) else "DMY",
        },
    )
    return parsed.date() if parsed else None


def _whole(current: bool, unit: str, today: date) -> Period:
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return Period(monday, today) if current else Period(monday - timedelta(days=7), monday - timedelta(days=1))
    if unit == "month":
        first = today.replace(day=1)
        if current:
            return Period(first, today)
        before = first - timedelta(days=1)
        return Period(before.replace(day=1), before)
    year = today.year if current else today.year - 1
    return Period(date(year, 1, 1), min(date(year, 12, 31), today))


def _month(month: int, year: str | None, today: date) -> Period:
    chosen = int(year) if year else today.year - (month > today.month)
    return Period(date(chosen, month, 1), date(chosen, month, monthrange(chosen, month)[1]))
