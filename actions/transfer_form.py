"""The values of a transfer: how each is read, corrected and checked, turn by turn, until a code proves it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NoReturn

from actions.bank.errors import (
    AccountNotAvailable,
    BankError,
    InsufficientFunds,
    InvalidAmount,
    InvalidIban,
    LimitExceeded,
    PayeeAmbiguous,
    PayeeNotAllowed,
    PayeeUnknown,
)
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee, PreparedTransfer
from actions.form_switching import NEXT
from actions.form_turn import FormTurn, Miss, PutAside
from actions.parsing.amounts import Amount, AmountProblem, is_bare_amount
from actions.parsing.numbers_in_ids import IbanProblem, find_code, find_iban
from actions.parsing.people import find_person, only_name
from actions.parsing.text import normalise, tokens
from actions.proven_form import ProvenForm
from actions.transfer_later import is_for_later, later_order
from actions.transfer_own import exchange_order, own_account
from actions.transfer_reading import (
    ACCOUNT_WORD,
    account_in,
    amount_in,
    asks_for_code,
    has_iban,
    is_known_payee,
    names_an_account,
    only_digits,
    says_amount,
    says_change,
)
from actions.turn import Turn
from actions.wording import worded

PAYEE, IBAN, AMOUNT, ACCOUNT = "transfer_payee", "transfer_iban", "transfer_amount", "transfer_account"
PREPARED, DECLINED = "transfer_prepared", "transfer_declined"
CONFIRMATION, CODE = "transfer_confirmation", "transfer_code"
LAST = "transfer_last"

_NAMED = {
    PAYEE: re.compile(r"\b(?:payee|recipient|beneficiary|person|receiver)\b", re.I),
    AMOUNT: re.compile(r"\b(?:amount|sum|how much)\b", re.I),
    ACCOUNT: ACCOUNT_WORD,
}
_EXPLAINED = {
    PAYEE: "utter_transfer_explain_payee",
    AMOUNT: "utter_transfer_explain_amount",
    ACCOUNT: "utter_transfer_explain_account",
    CONFIRMATION: "utter_form_explain_confirmation",
    CODE: "utter_form_explain_code",
}


class ValidateTransferMoneyForm(ProvenForm):
    """Payee, amount and account; a prepared transfer with its key; a pure yes; a code for exactly this transfer."""

    starts = frozenset({"transfer_money"})
    slots = (PAYEE, IBAN, AMOUNT, ACCOUNT, PREPARED, DECLINED, CONFIRMATION, CODE)
    values = (PAYEE, IBAN, AMOUNT, ACCOUNT)
    asks = (PAYEE, AMOUNT, ACCOUNT, CONFIRMATION, CODE)
    prepared, declined = PREPARED, DECLINED
    confirmation, code = CONFIRMATION, CODE
    said_cancelled = "utter_transfer_cancelled"
    said_kept = "utter_transfer_nothing_sent"
    said_change_what = "utter_transfer_change_unclear"
    results = (LAST,)

    def name(self) -> str:
        return "validate_transfer_money_form"

    def topic(self, turn: FormTurn) -> str:
        return "transfer_money"

    def explanation(self, turn: FormTurn, slot: str) -> tuple[str, dict[str, Any]]:
        return _EXPLAINED[slot], {}

    async def begin(self, turn: FormTurn) -> None:
        turn[LAST] = None
        await self._pay_later(turn)
        await self._fill(turn)

    async def recover(self, turn: FormTurn) -> bool:
        prepared = turn[PREPARED]
        if not prepared:
            return False
        receipt = (await turn.bank.transfers.status(turn.customer_id, prepared["key"])).receipt
        if receipt is None:
            return False
        turn.say("utter_transfer_recovered", amount=receipt.amount, payee=receipt.payee, reference=receipt.reference)
        return True

    async def is_value(self, turn: FormTurn, slot: str) -> bool:
        if slot == AMOUNT:
            return is_bare_amount(turn.text)
        if slot == CODE:
            return find_code(turn.text) is not None or only_digits(turn.text) or asks_for_code(turn.text)
        if slot == ACCOUNT:
            return len(tokens(turn.text)) <= 4 and await account_in(turn, asked=True) is not None
        return has_iban(turn.text) or (not turn[IBAN] and await is_known_payee(turn))

    def is_change(self, turn: FormTurn) -> bool:
        return says_change(turn.text)

    async def read_answer(self, turn: FormTurn, slot: str) -> None:
        await self._pay_later(turn)
        iban_before = turn[IBAN]
        await self._fill(turn, asked=slot)
        if turn[slot] is not None:
            return
        if slot == AMOUNT:
            raise Miss("utter_transfer_amount_unclear")
        if slot == ACCOUNT:
            raise Miss("utter_transfer_account_unclear")
        if turn[IBAN] and turn[IBAN] != iban_before:
            return
        name = only_name(turn.text)
        if name is None:
            raise Miss("utter_transfer_payee_unclear")
        await self._use_name(turn, name)

    async def correct(self, turn: FormTurn) -> bool:
        if only_digits(turn.text) and find_code(turn.text):
            return False  # a code typed too late is no new amount
        await self._pay_later(turn)
        before = {slot: turn[slot] for slot in (PAYEE, IBAN, AMOUNT, ACCOUNT)}
        named = {slot for slot, pattern in _NAMED.items() if pattern.search(normalise(turn.text))}
        amount = amount_in(turn) if says_amount(turn) else None
        account = await account_in(turn)
        person = find_person(turn.text)
        try:
            _use(turn, amount, account)
            if has_iban(turn.text):
                await self._use_iban(turn, person)
            elif person or not (named or amount or account):
                await self._correct_payee(turn, person)
        except (Miss, BankError):
            await self.refresh(turn)  # the summary that was shown no longer fits the values
            raise
        changed = any(turn[slot] != value for slot, value in before.items())
        if not changed and not (amount or account):
            _reopen(turn, named)
        if changed or turn.reopened:
            await self.refresh(turn)
        return changed or bool(named or amount or account)

    async def settle(self, turn: FormTurn) -> None:
        if turn[PAYEE] and turn[AMOUNT] and not turn[ACCOUNT] and ACCOUNT not in turn.reopened:
            await self._choose_account(turn)
        if turn[PAYEE] and turn[AMOUNT] and turn[ACCOUNT] and not (turn[PREPARED] or turn[DECLINED]):
            await self._prepare(turn)

    async def withdraw(self, turn: FormTurn, key: str) -> None:
        await turn.bank.transfers.cancel_prepared(turn.customer_id, key)

    async def _pay_later(self, turn: FormTurn) -> None:
        """Hand over to the form of operations where another day or a rhythm is named; only saved payees can wait."""
        if not is_for_later(turn):
            return
        if turn[IBAN] or has_iban(turn.text):
            turn.say("utter_transfer_only_now")
            return
        order = later_order(turn, turn[PAYEE], None if says_amount(turn) else turn[AMOUNT], turn[ACCOUNT])
        await self._hand_over(turn, "scheduled_payments", order)

    async def _hand_over(self, turn: FormTurn, topic: str, order: dict[str, Any]) -> NoReturn:
        """End this form without a word: what is wanted is an operation of another kind."""
        await self.void(turn)
        wanted = {"form": "operation_form", "intent": topic, "text": turn.text, "order": order}
        turn[NEXT] = {"step": "start", **wanted}
        raise PutAside

    async def _fill(self, turn: FormTurn, asked: str | None = None) -> None:
        """Take every value the message gives; those already known only from a fresh command or a correction."""
        anew = turn.intent in ("transfer_money", "correct_value")
        problem: Miss | BankError | None = None
        try:
            person = find_person(turn.text)
            if has_iban(turn.text):
                await self._use_iban(turn, person)
            elif person and (asked == PAYEE or anew or not turn[PAYEE]):
                await self._use_name(turn, person)
        except (Miss, BankError) as error:
            problem = error
        account = amount = None
        if asked == ACCOUNT or anew or not turn[ACCOUNT]:
            account = await account_in(turn, asked=asked == ACCOUNT)
            if account is None and asked is None and names_an_account(turn.text):
                turn.say("utter_transfer_account_unclear")
                turn.reopened.add(ACCOUNT)
        if asked == AMOUNT or anew or not turn[AMOUNT]:
            amount = amount_in(turn)
        _use(turn, amount, account)
        if problem:
            raise problem

    async def _use_iban(self, turn: FormTurn, name: str | None) -> None:
        try:
            iban = find_iban(turn.text)
        except IbanProblem:
            raise Miss("utter_error_invalid_iban_checksum") from None
        if iban is None:
            return
        payee = await turn.bank.payees.by_iban(turn.customer_id, iban)
        turn[PAYEE], turn[IBAN] = (_payee_slot(payee), None) if payee else (None, iban)
        if payee is None and name:
            await self._use_name(turn, name)

    async def _use_name(self, turn: FormTurn, name: str) -> None:
        """The payee called `name`: the holder of a new IBAN that waits for one, else one of the customer's own payees
        or accounts."""
        if turn[IBAN]:
            payee = await turn.bank.payees.adopt_iban(turn.customer_id, turn[IBAN], name)
        else:
            try:
                payee = await turn.bank.payees.resolve(turn.customer_id, name)
            except PayeeUnknown:
                own = await own_account(turn, name)
                if own is None:
                    raise
                await self._pay_own(turn, own)
                return
        turn[PAYEE], turn[IBAN] = _payee_slot(payee), None

    async def _pay_own(self, turn: FormTurn, own: Account) -> None:
        """Make an account of the customer's own the payee; paying into another currency is an exchange."""
        try:
            order = await exchange_order(turn, own)
        except AmountProblem as problem:
            raise Miss(f"utter_error_amount_{problem.code}") from None
        if order:
            await self._hand_over(turn, "exchange_via_app", order)
        payee = await turn.bank.payees.adopt_iban(turn.customer_id, own.iban, own.holder)
        turn[PAYEE] = {**_payee_slot(payee), "own": own.id}

    async def _correct_payee(self, turn: FormTurn, person: str | None) -> None:
        """Another payee; a name that nothing marks as one ("no, Mia") counts only if it is known."""
        name = person or only_name(turn.text)
        if name is None:
            return
        try:
            turn[IBAN] = None
            await self._use_name(turn, name)
        except (PayeeUnknown, PayeeAmbiguous):
            if person is None:
                return
            await self.refresh(turn)
            turn[PAYEE] = None
            raise

    async def _choose_account(self, turn: FormTurn) -> None:
        """The only account that fits the amount's currency, or the payee's where the amount named none."""
        held_accounts = await turn.bank.accounts.list(turn.customer_id)
        accounts = [account for account in held_accounts if account.status == "active"]
        accounts = [account for account in accounts if account.id != turn[PAYEE].get("own")]
        currency = turn[AMOUNT]["currency"]
        fitting = [account for account in accounts if currency in (None, account.currency)]
        if not fitting:
            turn[AMOUNT] = None
            held = tuple(dict.fromkeys(account.currency for account in accounts))
            raise AccountNotAvailable("no_account_in_currency", currency or "", held)
        if currency is None and len(fitting) > 1:
            fitting = [account for account in fitting if account.currency == turn[PAYEE]["currency"]] or fitting
        if len(fitting) == 1:
            _use_account(turn, fitting[0])

    async def _prepare(self, turn: FormTurn) -> None:
        """Quote the transfer and mint its key: the summary and the key belong to the same turn."""
        account = turn[ACCOUNT]
        try:
            amount = Money(_amount(turn[AMOUNT]).minor(account["currency"]), account["currency"])
            quote = await turn.bank.transfers.quote(turn.customer_id, turn[PAYEE]["id"], amount, account["id"])
        except AmountProblem as problem:
            turn[AMOUNT] = None
            raise Miss(f"utter_error_amount_{problem.code}") from None
        except (InsufficientFunds, LimitExceeded, InvalidAmount):
            turn[AMOUNT] = None
            raise
        except AccountNotAvailable:
            turn[ACCOUNT] = None
            raise
        except (PayeeNotAllowed, InvalidIban):
            turn[PAYEE] = None
            raise
        prepared = await turn.bank.transfers.prepare(turn.customer_id, quote)
        self.note_prepared(turn, prepared.key, _summary(turn, prepared))


