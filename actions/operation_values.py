"""The values that operations ask for: how each is read from a message, and what can be chosen.

A reader takes the turn, the values known so far and whether it was just asked for; it returns a plain JSON value, None
where the message holds none, or raises Miss where one was meant that cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.bank.errors import PayeeAmbiguous, PayeeUnknown
from actions.bank.model.cards import Card
from actions.bank.model.transfers import Payee
from actions.form_switching import YES_NO
from actions.form_turn import Elsewhere, Miss
from actions.parsing.amounts import AmountProblem, find_amount, is_bare_amount
from actions.parsing.numbers_in_ids import find_card_ending
from actions.parsing.people import find_person, only_name, without_contrast
from actions.parsing.text import normalise, tokens
from actions.transfer_reading import account_in
from actions.turn import Button, Turn

_SHORT = 2
_ADDRESS = re.compile(
    r"\b(?:another|different|new|other|wrong|change|correct|update)\b.{0,25}\baddress\b"
    r"|\baddress\b.{0,25}\b(?:wrong|old|changed|outdated|different|else)\b"
    r"|\bi(?: have|'ve)? moved\b|\bsomewhere else\b",
    re.I,
)
Values = dict[str, Any]
Reader = Callable[[Turn, Values, bool], Awaitable[Any]]
Choices = Callable[[Turn, Values], Awaitable[list[Button]]]


async def no_choices(turn: Turn, values: Values) -> list[Button]:
    return []


@dataclass(frozen=True, slots=True)
class Field:
    """One value: `ask` is its question, `explain` says with an example what is expected, `named` are the words by which
    it is corrected. An `optional` one has a default in the bank and is asked only where it shall change. `again` are
    the codes or reasons of refusals after which it is asked anew."""

    name: str
    ask: str
    explain: str
    read: Reader
    named: re.Pattern[str]
    choices: Choices = no_choices
    optional: bool = False
    again: frozenset[str] = frozenset()


def card_values(cards: Iterable[Card], **more: Any) -> Values:
    """The cards an operation can be about; the only one is chosen."""
    offered = [{"id": card.id, "last4": card.last4, "kind": card.kind} for card in cards]
    return {"cards": offered, "card": offered[0] if len(offered) == 1 else None, **more}


def _payee_value(payee: Payee) -> Values:
    return {"id": payee.id, "name": payee.name, "currency": payee.currency}


def account_value(account: Any) -> Values:
    return {"id": account.id, "name": account.name, "currency": account.currency}


async def read_card(turn: Turn, values: Values, asked: bool) -> Any:
    plain = without_contrast(turn.text)
    ending, said = find_card_ending(plain), tokens(plain)
    by_ending = [card for card in values["cards"] if card["last4"] == ending or card["last4"] in said]
    fitting = by_ending or [card for card in values["cards"] if card["kind"] in said]
    return fitting[0] if len(fitting) == 1 else None


async def card_choices(turn: Turn, values: Values) -> list[Button]:
    return [Button(f"{card['kind']} {card['last4']}", f"the card ending {card['last4']}") for card in values["cards"]]


async def read_account(turn: Turn, values: Values, asked: bool) -> Any:
    if asked and len(tokens(turn.text)) > 5:
        return None
    account = await account_in(turn, asked=asked)
    return account_value(account) if account else None


async def account_choices(turn: Turn, values: Values) -> list[Button]:
    held = await turn.bank.accounts.list(turn.customer_id)
    return [Button(f"{one.name} ({one.currency})", f"the account ending {one.tail}") for one in held
            if one.status == "active"]  # fmt: skip


def one_of(words: Mapping[str, str]) -> Reader:
    """A reader of a fixed choice: value to the pattern of words that mean it."""
    patterns = {value: re.compile(rf"\b(?:{pattern})\b", re.I) for value, pattern in words.items()}

    async def read(turn: Turn, values: Values, asked: bool) -> Any:
        plain = without_contrast(turn.text)
        found = [value for value, pattern in patterns.items() if pattern.search(plain)]
        return found[0] if len(found) == 1 else None

    return read


def buttons(*titles: str) -> Choices:
    """A fixed choice, each sent back as it is written."""

    async def choices(turn: Turn, values: Values) -> list[Button]:
        return [Button(title, title) for title in titles]

    return choices


def amount_in_currency(currency: Callable[[Values], str | None]) -> Reader:
    """A reader of one amount in the currency that the values decide; another currency is a miss."""

    async def read(turn: Turn, values: Values, asked: bool) -> Any:
        if asked and not is_bare_amount(turn.text) and turn.intent not in ("inform", "correct_value", "nlu_fallback"):
            return None
        plain = turn.text
        for card in values.get("cards", ()):
            plain = re.sub(rf"\b{card['last4']}\b", " ", normalise(plain))
        wanted = currency(values)
        try:
            amount = find_amount(without_contrast(plain))
            if amount is None or wanted is None:
                return None
            if amount.currency not in (None, wanted):
                raise Miss("utter_operation_other_currency", currency=wanted)
            return {"minor": amount.minor(wanted), "currency": wanted}
        except AmountProblem as problem:
            if not asked:
                return None
            raise Miss(f"utter_error_amount_{problem.code}") from None

    return read


async def read_payee(turn: Turn, values: Values, asked: bool) -> Any:
    """One of the customer's saved payees: by a name that the words mark as one, else by any word of its name."""
    name = find_person(turn.text) or (only_name(turn.text) if asked and len(tokens(turn.text)) <= 5 else None)
    if name is None:
        said = {word for word in tokens(turn.text) if len(word) > _SHORT}
        saved = await turn.bank.payees.list(turn.customer_id)
        meant = [payee for payee in saved if payee.status == "active" and said & set(tokens(payee.name))]
        return _payee_value(meant[0]) if len(meant) == 1 else None
    try:
        payee = await turn.bank.payees.resolve(turn.customer_id, name)
    except (PayeeUnknown, PayeeAmbiguous):
        if asked:
            raise
        return None
    return _payee_value(payee)


