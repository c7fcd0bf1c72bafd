"""Domestic bank details: UK sort code and account number, US routing and account number, BIC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import runs
from common.privacy.recognizers.base import Finding, Recogniser, has_context, matches

_SORT_CODE = re.compile(r"(?<![\d-])(?P<value>\d{2}([ \-–./_]?)\d{2}\2\d{2})(?![\d]|[-/.]\d)")
_SORT_CONTEXT = re.compile(r"\bso?r?t[ -]?cod\w{0,2}\b|\bs/c\b|\bsort\s?[:=]|\bbsb\b", re.IGNORECASE)
_DATE_SHAPED = re.compile(r"(?:0[1-9]|[12]\d|3[01])[-/.](?:0[1-9]|1[0-2])[-/.]\d\d$")
_ACCOUNT_CONTEXT = re.compile(
    r"\b(?:account|acct|acc|a/c)(?:\s?(?:number|num|no|nr|#))?\b|\baccnt\b|\biban\b|\bsort[ -]?code\b"
    r"|\bkonto(?:nummer|nr)?\b|\bcuenta\b|\bcompte\b|\bconto\b|\bconta\b|\brekening(?:nummer)?\b|\bclabe\b"
    r"|\bnumer konta\b",
    re.IGNORECASE,
)
_ROUTING_CONTEXT = re.compile(r"\b(?:routing|aba|rtn|transit|blz|bankleitzahl|bsb)\b", re.IGNORECASE)
_ORDER = re.compile(r"\b(?:order|ticket|ref|reference|tracking|case|parcel|invoice)\b|\bRF$", re.IGNORECASE)
_CREDITOR_REFERENCE = re.compile(r"\bRF$")  # ISO 11649: what a bill is paid under
_IFSC = re.compile(r"\b(?P<value>[A-Z]{4}0[A-Z0-9]{6})\b", re.IGNORECASE)
_BIC_PARTED = re.compile(
    r"\b(?:bic|swift)(?:/bic|/swift)?(?: code)?(?: is| would be|:)?\s"
    r"(?P<value>[A-Z]{4}[ -]?[A-Z]{2}[ -]?[A-Z0-9]{2}(?:[ -]?[A-Z0-9]{3})?)\b"
)
_BIC = re.compile(r"\b(?P<value>[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b", re.IGNORECASE)
_BIC_CONTEXT = re.compile(r"\b(?:bic|swift)\b", re.IGNORECASE)
_BIC_RIGHT_BEFORE = re.compile(r"\b(?:bic|swift)(?:/bic|/swift)?(?: code)?(?: is| would be|:)?\s$", re.IGNORECASE)
_COUNTRIES = frozenset(
    [
        "AD", "AE", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CN", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
        "FR", "GB", "GR", "HK", "HR", "HU", "IE", "IL", "IN", "IS", "IT", "JP", "KR", "LI", "LT", "LU", "LV",
        "MC", "MT", "MX", "NL", "NO", "NZ", "PL", "PT", "RO", "RS", "SA", "SE", "SG", "SI", "SK", "TH", "TR",
        "UA", "US", "ZA",
    ]
)  # fmt: skip
_BIC_WORDS = frozenset({"transfer", "transfers", "payments", "received", "business", "question", "tracking"})


class BankAccountRecogniser(Recogniser):
    """Shapes that mean something only beside their words, or beside each other."""

    entities = ("SORT_CODE", "ACCOUNT_NUMBER", "ROUTING_NUMBER", "BIC")

    def find(self, text: str) -> Iterator[Finding]:
        if not runs(text, stops=False) and not _BIC_CONTEXT.search(text):
            return
        sort_codes = list(_sort_codes(text))
        yield from sort_codes
        for run in runs(text):
            if _CREDITOR_REFERENCE.search(text, max(0, run.start - 3), run.start):
                continue
            size, span = len(run.digits), (run.start, run.end)
            ordered = _ORDER.search(text, max(0, run.start - 25), run.start)
            if size == 14 and not ordered and 6 in run.groups and len(run.groups) in (2, 4):
                yield Finding("ACCOUNT_NUMBER", *span)
            elif (size == 9 and _is_routing(run.digits) and has_context(_ROUTING_CONTEXT, text, *span)) or (
                size == 8 and _ROUTING_CONTEXT.search(text, max(0, run.start - 25), run.start)
            ):
                yield Finding("ROUTING_NUMBER", *span)
            elif 6 <= size <= 18 and not ordered:
                paired = size in (8, 14) and any(
                    max(code.start - run.end, run.start - code.end) < 40 for code in sort_codes
                )
                if paired or has_context(_ACCOUNT_CONTEXT, text, *span, reach=30):
                    yield Finding("ACCOUNT_NUMBER", *span, 0.7)
        yield from matches(_BIC_PARTED, text, "BIC", 0.8)
        for match in _IFSC.finditer(text):
            if sum(map(str.isdigit, match["value"])) >= 4:
                yield Finding("ROUTING_NUMBER", *match.span("value"), 0.85)
        for match in _BIC.finditer(text):
            value = match["value"]
            marked = has_context(_BIC_CONTEXT, text, *match.span(), reach=20) and value.lower() not in _BIC_WORDS
            close = _BIC_RIGHT_BEFORE.search(text, max(0, match.start() - 20), match.start())
            if marked and (
                value.isupper() or any(map(str.isdigit, value)) or (close and value[4:6].upper() in _COUNTRIES)
            ):
                yield Finding("BIC", *match.span("value"), 0.8)


def _sort_codes(text: str) -> Iterator[Finding]:
    for match in _SORT_CODE.finditer(text):
        value, dashed = match["value"], match[2] in ("-", "–")
        followed = re.match(r"\W{1,12}(?:and\s)?(?:account|acc|a/c)?[^\d\n]{0,20}\d{8}(?!\d)", text[match.end() :][:60])
        if (
            has_context(_SORT_CONTEXT, text, *match.span())
            or (dashed and not _DATE_SHAPED.match(value))
            or (match[2] and followed)
        ):
            yield Finding("SORT_CODE", *match.span("value"))


def _is_routing(digits: str) -> bool:
    weights = (3, 7, 1) * 3
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 10 == 0
