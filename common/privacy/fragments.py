"""Numbers that become a secret only with what was said before or will be said next.

A card number given in two messages is harmless in neither, so digits at the edge of a message are held back
unless they are plainly an amount, a year or an order number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from common.privacy.digits import Run, runs
from common.privacy.normalise import Normalised, normalise

NUMBER = "<NUMBER>"
CODE = "<CODE>"

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
    r"\b(?:begins?|starts?|first|second|third|half|part|rest|remaining|next|then|followed|continues?|piece|bit|block|group)\b",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\b(?:cards?|account|iban|digits?|half|part|rest|remaining|number|visa|mastercard|begins?|starts?)\b",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"\b(?:ending(?: in| with)?|ends(?: in| with)?|last (?:four|4)(?: digits)?(?: are| is)?)\W{0,3}$", re.IGNORECASE
)


# A message that ends in the word for a secret, whose value the next one brings.
_LABELS = (
    (
        "PASSWORD",
        r"pass ?words?|passwd|pwd|pass ?phrase|memorable word|security answer|passwort|mot de passe|contrasena",
    ),
    ("PIN", r"pin|passcode"),
    ("CVV", r"cvv2?|cvc2?|security code|(?:digits|number|code) on the back"),
    ("CODE", r"(?:otp|one[ -]time (?:code|password)|(?:verification |access )?code)"),
    ("CARD_EXPIRY", r"expiry(?: date)?|expires|valid until"),
    (
        "ACCOUNT_NUMBER",
        r"sort code|(?:account|routing|card|passport|licence|phone|social security)"
        r"(?: number| no)?|iban|ssn",
    ),
    ("PERSON", r"my (?:(?:full|first|last|maiden) )?name|(?:payee|beneficiary|sur|first |last )name"),
    ("DATE_OF_BIRTH", r"birth ?day|date of birth|dob|born(?: on)?"),
)
_LEFT_OPEN = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in _LABELS)})"
    r"(?:\s(?:number|is|was|are|it's|to|as|will be|would be|should be|coming(?: up)?|please|now"
    r"|ok))?\s?[?!:=.…-]{0,5}\s{0,5}$",
    re.IGNORECASE,
)
_TURNS = 3
# The next message is a name when it is a few words and none of these.
_NAME_WORDS = 5
_NAME_WORD = re.compile(r"(?<![<\w])(?!(?:is|it's|its|it|mr|mrs|ms|dr)\b)[^\W\d_][^\s,.!?<>]*", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\d|<|\b(?:ok|okay|thanks|thank|yes|no|never|mind|help|what|why|how|please|wait|sorry|hello|hi|changed|wrong|card"
    r"|account|balance|transfer|send|pay|the|not|i|you|can|do|does|cancel|stop)\b",
    re.IGNORECASE,
)
# A message that gave a part of a secret: the next one brings another.
_PART_GIVEN = re.compile(
    r"\b(?:first|second|third|half|part|begins?|starts?)\b[^<>]{0,60}<(?P<kind>PIN|CVV|CODE|PASSWORD|SORT_CODE)>",
    re.IGNORECASE,
)
_PART = "_PART"
# The country and check digits of an IBAN, of which the rest is still to come.
_IBAN_BEGUN = re.compile(r"\b[A-Z]{2}[ -]?<(?:ACCOUNT_NUMBER|NUMBER|IDENTIFIER|CODE)\b", re.IGNORECASE)
_MIXED = re.compile(r"(?<![\w<])(?=\w{0,30}\d)(?=\w{0,30}[A-Za-z])[A-Za-z0-9]{4,34}(?![\w>])")


@dataclass
class Heard:
    """What the last messages left open: `numbers`, turns for which digits may continue a number; `label`, the kind
    of secret that was named without its value; `small`, messages in a row that were a digit or two and nothing else."""

    numbers: int = 0
    label: str | None = None
    small: int = 0

    def then(self, text: str | None) -> Heard:
        """After one more message of the customer, as it is stored."""
        plain = text or ""
        left_open, part = _LEFT_OPEN.search(plain), _PART_GIVEN.search(plain)
        label = left_open.lastgroup if left_open else None
        return Heard(
            _TURNS if NUMBER in plain or _IBAN_BEGUN.search(plain) else max(0, self.numbers - 1),
            f"{part['kind'].upper()}{_PART}" if part and not label else label,
            self.small + 1 if re.fullmatch(rf"\W*(?:\d{{1,2}}|{NUMBER})\W*", plain) else 0,
        )


def mask_labelled(text: str, kind: str) -> str:
    """`text`, which follows a message that named a secret of this `kind`, without what may be its value."""
    words = text.split()
    if kind == "PASSWORD":
        telling = [word for word in words if not word.isalpha() and not word.startswith("<")]
        if len(words) == 1:
            return "<PASSWORD>"
        return re.sub("|".join(map(re.escape, telling)), "<PASSWORD>", text) if telling and len(words) <= 6 else text
    if kind == "PERSON":
        return _NAME_WORD.sub("<PERSON>", text) if len(words) <= _NAME_WORDS and not _NO_NAME.search(text) else text
    view = normalise(text)
    least = 1 if kind.endswith(_PART) else 4 if kind == "ACCOUNT_NUMBER" else 3
    spans = [(run.start, run.end) for run in runs(view.text, stops=False) if len(run.digits) >= least]
    return _replace(text, view, spans, f"<{kind.removesuffix(_PART)}>")


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
    if after_fragment:
        mixed = (match.span() for match in _MIXED.finditer(view.text))
        spans += [span for span in mixed if not any(start < span[1] and span[0] < end for start, end in spans)]
    return _replace(text, view, sorted(spans), NUMBER)


def _is_fragment(run: Run, text: str, *, after_fragment: bool, amount_asked: bool) -> bool:
    size, before, after = len(run.digits), text[max(0, run.start - 40) : run.start], text[run.end :]
    if size < 3 or _ORDER.search(before) or (size == 4 and _ENDING.search(before)):
        return False
    single = len(run.groups) == 1
    bare = not any(map(str.isalpha, text[: run.start] + after))
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
