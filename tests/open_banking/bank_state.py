"""The memory of the test bank: what its customers have, consents, payments, and keys it has seen."""

from __future__ import annotations

import copy
import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from stdnum import iban as iban_numbers

from tests.open_banking import plan

Json = dict[str, Any]
ISO_CODES = {
    "transfer": {"in": ("RCDT", "DMCT"), "out": ("ICDT", "DMCT")},
    "atm": {"out": ("CCRD", "CWDL")},
    "direct_debit": {"out": ("RDDT", "PMDD")},
}
ENTRY_STATUS = {"completed": "BOOK", "pending": "PDNG", "declined": "RJCT"}
KEYS_KEPT = timedelta(hours=24)


class Refusal(Exception):
    """An answer of 4xx with a reason code of four characters."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def written(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def amount(pence: int, currency: str = "GBP") -> Json:
    return {"Amount": f"{pence // 100}.{pence % 100:02d}", "Currency": currency}


def pence_of(found: Json) -> int:
    whole, _, part = found["Amount"].partition(".")
    return int(whole) * 100 + int((part or "0").ljust(2, "0"))


def iban_of(bban: str) -> str:
    country, rest = bban.split()
    return f"{country}{iban_numbers.calc_check_digits(f'{country}00{rest}')}{rest}"


@dataclass
class Account:
    id: str
    message: Json
    number: str
    booked: int
    balances: list[Json] | None = None


@dataclass
class Customer:
    login: str
    accounts: list[Account] = field(default_factory=list)
    transactions: list[Json] = field(default_factory=list)
    beneficiaries: list[Json] = field(default_factory=list)
    direct_debits: list[Json] = field(default_factory=list)
    standing_orders: list[Json] = field(default_factory=list)


@dataclass
class Consent:
    id: str
    scope: str
    message: Json
    made: datetime
    status: str = "AWAU"
    customer: Customer | None = None


@dataclass
class Payment:
    id: str
    consent: Consent
    made: datetime
    status: str = "RCVD"


@dataclass
class State:
    """Guarded by `lock`. `ahead` moves the bank's clock; a `forgetful` bank keeps no idempotency keys."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    ahead: timedelta = timedelta()
    customers: dict[str, Customer] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    charge_pence: int = 0
    forgetful: bool = False
    page: int = 5
    _kept: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self.ahead

    def customer_of(self, account_number: str) -> tuple[Customer, Account]:
        for customer in self.customers.values():
            for account in customer.accounts:
                if account.number == account_number:
                    return customer, account
        raise Refusal(400, "AC01")

    def create_consent(self, scope: str, message: Json, key: str | None) -> Consent:
        with self.lock:
            kept = self._seen(f"consent:{scope}", key)
            if kept is not None:
                return self.consents[kept]
            if scope == "payments":
                initiation = message["Data"]["Initiation"]
                _, account = self.customer_of(initiation["DebtorAccount"]["Identification"])
                if pence_of(initiation["InstructedAmount"]) > account.booked:
                    raise Refusal(400, "AM04")
            made = Consent(f"consent-{uuid4()}", scope, copy.deepcopy(message), self.now())
            self.consents[made.id] = made
            self._keep(f"consent:{scope}", key, made.id)
            return made

    def create_payment(self, consent: Consent, message: Json, key: str) -> Payment:
        with self.lock:
            kept = self._seen("payment", key)
            if kept is not None:
                return self.payments[kept]
            said = consent.message
            if message["Data"]["Initiation"] != said["Data"]["Initiation"] or message["Risk"] != said["Risk"]:
                raise Refusal(400, "U008")
            if consent.status != "AUTH":
                raise Refusal(400, "U009")
            made = Payment(f"payment-{uuid4().hex[:24]}", consent, self.now())
            consent.status = "COND"
            self.payments[made.id] = made
            self._keep("payment", key, made.id)
            return made

    def settle(self) -> None:
        """Book everything that was taken: the money leaves the account and a line says so."""
        with self.lock:
            for payment in self.payments.values():
                if payment.status != "RCVD":
                    continue
                payment.status = "ACSC"
                initiation = payment.consent.message["Data"]["Initiation"]
                customer, account = self.customer_of(initiation["DebtorAccount"]["Identification"])
                pence = pence_of(initiation["InstructedAmount"])
                account.booked -= pence + self.charge_pence
                customer.transactions.insert(
                    0,
                    {
                        "AccountId": account.id,
                        "TransactionId": f"tx-{payment.id}",
                        "TransactionReference": initiation["EndToEndIdentification"],
                        "CreditDebitIndicator": "Debit",
                        "Status": "BOOK",
                        "BookingDateTime": written(self.now()),
                        "Amount": amount(pence),
                        "BankTransactionCode": {"Code": "ICDT", "SubCode": "DMCT"},
                        "CreditorAccount": initiation["CreditorAccount"],
                    },
                )

    def _seen(self, place: str, key: str | None) -> str | None:
        made, resource = self._kept.get((place, key or ""), (None, None))
        known = made is not None and self.now() - made < KEYS_KEPT and not self.forgetful
        return resource if known else None

    def _keep(self, place: str, key: str | None, resource: str) -> None:
        if key is not None:
            self._kept[(place, key)] = self.now(), resource


