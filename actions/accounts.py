"""What the customer has: balances, account details, the list of transactions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from rasa_sdk.events import EventType

from actions.bank.errors import AccountNotAvailable
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.transactions import Transaction, TransactionPage
from actions.caller import TellerAction, Turn
from actions.forms import HANDOFF
from actions.parsing.amounts import AmountProblem, find_amounts, find_currency
from actions.parsing.dates import Period, find_period
from actions.parsing.text import normalise
from actions.wording import word

_LISTED = 10
_OVER = re.compile(r"\b(?:over|above|more than|bigger than|larger than|greater than|at least|exceeding)\b", re.I)
_UNDER = re.compile(r"\b(?:under|below|less than|smaller than|at most|up to)\b", re.I)
_BETWEEN = re.compile(r"\bbetween\b", re.I)
_NO_VERB = "".join(rf"(?<!{word} )" for word in ("trying", "want", "like", "need", "going", "how", "able", "have"))
_AT = re.compile(
    rf"\b(?:at|{_NO_VERB}to|from|with|by)\s(?!(?:the|my|last|this|yesterday|today|least|most)\b)"
    r"(?P<name>[^\W\d_][\w'&.\-]*(?:\s(?!(?:in|on|last|this|over|under|above|below|since|for|between|from|yesterday|"
    r"today|please|and|during|before|after|with|of|more|less)\b)[^\W\d_][\w'&.\-]*){0,2})",
    re.I,
)
_NOT_MERCHANTS = re.compile(
    r"^(?:my|the|me|account|card|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|gbp|eur|usd|euros?|pounds?|dollars?)\b",
    re.I,
)


class ActionCheckBalance(TellerAction):
    """Available and booked balance of one currency's accounts, or of all, with what is pending between them."""

    def name(self) -> str:
        return "action_check_balance"

    async def answer(self, turn: Turn) -> list[EventType]:
        for account in await asked_accounts(turn):
            pending = account.booked != account.available
            turn.say(
                "utter_accounts_balance_pending" if pending else "utter_accounts_balance",
                account=account.name,
                currency=account.currency,
                available=account.available,
                booked=account.booked,
                pending=account.pending_out,
                now=datetime.now(turn.zone),
            )
        return []


class ActionShowAccountDetails(TellerAction):
    """The details under which money reaches the customer."""

    def name(self) -> str:
        return "action_show_account_details"

    async def answer(self, turn: Turn) -> list[EventType]:
        try:
            accounts = await asked_accounts(turn)
        except AccountNotAvailable as error:
            if turn.intent != "receiving_money":
                raise
            turn.say_refusal(error)
            turn.say("utter_receiving_money_open")
            return [turn.offer(HANDOFF)]
        for account in accounts:
            if account.status != "active":
                turn.say(f"utter_error_account_not_available_{account.status}", currency=account.currency)
                continue
            turn.say(
                "utter_accounts_details_uk" if account.sort_code else "utter_accounts_details",
                account=account.name,
                currency=account.currency,
                holder=account.holder,
                iban=spaced(account.iban),
                bic=account.bic,
                sort_code=account.sort_code,
                account_number=account.account_number,
            )
        if turn.intent == "receiving_money":
            turn.say("utter_receiving_money", await turn.bank.policies.facts("receiving_money", turn.customer_id))
        return []


class ActionShowTransactions(TellerAction):
    """The latest transactions that fit the filters in the question, with what went out and came in."""

    def name(self) -> str:
        return "action_show_transactions"

    async def answer(self, turn: Turn) -> list[EventType]:
        today = datetime.now(turn.zone).date()
        period = find_period(turn.text, today) or Period(None, None)
        merchant = merchant_in(turn.text)
        low, high = amount_range(turn)
        page = await turn.bank.accounts.transactions(
            turn.customer_id,
            merchant=merchant,
            date_from=period.first,
            date_to=period.last,
            min_amount=low,
            max_amount=high,
            limit=_LISTED,
        )
        filters = ", ".join(filter(None, [merchant, worded_period(period), worded_range(low, high)]))
        if page.items:
            turn.say(
                "utter_accounts_transactions" if filters else "utter_accounts_transactions_latest",
                filters=filters,
                shown=len(page.items),
                count=page.count,
                lines="\n".join(line(item, turn) for item in page.items),
            )
            _say_sums(turn, page)
            return []
        latest = await turn.bank.accounts.transactions(turn.customer_id, limit=1)
        if not filters or not latest.items:
            turn.say("utter_accounts_transactions_none")
        else:
            turn.say("utter_accounts_transactions_no_match", filters=filters, nearest=line(latest.items[0], turn))
        return []


async def asked_accounts(turn: Turn) -> Sequence[Account]:
    """The accounts a question is about: those of the currency it names, else all; raises AccountNotAvailable."""
    accounts = await turn.bank.accounts.list(turn.customer_id)
    currency = find_currency(turn.text)
    if currency is None:
        return accounts
    fitting = [account for account in accounts if account.currency == currency]
    if not fitting:
        held = tuple(dict.fromkeys(account.currency for account in accounts))
        raise AccountNotAvailable("no_account_in_currency", currency, held)
    return fitting


def line(item: Transaction, turn: Turn) -> str:
    """One transaction in a list: day, counterparty, signed amount, status where it is not plain completed."""
    sign = "+" if item.direction == "in" else "-"
    day = word(item.created_at.astimezone(turn.zone).date(), language=turn.language)
    status = "" if item.status == "completed" else f" ({item.status})"
    return f"{day}: {item.counterparty}, {sign}{word(item.amount, language=turn.language)}{status}"


def spaced(iban: str) -> str:
    """An IBAN in groups of four, as it is printed."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def merchant_in(text: str) -> str | None:
    """The merchant or person that a question about transactions names after "at", "to", "from" or "with"."""
    for match in _AT.finditer(normalise(text)):
        name = match["name"].strip(" .'-")
        if not _NOT_MERCHANTS.match(name):
            return name
    return None


def amount_range(turn: Turn) -> tuple[Money | None, Money | None]:
    """The least and greatest amount a question names: "over 50", "between 10 and 20", exactly "12.50"."""
    amounts = find_amounts(turn.text)
    base = turn.profile.base_currency if turn.profile else "GBP"
    named = next((amount.currency for amount in amounts if amount.currency), base)
    try:
        values = [Money(amount.minor(named), named) for amount in amounts]
    except AmountProblem:
        values = []
    if not values:
        return None, None
    if _BETWEEN.search(turn.text) and len(values) > 1:
        return min(values[:2]), max(values[:2])
    if _OVER.search(turn.text):
        return values[0], None
    if _UNDER.search(turn.text):
        return None, values[0]
    whole = re.search(r"\blast\s\d+\b|\b\d+\s(?:transactions|payments|purchases)\b", turn.text, re.I)
    return (None, None) if whole else (values[0], values[0])


def worded_period(period: Period) -> str:
    """A period as part of a list of filters."""
    days = [day for day in (period.first, period.last) if day]
    return " to ".join(dict.fromkeys(_short(day) for day in days))


def worded_range(low: Money | None, high: Money | None) -> str:
    """An amount range as part of a list of filters."""
    if low and high:
        return f"{low}" if low == high else f"{low} to {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def _short(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _say_sums(turn: Turn, page: TransactionPage) -> None:
    if page.count > 1 and (page.spent or page.received):
        turn.say(
            "utter_accounts_transactions_total",
            count=page.count,
            spent=list(page.spent.values()) or ["0"],
            received=list(page.received.values()) or ["0"],
        )
