"""Who may have an account, its documents and details, leaving, loans and credit."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Literal

from rasa_sdk.events import EventType

from actions.accounts import asked_accounts
from actions.bank.errors import BankError
from actions.bank.model.accounts import Loan
from actions.bank.model.money import Money
from actions.bank.model.policies import Country
from actions.bank.wording import share
from actions.caller import GUEST, NEXT_STEPS, TellerAction
from actions.card_checks import day
from actions.forms import HANDOFF
from actions.operation_accounts import DETAIL_WORDS
from actions.operation_values import word
from actions.operations import start_operation
from actions.parsing.amounts import AmountProblem, find_amounts
from actions.parsing.countries import country_name, find_country
from actions.parsing.dates import find_period
from actions.parsing.text import normalise
from actions.topics import topic
from actions.turn import Button, Turn

_NOT_OFFERED = "not offered"
_PROOF = re.compile(r"\bproof of (?:a |the |my )?(?:payment|transfer)|\bpayment (?:proof|confirmation)\b", re.I)
_CONFIRMATION = re.compile(
    r"\b(?:balance|account)\s(?:confirmation|certificate|letter)|\bproof of (?:balance|funds)", re.I
)


class ActionServeAccount(TellerAction):
    """The rows of the table about the account as a contract, and about borrowing."""

    login = False

    def name(self) -> str:
        return "action_serve_account"

    async def answer(self, turn: Turn) -> list[EventType]:
        return await _ANSWERS[topic(turn, _ANSWERS)](turn)


async def age_limit(turn: Turn) -> list[EventType]:
    known = await turn.bank.policies.facts("age_limit", turn.customer, find_country(turn.text))
    named = find_country(turn.text)
    if known["min_age"] == _NOT_OFFERED:
        country = country_name(named) if named else known["residence_country"]
        turn.say("utter_age_limit_no_account", known, country=country)
    elif known["youth_account"] == _NOT_OFFERED:
        turn.say("utter_age_limit_not_offered", known)
    else:
        turn.say("utter_age_limit", known)
    return []


async def country_support(turn: Turn) -> list[EventType]:
    countries = await turn.bank.policies.countries()
    named = find_country(turn.text)
    if named is None:
        regions: dict[str, list[Country]] = {}
        for country in countries:
            if country.residence or country.delivery:
                regions.setdefault(country.region, []).append(country)
        for region, members in sorted(regions.items()):
            residents = [country.name for country in members if country.residence]
            if residents:
                turn.say("utter_country_support_region", region=region, countries=residents)
            delivered = [country.name for country in members if not country.residence]
            if delivered:
                turn.say("utter_country_support_delivery", region=region, countries=delivered)
        blocked = [country.name for country in countries if not country.card_use]
        turn.say("utter_country_support_which", countries=blocked)
        return [turn.offer("action_serve_account")]
    asked = next((one for one in countries if one.code == named), None)
    if asked is None:
        turn.say("utter_country_support_unknown", country=country_name(named))
        return []
    name = asked.name
    turn.say("utter_country_support_resident" if asked.residence else "utter_country_support_no_resident", country=name)
    turn.say("utter_country_support_card" if asked.delivery else "utter_country_support_no_card", country=name)
    turn.say("utter_country_support_use" if asked.card_use else "utter_country_support_no_use", country=name)
    return []


async def edit_personal_details(turn: Turn) -> list[EventType]:
    _ = turn.customer_id
    profile = turn.profile
    if profile is None:
        raise LookupError("profile")
    said = normalise(turn.text)
    named = next((name for name, pattern in DETAIL_WORDS.items() if word(pattern).search(said)), None)
    held = {"name": f"{profile.first_name} {profile.last_name}", "address": profile.address,
            "phone": profile.phone, "email": profile.email}  # fmt: skip
    if named is None:
        turn.say("utter_edit_personal_details", held)
        return start_operation(turn, "edit_personal_details", "edit_detail")
    turn.say(_DETAIL_SAID[named], value=held[named])
    code = find_country(turn.text)
    if named == "address" and code:
        country = next((one for one in await turn.bank.policies.countries() if one.code == code), None)
        if country is None or not country.residence:
            turn.say("utter_error_not_possible_no_residence", country=country.name if country else country_name(code))
            return []
    return start_operation(turn, "edit_personal_details", "edit_detail", {"detail": named})


async def terminate_account(turn: Turn) -> list[EventType]:
    closing = await turn.bank.customers.closing(turn.customer_id)
    if closing.agreed_for:
        turn.say("utter_error_not_possible_closure_agreed", close_on=closing.agreed_for)
        return [turn.offer(HANDOFF)]
    if closing.ending:
        turn.say("utter_terminate_account_ending", ending=closing.ending)
    balances = [money for money in closing.balances if money.amount_minor]
    if balances:
        turn.say("utter_terminate_account_balance", balances=balances)
    if closing.blockers:
        turn.say("utter_error_not_possible_closure_blocked", blockers=closing.blockers)
        return [turn.offer(HANDOFF)]
    turn.say("utter_terminate_account")
    return start_operation(turn, "terminate_account", "close_accounts")


async def statement_request(turn: Turn) -> list[EventType]:
    """Make it at once for the account and month that are named; last month where none is."""
    if _PROOF.search(turn.text):
        return await NEXT_STEPS["send_payment_proof"](turn)
    accounts = await asked_accounts(turn)
    open_ones = [account for account in accounts if account.status != "closed"]
    said = normalise(turn.text).casefold()
    named = [account for account in open_ones if account.name.casefold() in said or account.tail in said]
    chosen = named or open_ones
    if len(chosen) > 1:
        buttons = [Button(f"{one.name} ({one.currency})", f"{one.name} account statement") for one in chosen]
        turn.say("utter_statement_request_which", buttons=buttons, accounts=[one.name for one in chosen])
        return [turn.offer("action_serve_account")]
    if not chosen:
        turn.say("utter_statement_request_none")
        return [turn.offer(HANDOFF)]
    today = datetime.now(turn.zone).date()
    period = find_period(turn.text, today)
    month = (period.first if period and period.first else today.replace(day=1) - timedelta(days=1)).replace(day=1)
    kind: Literal["statement", "balance_confirmation"] = (
        "balance_confirmation" if _CONFIRMATION.search(turn.text) else "statement"
    )
    made = await turn.bank.statements.create(turn.customer_id, chosen[0].id, month, kind)
    told = {"account": made.account, "currency": made.currency, "form": made.format, "balance": made.closing}
    if kind == "balance_confirmation":
        turn.say("utter_statement_request_balance", told, day=day(made.month))
    else:
        said_so = "utter_statement_request_again" if made.already else "utter_statement_request"
        turn.say(said_so, told, month=f"{made.month:%B %Y}")
    return []


async def loan_enquiry(turn: Turn) -> list[EventType]:
    known = await turn.bank.policies.facts("loan_enquiry", turn.customer)
    loan = await turn.bank.lending.loan(turn.customer_id) if turn.customer is not GUEST else None
    if loan:
        turn.say("utter_loan_enquiry_mine", _loan(loan))
    if known["loan_name"] == _NOT_OFFERED:
        if loan is None:
            turn.say("utter_loan_enquiry_not_offered")
        return []
    amount = _amount(turn, known["loan_currency"])
    cost = await turn.bank.lending.indicative_instalment(known["loan_country"], amount) if amount else None
    if amount and cost:
        instalment, months = cost
        turn.say("utter_loan_enquiry_amount", known, amount=amount, instalment=instalment, months=months)
    elif loan is None:
        turn.say("utter_loan_enquiry", known)
    return []


async def loan_repayment(turn: Turn) -> list[EventType]:
    loan = await turn.bank.lending.loan(turn.customer_id)
    if loan is None:
        turn.say("utter_error_not_possible_no_loan")
        return []
    turn.say("utter_loan_repayment_due", _loan(loan))
    if loan.status == "arrears":
        turn.say("utter_error_not_possible_in_arrears", owed=loan.outstanding)
        return [turn.offer(HANDOFF)]
    turn.say("utter_loan_repayment", await turn.bank.policies.facts("loan_repayment", turn.customer_id))
    return start_operation(turn, "loan_repayment", "repay_loan", {"currency": loan.outstanding.currency})


async def credit_card_application(turn: Turn) -> list[EventType]:
    known = await turn.bank.policies.facts("credit_card_application", turn.customer_id)
    if known["credit_name"] == _NOT_OFFERED:
        turn.say("utter_credit_card_application_not_offered")
        return [turn.offer(HANDOFF)]
    turn.say("utter_credit_card_application", known)
    try:
        await turn.bank.lending.check_applicant(turn.customer_id)
    except BankError as error:
        turn.say_refusal(error)
        return []
    currency = await turn.bank.lending.credit_currency(turn.customer_id)
    return start_operation(turn, "credit_card_application", "apply_for_credit", {"currency": currency})


def _amount(turn: Turn, currency: str) -> Money | None:
    """The amount the message names, if it is in this currency."""
    for amount in find_amounts(turn.text):
        if amount.currency in (None, currency):
            try:
                return Money(amount.minor(currency), currency)
            except AmountProblem:
                return None
    return None


def _loan(loan: Loan) -> dict[str, object]:
    due: date = loan.next_due
    return {
        "loan": loan.product,
        "outstanding": loan.outstanding,
        "instalment": loan.instalment,
        "rate": share(loan.rate_bp),
        "due": day(due),
        "ends": day(loan.ends_on),
    }


_DETAIL_SAID = {
    "name": "utter_edit_personal_details_name",
    "address": "utter_edit_personal_details_address",
    "phone": "utter_edit_personal_details_phone",
    "email": "utter_edit_personal_details_email",
}
_ANSWERS: dict[str, Callable[[Turn], Awaitable[list[EventType]]]] = {
    "age_limit": age_limit,
    "country_support": country_support,
    "credit_card_application": credit_card_application,
    "edit_personal_details": edit_personal_details,
    "loan_enquiry": loan_enquiry,
    "loan_repayment": loan_repayment,
    "statement_request": statement_request,
    "terminate_account": terminate_account,
}
