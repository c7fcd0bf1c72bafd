"""What a message says of the customer's accounts at another bank: whether it means them, links them or unlinks them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from actions.parsing.text import normalise

Wish = Literal["link", "unlink", "pay"]

_NOT = re.compile(r"\b(?:not|never|don't|dont|won't|payees?|beneficiar\w+|recipients?|cards?|standing orders?|"
                  r"direct debits?|payments?|transfers?|transactions?)\b")  # fmt: skip
_LINK = re.compile(
    r"\b(?:(?:re)?link|(?:re)?connect|hook up)\b|\b(?:add|renew|bring in)\b.{0,40}\b(?:accounts?|permission|consent)\b"
)
_UNLINK = re.compile(
    r"\b(?:unlink|disconnect)\b|\b(?:stop|end|withdraw|revoke|cancel|remove|delete)\b.{0,40}"
    r"\b(?:links?|linked|permission|consent|access|connection|reading|showing|sharing)\b"
)
_PAY = re.compile(r"^(?:(?:please|can|could|i|you|we|want|would|like|to|need|i'd|just)\s)*(?:pay|send|transfer|wire)\b")
_ANY_OTHER = r"(?:another|other|different|second|linked|external)\s(?:bank(?:'?s)?|(?:bank\s)?accounts?)"


def linking(text: str, bank: str) -> Wish | None:
    """The wish to link an account at another bank, to end that, or to pay from it; `bank` is what customers call it."""
    said = _read(text)
    if _PAY.search(said) and _from(bank).search(said):
        return "pay"
    if _NOT.search(said) or not (_named(bank).search(said) or re.search(rf"\b{_ANY_OTHER}\b", said)):
        return None
    if _UNLINK.search(said):
        return "unlink"
    return "link" if _LINK.search(said) else None


def elsewhere(text: str, bank: str) -> bool:
    """Whether a question is about what the customer has at the other bank; money sent to it is not there."""
    return bool(_meant(bank).search(_read(text)))


def _read(text: str) -> str:
    return normalise(text).casefold()


@lru_cache(maxsize=8)
def _named(bank: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(_read(bank))}(?!\w)")


@lru_cache(maxsize=8)
def _from(bank: str) -> re.Pattern[str]:
    return re.compile(rf"\bfrom\s(?:(?:the|my|an?)\s)?(?:{re.escape(_read(bank))}|{_ANY_OTHER})(?!\w)")


@lru_cache(maxsize=8)
def _meant(bank: str) -> re.Pattern[str]:
    name = rf"(?:{re.escape(_read(bank))}|{_ANY_OTHER})"
    things = r"(?:accounts?|balances?|transactions?|payments?|direct debits?|standing orders?|money)"
    return re.compile(rf"\b(?:at|from|with|in|on|of|my)\s(?:(?:the|my|an?)\s)?{name}(?!\w)|(?<!\w){name}\s{things}\b")
