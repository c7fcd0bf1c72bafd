from __future__ import annotations

import time

import jwt
import pytest

from common import assertion
from common.keys import Keyring

RING, OTHER = Keyring({"a": b"1" * 32}), Keyring({"a": b"2" * 32})


def test_the_caller_comes_back_as_issued() -> None:
    token = assertion.issue(RING, "customer", "session-1", "message-1")
    assert assertion.verify(RING, token, "session-1") == assertion.Caller("customer", "message-1")


def test_a_guest_has_no_customer() -> None:
    assert assertion.verify(RING, assertion.issue(RING, None, "s", "m"), "s").customer_id is None


@pytest.mark.parametrize(
    "forged",
    [
        assertion.issue(OTHER, "customer", "session-1", "m"),
        assertion.issue(RING, "customer", "session-2", "m"),
        jwt.encode({"aud": "teller-actions", "sid": "session-1", "mid": "m", "exp": time.time() + 60}, "", "none"),
        jwt.encode(
            {"aud": "teller-actions", "sid": "session-1", "mid": "m", "exp": time.time() - 1},
            RING.derive("assertion"),
            "HS256",
        ),
        jwt.encode({"aud": "teller-actions", "sid": "session-1", "mid": "m"}, RING.derive("assertion"), "HS256"),
        "not.a.token",
        "",
    ],
    ids=["other key", "other conversation", "alg none", "expired", "no expiry", "garbage", "empty"],
)
def test_a_forged_or_stale_assertion_is_refused(forged: str) -> None:
    with pytest.raises(assertion.AssertionInvalid):
        assertion.verify(RING, forged, "session-1")
