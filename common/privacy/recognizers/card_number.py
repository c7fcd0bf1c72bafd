"""Payment card numbers (PAN): every network, 13 to 19 digits, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import STOPS, Run, luhn, runs
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
_STRICT = re.compile(r"4|5|6|3[045789]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|220[0-4]")
_GROUP = re.compile(r"(?<!\d)\d{2,8}(?!\d)")
_ORDINAL = re.compile(r"(?m)(?:^|(?<=[\s(]))\d{1,2}[.):]\s(?=\d{3,6}(?!\d))")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BACKWARDS = re.compile(
    r"(?:\bbackwards?|\brevers(?:ed?|ing)|\b(?:back to front|from the end|from right to left|mirrored"
    r"|other way (?:a?round)"
    r"|ruckwarts|umgekehrt|a l'envers|al reves|al contrario|wspak)\b)",
    re.IGNORECASE,
)
# Letters that pass for digits; a token of them counts when the rest of it is digits and the check digit is right.
_LETTERS, _FIGURES = "oOQDθΘσlIi|!zZEeЗзAЧчSs$GbбьЬTtBßgqPp", "0000000111112233334445556666677889999"
_LEET = str.maketrans(_LETTERS, _FIGURES)
_LEET_TOKEN = re.compile(rf"(?<![^\W_])(?=[^ ]{{0,18}}\d)[0-9{_LETTERS}](?:[ .-]?[0-9{_LETTERS}]){{12,22}}(?![^\W_])")
_LEAST_FIGURES = 9
_UNBROKEN = re.compile(r"\d{13,}")
_SPREAD_GAP = 40
_CONTEXT = re.compile(
    r"\b(?:card(?:s|number|no)?|carte|karten?\w{0,8}|tarjeta|carta|cartao|visa|mastercard|maestro|amex|pan"
    r"|debit|credit|long number|digits)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\b(?:order|ticket|ref|reference|tracking|case|parcel|transaction id)\W", re.IGNORECASE)


class CardNumberRecogniser(Recogniser):
    """Slides windows that pass Luhn and a network's prefix and length over every run of digits.

    A number of a card's shape beside words about cards counts even when Luhn fails: a typing error does
    not make it public.
    """

    entities = ("CARD_NUMBER",)

    def find(self, text: str) -> Iterator[Finding]:
        found = [finding for run in runs(text) for finding in _windows(run) if _may_be_card(finding, run, text)]
        found += [finding for run in runs(text, stops=False) for finding in _whole(run)]
        found += [finding for run in runs(text) for finding in _unchecked(run, text)]
        found += [finding for run in runs(text) for finding in _backwards(run, text)]
        yield from found
        yield from _spread(text)
        yield from _leet(text)


def _may_be_card(finding: Finding, run: Run, text: str) -> bool:
    """Not a part of what is called the number of an order or of a parcel."""
    whole = finding.start == run.start and finding.end == run.end
    return whole or not _ORDER.search(text, max(0, run.start - 30), run.start)


def _windows(run: Run) -> Iterator[Finding]:
    start = 0
    while start + 13 <= len(run.digits):
        longest = min(19, len(run.digits) - start)
        lengths = _by_likelihood(run, start, longest)
        length = next((n for n in lengths if _is_card(run, start, n)), None)
        if length is None:
            start += 1
            continue
        first = max((group for group in run.groups if group <= start), default=start)
        if start - first <= 3:  # the digits before it in the same group belong to it
            yield Finding("CARD_NUMBER", run.spans[first][0], run.spans[start + length - 1][1], 1.0)
        else:
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
    """Groups of three to six digits with words between them ("4111 followed by 1111 ..."), or in a numbered list."""
    numbering = {position for match in _ORDINAL.finditer(text) for position in range(*match.span())}
    stopped = [match.span() for match in STOPS.finditer(text)]
    groups = [
        match.span()
        for match in _GROUP.finditer(text)
        if match.start() not in numbering
        and not any(start < match.end() and match.start() < end for start, end in stopped)
    ]
    for first in range(len(groups)):
        digits = ""
        for last in range(first, min(first + 6, len(groups))):
            if last > first and groups[last][0] - groups[last - 1][1] > _SPREAD_GAP:
                break
            digits += text[slice(*groups[last])]
            if len(digits) in (14, 15, 16, 18, 19) and _STRICT.match(digits) and luhn(digits) and _is_issued(digits):
                yield Finding("CARD_NUMBER", groups[first][0], groups[last][1], 0.9)


def _unchecked(run: Run, text: str) -> Iterator[Finding]:
    """A card's shape though the check digit is wrong: beside words about cards, or written as cards are."""
    if not 13 <= len(run.digits) <= 19 or _ORDER.search(text, max(0, run.start - 30), run.start):
        return
    if has_context(_CONTEXT, text, run.start, run.end) or _is_grouped_as_card(run):
        yield Finding("CARD_NUMBER", run.start, run.end, 0.8)


def _is_grouped_as_card(run: Run) -> bool:
    in_fours = len(run.digits) in (15, 16) and set(run.sizes[:-1]) == {4} and len(run.sizes) == 4
    return (in_fours and not _is_years(run)) or run.sizes in ([4, 6, 5], [4, 6, 4])


def _is_years(run: Run) -> bool:
    return all(_YEAR.fullmatch(run.digits, at, at + 4) for at in range(0, len(run.digits), 4))


def _backwards(run: Run, text: str) -> Iterator[Finding]:
    """Digits that the sentence says are to be read from the end, and a card's read so in silence."""
    if len(run.digits) >= 3 and has_context(_BACKWARDS, text, run.start, run.end, reach=60):
        if len(run.digits) >= 6 and not _ORDER.search(text, max(0, run.start - 20), run.start):
            announced = _BACKWARDS.search(text, run.end, run.end + 14)
            yield Finding("CARD_NUMBER", run.start, announced.end() if announced else run.end, 1.0)
    elif len(run.digits) in (15, 16, 19) and _STRICT.match(run.digits[::-1]) and _is_card_backwards(run):
        yield Finding("CARD_NUMBER", run.start, run.end, 0.8)


def _is_card_backwards(run: Run) -> bool:
    digits = run.digits[::-1]
    return len(set(digits)) > 1 and luhn(digits) and _is_issued(digits) and not _is_years(run)


def _leet(text: str) -> Iterator[Finding]:
    """A card number some of whose digits are typed as the letters that look like them."""
    for match in _LEET_TOKEN.finditer(text):
        ends = [cut.start() for cut in re.finditer(r"[ .-]|$", match.group())]
        for end in reversed(ends):  # the words that follow may be of such letters too
            if match.group()[:end].rsplit(" ", 1)[-1].isalpha():
                continue
            written = re.sub(r"[ .-]", "", match.group()[:end])
            digits = written.translate(_LEET)
            figures = sum(map(str.isdigit, written)) if 13 <= len(digits) <= 19 else 0
            sure = figures >= 7 and luhn(digits) and _is_issued(digits)
            if sure or (figures >= _LEAST_FIGURES and has_context(_CONTEXT, text, match.start(), match.start() + end)):
                yield Finding("CARD_NUMBER", match.start(), match.start() + end, 0.9)
                break


def holds_card_number(identifier: str) -> bool:
    """Whether a Luhn window that a network could have issued stands in the unbroken digits of an identifier."""
    unbroken = (run for match in _UNBROKEN.finditer(identifier) for run in runs(match.group(), stops=False))
    return any(True for run in unbroken for _ in _windows(run))
