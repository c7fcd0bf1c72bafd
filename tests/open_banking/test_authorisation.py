"""The customer's way to their bank and back: what they bring is theirs, once, and for the consent they saw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from actions.bank.core.errors import AuthorisationNeeded, CoreAnswerInvalid, CoreRefused, CoreUnavailable
from actions.bank.errors import NotFound
from actions.bank.open_banking.adapter import ACCOUNTS, OpenBankingCore
from tests.integration.bank.bank_customers import new_bban
from tests.open_banking.bank_oauth import OAuthError
from tests.open_banking.bank_server import BankServer
from tests.open_banking.bank_state import add_customer
from tests.open_banking.conftest import Connected, agree
from tests.open_banking.faults import BROKEN, with_body

Begun = Callable[[], Any]


@pytest.fixture
def begun(core: OpenBankingCore, server: BankServer) -> Begun:
    """A customer who has agreed at the bank and is on their way back: (customer id, state, code)."""

    async def begin() -> tuple[str, str, str]:
        customer = str(uuid4())
        add_customer(server.state, customer, new_bban(), full=False)
        url = await core.connect(customer)
        assert url is not None
        return (customer, *await agree(core, server, url, customer))

    return begin


async def test_without_the_customers_word_nothing_is_read(core: OpenBankingCore, server: BankServer) -> None:
    with pytest.raises(AuthorisationNeeded) as needed:
        await core.accounts(str(uuid4()))
    assert needed.value.facts == {"purpose": "accounts"}
    assert server.count("GET", ACCOUNTS) == 0


async def test_a_state_serves_its_customer_once(core: OpenBankingCore, begun: Begun) -> None:
    customer, state, code = await begun()
    with pytest.raises(NotFound):
        await core.authorisation.finish(str(uuid4()), state, code)
    for wrong in ("", "x" * 43, state[:-1], "\ud800"):
        with pytest.raises(NotFound):
            await core.authorisation.finish(customer, wrong, code)
    assert (await core.authorisation.finish(customer, state, code)).purpose == "accounts"
    with pytest.raises(NotFound):
        await core.authorisation.finish(customer, state, code)
    assert len(await core.accounts(customer)) == 1


async def test_who_comes_back_too_late_begins_again(
    core: OpenBankingCore, begun: Begun, sql: psycopg.Connection[Any]
) -> None:
    customer, state, code = await begun()
    sql.execute("UPDATE bank.open_banking_consents SET expires_at = now() WHERE customer_id = %s", (customer,))
    with pytest.raises(NotFound):
        await core.authorisation.finish(customer, state, code)


async def test_somebody_elses_code_is_worth_nothing(core: OpenBankingCore, begun: Begun) -> None:
    victim, _, stolen = await begun()
    thief, state, _ = await begun()
    with pytest.raises(AuthorisationNeeded):
        await core.authorisation.finish(thief, state, stolen)
    for customer in (thief, victim):
        with pytest.raises(AuthorisationNeeded):
            await core.accounts(customer)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"openbanking_intent_id": "consent-of-another"},
        {"aud": "another-client"},
        {"iss": "https://attacker.example"},
        {"exp": datetime(2020, 1, 1, tzinfo=timezone.utc)},
    ],
    ids=str,
)
async def test_tokens_for_something_else_are_not_kept(
    core: OpenBankingCore, server: BankServer, begun: Begun, changes: dict[str, Any]
) -> None:
    customer, state, code = await begun()
    server.oauth.identity_changes = changes
    with pytest.raises(CoreAnswerInvalid) as refused:
        await core.authorisation.finish(customer, state, code)
    assert refused.value.facts == {"where": "id_token"}
    with pytest.raises(AuthorisationNeeded):
        await core.accounts(customer)


async def test_a_changed_request_is_not_accepted_by_the_bank(core: OpenBankingCore, server: BankServer) -> None:
    customer = str(uuid4())
    add_customer(server.state, customer, new_bban(), full=False)
    url = await core.connect(customer)
    assert url is not None
    there = await core.way(url.rpartition("/")[2])
    with pytest.raises(OAuthError):
        server.oauth.agree(there.replace("scope=openid+accounts", "scope=openid+payments"), customer)
    assert server.oauth.agree(there, customer)


async def test_secrets_and_tokens_lie_sealed(
    core: OpenBankingCore, server: BankServer, connected: Connected, sql: psycopg.Connection[Any]
) -> None:
    customer, _ = await connected(full=False)
    [row] = sql.execute("SELECT * FROM bank.open_banking_consents WHERE customer_id = %s", (customer,)).fetchall()
    lying = " ".join(bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value) for value in row)
    known = [*server.oauth.access, *server.oauth.refresh]
    assert known
    assert not any(token in lying or token.encode().hex() in lying for token in known)


async def test_the_servers_own_token_is_kept_and_renewed_when_refused(
    core: OpenBankingCore, server: BankServer
) -> None:
    for _ in range(3):
        await core.connect(str(uuid4()))
    assert server.oauth.issued == 1
    server.oauth.revoke_access()
    await core.connect(str(uuid4()))
    assert server.oauth.issued == 2


async def test_a_code_is_sent_once_even_if_no_answer_comes(
    core: OpenBankingCore, server: BankServer, begun: Begun
) -> None:
    customer, state, code = await begun()
    asked = server.count("POST", "/token")
    server.faults.add("POST", "/token", BROKEN)
    with pytest.raises(CoreUnavailable):
        await core.authorisation.finish(customer, state, code)
    assert server.count("POST", "/token") == asked + 1


@pytest.mark.parametrize(
    ("path", "method", "body", "error"),
    [
        ("/token", "POST", b"[]", CoreAnswerInvalid),
        ("/token", "POST", b'{"access_token": 5, "token_type": "Bearer"}', CoreAnswerInvalid),
        ("/token", "POST", b'{"access_token": "a", "token_type": "mac"}', CoreAnswerInvalid),
        (
            "/token",
            "POST",
            b'{"access_token": "a\\r\\nX: y", "token_type": "Bearer", "expires_in": "x"}',
            CoreAnswerInvalid,
        ),
        ("/.well-known/openid-configuration", "GET", b'{"issuer": "https://attacker.example"}', CoreAnswerInvalid),
        ("/.well-known/openid-configuration", "GET", b"<html>", CoreAnswerInvalid),
    ],
)
async def test_an_authorisation_server_that_makes_no_sense_is_one_error(
    core: OpenBankingCore, server: BankServer, path: str, method: str, body: bytes, error: type[Exception]
) -> None:
    server.faults.add(method, path, with_body(lambda _: body))
    with pytest.raises(error):
        await core.connect(str(uuid4()))


async def test_a_client_the_bank_does_not_know_is_told_so(core: OpenBankingCore, server: BankServer) -> None:
    def unknown(form: dict[str, str]) -> dict[str, Any]:
        raise OAuthError("invalid_client")

    server.oauth.token = unknown  # type: ignore[method-assign]  # the double replaces a method
    with pytest.raises(CoreRefused) as refused:
        await core.connect(str(uuid4()))
    assert refused.value.facts == {"status": 400, "codes": ("invalid_client",)}


async def test_an_authorisation_under_way_ends(
    core: OpenBankingCore, begun: Begun, sql: psycopg.Connection[Any]
) -> None:
    customer, _, _ = await begun()
    [[left]] = sql.execute(
        "SELECT expires_at - now() FROM bank.open_banking_consents WHERE customer_id = %s", (customer,)
    ).fetchall()
    assert timedelta(minutes=10) < left <= timedelta(minutes=15)
