"""Whom a sentence is about: the words after "to" or "pay", stripped of everything that is not a name."""

from __future__ import annotations

import re

from actions.parsing.amounts import without_amounts
from actions.parsing.text import normalise, tokens, words

_STOP = (
    r"(?=\s(?:for|from|please|pls|on|tomorrow|today|tonight|now|via|using|with|by|asap|out|as|instead|rather|not|and|"
    r"in|at|because|his|her|their|ok|okay|thanks|thx|who|that|again|quick|quickly|straight|before|account|iban|"
    r"every|each|once|daily|weekly|monthly|yearly|starting|next|this|later|or|all|half|everything|whatever|the rest|"
    r"pounds?|quid|euros?|dollars?|gbp|eur|usd)\b"
    r"|\s-\s|[,.;:!?]|$)"
)
_NAME = rf"(?P<name>[^\W\d_][\w'.\- ]{{0,60}}?){_STOP}"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:payee|recipient|beneficiary)\s(?:should be|is|to be|to|as|=|:)\s?{_NAME}",
        rf"\bto\s{_NAME}",
        rf"\b(?:pay|send|transfer|wire|give|zap|owe|move|meant|mean)\s{_NAME}",
    )
)
_LEAD = re.compile(
    r"^(?:(?:no|nope|sorry|oops|actually|wait|hold on|ok|okay|hi|hello|please|pls|to|pay|send|transfer|wire|give|"
    r"it's|it|money|some|the|my|our|is|its|make|be|change|should|i|meant|mean|want|would|like|payee|recipient|called|"
    r"that|him|her|them|cash|funds|a|an|für|for|friend|sister|brother|mum|mom|dad|mate|flatmate|landlord|boss)"
    r"(?![\w'])[\s,:\-]*)+",
    re.IGNORECASE,
)
_CONTRAST = re.compile(r"\b(?:not|instead of|rather than)\s(?:to\s)?[^\s,.;!?]+|\binstead\b", re.IGNORECASE)
_CHANGED_FROM = re.compile(r"\b(?:change|from|switch)\s[^\s,.;!?]+\s(?=to\s)", re.IGNORECASE)
_NOBODY = words(
    "someone somebody person people friend friends money cash account payee recipient transfer payment amount "
    "date else other wrong different it that this them him her me myself something anything everything abroad "
    "bank one change "
)


def find_person(text: str) -> str | None:
    """The name a transfer's sentence gives ("send 25 quid to my sister Jo" -> "Jo"); None where none is clear."""
    plain = without_amounts(without_contrast(text))
    for pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            name = only_name(match["name"])
            if name:
                return name
    return None


def only_name(text: str) -> str | None:
    """A short answer without its padding ("it's my sister Jo please" -> "Jo"); None if no name can be left."""
    plain = without_amounts(without_contrast(text)).strip(" .,!?;:-")
    plain = re.sub(r"\s(?:please|pls|thanks|thank you|thx|now|bitte|danke)$", "", plain, flags=re.IGNORECASE)
    name = _LEAD.sub("", plain).strip(" .,!?;:-")
    said = tokens(name)
    if not said or len(said) > 5 or all(word in _NOBODY for word in said) or not re.search(r"[^\W\d_]{2}", name):
        return None
    return name


def without_contrast(text: str) -> str:
    """`text` without the value it takes back: "Mia not Max" -> "Mia", "change 50 to 55" -> "to 55"."""
    return normalise(_CHANGED_FROM.sub("", _CONTRAST.sub("", normalise(text))))
