"""Payment card numbers (PAN): every network, 13 to 19 digits, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import Run, luhn, runs
from common.privacy.recognizers.base import Finding, Recogniser, has_context

# First digits of the networks and the lengths they issue.
_NETWORKS = (
    (re.compile(r"4"), {13, 16, 18, 19}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|220[0-4]"), {16, 17, 18, 19}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"3(?:0|[689])"), {14, 16, 19}),
    (re.compile(r"35"), {16, 17, 18, 19}),
    (re.compile(r"50|5[6-9]|6"), set(range(13, 20))),
    (re.compile(r"8[12]|9"), {16}),
    (re.compile(r"1"), {15}),
)
_STRICT = re.compile(r"4|5|6|3[457]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720")
_GROUP = re.compile(r"(?<!\d)\d{3,8}(?!\d)")
_UNBROKEN = re.compile(r"\d{13,}")
_SPREAD_GAP = 40
_CONTEXT = re.compile(r"\b(?:cards?|visa|mastercard|maestro|amex|pan|debit|credit|long number|digits)\b", re.IGNORECASE)
_ORDER = re.compile(r"\b(?:order|ticket|ref|reference|tracking|case|parcel|transaction id)\W", re.IGNORECASE)


class CardNumberRecogniser(Recogniser):
    """Slides windows that pass Luhn and a network's prefix and length over every run of digits.

    A number of a card's shape beside words about cards counts even when Luhn fails: a typing error does
    not make it public.
    """

    entities = ("CARD_NUMBER",)

    def find(self, text: str) -> Iterator[Finding]:
        found = [finding for run in runs(text) for finding in _windows(run)]
        found += [finding for run in runs(text, stops=False) for finding in _whole(run)]
        found += [finding for run in runs(text) for finding in _mistyped(run, text)]
        yield from found
        yield from _spread(text)


def _windows(run: Run) -> Iterator[Finding]:
    start = 0
    while start + 13 <= len(run.digits):
        longest = min(19, len(run.digits) - start)
        lengths = _by_likelihood(run, start, longest)
        length = next((n for n in lengths if _is_card(run, start, n)), None)
        if length is None:
            start += 1
            continue
        yield Finding("CARD_NUMBER", run.spans[start][0], run.spans[start + length - 1][1], 1.0)
        start += length
        if 3 <= len(run.digits) - start <= 12:  # what follows at once is the expiry and the CVV
            yield Finding("CVV", run.spans[start][0], run.end, 0.95)


def _by_likelihood(run: Run, start: int, longest: int) -> list[int]:
    return sorted(range(13, longest + 1), key=lambda n: (not run.is_aligned(start, start + n), n != 16, -n))


def _is_card(run: Run, start: int, length: int) -> bool:
    digits = run.digits[start : start + length]
    return len(set(digits)) > 1 and luhn(digits) and _is_issued(digits)


def _is_issued(digits: str) -> bool:
    return any(prefix.match(digits) and len(digits) in lengths for prefix, lengths in _NETWORKS)


def _whole(run: Run) -> Iterator[Finding]:
    """A run that is a card as a whole, though parts of it look like dates or amounts."""
    if 13 <= len(run.digits) <= 19 and _STRICT.match(run.digits) and _is_card(run, 0, len(run.digits)):
        yield Finding("CARD_NUMBER", run.start, run.end, 1.0)


def _spread(text: str) -> Iterator[Finding]:
    """Groups of three to six digits with words between them ("4111 followed by 1111 ...")."""
    groups = [match.span() for run in runs(text) for match in _GROUP.finditer(text, run.start, run.end)]
    for first in range(len(groups)):
        digits = ""
        for last in range(first, min(first + 6, len(groups))):
            if last > first and groups[last][0] - groups[last - 1][1] > _SPREAD_GAP:
                break
            digits += text[slice(*groups[last])]
            if len(digits) in (15, 16) and _STRICT.match(digits) and luhn(digits) and _is_issued(digits):
                yield Finding("CARD_NUMBER", groups[first][0], groups[last][1], 0.9)


def _mistyped(run: Run, text: str) -> Iterator[Finding]:
    named = has_context(_CONTEXT, text, run.start, run.end)
    if 13 <= len(run.digits) <= 19 and named and not _ORDER.search(text, max(0, run.start - 20), run.start):
        yield Finding("CARD_NUMBER", run.start, run.end, 0.8)


def holds_card_number(identifier: str) -> bool:
    """Whether a Luhn window that a network could have issued stands in the unbroken digits of an identifier."""
    unbroken = (run for match in _UNBROKEN.finditer(identifier) for run in runs(match.group(), stops=False))
    return any(True for run in unbroken for _ in _windows(run))
