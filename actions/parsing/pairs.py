"""Which currency is given and which is wanted: "100 pounds to euros", "buy dollars with my euros"."""

from __future__ import annotations

import re

from actions.parsing.amounts import find_currencies
from actions.parsing.text import normalise

_DOING = r"(?:exchange|change|convert|swap|trade|turn|switch|move|sell|give|buy|get|receive|have)\b"
_INTO = re.compile(rf"\b(?:to(?!\s{_DOING})|into|for|buy|get|receive)\s(?=(?P<rest>(?:\S+\s?){{1,3}}))", re.I)
_WISHED = re.compile(r"\b(?:want|need|prefer)\s(?:some\s|more\s)?(?P<rest>[^\W\d_]+|[£€$])", re.I)
_NEW_AMOUNT = re.compile(r"\b(amount|sum|it|that)\sto\s(?=[£€$]?\s?\d)", re.I)
_FROM = re.compile(r"\b(?:from|sell|with|using|out of)\s(?=(?P<rest>(?:\S+\s?){1,3}))", re.I)


def find_pair(text: str) -> tuple[str | None, str | None]:
    """The currency that is given and the one that is wanted; None for what is not clear."""
    plain = _NEW_AMOUNT.sub(r"\1 ", normalise(text))  # "change the amount to £40" names no target
    named = find_currencies(plain)
    wanted, given = _after(_INTO, plain) or _after(_WISHED, plain), _after(_FROM, plain)
    if given is None:
        given = next((code for code in named if code != wanted), None) if wanted or len(named) == 1 else None
    if given is None and wanted is None and len(named) == 2:
        given, wanted = named
    if wanted is None and given is not None:
        wanted = next((code for code in named if code != given), None)
    return given, wanted


def _after(pattern: re.Pattern[str], plain: str) -> str | None:
    """The currency that follows one of the words closely."""
    for match in pattern.finditer(plain):
        found = find_currencies(match["rest"])
        if found:
            return found[0]
    return None
