# ruff: noqa: F811
"""To another bank and back through the doors: only for the customer who asked, while they are logged in, and once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from actions import house as action_house
from actions.bank.open_banking.adapter import ACCESS_CONSENTS
from common import assertion, keys
from common.assertion import EXPORT, LINK_RETURN, LINK_WAY
from common.settings import Settings
from tests.integration.bank.bank_customers import new_bban
from tests.integration.doors.conftest import House
from tests.integration.doors.test_me_data import action_server, customer_id  # noqa: F401
from tests.open_banking.bank_server import BankServer
from tests.open_banking.bank_state import add_customer
from tests.open_banking.conftest import BANK_NAME, bank_key, environment, pki, server, signing_key  # noqa: F401
from tests.open_banking.faults import BROKEN

HAND_IN = "/api/v2/me/linked-accounts"
pytestmark = pytest.mark.usefixtures("action_server")
ErrorOf = Callable[[httpx.Response], dict[str, str]]


@pytest.fixture(autouse=True)
def deployment(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One that reaches another bank."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class OnTheWay:
    customer: str
    link: str

    @property
    def path(self) -> str:
        return urlsplit(self.link).path


Begin = Callable[..., Awaitable[OnTheWay]]


@pytest.fixture
def begin(settings: Settings, server: BankServer) -> Begin:
    """A demo customer who was given a link."""

    async def ask(login: str = "alex") -> OnTheWay:
        with psycopg.connect(settings.database_url) as connection:
            query = "SELECT customer_id::text FROM identity.users WHERE login = %s"
            [[found]] = connection.execute(query, (login,)).fetchall()
        customer = str(found)
        add_customer(server.state, customer, new_bban(), full=False)
        linked = (await action_house.house()).bank.linked
        assert linked is not None
        return OnTheWay(customer, await linked.link(customer))

    return ask


async def agree(house: House, server: BankServer, way: OnTheWay) -> dict[str, str]:
    """Follow the link and agree; what the bank gives the browser to bring back."""
    sent = await house.client.get(way.path, follow_redirects=False)
    assert sent.status_code == 302
    state, code = server.oauth.agree(sent.headers["location"], way.customer)
    return {"state": state, "code": code}


async def test_the_customer_goes_to_the_bank_comes_back_and_is_linked(
    house: House, server: BankServer, begin: Begin
) -> None:
    way = await begin()
    brought = await agree(house, server, way)
    page = await house.client.get("/open-banking/back", params=brought)
    assert page.status_code in (200, 503)  # the page, or that the widget is not built here
    assert brought["code"] not in page.text
    answer = await house.client.post(HAND_IN, json=brought, headers=await house.bearer())
    assert (answer.status_code, answer.json()) == (200, {"outcome": "linked", "bank": BANK_NAME})
    linked = (await action_house.house()).bank.linked
    assert linked is not None
    assert len(await linked.holdings(way.customer)) == 1


async def test_what_was_handed_in_counts_once(
    house: House, server: BankServer, begin: Begin, error_of: ErrorOf
) -> None:
    way = await begin()
    brought, bearer = await agree(house, server, way), await house.bearer()
    assert (await house.client.post(HAND_IN, json=brought, headers=bearer)).status_code == 200
    again = await house.client.post(HAND_IN, json=brought, headers=bearer)
    assert (again.status_code, error_of(again)["code"]) == (404, "link_over")
    assert (await house.client.get(way.path)).status_code == 404


async def test_nobody_else_can_hand_it_in(house: House, server: BankServer, begin: Begin, error_of: ErrorOf) -> None:
    brought = await agree(house, server, await begin())
    for headers, status, code in (
        ({}, 401, "token_missing"),
        (await house.bearer("sam"), 404, "link_over"),
        (await house.bearer("agent"), 403, "customers_only"),
    ):
        answer = await house.client.post(HAND_IN, json=brought, headers=headers)
        assert (answer.status_code, error_of(answer)["code"]) == (status, code)
    own = await house.client.post(HAND_IN, json=brought, headers=await house.bearer())
    assert own.status_code == 200


async def test_a_customer_who_agrees_to_anothers_link_gives_nothing_away(
    house: House, server: BankServer, begin: Begin, error_of: ErrorOf
) -> None:
    """The attacker sends their own link; the victim agrees at the bank and comes back, logged in as themselves."""
    attackers, victim = await begin("sam"), await begin("alex")
    brought = await agree(house, server, OnTheWay(victim.customer, attackers.link))
    answer = await house.client.post(HAND_IN, json=brought, headers=await house.bearer("alex"))
    assert (answer.status_code, error_of(answer)["code"]) == (404, "link_over")
    linked = (await action_house.house()).bank.linked
    assert linked is not None
    assert not await linked.linked(attackers.customer)


async def test_who_did_not_agree_is_not_linked_and_the_link_is_over(
    house: House, server: BankServer, begin: Begin
) -> None:
    way = await begin()
    sent = await house.client.get(way.path, follow_redirects=False)
    assert sent.status_code == 302
    state, bearer = way.path.rpartition("/")[2], await house.bearer()
    answer = await house.client.post(HAND_IN, json={"state": state}, headers=bearer)
    assert answer.json() == {"outcome": "declined", "bank": BANK_NAME}
    assert (await house.client.post(HAND_IN, json={"state": state}, headers=bearer)).status_code == 404
    assert (await house.client.get(way.path)).status_code == 404


async def test_a_bank_that_fails_at_the_last_step_is_told_in_one_sentence(
    house: House, server: BankServer, begin: Begin, error_of: ErrorOf
) -> None:
    brought = await agree(house, server, await begin())
    server.faults.add("POST", "/token", BROKEN)
    answer = await house.client.post(HAND_IN, json=brought, headers=await house.bearer())
    assert (answer.status_code, error_of(answer)["code"]) == (503, "link_unavailable")
    brought = await agree(house, server, await begin())
    server.oauth.identity_changes = {"nonce": "another"}
    answer = await house.client.post(HAND_IN, json=brought, headers=await house.bearer())
    assert (answer.status_code, error_of(answer)["code"]) == (409, "link_unconfirmed")


@pytest.mark.parametrize("state", ["x" * 43, "x", "%20", "%ff", "a" * 5000, "%3Cscript%3E"])
async def test_a_link_that_leads_nowhere_is_a_page_of_one_sentence(house: House, state: str) -> None:
    answer = await house.client.get(f"/open-banking/go/{state}", follow_redirects=False)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert answer.text.count("<p>") == 1
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"state": ""}, 422),
        ({"state": 5}, 422),
        ({"state": "x" * 43, "code": ""}, 422),
        ({"state": "x" * 43, "code": ["c"]}, 422),
        ({"state": "x" * 43, "code": "\0"}, 422),
        ({"state": "ü", "code": "c"}, 422),
        ({"state": "x" * 43, "code": "c"}, 404),
    ],
)
async def test_what_cannot_be_a_return_is_refused(
    house: House, error_of: ErrorOf, body: dict[str, Any], status: int
) -> None:
    answer = await house.client.post(HAND_IN, json=body, headers=await house.bearer())
    assert answer.status_code == status
    error_of(answer)


async def test_trying_links_out_is_limited(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.app.ctx.house.gate, "_limit", 40)
    tried = [(await house.client.get("/open-banking/go/x")).status_code for _ in range(41)]
    assert tried == sorted(tried)
    assert (tried[0], tried[-1]) == (404, 429)


async def test_the_inner_door_wants_an_assertion_for_its_purpose(
    settings: Settings, action_server: httpx.AsyncClient, begin: Begin, server: BankServer
) -> None:
    way, ring = await begin(), keys.load(settings)
    state = way.path.rpartition("/")[2]
    for path, tokens in (
        ("/linked/way", ("", "nonsense", assertion.issue(ring, None, LINK_RETURN, "m"))),
        ("/linked/return", ("", assertion.issue(ring, way.customer, EXPORT, "m"),
                            assertion.issue(ring, None, LINK_RETURN, "m"))),
    ):  # fmt: skip
        for token in tokens:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = await action_server.post(path, json={"state": state, "code": "c"}, headers=headers)
            assert answer.status_code == 403
    headers = {"Authorization": f"Bearer {assertion.issue(ring, None, LINK_WAY, 'm')}"}
    for body in ("", "[]", "{}", '{"state": 5}', '"x"', "{"):
        answer = await action_server.post("/linked/way", content=body, headers=headers)
        assert answer.status_code == 400
    assert (await action_server.post("/linked/way", json={"state": state}, headers=headers)).status_code == 200


async def test_erasing_a_customer_ends_the_permission_at_the_other_bank(
    settings: Settings, action_server: httpx.AsyncClient, server: BankServer, customer_id: str
) -> None:
    add_customer(server.state, customer_id, new_bban(), full=False)
    linked = (await action_house.house()).bank.linked
    assert linked is not None
    state = (await linked.link(customer_id)).rpartition("/")[2]
    await linked.returned(customer_id, *server.oauth.agree(await linked.way(state), customer_id))
    [consent] = server.state.consents
    token = assertion.issue(keys.load(settings), customer_id, assertion.ERASE, "m")
    answer = await action_server.post("/rights/erase", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 204
    assert server.state.consents == {}
    assert server.count("DELETE", f"{ACCESS_CONSENTS}/{consent}") == 1
