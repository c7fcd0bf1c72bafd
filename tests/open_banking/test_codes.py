"""The code sets: every code that the description allows has its word, and what the words mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from actions.bank.open_banking import codes
from tests.open_banking.openapi import Description, descriptions


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("RCVD", "pending"),
        ("PDNG", "pending"),
        ("ACSP", "pending"),
        ("ACWC", "pending"),
        ("ACSC", "posted"),
        ("ACWP", "posted"),
        ("ACCC", "posted"),
        ("BLCK", "posted"),
        ("RJCT", "rejected"),
    ],
)
def test_a_payment_is_posted_once_it_has_left_the_account(code: str, status: str) -> None:
    assert codes.PAYMENT_STATUS[code] == status


# Table, group of the description, and the schema and path below it that lists the codes.
TABLES: list[tuple[Mapping[str, str], str, str, tuple[str, ...]]] = [
    (codes.PAYMENT_STATUS, "pisp", "/domestic-payments/x", ("Data", "Status")),
    (codes.CONSENT_STATUS, "pisp", "/domestic-payment-consents/x", ("Data", "Status")),
    ({**codes.ENTRY_STATUS, codes.INFORMATION: ""}, "aisp", "/accounts/x/transactions",
     ("Data", "Transaction", "Status")),
    (codes.ACCOUNT_STATUS, "aisp", "/accounts", ("Data", "Account", "Status")),
    (codes.REGULAR_STATUS, "aisp", "/accounts/x/direct-debits", ("Data", "DirectDebit", "DirectDebitStatusCode")),
    (codes.REGULAR_STATUS, "aisp", "/accounts/x/standing-orders",
     ("Data", "StandingOrder", "StandingOrderStatusCode")),
]  # fmt: skip


@pytest.mark.parametrize(("table", "group", "path", "fields"), TABLES, ids=lambda value: str(value)[-40:])
def test_every_described_code_has_its_word_and_no_other_has(
    table: dict[str, str], group: str, path: str, fields: tuple[str, ...]
) -> None:
    for description in descriptions()[group]:
        assert set(table) == set(described(description, path, fields)["enum"])


def described(description: Description, path: str, fields: tuple[str, ...]) -> Mapping[str, Any]:
    schema = description.answer_schema("GET", path, 200)
    for name in fields:
        schema = description.resolved(schema)
        schema = description.resolved(schema.get("items", schema))
        schema = schema["properties"][name]
    return description.resolved(schema)


@pytest.mark.parametrize(
    ("frequency", "words"),
    [
        ("MNTH", "every month"),
        ("WEEK", "every week"),
        ("QURT", "every three months"),
        ("YEAR", "every year"),
        ("EvryWorkgDay", "every working day"),
        ("IntrvlDay:15", "every 15 days"),
        ("IntrvlWkDay:01:03", "every week"),
        ("IntrvlWkDay:02:03", "every 2 weeks"),
        ("IntrvlMnthDay:01:-01", "every month"),
        ("IntrvlMnthDay:06:15", "every 6 months"),
        ("WkInMnthDay:02:03", "every month"),
        ("QtrDay:ENGLISH", "every three months"),
        ("NotKnown", "regularly"),
    ],
)
def test_a_frequency_is_said_in_words(frequency: str, words: str) -> None:
    assert codes.schedule({"Type": frequency}) == words


def test_an_unknown_frequency_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        codes.schedule({"Type": "SOMETIMES"})


def test_every_described_frequency_has_its_words() -> None:
    fields = ("Data", "StandingOrder", "MandateRelatedInformation", "Frequency", "Type")
    for description in descriptions()["aisp"]:
        schema = described(description, "/accounts/x/standing-orders", fields)
        listed = [code for part in schema.get("oneOf", [schema]) for code in description.resolved(part).get("enum", [])]
        assert all(codes.schedule({"Type": code}) for code in listed)


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"BankTransactionCode": {"Code": "ICDT", "SubCode": "DMCT"}}, "transfer"),
        ({"BankTransactionCode": {"Code": "RDDT", "SubCode": "PMDD"}}, "direct_debit"),
        ({"BankTransactionCode": {"Code": "CCRD", "SubCode": "CWDL"}, "CardInstrument": {"x": 1}}, "atm"),
        ({"BankTransactionCode": {"Code": "ICDT", "SubCode": "FEES"}}, "fee"),
        ({"BankTransactionCode": {"Code": "CCRD", "SubCode": "POSD"}, "CardInstrument": {"x": 1}}, "card_payment"),
        ({"CardInstrument": {"x": 1}, "CreditDebitIndicator": "Credit"}, "refund"),
        ({"BankTransactionCode": {"Code": "ZZZZ", "SubCode": "ZZZZ"}}, "other"),
        ({}, "other"),
    ],
)
def test_the_kind_of_a_transaction_is_what_its_code_says(entry: dict[str, Any], kind: str) -> None:
    assert codes.transaction_kind({"CreditDebitIndicator": "Debit"} | entry) == kind
