"""How often something shall happen, as people type it: "every month", "weekly on Friday", "the 1st of each month"."""

from __future__ import annotations

import re
from calendar import day_name
from datetime import date, timedelta

from text_to_num import alpha2digit

from actions.parsing.days import find_day
from actions.parsing.text import normalise

_WEEKDAYS = "|".join(day_name)
_SMALL = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_N = re.compile(rf"\bevery\s(?P<n>[2-9]|1\d|{'|'.join(_SMALL)}|other|second)\s(?P<unit>day|week|month)s?\b", re.I)
_UNITS = {
    "month": re.compile(r"\bmonthly\b|\b(?:every|each|a|per|once a)\smonth\b", re.I),
    "week": re.compile(rf"\bweekly\b|\b(?:every|each|a|per)\sweek\b|\b(?:every|each)\s(?:{_WEEKDAYS})\b", re.I),
    "day": re.compile(r"\bdaily\b|\b(?:every|each)\s?day\b", re.I),
    "year": re.compile(r"\byearly\b|\bannually\b|\b(?:every|each|a|per)\syear\b", re.I),
}
_WORDS = {"month": "monthly", "week": "weekly", "day": "daily", "year": "yearly"}
_ENDS = {1: "st", 2: "nd", 3: "rd"}


def find_schedule(text: str, today: date) -> tuple[str, date] | None:
    """A schedule as the bank writes it and its first day; None where the text names no rhythm."""
    plain = alpha2digit(normalise(text), "en")
    counted = _N.search(plain)
    unit = (
        counted["unit"].casefold() if counted else next((name for name, p in _UNITS.items() if p.search(plain)), None)
    )
    if unit is None:
        return None
    first = find_day(plain, today) or today + timedelta(days=1)
    return f"{_rhythm(counted, unit)}{_on(unit, first)}", first


def moved(schedule: str, day: date) -> str:
    """`schedule` with `day` as its day: "monthly on the 1st" and the 5th make "monthly on the 5th"."""
    rhythm = schedule.split(" on ")[0]
    unit = next((unit for unit, word in _WORDS.items() if word == rhythm), None)
    if unit is None:
        unit = rhythm.rstrip("s").rpartition(" ")[2]  # "every 2 weeks"
    return f"{rhythm}{_on(unit, day)}"


def _rhythm(counted: re.Match[str] | None, unit: str) -> str:
    if counted is None:
        return _WORDS[unit]
    said = counted["n"].casefold()
    number = said if said.isdigit() else _SMALL.get(said, 2)
    return f"every {number} {unit}s"


def _on(unit: str, first: date) -> str:
    if unit == "week":
        return f" on {day_name[first.weekday()]}"
    if unit == "month":
        ending = "th" if 10 <= first.day <= 20 else _ENDS.get(first.day % 10, "th")
        return f" on the {first.day}{ending}"
    return f" on {first.day} {first:%B}" if unit == "year" else ""
