"""Answers about the one currency, country, card or amount that a question names, from the policy tables.

Each is called after the policy figures were read and before they are told; it returns whether it answered alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from actions.bank.errors import CurrencyNotOffered
from actions.bank.model.money import Money
from actions.lookup_facts import facts as transaction_facts
from actions.lookup_steps import reason
from actions.parsing.amounts import AmountProblem, find_amount, find_currencies
from actions.parsing.countries import country_name, find_country
from actions.parsing.text import normalise, words
from actions.turn import Turn

_COINS = words("bitcoin bitcoins btc ethereum ether eth crypto cryptocurrency usdt dogecoin xrp")
_SCHEMES = {"amex": "American Express", "american express": "American Express", "diners": "Diners Club",
            "unionpay": "UnionPay", "union pay": "UnionPay", "maestro": "Maestro", "prepaid": "prepaid cards",
            "visa": "Visa", "mastercard": "Mastercard", "master card": "Mastercard"}  # fmt: skip


async def currency(turn: Turn, _: Mapping[str, str]) -> bool:
    """Yes or no for each named currency; a coin is none."""
    said = normalise(turn.text).casefold().split()
    coin = next((word.strip("?!.,") for word in said if word.strip("?!.,") in _COINS), None)
    if coin:
        turn.say("utter_currency_not_supported", currency=coin)
        return True
    named = find_currencies(turn.text)
    for code in named:
        use = await turn.bank.support.currency(code)
        uses = [name for name, on in (("hold", use.hold), ("exchange", use.exchange), ("receive", use.receive)) if on]
        if not uses:
            turn.say("utter_currency_not_supported", currency=code)
        else:
            turn.say("utter_currency_supported", currency=use.name, code=code, uses=uses)
        if turn.customer and use.hold:
            held = code in {account.currency for account in await turn.bank.accounts.list(turn.customer)}
            turn.say("utter_currency_held" if held else "utter_currency_could_open", currency=code)
    return bool(named)


async def top_up_card(turn: Turn, _: Mapping[str, str]) -> bool:
    """Yes or no for the scheme, country and currency named; then a saved card that is accepted, or the refused one."""
    text, answered = normalise(turn.text).casefold(), False
    schemes = await turn.bank.support.topup_schemes()
    wanted = next((name for word, name in _SCHEMES.items() if word in text), None)
    if wanted:
        fitting = {name: accepted for name, accepted in schemes.items() if name.startswith(wanted)}
        for name, accepted in (fitting or {wanted: False}).items():
            turn.say("utter_top_up_card_accepted" if accepted else "utter_top_up_card_refused", what=name)
        answered = True
    country = find_country(turn.text)
    if country:
        use = await turn.bank.support.country(country)
        what = country_name(country)
        turn.say("utter_top_up_card_accepted" if use.topup_cards else "utter_top_up_card_refused", what=what)
        answered = True
    offered = await turn.bank.support.topup_currencies()
    for code in find_currencies(turn.text):
        turn.say("utter_top_up_card_accepted" if code in offered else "utter_top_up_card_refused", what=code)
        answered = True
    if turn.customer:
        await _refused_top_up(turn, turn.customer)
    return answered


async def _refused_top_up(turn: Turn, customer: str) -> None:
    page = await turn.bank.accounts.transactions(customer, kind="top_up", status="declined", limit=10)
    for item in page.items:
        if item.reason_code in ("card_not_supported", "card_not_verified"):
            turn.say("utter_top_up_failed_found", transaction_facts(item))
            await reason(turn, item)
            return


async def cash_machine(turn: Turn, _: Mapping[str, str]) -> bool:
    """Whether machines in the named country pay out, and its networks that do not; whether cash is switched off."""
    country = find_country(turn.text)
    if country:
        use = await turn.bank.support.country(country)
        turn.say("utter_atm_country" if use.card_use else "utter_atm_country_not_served", country=country_name(country))
        for network, supported in (await turn.bank.support.machine_networks(country)).items():
            turn.say("utter_atm_network" if supported else "utter_atm_network_excluded", network=network)
    if turn.customer:
        for card in await turn.bank.cards.list(turn.customer):
            if card.status == "active" and card.kind == "physical":
                turn.say("utter_atm_card_on" if card.atm_on else "utter_atm_card_off", card=card.last4,
                         scheme=card.scheme)  # fmt: skip
    return False


async def timing(turn: Turn, figures: Mapping[str, str]) -> bool:
    """The time of the route that a currency and country mean; a pending transfer's own date."""
    if turn.customer:
        page = await turn.bank.accounts.transactions(turn.customer, kind="transfer", status="pending", limit=3)
        for item in page.items:
            response = "utter_transfer_timing_pending_in" if item.direction == "in" else "utter_transfer_timing_pending"
            turn.say(response, transaction_facts(item), expected=item.expected_by)
    route = await _route(turn)
    if route is None:
        return False
    if route == "none":
        turn.say("utter_transfer_timing_not_served", country=country_name(find_country(turn.text) or ""))
        return True
    told = {name: figures[f"transfer_{name}_{route}"] for name in ("time", "cut_off", "arrives", "latest")}
    turn.say(f"utter_transfer_timing_{route}", told)
    return True


