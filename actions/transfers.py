"""Sending money: the transfer form's questions, and the one action that moves the money."""

from __future__ import annotations

import structlog
from rasa_sdk.events import EventType, SlotSet

from actions.bank.errors import BankError, KeyConflict
from actions.bank.model.transfers import TransferReceipt
from actions.caller import TellerAction, place
from actions.form_end import SubmitForm
from actions.forms import FAILURES_SLOT
from actions.transfer_form import AMOUNT, CODE, IBAN, LAST, PREPARED, ValidateTransferMoneyForm
from actions.turn import Button, Turn

log = structlog.get_logger(__name__)

_MOST_BUTTONS = 5


class ActionSubmitTransferMoneyForm(SubmitForm):
    """Execute the prepared transfer once its code is verified; what is left of a stopped form is cleared silently."""

    def name(self) -> str:
        return "action_submit_transfer_money_form"

    async def submit(self, turn: Turn) -> list[EventType]:
        prepared = turn.tracker.get_slot(PREPARED)
        if not prepared or turn.tracker.get_slot(CODE) != "verified":
            return _cleared()
        key = prepared["key"]
        try:
            receipt = await self._execute(turn, key)
        except BankError as error:
            turn.say_refusal(error)
            turn.say("utter_transfer_not_done")
            return _cleared()
        except Exception as error:
            log.error("transfer_outcome_unknown", error=type(error).__name__, where=place(error))
            turn.say("utter_transfer_unknown")
            return []  # the key stays: the next transfer asks the ledger for it first
        if receipt is None:
            turn.say("utter_transfer_not_done")
            return _cleared()
        say_receipt(turn, "utter_transfer_done", receipt)
        return [*_cleared(), SlotSet(LAST, {"key": key})]

    async def again(self, turn: Turn) -> list[EventType]:
        unknown = turn.tracker.get_slot(PREPARED)
        last = unknown or turn.tracker.get_slot(LAST)
        if unknown:  # its reply was lost: the ledger knows by now, and what it does not know never happens
            try:
                await turn.bank.transfers.cancel_prepared(turn.customer_id, unknown["key"])
            except KeyConflict:
                log.info("transfer_reply_found")
        known = await turn.bank.transfers.status(turn.customer_id, last["key"]) if last else None
        if known and known.receipt:
            say_receipt(turn, "utter_transfer_done", known.receipt)
        else:
            turn.say("utter_transfer_not_done")
        return [*_cleared(), SlotSet(LAST, {"key": unknown["key"]})] if unknown else []

    async def _execute(self, turn: Turn, key: str) -> TransferReceipt | None:
        """The receipt; where the reply was lost the ledger is asked by key, and only a clear no counts as one."""
        try:
            return await turn.bank.transfers.execute(turn.customer_id, key)
        except BankError:
            raise
        except Exception as error:
            log.error("transfer_reply_lost", error=type(error).__name__, where=place(error))
        return (await turn.bank.transfers.status(turn.customer_id, key)).receipt


class ActionAskTransferPayee(TellerAction):
    def name(self) -> str:
        return "action_ask_transfer_money_form_transfer_payee"

    async def answer(self, turn: Turn) -> list[EventType]:
        if turn.tracker.get_slot(IBAN):
            turn.say("utter_ask_transfer_iban_name")
            return []
        payees = [payee for payee in await turn.bank.payees.list(turn.customer_id) if payee.status == "active"]
        buttons = [Button(payee.name, payee.name) for payee in payees[:_MOST_BUTTONS]]
        turn.say("utter_ask_transfer_payee" if payees else "utter_ask_transfer_first_payee", buttons=buttons)
        return []


class ActionAskTransferAccount(TellerAction):
    def name(self) -> str:
        return "action_ask_transfer_money_form_transfer_account"

    async def answer(self, turn: Turn) -> list[EventType]:
        wanted = (turn.tracker.get_slot(AMOUNT) or {}).get("currency")
        buttons = [
            Button(f"{account.name} ({account.currency}), {account.available}", f"account ending {account.tail}")
            for account in await turn.bank.accounts.list(turn.customer_id)
            if account.status == "active" and wanted in (None, account.currency)
        ]
        turn.say("utter_ask_transfer_account", buttons=buttons)
        return []


class ActionAskTransferConfirmation(TellerAction):
    """The summary and its yes or no; after a no, what to change."""

    def name(self) -> str:
        return "action_ask_transfer_money_form_transfer_confirmation"

    async def answer(self, turn: Turn) -> list[EventType]:
        prepared = turn.tracker.get_slot(PREPARED)
        if not prepared:
            turn.say("utter_ask_transfer_change")
            return []
        facts = prepared["facts"]
        if facts["name_check"] != "match":
            turn.say(f"utter_transfer_name_{facts['name_check']}", payee=facts["payee"])
        turn.say("utter_transfer_summary", facts)
        return []


class ActionAskTransferCode(TellerAction):
    def name(self) -> str:
        return "action_ask_transfer_money_form_transfer_code"

    async def answer(self, turn: Turn) -> list[EventType]:
        turn.say("utter_ask_transfer_code", turn.tracker.get_slot(PREPARED)["facts"])
        return []


def say_receipt(turn: Turn, response: str, receipt: TransferReceipt) -> None:
    """Utter `response` with everything a receipt holds."""
    turn.say(
        response,
        amount=receipt.amount,
        payee=receipt.payee,
        payee_tail=receipt.payee_tail,
        reference=receipt.reference,
        account=receipt.account,
        balance=receipt.new_balance,
        arrival=receipt.arrival_date,
    )


def _cleared() -> list[EventType]:
    return [SlotSet(slot, None) for slot in (*ValidateTransferMoneyForm.slots, FAILURES_SLOT)]