def _use(turn: FormTurn, amount: Amount | None, account: Account | None) -> None:
    """Set what was named; an amount and an account that contradict each other are no amount."""
    if account:
        _use_account(turn, account)
    if amount and account and amount.currency not in (None, account.currency):
        turn[AMOUNT] = None
        raise AccountNotAvailable("currency_mismatch", amount.currency)
    if amount:
        _use_amount(turn, amount)


def _reopen(turn: FormTurn, slots: set[str]) -> None:
    """Ask these values anew; another account may have another currency."""
    for slot in slots:
        turn[slot] = None
    if ACCOUNT in slots and turn[AMOUNT]:
        turn[AMOUNT] = {**turn[AMOUNT], "currency": None}
    turn.reopened |= slots


def _use_amount(turn: FormTurn, amount: Amount) -> None:
    """Set the amount; a bare number keeps the currency agreed before, another currency needs another account."""
    currency = amount.currency or (turn[AMOUNT] or {}).get("currency")
    turn[AMOUNT] = {"value": str(amount.value), "currency": currency}
    if turn[ACCOUNT] and currency not in (None, turn[ACCOUNT]["currency"]):
        turn[ACCOUNT] = None


def _use_account(turn: FormTurn, account: Account) -> None:
    turn[ACCOUNT] = {"id": account.id, "name": account.name, "currency": account.currency, "tail": account.tail}
    if turn[AMOUNT] and turn[AMOUNT]["currency"] != account.currency:
        turn[AMOUNT] = {**turn[AMOUNT], "currency": None}


def _amount(slot: dict[str, Any]) -> Amount:
    return Amount(Decimal(slot["value"]), slot["currency"])


def _payee_slot(payee: Payee) -> dict[str, str]:
    return {"id": payee.id, "name": payee.name, "tail": payee.tail, "currency": payee.currency}


def _summary(turn: Turn, prepared: PreparedTransfer) -> dict[str, str]:
    quote = prepared.quote
    return worded(
        {
            "payee": quote.payee.name,
            "payee_tail": quote.payee.tail,
            "amount": quote.amount,
            "account": quote.account.name,
            "account_tail": quote.account.tail,
            "fee": quote.fee,
            "total": quote.total,
            "arrival": quote.arrival_date,
            "name_check": quote.name_check,
        },
        turn.zone,
        turn.language,
    )