async def _route(turn: Turn) -> str | None:
    """local | sepa | swift for what is named; None if nothing is, `none` for a country we do not serve."""
    country, currencies = find_country(turn.text), find_currencies(turn.text)
    if country is None:
        return {"GBP": "local", "EUR": "sepa"}.get(currencies[0], "swift") if len(currencies) == 1 else None
    use = await turn.bank.support.country(country)
    if not use.transfers:
        return "none"
    code = currencies[0] if currencies else use.currency
    if country == "GB" and code == "GBP":
        return "local"
    return "sepa" if use.sepa and code == "EUR" else "swift"


async def incoming_fee(turn: Turn, _: Mapping[str, str]) -> bool:
    """What the latest incoming transfer cost."""
    if turn.customer:
        page = await turn.bank.accounts.transactions(turn.customer, kind="transfer", direction="in", limit=1)
        for item in page.items:
            turn.say("utter_top_ups_incoming_fee", transaction_facts(item))
    return False


async def card_top_up_fee(turn: Turn, _: Mapping[str, str]) -> bool:
    """The exact fee of a named amount with each saved card."""
    amount = _amount(turn)
    if turn.customer is None:
        return False
    cards = await turn.bank.top_ups.cards(turn.customer)
    for card in cards if amount else ():
        country = await turn.bank.support.country(card.issuer_country)
        code = f"top_up_{card.card_kind}_{'home' if country.sepa else 'abroad'}"
        fee = await turn.bank.costs.fee(turn.customer, code, amount) if amount else None
        if fee is not None:
            turn.say("utter_top_ups_exact_fee", amount=amount, fee=fee, card=card.last4)
    if not cards:
        turn.say("utter_top_ups_ask_issuer")
    return False


async def exchange_cost(turn: Turn, _: Mapping[str, str]) -> bool:
    """What exchanging a named amount costs: only what lies above the free allowance has a fee."""
    amount = _amount(turn)
    for code in find_currencies(turn.text):
        if not (await turn.bank.support.currency(code)).exchange:
            raise CurrencyNotOffered(code)
    if turn.customer is None or amount is None:
        return False
    left = await turn.bank.costs.allowance(turn.customer, "exchange")
    free = left.left if left and left.left.currency == amount.currency else Money.zero(amount.currency)
    charged = max(amount - free, Money.zero(amount.currency))
    fee = await turn.bank.costs.fee(turn.customer, "exchange", charged)
    if fee is not None:
        turn.say("utter_exchange_cost", amount=amount, fee=fee)
    return False


async def deposits(turn: Turn, figures: Mapping[str, str]) -> bool:
    """The reference for the slip and what is left of the limits."""
    if turn.customer is None or figures["cash_deposit_where"] == "not offered":
        return False
    for account in await turn.bank.accounts.list(turn.customer):
        if account.currency == "GBP" and account.status == "active":
            turn.say("utter_transfer_into_account_reference", reference=account.payment_reference)
            break
    for use in await turn.bank.costs.limits(turn.customer, "cash_deposit", "GBP"):
        if use.resets_at:
            turn.say("utter_top_ups_cash_left", left=use.left, limit=use.limit, period=use.period)
    return False


async def top_up_use(turn: Turn, _: Mapping[str, str]) -> bool:
    """What is left today; the month is part of the answer itself."""
    if turn.customer:
        for use in await turn.bank.costs.limits(turn.customer, "top_up_card"):
            if use.period == "day":
                turn.say("utter_lookup_limit", limit=use.limit, period=use.period, used=use.used, left=use.left,
                         resets=use.resets_at)  # fmt: skip
    return False


async def wallet(turn: Turn, _: Mapping[str, str]) -> bool:
    """What is offered in the named country; the last wallet payment that was declined."""
    country = find_country(turn.text)
    if country:
        offered = await turn.bank.support.wallets(country)
        for name, device, _payments, _top_ups in offered:
            turn.say("utter_wallet_country", wallet=name, device=device, country=country_name(country))
        if not offered:
            turn.say("utter_wallet_country_none", country=country_name(country))
    if turn.customer is None:
        return False
    page = await turn.bank.accounts.transactions(turn.customer, kind="card_payment", status="declined", limit=30)
    for item in page.items:
        if item.entry_mode == "wallet":
            turn.say("utter_wallet_declined", transaction_facts(item))
            return bool(await reason(turn, item)) or country is not None
    return country is not None


def _amount(turn: Turn) -> Money | None:
    """The named amount, in its own currency or the customer's."""
    home = turn.profile.base_currency if turn.profile else "GBP"
    try:
        found = find_amount(turn.text)
        return Money(found.minor(found.currency or home), found.currency or home) if found else None
    except AmountProblem:
        return None


TOPICS: dict[str, Callable[[Turn, Mapping[str, str]], Awaitable[bool]]] = {
    "fiat_currency_support": currency,
    "supported_cards_and_currencies": top_up_card,
    "atm_support": cash_machine,
    "transfer_timing": timing,
    "top_up_by_bank_transfer_charge": incoming_fee,
    "top_up_by_card_charge": card_top_up_fee,
    "top_up_by_cash_or_cheque": deposits,
    "top_up_limits": top_up_use,
    "exchange_charge": exchange_cost,
    "apple_pay_or_google_pay": wallet,
}
"""Intent to what is said about the thing it names."""
