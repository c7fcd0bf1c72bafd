"""Telephone numbers: international, national with a leading zero, and anything named as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import Run, runs
from common.privacy.recognizers.base import Finding, Recogniser, has_context

_CONTEXT = re.compile(
    r"\b(?:phone|mobile|mob|cell|tel|telephone|whatsapp|call|ring|text|sms|landline|fax|contact|handset|fone"
    r"|fon|handy|telefon\w{0,6}|telefono|portable|numero|cellulare|movil|komorka|celular|phone number)\b",
    re.IGNORECASE,
)
_PLUS = re.compile(r"(?:\bplus\s|[+(]{1,3})$", re.IGNORECASE)
_ORDER = re.compile(r"\b(?:order|ticket|ref|reference|tracking|case|parcel|invoice|account|sort)\b", re.IGNORECASE)


class PhoneRecogniser(Recogniser):
    """Judges each run of digits by its prefix, its length and the words about it."""

    entities = ("PHONE_NUMBER",)

    def find(self, text: str) -> Iterator[Finding]:
        for run in runs(text):
            if 7 <= len(run.digits) <= 15 and _is_phone(run, text):
                start = run.start
                plus = _PLUS.search(text, max(0, start - 8), start)
                start = plus.start() if plus else start
                yield Finding("PHONE_NUMBER", start, run.end, 0.75)
            elif len(run.digits) > 9:
                yield from _fields(run, text)


def _fields(run: Run, text: str) -> Iterator[Finding]:
    """Numbers that stand in a record beside a postcode or another number."""
    fields = run.fields(text)
    for field in fields if len(fields) > 1 else []:
        if 7 <= len(field.digits) <= 15 and _is_phone(field, text):
            plus = _PLUS.search(text, max(0, field.start - 8), field.start)
            yield Finding("PHONE_NUMBER", plus.start() if plus else field.start, field.end, 0.75)


def _is_phone(run: Run, text: str) -> bool:
    before = text[max(0, run.start - 3) : run.start].rstrip(" (")
    if before.endswith("+") and len(run.digits) >= 8:
        return True
    if _ORDER.search(text, max(0, run.start - 25), run.start):
        return False
    if run.digits.startswith("00") and len(run.digits) >= 11:
        return True
    if run.digits.startswith("0") and len(run.digits) in (10, 11, 12):
        return True
    shaped = re.match(r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$", text[max(0, run.start) : run.end]) is not None
    return shaped or has_context(_CONTEXT, text, run.start, run.end, reach=30)
