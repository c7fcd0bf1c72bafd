"""The agents' desk: who may, who was first, what is said to whom, and when the assistant goes on."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.doors.bank_rows import run, ticket

DESK = "/api/v2/admin/desk/tickets"


async def queued(house, settings, login="alex", **given):
    """A talk that waits: the customer's headers, its session and its ticket's number."""
    headers = await house.bearer(login)
    session_id = (await house.chat(headers, "a person please")).json()["session_id"]
    return headers, session_id, ticket(settings, session_id, **given)


async def events(house, headers, session_id, after=0):
    answer = await house.client.get(f"/api/v2/sessions/{session_id}/events?after={after}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


async def test_the_most_urgent_talk_comes_first(house, settings):
    numbers = [(await queued(house, settings, priority=priority))[2] for priority in (3, 0, 2)]
    listed = (await house.client.get(DESK, headers=await house.bearer("agent"))).json()["tickets"]
    assert [one["number"] for one in listed if one["number"] in numbers] == [numbers[1], numbers[2], numbers[0]]
    assert not {"session_id", "customer_id"} & set(listed[0])


@pytest.mark.parametrize("login", ["alex", "admin", "designer", "auditor"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/T-1"), ("POST", "/T-1/take"), ("POST", "/T-1/messages")]
)
async def test_only_agents_work_at_the_desk(house, error_of, login, method, path):
    refused = await house.client.request(method, f"{DESK}{path}", headers=await house.bearer(login))
    assert (refused.status_code, error_of(refused)["code"]) == (403, "agents_only")
    unknown = await house.client.request(method, f"{DESK}{path}")
    assert unknown.status_code == 401


async def test_the_assistant_is_silent_while_an_agent_holds_the_talk(house, settings):
    customer, session_id, number = await queued(house, settings)
    agent = await house.bearer("agent")
    taken = await house.client.post(f"{DESK}/{number}/take", headers=agent, json={"name": "Priya"})
    assert (taken.status_code, taken.json()["status"], taken.json()["agent"]) == (200, "joined", "Priya")
    heard = len(house.agent.received)

    answer = (await house.chat(customer, "my card is 4111 1111 1111 1111, help", session_id=session_id)).json()
    assert (answer["responses"], answer["handled_by"], answer["suggestions"]) == ([], "agent", [])
    assert len(house.agent.received) == heard

    said = (await house.client.get(f"{DESK}/{number}", headers=agent)).json()["messages"]
    assert said[-1]["from"] == "customer"
    assert said[-1]["text"].startswith("my card is")
    assert "4111 1111" not in said[-1]["text"]

    written = await house.client.post(
        f"{DESK}/{number}/messages", headers=agent, json={"text": "Hello, how can I help?"}
    )
    assert written.status_code == 201
    talk = await events(house, customer, session_id)
    assert [(one["from"], one["text"]) for one in talk][-1] == ("agent", "Hello, how can I help?")
    assert "Priya" in talk[-3]["text"]
    assert await events(house, customer, session_id, talk[-1]["id"]) == []

    back = await house.client.post(f"{DESK}/{number}/hand-back", headers=agent)
    assert (back.status_code, back.json()["status"]) == (200, "closed")
    spoken = (await house.chat(customer, "and now?", session_id=session_id)).json()
    assert spoken["responses"] == [{"text": "heard and now?"}]
    assert "handled_by" not in spoken
    texts = [one["text"] for one in await events(house, customer, session_id)]
    assert sum("Priya" in text and "assistant" in text for text in texts) == 1


async def test_of_two_agents_one_gets_the_talk(house, settings, error_of):
    _, _, number = await queued(house, settings)
    first, second = await house.bearer("agent"), await house.bearer("agent")
    run(settings, "UPDATE identity.users SET role = 'agent' WHERE login = 'designer'")
    try:
        other = await house.bearer("designer")
        takes = [house.client.post(f"{DESK}/{number}/take", headers=who) for who in (first, other)]
        answers = await asyncio.gather(*takes)
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        lost = next(answer for answer in answers if answer.status_code == 409)
        assert error_of(lost)["code"] == "ticket_taken"
        loser = other if answers[0].status_code == 200 else second
        for method, path, body in [("GET", "", None), ("POST", "/messages", {"text": "hi"}), ("POST", "/close", None)]:
            refused = await house.client.request(method, f"{DESK}/{number}{path}", headers=loser, json=body)
            assert (refused.status_code, error_of(refused)["code"]) == (403, "ticket_not_yours")
    finally:
        run(settings, "UPDATE identity.users SET role = 'designer' WHERE login = 'designer'")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("T-1/take", None, 404, "ticket_not_found"),
        ("nobody/take", None, 404, "ticket_not_found"),
        ("{number}/messages", {"text": "hello"}, 409, "ticket_not_taken"),
        ("{number}/hand-back", None, 409, "ticket_not_taken"),
        ("{number}/messages", {"text": ""}, 422, "message_invalid"),
        ("{number}/take", {"name": "<b>"}, 422, "name_invalid"),
    ],
)
async def test_what_cannot_be_done_is_refused(house, settings, error_of, path, body, status, code):
    _, _, number = await queued(house, settings)
    refused = await house.client.post(
        f"{DESK}/{path.format(number=number)}", headers=await house.bearer("agent"), json=body
    )
    assert (refused.status_code, error_of(refused)["code"]) == (status, code)


async def test_an_agent_who_does_not_answer_loses_the_talk(house, settings):
    customer, session_id, number = await queued(house, settings)
    await house.client.post(f"{DESK}/{number}/take", headers=await house.bearer("agent"))
    overdue = "UPDATE bank.handoff_tickets SET gives_up_at = now() - interval '1 second' WHERE number = %s"
    run(settings, overdue, number)
    answer = (await house.chat(customer, "anybody there?", session_id=session_id)).json()
    assert number in answer["responses"][0]["text"]
    assert answer["responses"][1:] == [{"text": "heard anybody there?"}]
    assert run(settings, "SELECT status, ended_by FROM bank.handoff_tickets WHERE number = %s", number) == [
        ("closed", "agent_silent")
    ]


async def test_an_agent_who_waits_for_the_customer_keeps_the_talk(house, settings):
    customer, session_id, number = await queued(house, settings)
    agent = await house.bearer("agent")
    await house.client.post(f"{DESK}/{number}/take", headers=agent)
    await house.client.post(f"{DESK}/{number}/messages", headers=agent, json={"text": "Which card?"})
    waits = "SELECT gives_up_at IS NULL FROM bank.handoff_tickets WHERE number = %s"
    assert run(settings, waits, number) == [(True,)]
    await house.chat(customer, "the blue one", session_id=session_id)
    assert run(settings, waits, number) == [(False,)]


async def test_a_talk_that_nobody_takes_goes_back_with_a_word(house, settings):
    customer, session_id, number = await queued(house, settings, gives_up="-1 second")
    for _ in range(2):
        told = [one for one in await events(house, customer, session_id) if number in one["text"]]
        assert [one["from"] for one in told] == ["assistant"]
    listed = (await house.client.get(DESK, headers=await house.bearer("agent"))).json()["tickets"]
    assert number not in [one["number"] for one in listed]
