"""Numbers by which states know people: NI number, SSN, passport, driving licence, tax ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import runs
from common.privacy.recognizers.base import Finding, Recogniser, has_context

_S = r"[\s.,_/|-]{0,3}"
_NI = re.compile(
    rf"\b(?P<value>[A-Z]{_S}[A-Z]{_S}"
    rf"(?:\d{_S}){{6}}[A-D])\b",
    re.IGNORECASE,
)
_SSN = re.compile(r"(?<![\d-])(?P<value>(?!000|666|9)\d{3}([-. _/])(?!00)\d{2}\2(?!0000)\d{4})(?![\d-])")
_SSN_CONTEXT = re.compile(r"\b(?:ssn|soc(?:ial)?\.? sec\w{0,8}|social)\b", re.IGNORECASE)
_PASSPORT_CONTEXT = re.compile(
    r"\b(?:passports?|pasaporte|passeport|reisepass\w{0,8}|passaporto|passaporte|paspoort|paszport)\b", re.IGNORECASE
)
_LICENCE_CONTEXT = re.compile(
    r"\b(?:driv\w{1,5}\W{0,3}(?:licen[cs]e)?|licen[cs]e|dvla|dl|fuhrerschein\w{0,8}|permis|carnet de conducir"
    r"|patente|rijbewijs|prawo jazdy)\b",
    re.IGNORECASE,
)
_TAX_CONTEXT = re.compile(
    r"\b(?:tax (?:id\w{0,12}(?: (?:number|no))?|number|no|ref\w{0,6})|tin|utr|itin"
    r"|nif|nie|steuer(?:id|nummer)?|pesel|codice fiscale|vat|"
    r"nin|dni|cpf|cnpj|curp|rfc|nir|insee|secu\w{0,8}|cf|personnummer|personalausweis\w{0,8}"
    r"|ausweis\w{0,8}|medicare|sin|tfn"
    r"|abn|oib|cnp|sozialversicherung\w{0,10}|rentenversicherung\w{0,10}|ahv|identifiant fiscal|numero fiscal"
    r"|pan(?: no| number)?|"
    r"national (?:id|insurance)|identity (?:card|number)|id (?:card|number|no)|aadhaar|pan card|bsn|nhs)\b",
    re.IGNORECASE,
)
_KINDS = (("PASSPORT", _PASSPORT_CONTEXT), ("DRIVING_LICENCE", _LICENCE_CONTEXT), ("TAX_ID", _TAX_CONTEXT))
_DRIVING = re.compile(r"\b(?P<value>[A-Z9]{5}\s?\d{6}\s?[A-Z9]{2}\s?\d[A-Z]{2})\b", re.IGNORECASE)
# Shapes that are hardly anything else: Indian PAN, Italian fiscal code, Spanish DNI and NIE.
_SHAPED = re.compile(
    r"\b(?P<value>[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]|[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]|[XYZ]\d{7}[A-Z]"
    r"|\d{8}-?[A-HJ-NP-TV-Z])\b"
)
# "AA 693335": letters with a space before the digits.
_SERIES = re.compile(r"(?<![^\W_])(?P<value>[A-Z]{1,3})[ .-]?$", re.IGNORECASE)
_NO_SERIES = frozenset(
    [
        "is",
        "no",
        "my",
        "nr",
        "id",
        "to",
        "it",
        "of",
        "in",
        "on",
        "at",
        "a",
        "i",
        "the",
        "ist",
        "est",
        "es",
        "e",
        "to",
        "no:",
        "was",
        "my",
        "and",
        "und",
    ]
)
_LEAST_DIGITS = 4
_ALNUM = re.compile(r"\b(?=[A-Z0-9]{0,15}\d)(?P<value>[A-Z0-9](?:[ -]?[A-Z0-9]){5,17})\b", re.IGNORECASE)


class NationalIdRecogniser(Recogniser):
    """Unmistakable shapes anywhere; the others beside the name of the document."""

    entities = ("NI_NUMBER", "SSN", "PASSPORT", "DRIVING_LICENCE", "TAX_ID")

    def find(self, text: str) -> Iterator[Finding]:
        if not runs(text):
            return
        for match in _NI.finditer(text):
            yield Finding("NI_NUMBER", *match.span("value"), 0.95)
        for match in _SSN.finditer(text):
            yield Finding("SSN", *match.span("value"), 0.9)
        for match in _DRIVING.finditer(text):
            yield Finding("DRIVING_LICENCE", *match.span("value"), 0.9)
        for run in runs(text):
            if len(run.digits) == 9 and has_context(_SSN_CONTEXT, text, run.start, run.end):
                yield Finding("SSN", run.start, run.end, 0.85)
            elif 6 <= len(run.digits) <= 16:
                yield from _beside(text, run.start, run.end, len(run.digits))
        for match in _ALNUM.finditer(text):
            start, end = _digit_words(match)
            yield from _beside(text, start, end, sum(map(str.isdigit, text[start:end])))
        for match in _SHAPED.finditer(text):
            yield Finding("TAX_ID", *match.span("value"), 0.8)


def _is_label(letters: str) -> bool:
    return letters.lower() in _NO_SERIES or any(context.search(letters) for _, context in _KINDS)


def _digit_words(match: re.Match[str]) -> tuple[int, int]:
    """The match without words of letters alone at its edges."""
    words = list(re.finditer(r"[A-Za-z0-9]+", match["value"]))
    while words and not any(map(str.isdigit, words[0].group())):
        words.pop(0)
    while words and not any(map(str.isdigit, words[-1].group())):
        words.pop()
    if not words:
        return match.start(), match.start()
    return match.start() + words[0].start(), match.start() + words[-1].end()


def _beside(text: str, start: int, end: int, digits: int) -> Iterator[Finding]:
    if digits < _LEAST_DIGITS:
        return
    series = _SERIES.search(text, max(0, start - 5), start)
    start = series.start("value") if series and not _is_label(series["value"]) else start
    for entity, context in _KINDS:
        if has_context(context, text, start, end, reach=30):
            yield Finding(entity, start, end, 0.8)
