from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from actions.bank.open_banking import signature
from actions.bank.open_banking.signature import Expected, SignatureInvalid, Signer
from tests.open_banking import bank_signature
from tests.open_banking.bank_signature import NAMES, BankSigner

BODY = '{"Data":{"Name":"Zoë"}}'.encode()


def now() -> datetime:
    return datetime.now(timezone.utc)


@pytest.fixture
def expected() -> Expected:
    return Expected("bank-org", "openbanking.org.uk", now())


def test_what_we_sign_the_other_side_can_verify(signing_key: rsa.RSAPrivateKey) -> None:
    made = Signer(signing_key, "key-1", "org/software", "openbanking.org.uk", now).sign(BODY)
    public = signing_key.public_key()
    assert bank_signature.faults(made, BODY, public, "key-1", "org/software", time.time()) == []
    assert bank_signature.faults(made, BODY + b" ", public, "key-1", "org/software", time.time()) == ["JWS signature"]
    assert ".." in made


def test_what_the_bank_signs_is_accepted(bank_key: rsa.RSAPrivateKey, expected: Expected) -> None:
    made = BankSigner(bank_key, "bank-1", "bank-org").sign(BODY, time.time())
    assert signature.key_id(made) == "bank-1"
    signature.verify(made, BODY, bank_key.public_key(), expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "RS256"},
        {NAMES[1]: "another bank"},
        {NAMES[2]: "another anchor"},
        {NAMES[0]: 4_000_000_000},
        {NAMES[0]: "yesterday"},
        {"crit": []},
        {"crit": [*NAMES, "b64"], "b64": False},
        {"typ": "JWT"},
        {"cty": "text/html"},
        {"jku": "https://attacker.example/keys"},
    ],
    ids=str,
)
def test_a_header_that_says_something_else_is_refused(
    bank_key: rsa.RSAPrivateKey, expected: Expected, changes: dict[str, Any]
) -> None:
    made = BankSigner(bank_key, "bank-1", "bank-org").sign(BODY, time.time(), **changes)
    with pytest.raises(SignatureInvalid):
        signature.verify(made, BODY, bank_key.public_key(), expected)


def test_another_body_or_another_key_is_refused(
    bank_key: rsa.RSAPrivateKey, signing_key: rsa.RSAPrivateKey, expected: Expected
) -> None:
    made = BankSigner(bank_key, "bank-1", "bank-org").sign(BODY, time.time())
    with pytest.raises(SignatureInvalid):
        signature.verify(made, BODY.replace(b"Zo", b"Jo"), bank_key.public_key(), expected)
    with pytest.raises(SignatureInvalid):
        signature.verify(made, BODY, signing_key.public_key(), expected)


@pytest.mark.parametrize(
    "text", ["", "..", "a..b", "é..b", "e30..", "..e30", "e30.e30.e30", "W10..e30", "e30..é", "x" * 9]
)
def test_what_is_no_detached_signature_is_refused(bank_key: rsa.RSAPrivateKey, expected: Expected, text: str) -> None:
    with pytest.raises(SignatureInvalid):
        signature.verify(text, BODY, bank_key.public_key(), expected)
    with pytest.raises(SignatureInvalid):
        signature.key_id(text)
