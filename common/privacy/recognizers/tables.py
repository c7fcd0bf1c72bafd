"""The heading over a value that stands in a table: rows of cells, parted by strokes, tabs, semicolons or commas."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_DELIMITERS = "|\t;,"
_LONGEST_HEADING = 40


class _Row(NamedTuple):
    """A line of a table that begins at `start`, and the table's headings."""

    start: int
    delimiter: str
    headings: tuple[str, ...]


def heading(text: str, at: int) -> str:
    """What stands over the cell at `at`, with spaces for underscores; "" where there is no table."""
    if "\n" not in text:
        return ""
    row = _rows(text).get(text.rfind("\n", 0, at) + 1)
    if row is None:
        return ""
    column = text.count(row.delimiter, row.start, at)
    return row.headings[column] if column < len(row.headings) else ""


@lru_cache(maxsize=4)
def _rows(text: str) -> dict[int, _Row]:
    rows: dict[int, _Row] = {}
    at, above = 0, ""
    table: tuple[str, int, tuple[str, ...]] | None = None
    for line in text.split("\n"):
        if table and line.count(table[0]) == table[1]:
            rows[at] = _Row(at, table[0], table[2])
        else:
            table = _table(above, line)
            if table:
                rows[at] = _Row(at, table[0], table[2])
        at, above = at + len(line) + 1, line
    return rows


def _table(above: str, line: str) -> tuple[str, int, tuple[str, ...]] | None:
    """The delimiter, how many there are in a line, and the headings, when a table begins with these two lines."""
    if any(map(str.isdigit, above)):
        return None
    for delimiter in _DELIMITERS:
        count = line.count(delimiter)
        cells = tuple(cell.strip().replace("_", " ") for cell in above.split(delimiter))
        if count and len(cells) == count + 1 and all(len(cell) <= _LONGEST_HEADING for cell in cells):
            return delimiter, count, cells
    return None
