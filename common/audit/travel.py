"""How far two countries are apart at least: between the nearest two of their cities that the tz database lists."""

from __future__ import annotations

import math
import re
from functools import lru_cache

import pytz

_EARTH_KM = 6371.0
_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")

Point = tuple[float, float]


def distance_km(one: str, other: str) -> float:
    """Great-circle kilometres between two ISO 3166-1 countries; 0 for the same one and where one is unknown."""
    if one == other:
        return 0.0
    first, second = sorted((one, other))
    return _distance(first, second)


@lru_cache(maxsize=4096)
def _distance(one: str, other: str) -> float:
    cities = _cities()
    pairs = ((a, b) for a in cities.get(one, ()) for b in cities.get(other, ()))
    return min((_great_circle(a, b) for a, b in pairs), default=0.0)


def _great_circle(a: Point, b: Point) -> float:
    """The haversine formula; points are latitude and longitude in radians."""
    half = math.sin((b[0] - a[0]) / 2) ** 2 + math.cos(a[0]) * math.cos(b[0]) * math.sin((b[1] - a[1]) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


@lru_cache(maxsize=1)
def _cities() -> dict[str, list[Point]]:
    """Country → the places of its time zones, from zone.tab (ISO 6709 coordinates)."""
    cities: dict[str, list[Point]] = {}
    with pytz.open_resource("zone.tab") as file:
        for line in file.read().decode().splitlines():
            if line.startswith("#"):
                continue
            country, place, *_ = line.split("\t")
            match = _PLACE.fullmatch(place)
            if match:
                parts = match.groups()
                cities.setdefault(country, []).append((_radians(*parts[:4]), _radians(*parts[4:])))
    return cities


def _radians(sign: str, degrees: str, minutes: str, seconds: str | None) -> float:
    value = int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600
    return math.radians(-value if sign == "-" else value)
