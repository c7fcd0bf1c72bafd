"""Answers from the bank's policy tables: the figures come from there, the sentence from data/responses."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions.caller import GUEST, NEXT_STEPS, TellerAction
from actions.forms import HANDOFF
from actions.money_topics import TOPICS
from actions.parsing.text import words
from actions.turn import LoginNeeded, Turn

# What cannot be done in the chat yet: the answer says so and offers a person, so a plain "yes" takes that up.
BY_A_PERSON = words("change_language ")

# What a guest may ask as well; the rest is about an account and asks for the login first.
PUBLIC = words(
    "apple_pay_or_google_pay atm_support bot_challenge change_language exchange_charge fiat_currency_support "
    "supported_cards_and_currencies top_up_by_bank_transfer_charge top_up_by_card_charge "
    "top_up_by_cash_or_cheque top_up_limits transfer_timing why_verify_identity "
)

# The fact that is "not offered" where this customer's country or plan has no such product.
PRODUCT = {
    "top_up_by_cash_or_cheque": "cash_deposit_where",
}
_NOT_OFFERED = "not offered"
_ADD = re.compile(r"^(?:please |can you |could you )?(?:add|put)\b|\b(?:want|like|need) to (?:add|put)\b", re.I)

# What the customer hears of their own identity check, by its state; once verified nothing else matters.
IDENTITY = words("why_verify_identity ")
CHECK = {
    "verified": "utter_identity_verified",
    "in review": "utter_identity_in_review",
    "rejected": "utter_identity_rejected",
}

# Where the tables also know something about the customer: the fact without which nothing is added.
ABOUT_THE_CUSTOMER = {
    "apple_pay_or_google_pay": "my_wallet_cards",
    "atm_support": "my_atm_allowance_left",
    "exchange_charge": "my_exchange_allowance_left",
    "fiat_currency_support": "my_currencies",
    "supported_cards_and_currencies": "my_funding_cards",
    "top_up_by_card_charge": "my_top_up_fees",
    "top_up_limits": "my_top_up_left_month",
}


class ActionAnswerPolicy(TellerAction):
    """`utter_<intent>` with the figures the policy tables hold for that intent."""

    login = False

    def name(self) -> str:
        return "action_answer_policy"

    async def answer(self, turn: Turn) -> list[EventType]:
        if turn.customer is not GUEST and turn.intent == "apple_pay_or_google_pay" and _ADD.search(turn.text):
            return await NEXT_STEPS["add_card_to_wallet"](turn)
        facts = await turn.bank.policies.facts(turn.intent, turn.customer)
        if turn.customer is GUEST and turn.intent not in PUBLIC:
            raise LoginNeeded
        state = facts.get("my_identity_state") if turn.intent in IDENTITY else None
        if state in CHECK:
            turn.say(CHECK[state], facts)
        if state == "verified":
            return []
        if turn.intent in TOPICS and await TOPICS[turn.intent](turn, facts):
            return [turn.offer(HANDOFF)] if turn.intent in BY_A_PERSON else []
        if facts.get(PRODUCT.get(turn.intent, "")) == _NOT_OFFERED:
            turn.say(f"utter_{turn.intent}_not_offered", facts)
        else:
            own = ABOUT_THE_CUSTOMER.get(turn.intent)
            if own and facts.get(own, "none") != "none":
                turn.say(f"utter_{turn.intent}_mine", facts)
            turn.say(f"utter_{turn.intent}", facts)
        return [turn.offer(HANDOFF)] if turn.intent in BY_A_PERSON else []
