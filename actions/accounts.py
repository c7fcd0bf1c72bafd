"""What the customer has: balances, account details, the list of transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rasa_sdk.events import EventType

from actions import linked_accounts
from actions.bank.errors import AccountNotAvailable
from actions.bank.model.accounts import Account
from actions.bank.model.transactions import Transaction, TransactionPage
from actions.caller import TellerAction
from actions.forms import HANDOFF
from actions.parsing.amounts import find_currency
from actions.parsing.dates import Period, find_period
from actions.transaction_filters import amount_range, merchant_in, worded_period, worded_range
from actions.turn import Turn
from actions.wording import word

_LISTED = 10


class ActionCheckBalance(TellerAction):
    """Available and booked balance of one currency's accounts, or of all, with what is pending between them.

    Accounts at another bank follow, where the customer has linked them.
    """

    def name(self) -> str:
        return "action_check_balance"

    async def answer(self, turn: Turn) -> list[EventType]:
        for account in () if linked_accounts.about_elsewhere(turn) else await asked_accounts(turn):
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
        return await linked_accounts.say_balances(turn, find_currency(turn.text))


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
        if linked_accounts.about_elsewhere(turn):
            return await _tell_elsewhere(turn, period)
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
        span = [word(said, language=turn.language) for said in (worded_period(period), worded_range(low, high))]
        filters = ", ".join(filter(None, [merchant, *span]))
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


async def _tell_elsewhere(turn: Turn, period: Period) -> list[EventType]:
    events, found = await linked_accounts.entries(turn, period)
    if found is None or turn.bank.linked is None:
        return events
    shown = [f"{line(entry.transaction, turn)} [{entry.account.name}]" for entry in found[:_LISTED]]
    if shown:
        turn.say("utter_linked_transactions", bank=turn.bank.linked.name, shown=len(shown), lines="\n".join(shown))
    else:
        turn.say("utter_linked_transactions_none", bank=turn.bank.linked.name)
    return events


def line(item: Transaction, turn: Turn) -> str:
    """One transaction in a list: day, counterparty, signed amount, status where it is not plain completed."""
    sign = "+" if item.direction == "in" else "-"
    turn.people.update(item.people)
    day = word(item.created_at.astimezone(turn.zone).date(), language=turn.language)
    status = "" if item.status == "completed" else f" ({word(item.status, language=turn.language)})"
    return f"{day}: {item.counterparty}, {sign}{word(item.amount, language=turn.language)}{status}"


def spaced(iban: str) -> str:
    """An IBAN in groups of four, as it is printed."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def _say_sums(turn: Turn, page: TransactionPage) -> None:
    if page.count > 1 and (page.spent or page.received):
        turn.say(
            "utter_accounts_transactions_total",
            count=page.count,
            spent=list(page.spent.values()) or ["0"],
            received=list(page.received.values()) or ["0"],
        )
