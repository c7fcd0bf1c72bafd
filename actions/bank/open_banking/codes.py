"""UK Open Banking's code sets in the bank's own words. A code that no table knows raises KeyError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.bank.core.values import AccountStatus, ConsentStatus, PaymentStatus, RegularStatus

PAYMENT_STATUS: Mapping[str, PaymentStatus] = {
    "RCVD": "pending",  # Received
    "PDNG": "pending",  # Pending
    "PATC": "pending",  # PartiallyAcceptedTechnicalCorrect: more people have to approve
    "ACTC": "pending",  # AcceptedTechnicalValidation
    "ACCP": "pending",  # AcceptedCustomerProfile
    "ACFC": "pending",  # AcceptedFundsChecked
    "ACSP": "pending",  # AcceptedSettlementInProcess
    "ACWC": "pending",  # AcceptedWithChange
    "ACSC": "posted",  # AcceptedSettlementCompleted: taken from the payer's account
    "ACWP": "posted",  # AcceptedWithoutPosting: settled, the payee's bank has not booked it yet
    "ACCC": "posted",  # AcceptedCreditSettlementCompleted: booked at the payee's bank
    "BLCK": "posted",  # Blocked after ACWP: neither booked at the payee's bank nor returned
    "RJCT": "rejected",  # Rejected
}
CONSENT_STATUS: Mapping[str, ConsentStatus] = {
    "AWAU": "awaiting",  # AwaitingAuthorisation
    "AUTH": "authorised",  # Authorised
    "COND": "consumed",  # Consumed
    "RJCT": "rejected",  # Rejected
}
ENTRY_STATUS: Mapping[str, str] = {"BOOK": "completed", "PDNG": "pending", "FUTR": "pending", "RJCT": "declined"}
INFORMATION = "INFO"
"""The status of an entry that moves no money."""
ACCOUNT_STATUS: Mapping[str, AccountStatus] = {
    "Enabled": "active",
    "Pending": "restricted",
    "ProForma": "restricted",
    "Disabled": "restricted",
    "Deleted": "closed",
}
REGULAR_STATUS: Mapping[str, RegularStatus] = {
    "ACTV": "active",
    "SUSP": "paused",
    "CANC": "cancelled",
    "EXPI": "expired",
}
# Which of several stated balances is meant, the best first (ISO 20022 balance types).
BOOKED_TYPES = ("ITBD", "CLBD", "PRCD", "OPBD")
AVAILABLE_TYPES = ("ITAV", "CLAV", "OPAV", "FWAV")

ENTRY_MODES: Mapping[str, str] = {"PIN": "chip_pin", "Contactless": "contactless", "ConsumerDevice": "wallet"}
CARD_SCHEMES: Mapping[str, str] = {"VISA": "Visa", "MasterCard": "Mastercard", "AmericanExpress": "American Express"}

# ISO 20022 bank transaction codes: a sub-family says more than its family.
_SUB_KINDS = {"CWDL": "atm", "XBCW": "atm", "CDPT": "cash_deposit", "FEES": "fee", "CHRG": "fee", "COMM": "fee"}
_KINDS = {
    "ICDT": "transfer",
    "RCDT": "transfer",
    "IRCT": "transfer",
    "RRCT": "transfer",
    "IDDT": "direct_debit",
    "RDDT": "direct_debit",
    "ICHQ": "cheque",
    "RCHQ": "cheque",
    "SPOT": "exchange",
}
OTHER = "other"

# Codes whose meaning the specification does not say in words are `regularly` rather than a guess.
_FREQUENCIES = {
    "ADHO": "from time to time",
    "DAIL": "every day",
    "FRTN": "every two weeks",
    "INDA": "several times a day",
    "MIAN": "twice a year",
    "MNTH": "every month",
    "NONE": "from time to time",
    "QURT": "every three months",
    "WEEK": "every week",
    "WODL": "every working day",
    "YEAR": "every year",
    "EvryDay": "every day",
    "EvryWorkgDay": "every working day",
    **dict.fromkeys(("ALMH", "FIMH", "FOMH", "FOWK", "TWMH", "NotKnown"), "regularly"),
}
_INTERVALS = (
    (re.compile(r"IntrvlDay:([0-9]{2})"), "day"),
    (re.compile(r"IntrvlWkDay:([0-9]{2}):[0-9]{2}"), "week"),
    (re.compile(r"IntrvlMnthDay:([0-9]{2}):-?[0-9]{2}"), "month"),
)


def transaction_kind(entry: Mapping[str, Any]) -> str:
    """One of the kinds of `model.Transaction`, or `other`, from the ISO code and the card of an entry."""
    code = entry.get("BankTransactionCode") or {}
    kind = _SUB_KINDS.get(code.get("SubCode", "")) or _KINDS.get(code.get("Code", ""))
    if kind is not None:
        return kind
    if entry.get("CardInstrument"):
        return "refund" if entry["CreditDebitIndicator"] == "Credit" else "card_payment"
    return OTHER


def schedule(frequency: Mapping[str, Any]) -> str:
    """A frequency in words; raises KeyError for one outside the code set."""
    kind = frequency["Type"]
    for pattern, unit in _INTERVALS:
        if match := pattern.fullmatch(kind):
            number = int(match[1])
            return f"every {unit}" if number == 1 else f"every {number} {unit}s"
    if kind.startswith("WkInMnthDay:"):
        return "every month"
    if kind.startswith("QtrDay:"):
        return "every three months"
    return _FREQUENCIES[kind]
