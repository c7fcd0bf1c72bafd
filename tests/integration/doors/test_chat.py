"""The chat door: whose session, which words, how often."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest

from common import assertion, keys
from common.demo import CUSTOMERS
from custom_components.security import sessions


async def test_answer_has_the_contracts_shape(house):
    answer = await house.chat(await house.bearer(), "hello")
    body = answer.json()
    assert answer.status_code == 200, answer.text
    assert set(body) == {
        *("session_id", "message_id", "responses", "intent", "entities", "suggestions", "metrics", "trace_id")
    }
    assert body["responses"] == [{"text": "heard hello"}]
    assert set(body["intent"]) == {"name", "confidence", "alternatives"}
    assert body["intent"]["alternatives"] == [{"name": "greet", "confidence": 0.02}]
    assert set(body["metrics"]) == {"nlu_ms", "dialogue_ms", "total_ms", "cached"}
    assert body["suggestions"]
    assert r"\/" not in answer.text
    assert set(body["suggestions"][0]) == {"title", "payload"}
    assert body["entities"] == [{"entity": "iban", "value": "<IBAN>", "start": 0, "end": 4}]


async def test_rasa_gets_the_servers_session_and_a_signed_customer(house, settings):
    headers = await house.bearer()
    body = (await house.chat(headers, "hello", sender="victim", metadata="x", message_id="m-1")).json()
    message = house.agent.received[-1]
    assert message.sender_id == body["session_id"] != "victim"
    assert set(message.metadata) == {"assertion"}
    caller = assertion.verify(keys.load(settings), message.metadata["assertion"], body["session_id"])
    assert (caller.customer_id, caller.message_id) == (CUSTOMERS["alex"], "m-1")


async def test_guests_assertion_names_no_customer(house, settings):
    token = (await house.grant(grant_type="urn:teller:guest")).json()["access_token"]
    body = (await house.chat({"Authorization": f"Bearer {token}"}, "hello")).json()
    caller = assertion.verify(keys.load(settings), house.agent.received[-1].metadata["assertion"], body["session_id"])
    assert caller.customer_id is None


async def test_session_goes_on_under_its_name(house):
    headers = await house.bearer()
    first = (await house.chat(headers, "hello")).json()["session_id"]
    assert (await house.chat(headers, "again", session_id=first)).json()["session_id"] == first
    other = (await house.chat(headers, "hello")).json()["session_id"]
    assert other != first


async def test_anothers_session_is_never_reached(house, error_of):
    alex, sam = await house.bearer("alex"), await house.bearer("sam")
    session_id = (await house.chat(alex, "hello")).json()["session_id"]
    heard = len(house.agent.received)
    refused = await house.chat(sam, "what did alex say", session_id=session_id)
    assert (refused.status_code, error_of(refused)["code"]) == (403, "session_forbidden")
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/events")]:
        answer = await house.client.request(method, f"/api/v2/sessions/{session_id}{path}", headers=sam)
        assert (answer.status_code, error_of(answer)["code"]) == (404, "session_not_found")
    assert len(house.agent.received) == heard
    listed = (await house.client.get("/api/v2/sessions", headers=sam)).json()["sessions"]
    assert session_id not in [entry["session_id"] for entry in listed]


async def test_own_history_is_scrubbed(house):
    headers = await house.bearer()
    session_id = (await house.chat(headers, "hello")).json()["session_id"]
    body = (await house.client.get(f"/api/v2/sessions/{session_id}", headers=headers)).json()
    assert [entry["from"] for entry in body["messages"]] == ["customer", "assistant"]
    assert "4111 1111" not in body["messages"][0]["text"]
    assert body["messages"][0]["text"].startswith("my card is")
    first = body["messages"][0]["id"]
    events = await house.client.get(f"/api/v2/sessions/{session_id}/events?after={first}", headers=headers)
    assert events.json()["events"] == body["messages"][1:]
    for bad in ("x", "-1", "9" * 30, "%00", "%C2%B2"):
        answer = await house.client.get(f"/api/v2/sessions/{session_id}/events?after={bad}", headers=headers)
        assert answer.status_code == 422


async def test_erased_session_is_gone_and_its_name_stays_taken(house):
    headers = await house.bearer()
    session_id = (await house.chat(headers, "hello", message_id="gone-1")).json()["session_id"]
    path = f"/api/v2/sessions/{session_id}"
    assert (await house.client.delete(path, headers=headers)).status_code == 204
    assert (await house.client.get(path, headers=headers)).status_code == 404
    assert (await house.client.delete(path, headers=headers)).status_code == 404
    assert await house.app.ctx.store.history(session_id) == []
    assert (await house.chat(headers, "back again", session_id=session_id)).status_code == 403
    assert (await house.chat(await house.bearer("sam"), "mine now", session_id=session_id)).status_code == 403


async def test_same_message_twice_is_answered_once(house):
    headers, message_id = await house.bearer(), uuid.uuid4().hex
    first = await house.chat(headers, "send 25", message_id=message_id)
    heard = len(house.agent.received)
    again = await house.chat(headers, "send 25", message_id=message_id)
    named = await house.chat(headers, "send 25", message_id=message_id, session_id=first.json()["session_id"])
    assert first.json() == again.json() == named.json()
    assert len(house.agent.received) == heard


async def test_message_id_with_other_words_is_refused(house, error_of):
    headers, message_id = await house.bearer(), uuid.uuid4().hex
    await house.chat(headers, "send 25", message_id=message_id)
    for fields in ({"message": "send 26"}, {"message": "send 25", "session_id": "another-session"}):
        answer = await house.client.post("/api/v2/chat", json=fields | {"message_id": message_id}, headers=headers)
        assert (answer.status_code, error_of(answer)["code"]) == (409, "message_id_reused")


async def test_message_id_belongs_to_its_sender(house):
    message_id = uuid.uuid4().hex
    first = await house.chat(await house.bearer("alex"), "mine", message_id=message_id)
    second = await house.chat(await house.bearer("sam"), "also mine", message_id=message_id)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["responses"] == [{"text": "heard also mine"}]


async def test_same_message_twice_at_once_runs_once(house, error_of):
    headers, message_id = await house.bearer(), uuid.uuid4().hex
    house.agent.gate.clear()
    sent = [asyncio.create_task(house.chat(headers, "send 25", message_id=message_id)) for _ in range(8)]
    done, waiting = await asyncio.wait(sent, timeout=3)
    assert (len(done), len(waiting)) == (7, 1)
    for task in done:
        assert (task.result().status_code, error_of(task.result())["code"]) == (409, "message_running")
        assert int(task.result().headers["Retry-After"]) >= 1
    house.agent.gate.set()
    assert (await waiting.pop()).status_code == 200
    assert len(house.agent.received) == 1


async def test_turn_goes_on_when_the_caller_leaves(house):
    headers, message_id = await house.bearer(), uuid.uuid4().hex
    house.agent.gate.clear()
    with pytest.raises(httpx.ReadTimeout):
        await house.client.post(
            "/api/v2/chat", json={"message": "send 25", "message_id": message_id}, headers=headers, timeout=1
        )
    house.agent.gate.set()
    await asyncio.sleep(0.3)
    again = await house.chat(headers, "send 25", message_id=message_id)
    assert (again.status_code, len(house.agent.received)) == (200, 1)


async def test_failed_turn_tells_nothing_and_may_be_sent_again(house, error_of, caplog):
    headers, message_id = await house.bearer(), uuid.uuid4().hex
    for _ in range(2):
        answer = await house.chat(headers, "explode", message_id=message_id)
        assert (answer.status_code, error_of(answer)["code"]) == (500, "internal_error")
        assert "explode" not in answer.text
    assert len(house.agent.received) == 2
    assert answer.json()["error"]["trace_id"] in caplog.text
    assert "secret words" not in caplog.text
    assert "explode" not in caplog.text


@pytest.mark.parametrize(("words", "code"), [("say nothing", "no_answer"), ("unplug", "unavailable")])
async def test_part_that_is_away_is_503_and_the_message_may_be_sent_again(house, error_of, words, code):
    headers, message_id = await house.bearer(), uuid.uuid4().hex
    for _ in range(2):
        answer = await house.chat(headers, words, message_id=message_id)
        assert (answer.status_code, error_of(answer)["code"]) == (503, code)
        assert int(answer.headers["Retry-After"]) >= 1
    assert len(house.agent.received) == 2


async def test_claim_of_a_crashed_server_lapses_and_that_of_a_running_turn_does_not(house, error_of, monkeypatch):
    monkeypatch.setattr(sessions, "LEASE_SECONDS", 1)
    headers, crashed, running = await house.bearer(), uuid.uuid4().hex, uuid.uuid4().hex
    subject = house.app.ctx.house.gate._tokens.verify(headers["Authorization"].removeprefix("Bearer ")).subject
    await house.app.ctx.house.sessions.begin(subject, None, crashed, "send 25", "rest_v2")
    assert (await house.chat(headers, "send 25", message_id=crashed)).status_code == 409
    house.agent.gate.clear()
    first = asyncio.create_task(house.chat(headers, "send 26", message_id=running))
    await asyncio.sleep(2)
    assert error_of(await house.chat(headers, "send 26", message_id=running))["code"] == "message_running"
    house.agent.gate.set()
    assert (await house.chat(headers, "send 25", message_id=crashed)).status_code == 200
    assert (await first).status_code == 200
    assert [message.text for message in house.agent.received] == ["send 26", "send 25"]


async def test_first_answer_is_stored_encrypted(house):
    headers = await house.bearer()
    await house.chat(headers, "a very secret sentence", message_id="enc-1")
    async with house.app.ctx.house.pool.connection() as connection:
        rows = await (await connection.execute("SELECT * FROM answers WHERE message_id = 'enc-1'")).fetchall()
    assert rows[0]["sealed"]
    assert b"secret" not in rows[0]["sealed"]


@pytest.mark.parametrize("typed", ["/affirm", '/transfer_money{"amount": 5}', "  /affirm", "/affirm@1.0"])
async def test_typed_intent_is_plain_text(house, typed):
    await house.chat(await house.bearer(), typed)
    assert not house.agent.parsed[-1].strip().startswith("/")
    assert house.agent.received[-1].parse_data["intent"]["name"] == "check_balance"
    assert house.agent.received[-1].text == typed.strip()


async def test_offered_payload_names_its_intent_in_this_session_only(house):
    headers = await house.bearer()
    offer = (await house.chat(headers, "offer")).json()
    assert offer["responses"] == [{"text": "Sure?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]
    await house.chat(headers, "/affirm")
    assert house.agent.parsed[-1] != "/affirm"
    await house.chat(headers, "/affirm", session_id=offer["session_id"])
    assert house.agent.parsed[-1] == "/affirm"
    await house.chat(headers, "/affirm", session_id=offer["session_id"])
    assert house.agent.parsed[-1] != "/affirm"


async def test_suggestion_may_be_sent_back(house):
    headers = await house.bearer()
    body = (await house.chat(headers, "hello")).json()
    payload = body["suggestions"][0]["payload"]
    await house.chat(headers, payload, session_id=body["session_id"])
    assert house.agent.parsed[-1] == payload


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (rb'{"message": "a\u0000b"}', 422),
        (rb'{"message": "a\ud800b"}', 422),
        (b'{"message": "a\xed\xa0\x80b"}', 400),
        (rb'{"message": "a", "session_id": "abcdefgh\u0000"}', 422),
        (rb'{"message": "a", "session_id": "abcdefgh\ud800"}', 422),
        (rb'{"message": "a", "session_id": "abcdefgh\n"}', 422),
        (b'{"message": "a", "session_id": "short"}', 422),
        (b'{"message": "a", "session_id": 12345678}', 422),
        (rb'{"message": "a", "message_id": "x\u0000"}', 422),
        (b'{"message": "a", "message_id": ""}', 422),
        (b'{"message": "   "}', 422),
        (b'{"message": 5}', 422),
        (b'{"message": ["a"]}', 422),
        (b"{}", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"message": "' + b"a" * 2001 + b'"}', 422),
        (b'{"message": "a"', 400),
        (b'{"message": NaN}', 400),
        (b"[" * 50_000, 400),
        (b"9" * 10_000, 400),
        (b"", 400),
        (b"\xff\xfe", 400),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_bad_body_is_refused_and_the_server_lives(house, error_of, body, status):
    headers = await house.bearer()
    answer = await house.raw_chat(headers, body)
    assert answer.status_code == status or (status == 400 and answer.status_code == 422), answer.text
    error_of(answer)
    assert house.agent.received == []
    assert (await house.chat(headers, "still there?")).status_code == 200


async def test_longest_message_and_emoji_pass(house):
    headers = await house.bearer()
    assert (await house.raw_chat(headers, b'{"message": "' + b"a" * 2000 + b'"}')).status_code == 200
    assert (await house.raw_chat(headers, rb'{"message": "\ud83d\ude00 hi"}')).status_code == 200
