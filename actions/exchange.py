"""Exchange: the rate of a pair that was named, or of the customer's own pairs; and booking one."""

from __future__ import annotations

from decimal import Decimal

from rasa_sdk.events import EventType

from actions.bank.errors import InsufficientFunds
from actions.bank.model.money import Money
from actions.bank.model.policies import Rate
from actions.caller import TellerAction
from actions.operations import start_operation
from actions.parsing.amounts import AmountProblem, find_amount, find_currencies
from actions.turn import Turn

_PAIRS_TOLD = 4


class ActionQuoteExchangeRate(TellerAction):
    """The customer rate with its time and margin, and the result for a named amount."""

    login = False

    def name(self) -> str:
        return "action_quote_exchange_rate"

    async def answer(self, turn: Turn) -> list[EventType]:
        plan = turn.profile.plan if turn.profile else "standard"
        home = turn.profile.base_currency if turn.profile else "GBP"
        named = find_currencies(turn.text)
        try:
            amount = find_amount(turn.text)
        except AmountProblem:
            amount = None
        pairs = _pairs(named, home, amount.currency if amount else None)
        if not pairs:
            pairs = (await turn.bank.exchange.pairs_for(turn.customer))[:_PAIRS_TOLD]
        for base, quote in pairs:
            rate = await turn.bank.exchange.rate(base, quote, plan)
            turn.say("utter_exchange_rate", _facts(rate))
            if amount and amount.currency in (None, base):
                money = Money(amount.minor(base), base)
                turn.say("utter_exchange_rate_result", amount=money, result=rate.convert(money))
        return []


class ActionExchangeMoney(TellerAction):
    """What the accounts hold and the rate; then the form that books an exchange between them."""

    def name(self) -> str:
        return "action_exchange_money"

    async def answer(self, turn: Turn) -> list[EventType]:
        turn.say("utter_exchange_via_app", await turn.bank.policies.facts("exchange_via_app", turn.customer_id))
        accounts = await turn.bank.accounts.list(turn.customer_id)
        for account in accounts:
            turn.say("utter_top_ups_balance", account=account.name, booked=account.booked, available=account.available)
        try:
            amount = find_amount(turn.text)
        except AmountProblem:
            amount = None
        source = next((account for account in accounts if amount and account.currency == amount.currency), None)
        if amount and source and source.available.decimal < amount.value:
            needed = Money(amount.minor(source.currency), source.currency)
            raise InsufficientFunds(source.available, needed, source.name)
        return start_operation(turn, "exchange_via_app", "exchange")


def _pairs(named: list[str], home: str, amount_currency: str | None) -> list[tuple[str, str]]:
    """From what is named: two currencies are a pair, from the amount's or the first; one is paired with home's."""
    if len(named) >= 2:
        base, quote = named[:2]
        return [(quote, base)] if amount_currency == quote else [(base, quote)]
    if len(named) == 1 and named[0] != home:
        return [(named[0], home) if amount_currency == named[0] else (home, named[0])]
    return []


def _facts(rate: Rate) -> dict[str, object]:
    base, quote = rate.pair.split("/")
    return {
        "base": base,
        "quote": quote,
        "rate": rate.customer_rate,
        "mid": rate.mid,
        "margin": f"{(rate.margin * 100).quantize(Decimal('0.01')).normalize():f}%",
        "as_of": rate.as_of,
    }
