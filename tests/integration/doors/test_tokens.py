"""The token endpoint, revocation, and what a bad token is answered."""

from __future__ import annotations

import base64
import json
import os
import stat
import time
import uuid

import jwt
import pytest

from common import keys
from common.settings import Settings
from custom_components.security import demo_logins
from custom_components.security.tokens import AUDIENCE, ISSUER


async def test_password_grant_answers_a_token_with_all_claims(house):
    answer = await house.log_in("alex")
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 86_400
    assert answer["refresh_token"]
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert {"iss", "aud", "sub", "iat", "exp", "jti"} <= set(claims)
    assert claims["exp"] - claims["iat"] == 86_400
    assert "alex" not in json.dumps(claims)


@pytest.mark.parametrize("login", ["alex", "nobody", "", "a\0b", "\ud800"])
async def test_wrong_credentials_are_refused_alike(house, error_of, login):
    body = f"grant_type=password&username={login}&password=wrong".encode("utf-8", "surrogatepass")
    answer = await house.client.post(
        "/api/v2/auth/token", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 400
    assert error_of(answer)["code"] in ("invalid_grant", "invalid_request")


async def test_repeated_wrong_passwords_are_slowed_down(house, error_of):
    answers = [await house.grant(grant_type="password", username="omar", password="guess") for _ in range(11)]
    assert [answer.status_code for answer in answers[:10]] == [400] * 10
    assert answers[10].status_code == 429
    assert int(answers[10].headers["Retry-After"]) > 0
    await house.app.ctx.house.redis.flushdb()


async def test_refresh_token_works_once_and_a_copy_ends_the_family(house, error_of):
    first = (await house.log_in())["refresh_token"]
    second = await house.grant(grant_type="refresh_token", refresh_token=first)
    assert second.status_code == 200
    replay = await house.grant(grant_type="refresh_token", refresh_token=first)
    assert (replay.status_code, error_of(replay)["code"]) == (400, "invalid_grant")
    heir = await house.grant(grant_type="refresh_token", refresh_token=second.json()["refresh_token"])
    assert heir.status_code == 400


async def test_revoked_refresh_token_is_dead_and_the_others_live(house):
    one, other = await house.log_in(), await house.log_in()
    headers = {"Authorization": f"Bearer {one['access_token']}"}
    revoked = await house.client.post("/api/v2/auth/revoke", data={"token": one["refresh_token"]}, headers=headers)
    assert revoked.status_code == 200
    assert (await house.grant(grant_type="refresh_token", refresh_token=one["refresh_token"])).status_code == 400
    assert (await house.grant(grant_type="refresh_token", refresh_token=other["refresh_token"])).status_code == 200
    assert (await house.client.get("/api/v2/sessions", headers=headers)).status_code == 200


async def test_revoked_access_token_is_dead_and_the_others_live(house, error_of):
    one, other = await house.bearer(), await house.bearer()
    token = one["Authorization"].removeprefix("Bearer ")
    assert (await house.client.post("/api/v2/auth/revoke", data={"token": token}, headers=one)).status_code == 200
    refused = await house.client.get("/api/v2/sessions", headers=one)
    assert (refused.status_code, error_of(refused)["code"]) == (401, "token_revoked")
    assert (await house.client.get("/api/v2/sessions", headers=other)).status_code == 200


async def test_nobody_revokes_anothers_token(house, error_of):
    alex, sam = await house.log_in("alex"), await house.bearer("sam")
    for token in (alex["access_token"], alex["refresh_token"]):
        refused = await house.client.post("/api/v2/auth/revoke", data={"token": token}, headers=sam)
        assert (refused.status_code, error_of(refused)["code"]) == (403, "not_your_token")
    unknown = await house.client.post("/api/v2/auth/revoke", data={"token": "unknown"}, headers=sam)
    assert unknown.status_code == 200


async def test_guest_talks_without_a_customer(house):
    answer = (await house.grant(grant_type="urn:teller:guest")).json()
    assert "refresh_token" not in answer
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert (await house.chat(headers, "hello")).status_code == 200
    assert (await house.client.get("/api/v2/demo/inbox", headers=headers)).status_code == 403


async def test_machine_comes_in_by_credentials_or_api_key(house, error_of):
    machine_id, secret = await house.app.ctx.house.identities.add_machine("a test")
    granted = await house.grant(grant_type="client_credentials", client_id=machine_id, client_secret=secret)
    assert granted.status_code == 200
    headers = {"Authorization": f"Bearer {granted.json()['access_token']}"}
    assert (await house.chat(headers, "hello")).status_code == 200
    key = {"X-API-Key": f"tlr_{machine_id}_{secret}"}
    assert (await house.chat(key, "hello")).status_code == 200
    refused = await house.chat({"X-API-Key": f"tlr_{machine_id}_wrong"}, "hello")
    assert (refused.status_code, error_of(refused)["code"]) == (401, "invalid_client")
    basic = base64.b64encode(f"{machine_id}:{secret}".encode()).decode()
    by_header = await house.client.post(
        "/api/v2/auth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    assert by_header.status_code == 200


def _forged(settings: Settings, **changes: object) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
    claims |= {"role": "guest"} | {name: value for name, value in changes.items() if value is not None}
    claims = {name: value for name, value in claims.items() if name not in changes or changes[name] is not None}
    return jwt.encode(claims, keys.load(settings).derive("access-token"), algorithm="HS256")


def _unsigned() -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": 1, "exp": 9_999_999_999, "jti": "j", "role": "guest"}
    return jwt.encode(claims, None, algorithm="none")


@pytest.mark.parametrize(
    "change",
    [{"exp": 1}, {"aud": "teller-actions"}, {"iss": "someone"}, {"jti": None}, {"sub": None}, {"role": None}],
    ids=str,
)
async def test_token_with_a_wrong_claim_is_refused(house, settings, error_of, change):
    answer = await house.chat({"Authorization": f"Bearer {_forged(settings, **change)}"}, "hello")
    assert answer.status_code == 401
    assert error_of(answer)["code"] in ("token_invalid", "token_expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_right_claims_pass_and_a_raised_role_does_not(house, settings):
    assert (await house.chat({"Authorization": f"Bearer {_forged(settings)}"}, "hello")).status_code == 200
    for role in ("customer", "admin", "service"):
        token = _forged(settings, role=role, sub=str(uuid.uuid4()))
        assert (await house.chat({"Authorization": f"Bearer {token}"}, "hello")).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", None])
async def test_missing_or_broken_token_is_refused(house, error_of, header):
    answer = await house.chat({} if header is None else {"Authorization": header}, "hello")
    assert answer.status_code == 401
    error_of(answer)


async def test_unsigned_token_and_another_key_are_refused(house):
    other_key = jwt.encode(jwt.decode(_unsigned(), options={"verify_signature": False}), os.urandom(32), "HS256")
    for token in (_unsigned(), other_key):
        assert (await house.chat({"Authorization": f"Bearer {token}"}, "hello")).status_code == 401


async def test_logins_file_is_private_and_names_everybody(house, settings):
    path = settings.home / demo_logins.FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    logins = json.loads(path.read_text())
    assert logins["alex"]["role"] == "customer"
    assert {"admin", "agent", "designer", "auditor"} <= set(logins)
    for name, entry in logins.items():
        answer = await house.grant(grant_type="password", username=name, password=entry["password"])
        assert answer.status_code == 200
    assert await demo_logins.ensure(settings) == logins
