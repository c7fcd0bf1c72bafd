"""What a transfer's message names: an account, an amount, an IBAN, one of the payees, or only what shall change."""

from __future__ import annotations

import re

from actions.bank.errors import PayeeAmbiguous, PayeeUnknown
from actions.bank.model.accounts import Account
from actions.form_turn import Miss
from actions.parsing.amounts import Amount, AmountProblem, find_amount, find_currencies, is_bare_amount, without_amounts
from actions.parsing.answers import wants_new_code
from actions.parsing.numbers_in_ids import IbanProblem, find_card_ending, find_iban
from actions.parsing.people import only_name, without_contrast
from actions.parsing.text import normalise, tokens
from actions.turn import Turn

ACCOUNT_WORD = re.compile(r"\b(?:account|currency)\b", re.I)
_CODE_WORD = re.compile(r"\b(?:code|text|sms|message)\b", re.I)
_ONLY_DIGITS = re.compile(r"[\d \-]+")
_FROM = re.compile(r"\b(?:from|use|using|out of|via)\s(?P<which>.+)$", re.I)
_PAID_INTO = re.compile(r"(?<=\w)\s(?:in)?to\s(?:my|the|our)\s[\w ]*?\baccount\b", re.I)
_SOME_ACCOUNT = re.compile(
    r"(?!(?:my|the|our|this)?\s?(?:bank\s)?account\b).*\b(?:account|savings?|current|joint|business|isa|pot)\b", re.I
)
_LEAD = r"(?:(?:no|yes|ok|okay|wait|sorry|but|actually|please|i want to|i'd like to|can i|can you|let me|let's)[\s,]+)*"
_VALUE = r"(?:payee|recipient|beneficiary|amount|sum|account)"
_CHANGE = re.compile(
    rf"{_LEAD}(?:(?:make|change)\s(?:it|that)\b.*|change\s(?:the\s|my\s)?{_VALUE}\b.*|"
    rf"(?:(?:the|a|an|wrong|different|another|other)\s)+{_VALUE}(?:\s(?:please|is wrong))?[.!]*)",
    re.I,
)


def only_digits(text: str) -> bool:
    return _ONLY_DIGITS.fullmatch(normalise(text)) is not None


def says_change(text: str) -> bool:
    """Whether the words alone say that a value shall change: "change the payee", "make it 30"."""
    return _CHANGE.fullmatch(normalise(text)) is not None


def asks_for_code(text: str) -> bool:
    """Whether the message asks for a code by its name; "send it again" could mean the money as well."""
    return wants_new_code(text) and _CODE_WORD.search(normalise(text)) is not None


async def account_in(turn: Turn, *, asked: bool = False) -> Account | None:
    """The one account the message names by currency, name or ending: after "from" or "use", or as the whole answer."""
    plain = without_contrast(turn.text)
    match = _FROM.search(plain)
    if match is None and not (asked or ACCOUNT_WORD.search(plain := _PAID_INTO.sub(" ", plain))):
        return None
    named = re.split(r"\s(?:in)?to\s", match["which"], flags=re.I)[0] if match else plain
    part = without_amounts(named) if not asked else plain
    words, ending, currencies = tokens(part), find_card_ending(part), find_currencies(part)
    fitting = []
    for account in await turn.bank.accounts.list(turn.customer_id):
        named = bool(words) and all(word in words for word in tokens(account.name))
        if account.tail == ending or account.currency in currencies or named:
            fitting.append((account, (account.tail == ending) * 4 + named * 2 + (account.currency in currencies)))
    best = max((score for _, score in fitting), default=0)
    chosen = [account for account, score in fitting if score == best]
    return chosen[0] if len(chosen) == 1 else None


def amount_in(turn: Turn) -> Amount | None:
    try:
        return find_amount(without_contrast(turn.text))
    except AmountProblem as problem:
        raise Miss(f"utter_error_amount_{problem.code}") from None


def says_amount(turn: Turn) -> bool:
    """Whether a number in the message may be an amount: where nothing was understood it must stand alone, be marked by
    a currency, or belong to words of changing."""
    try:
        amount = find_amount(without_contrast(turn.text))
    except AmountProblem:
        return True
    if amount is None or amount.currency or turn.intent not in ("nlu_fallback", "out_of_scope"):
        return amount is not None
    return is_bare_amount(turn.text) or says_change(turn.text)


def names_an_account(text: str) -> bool:
    """Whether the message says from which account, and more than "my account"."""
    match = _FROM.search(without_contrast(text))
    return match is not None and _SOME_ACCOUNT.match(match["which"]) is not None


def has_iban(text: str) -> bool:
    try:
        return find_iban(text) is not None
    except IbanProblem:
        return True


async def is_known_payee(turn: Turn) -> bool:
    name = only_name(turn.text)
    if name is None or len(tokens(turn.text)) > 4:
        return False
    try:
        await turn.bank.payees.resolve(turn.customer_id, name)
    except PayeeUnknown:
        return False
    except PayeeAmbiguous:
        return True
    return True
