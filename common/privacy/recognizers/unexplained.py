"""What no recogniser can name and a bank's customer hardly writes without reason: long numbers and strange strings.

For texts of customers only: lines of a log are full of identifiers that say nothing about anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import STOPS, Run, runs
from common.privacy.number_words import RADIO, WORDS
from common.privacy.recognizers.base import Finding

_LONG = 9
_SAID = 6
# What is numbered and is nobody's: orders, parcels, tickets, cases, flights, versions.
_NUMBERED = re.compile(
    r"\b(?:order|ticket|ref|reference|tracking|track|case|parcel|package|shipment|invoice|receipt|booking|transaction"
    r"|complaint|request|flight|train|version|model|build|article|isbn|ean|sku|voucher|coupon|bestellung|bestellnummer"
    r"|sendung|sendungsnummer|rechnung|rechnungsnummer|vorgang|commande|colis|facture|pedido|factura|envio|ordine|fattura"
    r"|zamowienie|numer sprawy)\w{0,3}\b[^.!?\n]{0,25}$",
    re.IGNORECASE,
)
_OWN_REFERENCE = re.compile(r"TR[0-9A-F]{10}")
_MIXED = re.compile(
    r"(?<![\w@.<#])(?=[A-Za-z0-9/._-]{0,60}[A-Za-z])(?=[A-Za-z0-9/._-]{0,60}\d)[A-Za-z0-9][A-Za-z0-9-]{8,120}(?![\w@>])"
)
_SIZE = re.compile(r"\d{2,5}[xX×]\d{2,5}")
_SUM = re.compile(r"\d\s?[+=*×]\s?\d")
_SPELLED = re.compile(r"[^\W_]+")
_SPELLED_GAP = 4


def find(text: str) -> Iterator[Finding]:
    """Numbers and strings that nothing explains, and what is spelled out letter by letter."""
    for run in runs(text):
        if _is_unexplained(run, text):
            yield Finding("IDENTIFIER", run.start, run.end, 0.3)
    for match in _MIXED.finditer(text):
        if _is_strange(match.group()) and not _NUMBERED.search(text, max(0, match.start() - 40), match.start()):
            yield Finding("IDENTIFIER", *match.span(), 0.3)
    yield from _spelled(text)


def _is_unexplained(run: Run, text: str) -> bool:
    if _NUMBERED.search(text[max(0, run.start - 40) : run.start]) or _SUM.search(text, run.start, run.end):
        return False
    if run.said >= _SAID:
        return True
    one = len(run.sizes) == 1
    even = len(run.sizes) >= 3 and len(set(run.sizes[:-1])) == 1 and "," not in text[run.start : run.end]
    return len(run.digits) >= _LONG and (one or even) and not STOPS.search(text, run.start, run.end)


def _is_strange(token: str) -> bool:
    digits = sum(map(str.isdigit, token))
    letters = sum(map(str.isalpha, token))
    if _OWN_REFERENCE.fullmatch(token) or _SIZE.fullmatch(token) or not letters:
        return False
    if len(token) >= 20:
        return digits >= 2 and (digits >= 6 or (any(map(str.isupper, token)) and any(map(str.islower, token))))
    return digits >= 5 and "-" not in token


def _spelled(text: str) -> Iterator[Finding]:
    """Letters of the radio alphabet and digits in a row ("november one six alpha bravo")."""
    streak: list[tuple[re.Match[str], bool]] = []
    words = [(match, _counts(match.group().lower())) for match in _SPELLED.finditer(text)]
    for index, (match, counts) in enumerate(words):
        near = not streak or match.start() - streak[-1][0].end() <= _SPELLED_GAP
        if counts is not None and near:
            streak.append((match, counts))
        if counts is None or not near or index == len(words) - 1:
            letters = sum(radio for _, radio in streak)
            if len(streak) >= 4 and (letters >= 2 or len(streak) >= 8):
                yield Finding("IDENTIFIER", streak[0][0].start(), streak[-1][0].end(), 0.6)
            streak = [(match, counts)] if counts is not None and not near else []


def _counts(word: str) -> bool | None:
    """Whether a word of a spelling is a letter's; None when it is no part of one."""
    if word in RADIO:
        return True
    return False if word in WORDS or len(word) == 1 or (word.isdigit() and len(word) <= 4) else None
