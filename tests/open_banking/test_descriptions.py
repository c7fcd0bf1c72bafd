"""The descriptions themselves: they let pass what is right and find what is wrong, ours as well as the official."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.open_banking.openapi import Description, descriptions

HEADERS = {"authorization": "Bearer x", "x-fapi-interaction-id": str(uuid4()), "content-type": "application/json",
           "x-idempotency-key": "k", "x-jws-signature": "a..b"}  # fmt: skip
TIME = "2026-11-01T08:00:00Z"


def order() -> dict[str, Any]:
    return {
        "Data": {
            "ConsentId": "c1",
            "Initiation": {
                "InstructionIdentification": "i1",
                "EndToEndIdentification": "e1",
                "InstructedAmount": {"Amount": "1.00", "Currency": "GBP"},
                "CreditorAccount": {"SchemeName": "UK.OBIE.IBAN", "Identification": "x", "Name": "y"},
            },
        },
        "Risk": {},
    }


def made() -> dict[str, Any]:
    data = order()["Data"] | {"DomesticPaymentId": "p1", "CreationDateTime": TIME, "Status": "RCVD",
                              "StatusUpdateDateTime": TIME}  # fmt: skip
    return {"Data": data, "Links": {"Self": "https://bank.example/p1"}, "Meta": {}}


def asked(description: Description, message: dict[str, Any], headers: dict[str, str]) -> list[str]:
    return description.request_faults("POST", "/domestic-payments", {}, headers, json.dumps(message).encode())


def answered(description: Description, message: dict[str, Any], headers: dict[str, str]) -> list[str]:
    return description.answer_faults("POST", "/domestic-payments", 201, headers, json.dumps(message).encode())


def test_what_is_right_passes() -> None:
    for description in descriptions()["pisp"]:
        assert asked(description, order(), HEADERS) == []
        assert answered(description, made(), HEADERS) == []


def initiation(message: dict[str, Any]) -> Any:
    return message["Data"]["Initiation"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda message: message["Data"].pop("ConsentId"),
        lambda message: message.pop("Risk"),
        lambda message: message.update(Extra=1),
        lambda message: initiation(message).pop("CreditorAccount"),
        lambda message: initiation(message)["CreditorAccount"].pop("Name"),
        lambda message: initiation(message)["CreditorAccount"].update(SchemeName="UK.OBIE.Nonsense"),
        lambda message: initiation(message)["InstructedAmount"].update(Amount=1),
        lambda message: initiation(message)["InstructedAmount"].update(Amount="1.000000"),
        lambda message: initiation(message)["InstructedAmount"].update(Currency="gbp"),
        lambda message: initiation(message).update(InstructionIdentification="x" * 36),
    ],
)
def test_a_wrong_request_is_found(damage: Callable[[dict[str, Any]], Any]) -> None:
    message = order()
    damage(message)
    for description in descriptions()["pisp"]:
        assert asked(description, message, HEADERS)


@pytest.mark.parametrize(
    "damage",
    [
        lambda message: message["Data"].update(Status="AcceptedSettlementInProcess"),
        lambda message: message["Data"].update(CreationDateTime="2026-11-01T08:00:00"),
        lambda message: message["Data"].update(CreationDateTime="yesterday"),
        lambda message: message["Data"].pop("DomesticPaymentId"),
        lambda message: message["Links"].update(Self="p1"),
        lambda message: message.update(Risk={}),
    ],
)
def test_a_wrong_answer_is_found(damage: Callable[[dict[str, Any]], Any]) -> None:
    message = made()
    damage(message)
    for description in descriptions()["pisp"]:
        assert answered(description, message, HEADERS)


@pytest.mark.parametrize("name", ["authorization", "x-idempotency-key", "x-jws-signature", "content-type"])
def test_a_missing_header_of_a_request_is_found(name: str) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}
    for description in descriptions()["pisp"]:
        assert asked(description, order(), headers)


@pytest.mark.parametrize("name", ["x-fapi-interaction-id", "x-jws-signature", "content-type"])
def test_a_missing_header_of_an_answer_is_found(name: str) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}
    for description in descriptions()["pisp"]:
        assert answered(description, made(), headers)


def test_what_is_not_described_is_found() -> None:
    for description in descriptions()["aisp"]:
        assert description.request_faults("GET", "/secrets", {}, HEADERS, b"")
        assert description.request_faults("DELETE", "/accounts", {}, HEADERS, b"")
        assert description.answer_faults("GET", "/accounts", 418, HEADERS, b"")
        window = {"fromBookingDateTime": "2026-11-01T08:00:00Z"}
        assert description.request_faults("GET", "/accounts/a/transactions", window, HEADERS, b"")
        window = {"fromBookingDateTime": "2026-11-01T08:00:00"}
        assert description.request_faults("GET", "/accounts/a/transactions", window, HEADERS, b"") == []
