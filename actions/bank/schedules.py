"""When a regular payment runs: "once", "daily", "every 3 days", "weekly on Monday", "every 2 weeks on Friday",
"monthly on the 31st", "every 3 months on the 1st", "yearly on 24 December". Pure."""

from __future__ import annotations

import re
from calendar import day_name, month_name, monthrange
from datetime import date, timedelta

_DAYS = [name.casefold() for name in day_name]
_MONTHS = [name.casefold() for name in month_name]
_EVERY = {"daily": (1, "day"), "weekly": (1, "week"), "monthly": (1, "month"), "yearly": (1, "year")}
_SHAPE = re.compile(
    r"(?:(?P<word>daily|weekly|monthly|yearly)|every (?P<n>[1-9]\d?) (?P<unit>day|week|month)s)"
    r"(?: on (?:(?P<weekday>[a-z]+day)|the (?P<day>\d{1,2})(?:st|nd|rd|th)|(?P<date>\d{1,2}) (?P<month>[a-z]+)))?"
)


class ScheduleError(ValueError):
    """The text names no schedule."""


def next_run(schedule: str, after: date) -> date | None:
    """The first day after `after`, itself a day of the schedule, on which it runs again; None for "once".

    A day that a month does not have becomes its last one. Raises ScheduleError.
    """
    text = schedule.casefold().strip()
    if text == "once":
        return None
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ScheduleError(schedule)
    count, unit = _EVERY[found["word"]] if found["word"] else (int(found["n"]), found["unit"])
    if unit == "day" and not (found["weekday"] or found["day"] or found["date"]):
        return after + timedelta(days=count)
    if unit == "week" and not (found["day"] or found["date"]):
        return _on_weekday(after, count, _weekday(schedule, found["weekday"] or _DAYS[after.weekday()]))
    if unit == "month" and not (found["weekday"] or found["date"]):
        return _in_months(schedule, after, count, int(found["day"] or after.day))
    if unit == "year" and not (found["weekday"] or found["day"]):
        return _in_a_year(schedule, after, int(found["date"] or after.day), found["month"] or _MONTHS[after.month])
    raise ScheduleError(schedule)


def _weekday(schedule: str, name: str) -> int:
    if name not in _DAYS:
        raise ScheduleError(schedule)
    return _DAYS.index(name)


def _on_weekday(after: date, weeks: int, weekday: int) -> date:
    """Where the last run fell on another day, the schedule's day comes next; then every so many weeks."""
    ahead = (weekday - after.weekday()) % 7
    return after + timedelta(days=ahead or 7 * weeks)


def _in_months(schedule: str, after: date, months: int, day: int) -> date:
    if not 1 <= day <= 31:
        raise ScheduleError(schedule)
    this_month = _clamped(after.year, after.month, day)
    return this_month if this_month > after else _clamped(after.year, after.month + months, day)


def _in_a_year(schedule: str, after: date, day: int, month: str) -> date:
    if month not in _MONTHS[1:] or not 1 <= day <= 31:
        raise ScheduleError(schedule)
    number = _MONTHS.index(month)
    this_year = _clamped(after.year, number, day)
    return this_year if this_year > after else _clamped(after.year + 1, number, day)


def _clamped(year: int, month: int, day: int) -> date:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))
