# ruff: noqa: F811
"""What the doors leave in the audit: who came in, who was turned away, what ended, and floods as one number."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from common import demo
from common.settings import Settings
from custom_components.security.audit import door
from tests.integration.audit.records_of import Told, Trail
from tests.integration.doors.conftest import House, fake_agent, house, rate_limit, scrubber  # noqa: F401

ALEX = demo.CUSTOMERS["alex"]
HERE = "127.0.0.1"


@pytest.fixture
def trail(settings: Settings) -> Trail:
    return Trail(settings)


@pytest.fixture
def new(trail: Trail) -> Callable[[], list[Told]]:
    """What was told since the test began."""
    before = len(trail.all())
    return lambda: trail.all()[before:]


async def soon(found: Callable[[], list[Told]], number: int) -> list[Told]:
    """Refusals are written within a second; no more than `number` come."""
    for _ in range(60):
        await asyncio.sleep(0.05)
        if len(found()) >= number:
            break
    await asyncio.sleep(0.6)
    assert len(found()) == number, found()
    return found()


@pytest.mark.parametrize(("login", "sort"), [("alex", "customer"), ("auditor", "user")])
async def test_a_login_is_recorded_under_the_name_that_the_bank_uses_too(
    house: House, trail: Trail, new: Callable[[], list[Told]], settings: Settings, login: str, sort: str
) -> None:
    await house.log_in(login)
    [told] = new()
    with psycopg.connect(settings.database_url) as root:
        query = "SELECT coalesce(customer_id, user_id) FROM identity.users WHERE login = %s"
        [(identifier,)] = root.execute(query, (login,)).fetchall()
    who = trail.who(sort, identifier)  # type: ignore[arg-type]  # one of two sorts
    assert told == Told("login", who, who, "done", {"method": "password", "address": trail.who("address", HERE)})


async def test_failed_logins_are_told_by_address_and_login_with_their_number(
    house: House, trail: Trail, new: Callable[[], list[Told]]
) -> None:
    login = f"nobody-{uuid.uuid4().hex}"
    for _ in range(4):
        answer = await house.grant(grant_type="password", username=login, password="guess")
        assert answer.status_code == 400
    await house.app.ctx.house.audit.tally.write(everything=True)
    told = new()
    assert {(one.kind, one.actor, one.subject, one.outcome) for one in told} == {
        ("login", trail.who("address", HERE), trail.who("login", login), "refused")
    }
    assert {one.details["reason"] for one in told} == {"invalid_grant"}
    assert sum(one.details.get("count", 1) for one in told) == 4
    assert login not in str(told)


async def test_refreshing_and_revoking_leave_a_record_each(
    house: House, trail: Trail, new: Callable[[], list[Told]]
) -> None:
    first = await house.log_in("alex")
    second = (await house.grant(grant_type="refresh_token", refresh_token=first["refresh_token"])).json()
    headers = {"Authorization": f"Bearer {second['access_token']}"}
    for token in (second["refresh_token"], second["access_token"]):
        answer = await house.client.post("/api/v2/auth/revoke", data={"token": token}, headers=headers)
        assert answer.status_code == 200
    told = new()
    assert {one.subject for one in told} == {trail.who("customer", ALEX)}
    assert [(one.kind, one.details.get("method")) for one in told] == [
        ("login", "password"),
        ("login", "refresh_token"),
        ("token_revoked", "refresh_token"),
        ("token_revoked", None),
    ]


async def test_a_copied_refresh_token_is_recorded_as_replayed(
    house: House, trail: Trail, new: Callable[[], list[Told]]
) -> None:
    stolen = (await house.log_in("alex"))["refresh_token"]
    assert (await house.grant(grant_type="refresh_token", refresh_token=stolen)).status_code == 200
    assert (await house.grant(grant_type="refresh_token", refresh_token=stolen)).status_code == 400
    ended = [one for one in new() if one.kind == "token_revoked"]
    assert [(one.subject, one.details) for one in ended] == [
        (trail.who("customer", ALEX), {"method": "refresh_token", "reason": "replayed"})
    ]


async def test_a_machine_and_a_guest_that_come_in_are_recorded(
    house: House, trail: Trail, new: Callable[[], list[Told]]
) -> None:
    machine_id, secret = await house.app.ctx.house.identities.add_machine("a test")
    await house.grant(grant_type="client_credentials", client_id=machine_id, client_secret=secret)
    await house.grant(grant_type="urn:teller:guest")
    machine = trail.who("machine", f"machine:{machine_id}")
    added, came_in, guest = await soon(new, 3)
    assert (added.kind, added.actor, added.details) == (
        "admin_action",
        "system",
        {"action": "machine_added", "target": machine},
    )
    assert (came_in.kind, came_in.actor, came_in.details["method"]) == ("login", machine, "client_credentials")
    assert (guest.kind, guest.actor, guest.details) == ("login", trail.who("address", HERE), {"method": "guest"})


async def _without_a_token(house: House) -> int:
    return (await house.chat({}, "hello")).status_code


async def _with_a_wrong_token(house: House) -> int:
    return (await house.chat({"Authorization": "Bearer wrong"}, "hello")).status_code


async def _with_a_wrong_key(house: House) -> int:
    headers = {"X-API-Key": "tlr_0123456789abcdef_wrong"}
    return (await house.client.get("/api/v2/sessions", headers=headers)).status_code


async def _into_an_inbox_as_staff(house: House) -> int:
    return (await house.client.get("/api/v2/demo/inbox", headers=await house.bearer("auditor"))).status_code


async def _into_anothers_talk(house: House) -> int:
    session_id = (await house.chat(await house.bearer("sam"), "hello")).json()["session_id"]
    return (await house.chat(await house.bearer("alex"), "hello", session_id=session_id)).status_code


async def _at_anothers_history(house: House) -> int:
    session_id = (await house.chat(await house.bearer("sam"), "hello")).json()["session_id"]
    return (await house.client.get(f"/api/v2/sessions/{session_id}", headers=await house.bearer("alex"))).status_code


@pytest.mark.parametrize(
    ("knock", "status", "door_name", "reason", "sort"),
    [
        (_without_a_token, 401, "chat", "token_missing", "address"),
        (_with_a_wrong_token, 401, "chat", "token_invalid", "address"),
        (_with_a_wrong_key, 401, "session", "invalid_client", "address"),
        (_into_an_inbox_as_staff, 403, "inbox", "customers_only", "user"),
        (_into_anothers_talk, 403, "chat", "session_forbidden", "customer"),
        (_at_anothers_history, 404, "session", "session_not_found", "customer"),
    ],
)
async def test_a_request_that_was_turned_away_is_recorded(
    house: House,
    trail: Trail,
    new: Callable[[], list[Told]],
    knock: Callable[[House], Awaitable[int]],
    status: int,
    door_name: str,
    reason: str,
    sort: str,
) -> None:
    def denied() -> list[Told]:
        return [one for one in new() if one.kind == "access_denied"]

    assert await knock(house) == status
    [told] = await soon(denied, 1)
    assert (told.outcome, told.details["door"], told.details["reason"]) == ("refused", door_name, reason)
    assert told.details["address"] == trail.who("address", HERE)
    assert told.actor.partition("_")[0] == sort
    assert told.subject == (None if sort == "address" else told.actor)
    if sort == "customer":
        assert told.actor == trail.who("customer", ALEX)


async def test_a_session_that_nobody_has_is_no_denial(house: House, new: Callable[[], list[Told]]) -> None:
    headers = await house.bearer("alex")
    answer = await house.client.get(f"/api/v2/sessions/{uuid.uuid4().hex}", headers=headers)
    assert answer.status_code == 404
    await asyncio.sleep(0.7)
    assert [one.kind for one in new()] == ["login"]


async def test_a_denial_on_the_same_line_as_a_login_is_not_the_customers(
    house: House, trail: Trail, new: Callable[[], list[Told]]
) -> None:
    """A connection is kept; what comes over it without a token is again nobody's."""
    assert (await house.chat(await house.bearer("alex"), "hello")).status_code == 200
    assert (await house.chat({}, "hello")).status_code == 401
    await soon(lambda: [one for one in new() if one.kind == "access_denied"], 1)
    [told] = [one for one in new() if one.kind == "access_denied"]
    assert (told.actor, told.subject) == (trail.who("address", HERE), None)


