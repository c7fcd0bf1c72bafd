"""Card numbers and secret codes in a message: found so that the customer is warned and they are used for nothing."""

from __future__ import annotations

import re
from typing import Literal

from actions.parsing.text import normalise

Secret = Literal["card", "code"]

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]{1,4}){3,8}\b")
_RUN = re.compile(r"(?<![\w])\d(?:[ .,/_\-]{0,2}\d){12,18}(?![\w])")
_LENGTHS = frozenset({13, 14, 15, 16, 19})
_OTHER_CODES = (
    r"sort|post|zip|area|country|dialling|swift|bic|bank|branch|routing|promo|discount|voucher|referral|reason|error|"
    r"merchant|category|reference|qr"
)
_NAMED = re.compile(
    rf"(?<!\w)(?:(?<!\w)(?P<other>{_OTHER_CODES})[ -]?)?(?:pin|cvv2?|cvc2?|passcode|password|otp|tan|"
    r"(?:one[ -]time |security |verification |access |login |secret )?code)"
    r"(?:\s(?:number|is|was|it's|code))*\s?[:=]?\s?(?P<digits>\d{3,8})(?!\w|[.,]\d)",
    re.IGNORECASE,
)
_BARE = re.compile(r"[\s.!]*(?P<digits>\d{3}[ -]?\d{3})[\s.!]*")


def without_secrets(text: str) -> tuple[str, Secret | None]:
    """The message without a card number or code in it, and which of them it held; unchanged where it held none."""
    plain = normalise(text)
    card = next((match for match in _RUN.finditer(_IBAN.sub(_blank, plain)) if _is_card(match.group())), None)
    if card:
        return _cut(plain, *card.span()), "card"
    bare = _BARE.fullmatch(plain)
    if bare:
        return "", "code"
    named = next((match for match in _NAMED.finditer(plain) if not match["other"]), None)
    return (_cut(plain, *named.span("digits")), "code") if named else (text, None)


def _blank(match: re.Match[str]) -> str:
    return "x" * len(match.group())


def _cut(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}".strip()


def _is_card(run: str) -> bool:
    digits = [int(char) for char in run if char.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return len(digits) in _LENGTHS and 2 <= digits[0] <= 6 and sum(doubled) % 10 == 0 and len(set(digits)) > 1