async def payee_choices(turn: Turn, values: Values) -> list[Button]:
    payees: Sequence[Any] = await turn.bank.payees.list(turn.customer_id)
    return [Button(payee.name, payee.name) for payee in payees if payee.status == "active"][:5]


def word(pattern: str) -> re.Pattern[str]:
    """The words that name a value, as a pattern."""
    return re.compile(rf"\b(?:{pattern})\b", re.I)


CARD = Field("card", "utter_ask_operation_card", "utter_operation_explain_card", read_card, word("card"), card_choices)
ACCOUNT = Field(
    "account", "utter_ask_operation_account", "utter_operation_explain_account", read_account, word("account"),
    account_choices, optional=True,
)  # fmt: skip


async def read_address(turn: Turn, values: Values, asked: bool) -> Any:
    """A card goes to the address of record; another one is put there first."""
    plain = normalise(turn.text)
    if (asked and turn.says_yes) or (_ADDRESS.search(plain) and not plain.endswith("?")):
        raise Elsewhere("edit_personal_details", {"kind": "edit_detail", "values": {"detail": "address"}})
    return "of_record" if asked and turn.says_no else None


async def address_choices(turn: Turn, values: Values) -> list[Button]:
    return list(YES_NO)


ADDRESS = Field(
    "address", "utter_ask_operation_address", "utter_operation_explain_address", read_address, word("address"),
    address_choices, optional=True,
)  # fmt: skip
DELIVERY = Field(
    "delivery", "utter_ask_operation_delivery", "utter_operation_explain_delivery",
    one_of({"standard": "standard|normal|regular|slow|free|cheap(?:er|est)?", "express": "express|fast(?:er)?|quick"}),
    word("delivery|post|shipping"), buttons("Standard", "Express"),
)  # fmt: skip
