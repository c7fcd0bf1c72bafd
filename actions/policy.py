"""Answers from the bank's policy tables: the figures come from there, the sentence from data/responses."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.caller import GUEST, LoginNeeded, TellerAction, Turn
from actions.forms import HANDOFF
from actions.parsing.text import words

# What cannot be done in the chat yet: the answer says so and offers a person, so a plain "yes" takes that up.
BY_A_PERSON = words(
    "unfreeze_card replace_card set_card_limit card_settings show_card_details card_linking activate_my_card "
    "getting_spare_card order_physical_card getting_virtual_card get_disposable_virtual_card "
    "get_physical_card add_payee scheduled_payments cancel_transfer dispute_transaction request_refund "
    "report_scam automatic_top_up topping_up_by_card verify_top_up exchange_via_app change_pin pin_blocked "
    "passcode_forgotten lost_or_stolen_phone verify_my_identity unable_to_verify_identity "
    "verify_source_of_funds edit_personal_details terminate_account loan_repayment credit_card_application "
    "statement_request change_language card_not_working contactless_not_working "
    "virtual_card_not_working beneficiary_not_allowed "
)

# What a guest may ask as well; the rest is about an account and asks for the login first.
PUBLIC = words(
    "age_limit apple_pay_or_google_pay atm_support bot_challenge card_acceptance card_delivery_estimate "
    "change_language country_support disposable_card_limits exchange_charge fiat_currency_support loan_enquiry "
    "passcode_forgotten supported_cards_and_currencies top_up_by_bank_transfer_charge top_up_by_card_charge "
    "top_up_by_cash_or_cheque top_up_limits transfer_timing visa_or_mastercard why_verify_identity "
)
# Where every minute counts a guest hears the emergency line before the login is asked for.
URGENT = words("report_scam lost_or_stolen_phone ")

# The fact that is "not offered" where this customer's country or plan has no such product.
PRODUCT = {
    "age_limit": "youth_account",
    "credit_card_application": "credit_name",
    "disposable_card_limits": "disposable_cards_per_day",
    "get_disposable_virtual_card": "card_disposable_fee",
    "top_up_by_cash_or_cheque": "cash_deposit_where",
    "virtual_card_not_working": "disposable_payments_per_card",
}
_NOT_OFFERED = "not offered"

# What the customer hears of their own identity check, by its state; once verified nothing else matters.
IDENTITY = words("verify_my_identity unable_to_verify_identity why_verify_identity ")
CHECK = {
    "verified": "utter_identity_verified",
    "in review": "utter_identity_in_review",
    "rejected": "utter_identity_rejected",
}

# Where the tables also know something about the customer: the fact without which nothing is added.
ABOUT_THE_CUSTOMER = {
    "apple_pay_or_google_pay": "my_wallet_cards",
    "atm_support": "my_atm_allowance_left",
    "card_acceptance": "my_switched_off",
    "disposable_card_limits": "my_disposable_cards_today",
    "exchange_charge": "my_exchange_allowance_left",
    "fiat_currency_support": "my_currencies",
    "loan_enquiry": "my_loan",
    "lost_or_stolen_phone": "my_devices",
    "supported_cards_and_currencies": "my_funding_cards",
    "top_up_by_card_charge": "my_top_up_fees",
    "top_up_limits": "my_top_up_left_month",
    "verify_source_of_funds": "my_request",
    "visa_or_mastercard": "my_cards",
}


class ActionAnswerPolicy(TellerAction):
    """`utter_<intent>` with the figures the policy tables hold for that intent."""

    login = False

    def name(self) -> str:
        return "action_answer_policy"

    async def answer(self, turn: Turn) -> list[EventType]:
        facts = await turn.bank.policies.facts(turn.intent, turn.customer)
        if turn.customer is GUEST and turn.intent not in PUBLIC:
            if turn.intent in URGENT:
                turn.say("utter_handoff_emergency", facts)
            raise LoginNeeded
        state = facts.get("my_identity_state") if turn.intent in IDENTITY else None
        if state in CHECK:
            turn.say(CHECK[state], facts)
        if state == "verified":
            return []
        if facts.get(PRODUCT.get(turn.intent, "")) == _NOT_OFFERED:
            turn.say(f"utter_{turn.intent}_not_offered", facts)
        else:
            own = ABOUT_THE_CUSTOMER.get(turn.intent)
            if own and facts.get(own, "none") != "none":
                turn.say(f"utter_{turn.intent}_mine", facts)
            turn.say(f"utter_{turn.intent}", facts)
        return [turn.offer(HANDOFF)] if turn.intent in BY_A_PERSON else []
