# ruff: noqa: F811
"""What the action server leaves in the audit of calls that it refuses."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from actions import house as action_house
from common import assertion, demo, keys
from common.assertion import ERASE, EXPORT
from common.settings import Settings
from tests.integration.audit.records_of import Told, Trail
from tests.integration.doors.conftest import House, fake_agent, house, rate_limit, scrubber  # noqa: F401
from tests.integration.doors.test_me_data import action_server  # noqa: F401

ALEX = demo.CUSTOMERS["alex"]
HERE = "127.0.0.1"
FOREIGN = keys.Keyring({"theirs": b"x" * 32})


@pytest.fixture
def trail(settings: Settings) -> Trail:
    return Trail(settings)


@pytest.fixture
def denied(trail: Trail) -> Callable[[], list[Told]]:
    """What was refused since the test began."""
    before = len(trail.all())
    return lambda: [one for one in trail.all()[before:] if one.kind == "access_denied"]


def call(session: str, token: str) -> dict[str, Any]:
    """What Rasa sends for one action."""
    message = {"text": "what is my balance", "intent": {"name": "check_balance"}, "metadata": {"assertion": token}}
    tracker = {"sender_id": session, "slots": {}, "latest_message": message, "events": [], "paused": False}
    return {"next_action": "action_check_balance", "sender_id": session, "tracker": tracker, "domain": {}}


def expired(keyring: keys.Keyring, session: str) -> str:
    claims = {"aud": "teller-actions", "sid": session, "mid": "m", "sub": ALEX, "iat": 1, "exp": int(time.time()) - 5}
    return jwt.encode(claims, keyring.derive("assertion"), algorithm="HS256")


async def written() -> None:
    """Wait no longer: what is counted is written now."""
    opened = await action_house.house()
    await opened.bank.denials.close()


Token = Callable[[keys.Keyring, str], str]


@pytest.mark.parametrize(
    ("made", "reason", "proven"),
    [
        (lambda ring, session: "e30.e30.forged", "assertion_invalid", False),
        (lambda ring, session: assertion.issue(FOREIGN, ALEX, session, "m"), "assertion_invalid", False),
        (expired, "token_expired", True),
        (lambda ring, session: assertion.issue(ring, ALEX, "another-session", "m"), "session_forbidden", True),
        (lambda ring, session: assertion.issue(ring, ALEX, EXPORT, "m"), "session_forbidden", True),
    ],
    ids=["forged", "of-another-house", "expired", "of-another-session", "of-another-purpose"],
)
async def test_a_turn_whose_assertion_does_not_hold_is_a_denial(
    action_server: httpx.AsyncClient,
    settings: Settings,
    trail: Trail,
    denied: Callable[[], list[Told]],
    made: Token,
    reason: str,
    proven: bool,
) -> None:
    session = uuid.uuid4().hex
    answer = await action_server.post("/webhook", json=call(session, made(keys.load(settings), session)))
    assert answer.status_code == 200
    assert [said["response"] for said in answer.json()["responses"]] == ["utter_identity_refused"]
    await written()
    where = trail.who("address", HERE)
    about = {"door": "action_server", "reason": reason, "address": where, "session": trail.who("session", session)}
    subject = trail.who("customer", ALEX) if proven else None
    assert denied() == [Told("access_denied", where, subject, "refused", about)]


@pytest.mark.parametrize(
    ("path", "header", "door", "reason"),
    [
        ("export", "", "export", "token_missing"),
        ("erase", "Bearer nonsense", "erasure", "assertion_invalid"),
        ("export", ERASE, "export", "session_forbidden"),
    ],
)
async def test_a_knock_at_the_inner_doors_without_their_own_assertion_is_a_denial(
    action_server: httpx.AsyncClient,
    settings: Settings,
    denied: Callable[[], list[Told]],
    path: str,
    header: str,
    door: str,
    reason: str,
) -> None:
    if header == ERASE:
        header = f"Bearer {assertion.issue(keys.load(settings), ALEX, ERASE, 'm')}"
    answer = await action_server.post(f"/rights/{path}", headers={"Authorization": header})
    assert answer.status_code == 403
    await written()
    [told] = denied()
    assert (told.details["door"], told.details["reason"]) == (door, reason)


async def test_a_flood_of_forged_calls_is_few_rows_and_a_true_number(
    action_server: httpx.AsyncClient, denied: Callable[[], list[Told]]
) -> None:
    for _ in range(40):
        await action_server.post("/webhook", json=call("one-session", "e30.e30.forged"))
    await written()
    told = denied()
    assert len(told) <= 3
    assert sum(one.details.get("count", 1) for one in told) == 40
