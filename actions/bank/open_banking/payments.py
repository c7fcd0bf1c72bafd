"""Domestic payments (Payment Initiation API v4.0): messages made from an order, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from actions.bank.core.values import AccountNumber, ConsentStatus, Payment, PaymentConsent, PaymentOrder
from actions.bank.errors import InvalidRequest, KeyConflict
from actions.bank.model.money import Money
from actions.bank.open_banking import codes
from actions.bank.open_banking.amounts import money_from, money_to
from actions.bank.open_banking.reading import identifier, moment, reading

CONSENTS = "/pisp/domestic-payment-consents"
PAYMENTS = "/pisp/domestic-payments"
SCHEMES = {"sort_code": "UK.OBIE.SortCodeAccountNumber", "iban": "UK.OBIE.IBAN"}
BORNE_BY_PAYER = ("BorneByDebtor", "Shared")
RISK = {"PaymentContextCode": "TransferToThirdParty"}
Message = Mapping[str, Any]


def step_key(order: PaymentOrder, step: str) -> str:
    """The idempotency key of one step: always the same for the same order, and no other step's.

    The specification leaves open whether a bank keeps keys for each endpoint or for each client.
    """
    return str(uuid5(UUID(order.key), step))


def initiation(order: PaymentOrder) -> Message:
    """What is to be paid, the same to the byte every time; raises InvalidRequest for what cannot be written."""
    if not order.account.numbers:
        raise InvalidRequest(reason="account_cannot_pay")
    try:
        amount = money_to(order.amount)
    except ValueError as error:
        raise InvalidRequest(reason="amount") from error
    return {
        "InstructionIdentification": UUID(order.key).hex,
        "EndToEndIdentification": order.reference,
        "InstructedAmount": amount,
        "DebtorAccount": _account(order.account.numbers[0]),
        "CreditorAccount": _account(order.number) | {"Name": order.payee},
        "RemittanceInformation": {
            "Structured": [{"CreditorReferenceInformation": {"Reference": order.reference}}],
        },
    }


def consent_message(order: PaymentOrder) -> Message:
    return {"Data": {"Initiation": initiation(order)}, "Risk": RISK}


def payment_message(consent: PaymentConsent) -> Message:
    """Repeats the consent's Initiation and Risk, as the bank compares them."""
    return {"Data": {"ConsentId": consent.id, "Initiation": initiation(consent.order)}, "Risk": RISK}


def consent(message: Message, order: PaymentOrder) -> PaymentConsent:
    """Raises KeyConflict where the bank keeps another order under this key, CoreAnswerInvalid for no consent."""
    data = message["Data"]
    with reading("domestic-payment-consents"):
        same = _is_order(data["Initiation"], order)
        read = PaymentConsent(
            id=identifier(data["ConsentId"], 128),
            order=order,
            status=consent_status(message),
            fee=_fee(data, order.amount.currency),
            authorise_url=None,
        )
    if not same:
        raise KeyConflict("changed")
    return read


def consent_status(message: Message) -> ConsentStatus:
    with reading("domestic-payment-consents"):
        return codes.CONSENT_STATUS[message["Data"]["Status"]]


def payment(message: Message) -> Payment:
    """Raises CoreAnswerInvalid."""
    data = message["Data"]
    with reading("domestic-payments"):
        amount = money_from(data["Initiation"]["InstructedAmount"])
        reasons = data.get("StatusReason") or []
        return Payment(
            id=identifier(data["DomesticPaymentId"], 40),
            consent_id=identifier(data["ConsentId"], 128),
            status=codes.PAYMENT_STATUS[data["Status"]],
            amount=amount,
            fee=_fee(data, amount.currency),
            reference=identifier(data["Initiation"]["EndToEndIdentification"], 35),
            created_at=moment(data["CreationDateTime"]),
            core_status=data["Status"],
            reason=reasons[0].get("StatusReasonCode") if reasons else None,
        )


def payment_of(message: Message, consent: PaymentConsent) -> Payment:
    """The payment, if it is the one that this consent allowed; raises CoreAnswerInvalid."""
    read = payment(message)
    with reading("domestic-payments"):
        if read.consent_id != consent.id or not _is_order(message["Data"]["Initiation"], consent.order):
            raise ValueError("another payment")
    return read


def _is_order(found: Message, order: PaymentOrder) -> bool:
    """Whether amount, payee and identification are the ordered ones, however the bank writes them."""
    wanted = initiation(order)
    creditor = {name: found["CreditorAccount"].get(name) for name in ("SchemeName", "Identification")}
    return (
        money_from(found["InstructedAmount"]) == order.amount
        and creditor == _account(order.number)
        and all(found[name] == wanted[name] for name in ("InstructionIdentification", "EndToEndIdentification"))
    )


def _account(number: AccountNumber) -> dict[str, str]:
    return {"SchemeName": SCHEMES[number.scheme], "Identification": number.value}


def _fee(data: Message, currency: str) -> Money:
    """The sum of the charges that the payer bears; raises ValueError where they are in another currency."""
    charges = [charge for charge in data.get("Charges") or [] if charge["ChargeBearer"] in BORNE_BY_PAYER]
    return sum((money_from(charge["Amount"]) for charge in charges), Money.zero(currency))
