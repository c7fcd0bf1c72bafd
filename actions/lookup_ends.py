"""What closes a lookup: questions and offers about all that was found, and what is said where nothing was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rasa_sdk.events import EventType

from actions.accounts import spaced
from actions.bank.model.transactions import Transaction
from actions.lookup_facts import facts, named, people
from actions.lookup_steps import offer_dispute, offer_fraud_case, say_cards, say_limits
from actions.proposals import ask_value, propose
from actions.turn import Button, Turn


async def which(turn: Turn, items: Sequence[Transaction], response: str, sentence: str) -> None:
    """Ask which of several is meant; each button says it in full, with its amount and name."""
    buttons = [
        Button(f"{item.amount}, {item.counterparty}", sentence.format(amount=item.amount, name=item.counterparty))
        for item in items
    ]
    turn.say(response, buttons=buttons, people=people(items))


async def unknown_payment(turn: Turn, items: Sequence[Transaction]) -> list[EventType]:
    """One payment: offer a freeze and a dispute; several: ask which."""
    turn.say("utter_payments_names_differ")
    if len(items) > 1:
        await which(turn, items, "utter_payments_which", "I do not recognise the payment of {amount} to {name}")
        return []
    [item] = items
    if item.card_last4:
        turn.say(
            "utter_payments_freeze_offer",
            buttons=[Button("Freeze the card", f"freeze the card ending {item.card_last4}")],
            card=item.card_last4,
        )
    return await offer_fraud_case(turn, item)


async def unknown_withdrawal(turn: Turn, items: Sequence[Transaction]) -> list[EventType]:
    """The cards used are frozen at once; then which withdrawal it was, and the dispute."""
    used = {item.card_last4 for item in items}
    ids = [card.id for card in await turn.bank.cards.list(turn.customer_id)
           if card.last4 in used and card.status in ("active", "frozen")]  # fmt: skip
    if ids:
        for frozen in await turn.bank.cards.freeze(turn.customer_id, ids, "cash_withdrawal_not_recognised"):
            turn.say(
                "utter_cards_frozen_already" if frozen.already else "utter_cards_frozen",
                kind=frozen.card.kind, last4=frozen.card.last4, at=frozen.frozen_at,
            )  # fmt: skip
    if len(items) > 1:
        await which(turn, items, "utter_payments_which_withdrawal", "I do not recognise the withdrawal of {amount}")
        return []
    return await offer_fraud_case(turn, items[0])


async def unknown_debit(turn: Turn, items: Sequence[Transaction]) -> list[EventType]:
    """The mandates behind the debits; for one debit, the offer to end its mandate and claim the money back."""
    mandates = {mandate.reference: mandate for mandate in await turn.bank.regular.mandates(turn.customer_id)}
    found = [(item, mandates[item.reference or ""]) for item in items if item.reference in mandates]
    for _, mandate in found:
        turn.say(
            f"utter_payments_mandate_{mandate.status}", collector=mandate.collector, reference=mandate.reference,
            signed=mandate.signed_at,
        )  # fmt: skip
    if len(items) > 1:
        await which(
            turn, items, "utter_payments_which_debit", "I do not recognise the direct debit of {amount} by {name}"
        )
        return []
    case = await turn.bank.cases.about(turn.customer_id, items[0].id)
    if case:
        turn.say(f"utter_case_{case.state}", facts(items[0]), number=case.number, decide_by=case.decide_by)
        return []
    rules = await turn.bank.policies.facts(turn.intent, turn.customer)
    if not found:
        return propose(turn, "utter_payments_debit_claim", "open_case", {**rules, **facts(items[0])},
                       kind="direct_debit", transaction=items[0].id)  # fmt: skip
    return propose(turn, "utter_payments_mandate_cancel", "cancel_mandate", {**rules, **facts(items[0])},
                   mandate=found[0][1].id, transaction=items[0].id)  # fmt: skip


async def no_debit(turn: Turn) -> list[EventType]:
    """It may have been a card payment; else who may collect."""
    wanted = named(turn)
    if wanted:
        page = await turn.bank.accounts.transactions(turn.customer_id, kind="card_payment", limit=60)
        by_card = wanted.fitting(page.items, datetime.now(turn.zone))
        if by_card:
            turn.say("utter_payments_was_card_payment", facts(by_card[0]))
            return await offer_fraud_case(turn, by_card[0])
    mandates = [one for one in await turn.bank.regular.mandates(turn.customer_id) if one.status == "active"]
    if mandates:
        turn.say("utter_payments_mandates", collectors=[one.collector for one in mandates])
    return []


async def pair(turn: Turn, items: Sequence[Transaction]) -> list[EventType]:
    """Two payments beside each other: an extra hold, two separate purchases, or a charge to dispute."""
    newer, older = items
    held = next((item for item in items if item.status == "pending"), None)
    if held:
        turn.say("utter_payments_extra_hold", facts(held), until=held.hold_expires_at or held.expected_by)
        return []
    if newer.auth_code and older.auth_code and newer.auth_code != older.auth_code:
        turn.say("utter_payments_separate", first=older.auth_code, second=newer.auth_code)
    return await offer_dispute(turn, newer)


async def cash_short(turn: Turn, items: Sequence[Transaction]) -> list[EventType]:
    """How much came out; while the withdrawal is pending it may still correct itself."""
    [item] = items
    known = await turn.bank.cases.about(turn.customer_id, item.id)
    if known:
        turn.say(f"utter_case_{known.state}", facts(item), number=known.number, decide_by=known.decide_by)
        return []
    if item.status == "pending":
        turn.say("utter_cash_may_correct_itself", expected=item.expected_by or item.hold_expires_at)
        return []
    value = {"transaction": item.id, "minor": item.amount.amount_minor, "currency": item.amount.currency}
    return [ask_value(turn, "utter_ask_cash_received", "cash_received", facts(item), **value)]


async def incoming(turn: Turn, items: Sequence[Transaction]) -> list[EventType]:
    """What reached us is told; what is still missing can be traced."""
    if items[0].status == "completed":
        turn.say("utter_top_ups_credited", facts(items[0]))
        return await no_incoming(turn)
    return []


async def no_incoming(turn: Turn) -> list[EventType]:
    """The usual time, the details to check, and a trace."""
    turn.say("utter_top_ups_incoming_times", await turn.bank.policies.facts(turn.intent, turn.customer))
    for account in await turn.bank.accounts.list(turn.customer_id):
        if account.status == "active":
            turn.say("utter_top_ups_check_details", account=account.name, currency=account.currency,
                     iban=spaced(account.iban), reference=account.payment_reference)  # fmt: skip
    return propose(turn, "utter_top_ups_trace", "open_case", kind="incoming_trace")


async def no_deposit(turn: Turn) -> list[EventType]:
    """How long clearing takes, and a search with the receipt."""
    turn.say("utter_top_ups_clearing", await turn.bank.policies.facts(turn.intent, turn.customer))
    return propose(turn, "utter_top_ups_search", "open_case", kind="deposit_search")


async def no_refund(turn: Turn) -> list[EventType]:
    """How long refunds take; an open case about a purchase; or the purchase to dispute."""
    turn.say("utter_payments_refund_times", await turn.bank.policies.facts(turn.intent, turn.customer))
    for case in await turn.bank.cases.of_customer(turn.customer_id):
        if case.state == "open":
            turn.say("utter_case_standing", number=case.number, decide_by=case.decide_by)
    return []


async def cards(turn: Turn) -> list[EventType]:
    await say_cards(turn)
    return []


async def cards_and_cash(turn: Turn) -> list[EventType]:
    await say_cards(turn)
    await say_limits(turn, "atm")
    return []


async def balances(turn: Turn) -> list[EventType]:
    for account in await turn.bank.accounts.list(turn.customer_id):
        turn.say("utter_top_ups_balance", account=account.name, booked=account.booked, available=account.available)
    return []


async def transfer_costs(turn: Turn) -> list[EventType]:
    turn.say("utter_transfers_costs", await turn.bank.policies.facts(turn.intent, turn.customer))
    return []


async def cash_costs(turn: Turn) -> list[EventType]:
    """What the next withdrawal costs, and what is left of the free allowance."""
    turn.say("utter_cash_costs", await turn.bank.policies.facts(turn.intent, turn.customer))
    return await cash_allowance(turn, ())


async def cash_allowance(turn: Turn, _: Sequence[Transaction]) -> list[EventType]:
    left = await turn.bank.costs.allowance(turn.customer_id, "atm")
    if left:
        turn.say("utter_cash_allowance", free=left.free, used=left.used, left=left.left, resets=left.resets_at)
    return []