def add_customer(state: State, login: str, bban: str, *, full: bool = True) -> Customer:
    """A customer with the plan's account; without `full`, the account alone."""
    now, account_id = state.now(), f"acc-{uuid4().hex[:12]}"
    number = bban[-14:]
    message = {
        "AccountId": account_id,
        "Status": "Enabled",
        "Currency": "GBP",
        "AccountTypeCode": "CACC",
        "Nickname": "Main",
        "Account": [
            {"SchemeName": "UK.OBIE.IBAN", "Identification": iban_of(bban), "Name": "Test Person"},
            {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": number, "Name": "Test Person"},
        ],
    }
    customer = Customer(login, [Account(account_id, message, number, plan.booked() if full else plan.OPENING)])
    if full:
        customer.transactions = [_line(line, account_id, plan.at(now, line)) for line in plan.lines()]
        customer.beneficiaries = [
            {
                "AccountId": account_id,
                "BeneficiaryId": f"ben-{hashlib.sha256(name.encode()).hexdigest()[:12]}",
                "CreditorAccount": {"SchemeName": "UK.OBIE.IBAN", "Identification": iban_of(bban), "Name": name},
            }
            for name, bban in plan.PAYEES.items()
        ]
        customer.direct_debits = [
            {
                "AccountId": account_id,
                "DirectDebitId": "dd-1",
                "DirectDebitStatusCode": "ACTV",
                "Name": plan.COLLECTOR,
                "MandateRelatedInformation": {"MandateIdentification": plan.MANDATE, "Frequency": {"Type": "MNTH"}},
                "PreviousPaymentDateTime": written(now - timedelta(days=20)),
                "PreviousPaymentAmount": amount(plan.LAST_COLLECTED),
            }
        ]
        customer.standing_orders = [
            {
                "AccountId": account_id,
                "StandingOrderId": "so-1",
                "StandingOrderStatusCode": "ACTV",
                "NextPaymentDateTime": written(now + timedelta(days=plan.NEXT_IN_DAYS)),
                "NextPaymentAmount": amount(plan.ORDER_AMOUNT),
                "MandateRelatedInformation": {"Frequency": {"Type": "MNTH"}},
                "CreditorAccount": {
                    "SchemeName": "UK.OBIE.IBAN",
                    "Identification": iban_of(plan.PAYEES[plan.ORDER_TO]),
                    "Name": plan.ORDER_TO,
                },
            }
        ]
    with state.lock:
        state.customers[login] = customer
    return customer


def _line(line: plan.Line, account_id: str, at: datetime) -> Json:
    made: Json = {
        "AccountId": account_id,
        "TransactionId": f"tx-{uuid4()}",
        "CreditDebitIndicator": "Credit" if line.direction == "in" else "Debit",
        "Status": ENTRY_STATUS[line.status],
        "BookingDateTime": written(at),
        "TransactionInformation": line.counterparty,
        "Amount": amount(line.pence),
    }
    if line.kind == "card_payment":
        made["CardInstrument"] = {"CardSchemeName": "VISA", "AuthorisationType": "PIN", "Identification": "xxxx4402"}
        made["MerchantDetails"] = {"MerchantName": line.counterparty}
    else:
        code, sub = ISO_CODES[line.kind][line.direction]
        made["BankTransactionCode"] = {"Code": code, "SubCode": sub}
    return made
