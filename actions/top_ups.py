"""Money in: the saved cards, automatic rules, the verification of a card, and details for a transfer to oneself."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import EventType

from actions.accounts import asked_accounts, spaced
from actions.bank.errors import CodeError
from actions.bank.model.top_ups import FundingCard
from actions.caller import TellerAction
from actions.lookup_facts import facts
from actions.lookup_steps import reason
from actions.operations import start_operation
from actions.parsing.amounts import find_currency
from actions.parsing.numbers_in_ids import find_card_ending, find_code
from actions.regular_changes import change_rule, wish_of
from actions.turn import Turn


class ActionShowAutomaticTopUp(TellerAction):
    """The running rules with their next run and limits; what is wished of one of them is proposed or done."""

    def name(self) -> str:
        return "action_show_automatic_top_up"

    async def answer(self, turn: Turn) -> list[EventType]:
        rules = await turn.bank.top_ups.rules(turn.customer_id)
        for rule in rules:
            told = {"amount": rule.amount, "account": rule.account, "card": rule.card_last4,
                    "threshold": rule.threshold, "schedule": rule.schedule, "next_run": rule.next_run}  # fmt: skip
            trigger = "threshold" if rule.threshold else "schedule"
            turn.say("utter_automatic_top_up_rests" if rule.status == "paused" else f"utter_automatic_top_up_{trigger}",
                     told)  # fmt: skip
            if rule.next_run:
                turn.say("utter_automatic_top_up_next_run", told)
        if not rules:
            turn.say("utter_automatic_top_up_none")
        cards = await turn.bank.top_ups.cards(turn.customer_id)
        if not any(card.verified for card in cards):
            turn.say("utter_top_ups_no_verified_card")
        wish = wish_of(turn.text)
        if rules and wish:
            return change_rule(turn, wish, rules)
        turn.say("utter_automatic_top_up", await turn.bank.policies.facts(turn.intent, turn.customer))
        verified = [card for card in cards if card.verified]
        if rules or not verified:
            return []
        return start_operation(turn, "automatic_top_up", "create_auto_top_up", funding_values(turn, verified))


class ActionShowCardTopUp(TellerAction):
    """The latest top-up first; then the saved cards with the fee of each, and what the limits leave."""

    def name(self) -> str:
        return "action_show_card_top_up"

    async def answer(self, turn: Turn) -> list[EventType]:
        await say_latest(turn)
        cards = await turn.bank.top_ups.cards(turn.customer_id)
        say_cards(turn, cards)
        rules = await turn.bank.policies.facts(turn.intent, turn.customer)
        if rules.get("my_top_up_fees", "none") != "none":
            turn.say("utter_top_up_by_card_charge_mine", rules)
        for use in await turn.bank.costs.limits(turn.customer_id, "top_up_card"):
            turn.say(
                "utter_lookup_limit" if use.resets_at else "utter_lookup_limit_once",
                limit=use.limit, period=use.period, used=use.used, left=use.left, resets=use.resets_at,
            )  # fmt: skip
        turn.say("utter_topping_up_by_card", rules)
        verified = [card for card in cards if card.verified]
        if not verified:
            return []
        return start_operation(turn, "topping_up_by_card", "top_up_by_card", funding_values(turn, verified))


class ActionVerifyTopUpCard(TellerAction):
    """Which card waits for its code and where that stands; then the code itself, which is compared and not kept."""

    def name(self) -> str:
        return "action_verify_top_up_card"

    async def answer(self, turn: Turn) -> list[EventType]:
        waiting = [card for card in await turn.bank.top_ups.cards(turn.customer_id) if not card.verified]
        ending = find_card_ending(turn.text)
        card = next((card for card in waiting if card.last4 == ending), waiting[0] if waiting else None)
        if card is None:
            turn.say("utter_verify_top_up_none")
            await say_latest(turn)
            return []
        code = find_code(turn.text)
        if code is not None:
            return await self._verify(turn, card, code)
        rules = await turn.bank.policies.facts("verify_top_up", turn.customer)
        told = {"card": card.last4, "sent": card.code_sent_at, "tries_left": card.tries_left}
        turn.say("utter_verify_top_up", {**rules, **told})
        return [turn.offer(self.name())]

    async def _verify(self, turn: Turn, card: FundingCard, code: str) -> list[EventType]:
        try:
            await turn.bank.top_ups.verify_card(turn.customer_id, card.id, code)
        except CodeError as error:
            turn.say_refusal(error)
            return [turn.offer(self.name())] if error.code == "code_wrong" else []
        turn.say("utter_verify_top_up_done", card=card.last4)
        return []


class ActionShowIncomingDetails(TellerAction):
    """The account's details and reference, the usual time, what the incoming limit leaves, what is on its way."""

    def name(self) -> str:
        return "action_show_incoming_details"

    async def answer(self, turn: Turn) -> list[EventType]:
        rules = await turn.bank.policies.facts(turn.intent, turn.customer)
        accounts = await asked_accounts(turn)
        for account in accounts:
            if account.status != "active":
                turn.say(f"utter_error_account_not_available_{account.status}", currency=account.currency)
                continue
            turn.say(
                "utter_accounts_details_uk" if account.sort_code else "utter_accounts_details",
                account=account.name, currency=account.currency, holder=account.holder, iban=spaced(account.iban),
                bic=account.bic, sort_code=account.sort_code, account_number=account.account_number,
            )  # fmt: skip
            turn.say("utter_transfer_into_account_reference", reference=account.payment_reference)
        turn.say("utter_transfer_into_account_times", rules)
        for use in await turn.bank.costs.limits(turn.customer_id, "incoming"):
            turn.say("utter_transfer_into_account_limit", left=use.left, limit=use.limit, resets=use.resets_at)
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind="transfer", status="pending", direction="in", limit=3
        )
        for item in page.items:
            turn.say("utter_balance_not_updated_after_bank_transfer_found", facts(item))
            await reason(turn, item)
        return []


def funding_values(turn: Turn, cards: Sequence[FundingCard]) -> dict[str, object]:
    """The cards that can pay in, the only one chosen, and the currency: the one that is named, or the customer's."""
    known = [{"id": card.id, "last4": card.last4, "kind": card.card_kind} for card in cards]
    home = turn.profile.base_currency if turn.profile else None
    currency = find_currency(turn.text) or home
    return {"cards": known, "funding": known[0] if len(known) == 1 else None, "currency": currency}


async def say_latest(turn: Turn) -> None:
    """The newest top-up, whatever became of it."""
    page = await turn.bank.accounts.transactions(turn.customer_id, kind="top_up", limit=1)
    if page.items:
        turn.say("utter_lookup_latest", facts(page.items[0]))
        await reason(turn, page.items[0])


def say_cards(turn: Turn, cards: Sequence[FundingCard]) -> None:
    if not cards:
        turn.say("utter_top_ups_no_card")
    for card in cards:
        turn.say(
            "utter_top_ups_card" if card.verified else "utter_top_ups_card_unverified",
            scheme=card.scheme, card_kind=card.card_kind, card=card.last4,
        )  # fmt: skip
