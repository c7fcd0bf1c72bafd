"""Numbers that name something: IBANs, account and card numbers, card endings, dates, one-time codes."""

from __future__ import annotations

import re

from stdnum import iban as stdnum_iban

from actions.parsing.text import normalise

_IBAN_LIKE = re.compile(r"\b[a-z]{2}\d{2}(?:[ .\-_/]?[a-z0-9]){10,34}", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE = (
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b|\b\d{{1,2}}/\d{{1,2}}\b|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b(?:\s\d{{4}}\b)?|"
    rf"\b{_MONTH}\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}}\b)?|\b\d{{1,2}}(?:st|nd|rd|th)\b"
)
_DATE = re.compile(DATE, re.IGNORECASE)
_SORT_CODE = re.compile(r"\b\d{2}-\d{2}-\d{2}\b(?:\W{1,3}\d{6,8}\b)?")  # with the account number that follows it
_LONG = re.compile(r"(?<![£€$\d.,])\b(?:\d[ \-]?){13,19}\b|\baccount\s(?:number\s|no\.?\s)?\d{6,12}\b", re.IGNORECASE)
_ENDING = re.compile(
    r"\b(?:ending|ends|tail|last four|last 4|card|account)\s(?:in\s|with\s|is\s|digits\s)?(?:\*+)?(\d{4})\b", re.I
)
_CODE = re.compile(r"(?<![\d£€$.,])(\d{3})[ \-]?(\d{3})(?![\d.,]\d|\d)")
_SPELT_CODE = re.compile(r"\d(?:[ \-]\d){5}")


class IbanProblem(Exception):
    """Something was meant as an IBAN, but its check digits do not fit."""


def find_iban(text: str) -> str | None:
    """The valid IBAN in `text`, compact and upper case; None if there is none.

    Raises IbanProblem where a text looks like one and fails ISO 7064 mod 97-10 or its country's length.
    """
    match = _IBAN_LIKE.search(normalise(text))
    if match is None:
        return None
    found = _valid_prefix(match.group())
    if found is None and sum(char.isdigit() for char in match.group()) >= 8:
        raise IbanProblem
    return found[0] if found else None


def find_code(text: str) -> str | None:
    """The only group of six digits in a short message; None otherwise."""
    plain = normalise(text)
    if _SPELT_CODE.fullmatch(plain):
        return re.sub(r"\D", "", plain)
    found = _CODE.findall(plain)
    return "".join(found[0]) if len(found) == 1 and len(plain.split()) <= 10 else None


def find_card_ending(text: str) -> str | None:
    """Four digits that name a card or an account ("the one ending 4402")."""
    plain = normalise(text)
    match = _ENDING.search(plain) or re.fullmatch(r"\D*(?<![\d£€$.,])(\d{4})\D*", plain)
    return match.group(1) if match else None


def without_identifiers(text: str) -> str:
    """A normalised text without the numbers that cannot be amounts."""
    match = _IBAN_LIKE.search(text)
    if match:
        found = _valid_prefix(match.group())
        if found:
            text = text[: match.start()] + " " + text[match.start() + found[1] :]
        elif sum(char.isdigit() for char in match.group()) >= 8:
            text = text.replace(match.group(), " ")
    for pattern in (_DATE, _SORT_CODE, _LONG, _ENDING):
        text = pattern.sub(" ", text)
    return normalise(text)


def _valid_prefix(candidate: str) -> tuple[str, int] | None:
    """The longest valid IBAN at the start of `candidate` and how many characters it takes."""
    for end in range(len(candidate), 14, -1):
        compact = re.sub(r"[^A-Za-z0-9]", "", candidate[:end]).upper()
        if candidate[end - 1].isalnum() and stdnum_iban.is_valid(compact):
            return compact, end
    return None