async def test_a_flood_of_denials_is_two_rows_and_a_true_number(house: House, new: Callable[[], list[Told]]) -> None:
    for _ in range(6):
        statuses = await asyncio.gather(*(house.chat({}, "hello") for _ in range(50)))
        assert {answer.status_code for answer in statuses} == {401}
        await asyncio.sleep(0.2)
    await house.app.ctx.house.audit.tally.write(everything=True)
    told = new()
    assert len(told) <= 3
    assert sum(one.details.get("count", 1) for one in told) == 300


@pytest.mark.parametrize("rate_limit", [3])
async def test_too_many_requests_are_the_customers_denial(
    house: House, trail: Trail, new: Callable[[], list[Told]], rate_limit: int
) -> None:
    redis = house.app.ctx.house.redis
    await redis.delete(*await redis.keys("teller:rate:*"))
    headers = await house.bearer("jonas")
    statuses = [(await house.client.get("/api/v2/sessions", headers=headers)).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    await house.app.ctx.house.audit.tally.write(everything=True)
    told = [one for one in new() if one.kind == "access_denied"]
    assert {(one.subject, one.details["reason"]) for one in told} == {
        (trail.who("customer", demo.CUSTOMERS["jonas"]), "rate_limited")
    }
    assert sum(one.details.get("count", 1) for one in told) == 2


async def test_the_erasure_of_a_session_is_recorded_with_it(
    house: House, trail: Trail, new: Callable[[], list[Told]]
) -> None:
    headers = await house.bearer("alex")
    session_id = (await house.chat(headers, "hello")).json()["session_id"]
    assert (await house.client.delete(f"/api/v2/sessions/{session_id}", headers=headers)).status_code == 204
    [told] = [one for one in new() if one.kind == "erasure"]
    assert (told.actor, told.subject) == (trail.who("customer", ALEX),) * 2
    assert told.details == {"scope": "session", "session": trail.who("session", session_id)}


async def test_metrics_tell_of_the_audit_and_its_alerts(house: House, settings: Settings) -> None:
    async def figures() -> dict[str, float]:
        lines = (await house.client.get("/metrics")).text.splitlines()
        found = [line.rpartition(" ") for line in lines if line.startswith("teller_audit_")]
        return {name: float(value) for name, _, value in found}

    before = await figures()
    with psycopg.connect(settings.database_url) as root:
        root.execute(
            "INSERT INTO audit.alerts (kind, principal, first_sequence, last_sequence, happened_at, facts)"
            " VALUES ('enumeration', 'x', 1, 1, now(), '{}')"
        )
    await house.log_in()
    after = await figures()
    name = 'teller_audit_alerts{kind="enumeration"}'
    assert after[name] == before[name] + 1
    assert after['teller_audit_alerts{kind="denials"}'] == before['teller_audit_alerts{kind="denials"}']
    assert (before["teller_audit_up"], after["teller_audit_up"]) == (1, 1)
    assert after["teller_audit_waiting"] + after["teller_audit_head"] > before["teller_audit_head"]


async def test_metrics_are_given_without_a_database_and_say_so(house: House) -> None:
    await house.app.ctx.house.audit_pool.close()
    answer = await house.client.get("/metrics")
    assert answer.status_code == 200
    assert "teller_audit_up 0.0" in answer.text


@pytest.mark.parametrize(
    ("route", "name"),
    [
        ("api/v2/chat", "chat"),
        ("/api/v2/sessions/<session_id:str>/events", "session"),
        ("api/v2/admin/desk/tickets", "desk"),
        ("api/v2/admin/anything", "admin"),
        ("", "other"),
    ],
)
def test_a_route_has_a_doors_name(route: str, name: str) -> None:
    assert door(route) == name
