"""Numbers that become a secret only with what was said before or will be said next.

A card number given in two messages is harmless in neither, so digits at the edge of a message are held back
unless they are plainly an amount, a year or an order number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from common.privacy import announced
from common.privacy.announced import mask_labelled as mask_labelled
from common.privacy.digits import Run, runs
from common.privacy.normalise import Normalised, normalise

NUMBER = "<NUMBER>"
CODE = "<CODE>"
ADDRESS = "<ADDRESS>"

_ORDER = re.compile(
    r"\b(?:order|ticket|ref|reference|tracking|case|parcel|invoice|request)\b[^\d\n]{0,20}$", re.IGNORECASE
)
_AMOUNT_WORD = re.compile(
    r"\b(?:send|pay|transfer|top|withdraw|exchange|convert|move|spend|spent|deposit|add|make it|limit|for|over|under"
    r"|than|about|around|least|most|amount|it|to|by|of|was|is|cost|charged|up|with|only|just|another|change)\s{1,3}$",
    re.IGNORECASE,
)
_YEAR_WORD = re.compile(
    r"\b(?:in|since|year|of|from|to|until|till|for|during|and|before|after|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?"
    r"|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)\s{1,3}$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_PIECE = re.compile(
    r"\b(?:begins?|starts?|first|second|third|half|part|rest|remaining|next|then|followed|continues?|piece"
    r"|bit|block|group)\b",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\b(?:cards?|account|iban|digits?|half|part|rest|remaining|number|visa|mastercard|begins?|starts?)\b",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"\b(?:ending(?: in| with)?|ends(?: in| with)?|last (?:four|4)(?: digits)?(?: are| is)?)\W{0,3}$", re.IGNORECASE
)


# The country and check digits of an IBAN, of which the rest is still to come.
_IBAN_BEGUN = re.compile(r"\b[A-Z]{2}[ -]?<(?:ACCOUNT_NUMBER|NUMBER|IDENTIFIER|CODE)\b", re.IGNORECASE)
_LEAD = r"\W*(?:(?:the|my|it|iban|it's|starts?|begins?|with|is|then|and|next|first|ok|so)\W+)*"
_COUNTRY = re.compile(rf"{_LEAD}(?P<value>(?-i:[A-Z]{{2}})[ -]?\d{{2}}(?:[ -]?[A-Z0-9]{{4}})*)\W*", re.IGNORECASE)
_COUNTRY_NAMED = re.compile(r"\biban\b[^.\n<>]{0,30}\b(?P<value>[A-Z]{2}[ -]?\d{2})\b", re.IGNORECASE)
# A street without its number, which comes in another message.
_STREET = re.compile(
    r"\b(?:(?:my|our|the new) (?:street|road|lane|house)(?: name)?|(?:street|road|house) name"
    r"|street)(?: is called| is|:)\s"
    r"(?P<value>(?!(?:closed|blocked|wrong|not|in|on|at|a|the same|missing|misspelt|too)\b)[^\n,.;!?<>]{3,40})",
    re.IGNORECASE,
)
_LETTERS = re.compile(rf"{_LEAD}(?P<value>(?-i:[A-Z]{{2,6}}))\W*", re.IGNORECASE)
_MIXED = re.compile(r"(?<![\w<])(?=\w{0,30}\d)(?=\w{0,30}[A-Za-z])[A-Za-z0-9]{4,34}(?![\w>])")


# "the code starts with 48", "the last three of my social are 112".
_SHY = (
    r"(?<!sort )(?<!error )(?<!area )(?<!country )(?<!promo )"
    r"(?:code|otp|pin|passcode|ssn|social(?: security)?|iban|cvv|cvc)"
)
_PART_OF = re.compile(
    rf"\b{_SHY}\b[^.!?\n]{{0,30}}\b(?:starts?|begins?|first|last|second|third|middle|part|half|bit|ends?)\b"
    r"(?:\s(?:with|in|is|are|digits?|numbers?|two|three|four|half|part|bit))*\W{1,3}$"
    rf"|\b(?:first|second|third|last|middle|next|start|beginning|end|rest|half|part|bit)\b[^.!?\n]{{0,30}}\b{_SHY}\b"
    r"(?:\snumber)?(?:\s(?:is|are|was))?\W{1,3}$"
    rf"|\b(?:my|the) {_SHY}(?:\snumber)? is\W{{1,3}}$|\b(?:ssn|social security(?: number)?|otp|passcode)\s?[:=]\s?$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s?(?:times|days?|weeks?|months?|hours?|minutes?|digits?|attempts?|%|pounds|euros|characters)", re.IGNORECASE
)
_SHORT = 120
# Nothing but an order word beside the digits.
_GIVEN_AS_PIECE = re.compile(
    r"\W*(?:(?:then|and|next|first|second|third|last|finally|lastly|bit|part|half|piece|the|is|it|starts?|begins?|with"
    r"|followed by|ends?|in|rest|middle|dann|puis|luego|poi)\W*)+",
    re.IGNORECASE,
)


@dataclass
class Heard:
    """What the last messages left open: `numbers`, turns for which digits may continue a number; `label`, the kind
    of secret that was named without its value, waited for `turns` more messages; `small`, messages in a row that
    were a digit or two and nothing else."""

    numbers: int = 0
    label: str | None = None
    small: int = 0
    turns: int = 0

    def then(self, text: str | None) -> Heard:
        """After one more message of the customer, as it is stored."""
        plain = text or ""
        label, turns = announced.left_open(plain), announced.TURNS
        if label is None and self.label and self.turns > 1:
            hit = f"<{self.label.partition('_LATER')[0].partition('_PART')[0]}>" in plain
            label, turns = announced.later(self.label), announced.TURNS if hit else self.turns - 1
        return Heard(
            announced.TURNS if NUMBER in plain or _IBAN_BEGUN.search(plain) else max(0, self.numbers - 1),
            label,
            self.small + 1 if re.fullmatch(rf"\W*(?:\d{{1,2}}|{NUMBER})\W*", plain) else 0,
            turns if label else 0,
        )


def mask_code(text: str) -> str:
    """`text`, the answer to a question for a code, without any number of three digits or more."""
    view = normalise(text)
    spans = [(run.start, run.end) for run in runs(view.text, stops=False) if len(run.digits) >= 3]
    if not spans and len(view.text.split()) <= 2 and any(map(str.isdigit, view.text)):
        return CODE
    return _replace(text, view, spans, CODE)


def mask_fragments(text: str, *, after_fragment: bool, amount_asked: bool, digit_by_digit: bool = False) -> str:
    """Already scrubbed `text` without digits that may be part of a longer secret.

    `after_fragment`: one of the customer's last messages ended in such digits; `amount_asked`: the open question
    is for an amount; `digit_by_digit`: the last messages were a digit or two each.
    """
    view = normalise(text)
    if digit_by_digit and not amount_asked and re.fullmatch(r"\W*\d{1,2}\W*", view.text):
        return NUMBER
    spans = [
        (run.start, run.end)
        for run in runs(view.text)
        if _is_fragment(run, view.text, after_fragment=after_fragment, amount_asked=amount_asked)
    ]
    if street := _STREET.search(view.text):
        return _replace(text, view, [street.span("value")], ADDRESS)
    if not spans and (begun := _COUNTRY.fullmatch(view.text) or _COUNTRY_NAMED.search(view.text)):
        return _replace(text, view, [begun.span("value")], NUMBER)
    if after_fragment and (letters := _LETTERS.fullmatch(view.text)):
        return _replace(text, view, [letters.span("value")], NUMBER)
    if after_fragment:
        mixed = (match.span() for match in _MIXED.finditer(view.text))
        spans += [span for span in mixed if not any(start < span[1] and span[0] < end for start, end in spans)]
    return _replace(text, view, sorted(spans), NUMBER)


def _is_fragment(run: Run, text: str, *, after_fragment: bool, amount_asked: bool) -> bool:
    size, before, after = len(run.digits), text[max(0, run.start - 40) : run.start], text[run.end :]
    if size >= 2 and _PART_OF.search(text[max(0, run.start - 70) : run.start]) and not _COUNTED.match(after):
        return True
    if after_fragment and announced.value_span(text, 8):
        return True
    if size < 3 or _ORDER.search(before) or (size == 4 and _ENDING.search(before)):
        return False
    single = len(run.groups) == 1
    bare = not any(map(str.isalpha, text[: run.start] + after)) or (
        len(text) <= _SHORT and _GIVEN_AS_PIECE.fullmatch(text[: run.start] + after)
    )
    if amount_asked and size <= 7 and len(run.groups) <= 2:
        return False
    if size == 4 and _YEAR.match(run.digits) and _YEAR_WORD.search(before):
        return False
    if bare or (after_fragment and size >= 3):
        return True
    if single and size <= 6 and _AMOUNT_WORD.search(before):
        return False
    trailing = not any(map(str.isalnum, after))
    hinted = bool(_HINT.search(before) or _HINT.search(after[:40]))
    piece = bool(_PIECE.search(before) or _PIECE.search(after[:40]))
    return (size >= 4 and (trailing or piece)) or (size >= 5 and hinted) or (size >= 8 and not single)


def _replace(text: str, view: Normalised, spans: list[tuple[int, int]], placeholder: str) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        first, last = view.original_span(start, end)
        pieces += [text[at:first], placeholder]
        at = last
    return "".join([*pieces, text[at:]])
