"""Account information messages (Account and Transaction API v4.0) read into the port's values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from stdnum import iban as iban_numbers

from actions.bank.core.values import (
    AccountNumber,
    Balance,
    Beneficiary,
    CoreAccount,
    DirectDebit,
    StandingOrder,
)
from actions.bank.model.money import Money
from actions.bank.model.transactions import Direction, Transaction
from actions.bank.open_banking import codes
from actions.bank.open_banking.amounts import money_from
from actions.bank.open_banking.reading import identifier, moment

PERMISSIONS = [
    "ReadAccountsBasic",
    "ReadAccountsDetail",
    "ReadBalances",
    "ReadBeneficiariesBasic",
    "ReadBeneficiariesDetail",
    "ReadDirectDebits",
    "ReadStandingOrdersBasic",
    "ReadStandingOrdersDetail",
    "ReadTransactionsBasic",
    "ReadTransactionsCredits",
    "ReadTransactionsDebits",
    "ReadTransactionsDetail",
]
"""What the assistant asks to see: nothing more than it answers from, and never card numbers (ReadPAN)."""

UNNAMED = "unnamed"
Message = Mapping[str, Any]


def account(found: Message) -> CoreAccount:
    named = found.get("Account") or []
    numbers = [number for number in map(account_number, named) if number is not None]
    numbers.sort(key=lambda number: number.scheme != "sort_code")
    holder = next((entry["Name"] for entry in named if entry.get("Name")), None)
    return CoreAccount(
        id=identifier(found["AccountId"], 40),
        name=found.get("Nickname") or found.get("Description") or UNNAMED,
        currency=found.get("Currency"),
        holder=holder,
        numbers=tuple(numbers),
        status=codes.ACCOUNT_STATUS[found.get("Status", "Enabled")],
    )


def account_number(found: Message) -> AccountNumber | None:
    """None for a scheme that payments here cannot use; a card number (UK.OBIE.PAN) is not even looked at."""
    scheme = found.get("SchemeName")
    if scheme == "UK.OBIE.SortCodeAccountNumber":
        return AccountNumber("sort_code", found["Identification"])
    if scheme == "UK.OBIE.IBAN":
        return AccountNumber("iban", iban_numbers.compact(found["Identification"]))
    return None


def balances(found: Iterable[Message], account_id: str) -> list[Balance]:
    """One for each currency, the best of the types that the bank states; credit lines are the bank's to include."""
    stated: dict[str, dict[str, tuple[Money, datetime]]] = {}
    for entry in found:
        if entry["AccountId"] != account_id:
            raise ValueError("a balance of another account")
        money = money_from(entry["Amount"])
        signed = -money if entry["CreditDebitIndicator"] == "Debit" else money
        stated.setdefault(money.currency, {})[entry["Type"]] = signed, moment(entry["DateTime"])
    read = []
    for of_type in stated.values():
        booked = next((of_type[name] for name in codes.BOOKED_TYPES if name in of_type), None)
        available = next((of_type[name] for name in codes.AVAILABLE_TYPES if name in of_type), None)
        times = [at for _, at in filter(None, (booked, available))]
        if times:
            read.append(Balance(account_id, booked and booked[0], available and available[0], max(times)))
    if not read:
        raise ValueError("no balance of a known type")
    return read


def transaction(found: Message) -> Transaction:
    """A line of the feed; its time is the booking time, which is what the bank states and filters by."""
    booked_at = moment(found["BookingDateTime"])
    status = codes.ENTRY_STATUS[found["Status"]]
    direction: Direction = {"Credit": "in", "Debit": "out"}[found["CreditDebitIndicator"]]  # type: ignore[assignment]
    amount = money_from(found["Amount"])
    merchant = (found.get("MerchantDetails") or {}).get("MerchantName")
    other_side = found.get("CreditorAccount" if direction == "out" else "DebtorAccount") or {}
    exchange = found.get("CurrencyExchange") or {}
    card = found.get("CardInstrument") or {}
    return Transaction(
        id=found.get("TransactionId") or _made_id(found),
        account_id=found["AccountId"],
        kind=codes.transaction_kind(found),
        status=status,
        direction=direction,
        amount=amount,
        fee=money_from(found["ChargeAmount"]) if "ChargeAmount" in found else Money.zero(amount.currency),
        counterparty=merchant or other_side.get("Name") or found.get("TransactionInformation") or UNNAMED,
        created_at=booked_at,
        completed_at=booked_at if status == "completed" else None,
        local_amount=money_from(exchange["InstructedAmount"]) if "InstructedAmount" in exchange else None,
        trading_name=merchant,
        location=found.get("AddressLine"),
        card_last4=str(card["Identification"])[-4:] if "Identification" in card else None,
        entry_mode=codes.ENTRY_MODES.get(card.get("AuthorisationType", "")),
        reference=found.get("TransactionReference"),
    )


def moves_money(found: Message) -> bool:
    return found.get("Status") != codes.INFORMATION


def beneficiary(found: Message) -> Beneficiary:
    creditor = found.get("CreditorAccount") or {}
    return Beneficiary(
        id=found.get("BeneficiaryId") or _made_id(found),
        name=creditor.get("Name") or found.get("Reference") or UNNAMED,
        number=account_number(creditor),
    )


def direct_debit(found: Message) -> DirectDebit:
    last = found.get("PreviousPaymentAmount")
    last_at = found.get("PreviousPaymentDateTime")
    return DirectDebit(
        id=found.get("DirectDebitId") or _made_id(found),
        account_id=found["AccountId"],
        collector=found["Name"],
        reference=(found.get("MandateRelatedInformation") or {}).get("MandateIdentification"),
        status=codes.REGULAR_STATUS[found.get("DirectDebitStatusCode", "ACTV")],
        last_amount=money_from(last) if last else None,
        last_on=moment(last_at).date() if last_at else None,
        next_on=None,
    )


def standing_order(found: Message) -> StandingOrder:
    amount = found.get("NextPaymentAmount") or found.get("LastPaymentAmount")
    next_at = found.get("NextPaymentDateTime")
    mandate = found.get("MandateRelatedInformation") or {}
    return StandingOrder(
        id=found.get("StandingOrderId") or _made_id(found),
        account_id=found["AccountId"],
        payee=(found.get("CreditorAccount") or {}).get("Name"),
        amount=money_from(amount) if amount else None,
        schedule=codes.schedule(mandate.get("Frequency") or {"Type": "NotKnown"}),
        status=codes.REGULAR_STATUS[found.get("StandingOrderStatusCode", "ACTV")],
        next_on=moment(next_at).date() if next_at else None,
    )


def _made_id(found: Message) -> str:
    """An id for an entry to which the bank gave none: the same entry gets the same one again."""
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    return f"made-{digest[:32]}"
