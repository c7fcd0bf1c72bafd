"""Reading accounts through a bank that pages, limits, fails and says strange things."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from actions.bank.bootstrap import utc_now
from actions.bank.core.errors import AuthorisationNeeded, CoreAnswerInvalid, CoreUnavailable
from actions.bank.core.values import Balance
from actions.bank.errors import InvalidRequest
from actions.bank.model.money import Money
from actions.bank.open_banking import accounts
from actions.bank.open_banking.adapter import ACCOUNTS, OpenBankingCore
from tests.open_banking import plan
from tests.open_banking.bank_server import VERSION, BankServer
from tests.open_banking.conftest import Connected, Pauses, agree
from tests.open_banking.faults import (
    BROKEN,
    DROPPED_BEFORE,
    TAKEN_THEN_DROPPED,
    Fault,
    busy,
    with_body,
    with_header,
)


@pytest.mark.parametrize(
    ("faults", "waits"),
    [([DROPPED_BEFORE], [1.0]), ([TAKEN_THEN_DROPPED, BROKEN], [1.0, 2.0]), ([busy(4)], [4]), ([busy(0)], [1.0])],
    ids=["dropped", "dropped, broken", "busy for 4 s", "busy for 0 s"],
)
async def test_passing_trouble_is_waited_out(
    core: OpenBankingCore, server: BankServer, connected: Connected, pauses: Pauses, faults: list[Fault],
    waits: list[float],
) -> None:  # fmt: skip
    customer, _ = await connected()
    server.faults.add("GET", ACCOUNTS, *faults)
    assert len(await core.accounts(customer)) == 1
    assert pauses.seconds == waits


@pytest.mark.parametrize(
    ("faults", "retry_after"), [([BROKEN, BROKEN, BROKEN], None), ([busy(2), busy(2), busy(5)], 5), ([busy(90)], 90)]
)
async def test_lasting_trouble_is_said(
    core: OpenBankingCore, server: BankServer, connected: Connected, faults: list[Fault], retry_after: int | None
) -> None:
    customer, _ = await connected()
    server.faults.add("GET", ACCOUNTS, *faults)
    with pytest.raises(CoreUnavailable) as unavailable:
        await core.accounts(customer)
    assert unavailable.value.facts == {"retry_after": retry_after}


@pytest.mark.parametrize(
    "link",
    [
        "https://attacker.example/open-banking/v4.0/aisp/accounts/{account}/transactions?offset=5",
        "{base}/open-banking/v4.0/aisp/accounts/another/transactions?offset=5",
        "{base}/open-banking/v4.0/aisp/accounts/{account}/../other/transactions?offset=5",
        "{base}/open-banking/v4.0/aisp/accounts/{account}/transactions",
        "{base}/open-banking/v4.0/aisp/accounts/{account}/transactions?offset=5#there",
        "{plain}/open-banking/v4.0/aisp/accounts/{account}/transactions?offset=5",
        "https://[/",
        "?offset=5",
        5,
    ],
    ids=str,
)
async def test_a_next_page_elsewhere_is_not_followed(
    core: OpenBankingCore, server: BankServer, connected: Connected, link: object
) -> None:
    customer, held = await connected()
    [account] = held.accounts
    plain = server.base.replace("https", "http")
    written = link.format(base=server.base, plain=plain, account=account.id) if isinstance(link, str) else link
    server.faults.add("GET", ACCOUNTS, Fault(say=lambda message: message["Links"].update(Next=written)))
    with pytest.raises(CoreAnswerInvalid) as refused:
        await core.transactions(customer, account.id)
    assert refused.value.facts == {"where": "Links.Next"}


async def test_pages_that_lead_in_a_circle_end(core: OpenBankingCore, server: BankServer, connected: Connected) -> None:
    customer, _ = await connected()
    again = f"{server.base}{VERSION}{ACCOUNTS}?offset=0"
    circle = Fault(say=lambda message: message["Links"].update(Next=again))
    server.faults.add("GET", ACCOUNTS, circle, circle)
    with pytest.raises(CoreAnswerInvalid):
        await core.accounts(customer)
    assert server.count("GET", ACCOUNTS) == 2


async def test_lists_are_read_to_their_last_page(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    customer, held = await connected()
    server.state.page = 1
    assert {one.name for one in await core.beneficiaries(customer)} == set(plan.PAYEES)
    assert server.count("GET", f"{ACCOUNTS}/{held.accounts[0].id}/beneficiaries") == 2


async def test_what_two_accounts_share_is_listed_once(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    customer, held = await connected()
    _, other = await connected(full=False)
    [second] = other.accounts
    held.accounts.append(second)
    held.beneficiaries += [{**entry, "AccountId": second.id} for entry in held.beneficiaries]
    assert sorted(one.name for one in await core.beneficiaries(customer)) == sorted(plan.PAYEES)


BALANCE_CASES: list[tuple[list[tuple[str, str, str, str]], list[tuple[Money | None, Money | None]]]] = [
    (
        [("ITAV", "Credit", "1500", "JPY"), ("ITBD", "Credit", "1600", "JPY")],
        [(Money(1_600, "JPY"), Money(1_500, "JPY"))],
    ),
    (
        [("CLBD", "Credit", "1.005", "KWD"), ("OPBD", "Credit", "9.999", "KWD"), ("CLAV", "Debit", "0.5", "KWD")],
        [(Money(1_005, "KWD"), Money(-500, "KWD"))],
    ),
    ([("ITAV", "Credit", "10.00", "GBP")], [(None, Money(1_000, "GBP"))]),
    (
        [("ITBD", "Debit", "12.34", "GBP"), ("ITBD", "Credit", "1.00", "EUR"), ("INFO", "Credit", "7.00", "GBP")],
        [(Money(-1_234, "GBP"), None), (Money(100, "EUR"), None)],
    ),
]


@pytest.mark.parametrize(("stated", "expected"), BALANCE_CASES)
async def test_balances_are_exact_in_every_currency(
    core: OpenBankingCore,
    connected: Connected,
    stated: list[tuple[str, str, str, str]],
    expected: list[tuple[Money | None, Money | None]],
) -> None:
    customer, held = await connected()
    [account] = held.accounts
    account.balances = [
        {"AccountId": account.id, "Type": kind, "CreditDebitIndicator": sign,
         "DateTime": "2026-11-01T08:00:00.123Z", "Amount": {"Amount": text, "Currency": currency}}
        for kind, sign, text, currency in stated
    ]  # fmt: skip
    found: list[Balance] = list(await core.balances(customer, account.id))
    assert [(balance.booked, balance.available) for balance in found] == expected


ENTRY: dict[str, Any] = {
    "AccountId": "a1",
    "TransactionId": "t1",
    "CreditDebitIndicator": "Debit",
    "Status": "BOOK",
    "BookingDateTime": "2026-11-01T08:00:00+01:00",
    "Amount": {"Amount": "10.00", "Currency": "GBP"},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"kind": "other", "counterparty": "unnamed", "status": "completed", "direction": "out"}),
        ({"Status": "FUTR"}, {"status": "pending", "completed_at": None}),
        ({"Status": "RJCT"}, {"status": "declined", "completed_at": None}),
        (
            {"CreditDebitIndicator": "Credit", "DebtorAccount": {"Name": "Zoë"}},
            {"direction": "in", "counterparty": "Zoë"},
        ),
        ({"CreditorAccount": {"Name": "Shop"}, "TransactionInformation": "x"}, {"counterparty": "Shop"}),
        ({"TransactionInformation": "Cash"}, {"counterparty": "Cash"}),
        ({"ChargeAmount": {"Amount": "0.30", "Currency": "GBP"}}, {"fee": Money(30, "GBP")}),
        (
            {"CurrencyExchange": {"SourceCurrency": "GBP", "ExchangeRate": 180.5,
                                  "InstructedAmount": {"Amount": "1800", "Currency": "JPY"}}},
            {"local_amount": Money(1_800, "JPY"), "amount": Money(1_000, "GBP")},
        ),
        (
            {"CardInstrument": {"CardSchemeName": "VISA", "AuthorisationType": "Contactless",
                                "Identification": "4929000000004402"},
             "MerchantDetails": {"MerchantName": "Pret"}},
            {"kind": "card_payment", "card_last4": "4402", "entry_mode": "contactless", "trading_name": "Pret"},
        ),
    ],
    ids=str,
)  # fmt: skip
def test_an_entry_is_read_into_a_line_of_the_feed(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    line = accounts.transaction(ENTRY | changes)
    assert {name: getattr(line, name) for name in expected} == expected
    assert line.created_at.utcoffset() is not None
    assert "4929" not in repr(line)


def test_an_entry_without_an_id_gets_the_same_one_every_time() -> None:
    bare = {name: value for name, value in ENTRY.items() if name != "TransactionId"}
    assert accounts.transaction(bare).id == accounts.transaction(dict(bare)).id
    assert accounts.transaction(bare).id != accounts.transaction({**bare, "Status": "PDNG"}).id


async def test_entries_that_move_no_money_are_left_out(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    customer, held = await connected(full=False)
    [account] = held.accounts
    held.transactions = [{**ENTRY, "AccountId": account.id, "Status": status, "TransactionId": status}
                         for status in ("INFO", "BOOK")]  # fmt: skip
    assert [line.id for line in (await core.transactions(customer, account.id)).items] == ["BOOK"]


def test_a_card_number_is_never_an_account_number() -> None:
    read = accounts.account(
        {"AccountId": "a1", "Account": [{"SchemeName": "UK.OBIE.PAN", "Identification": "4929000000004402"}]}
    )
    assert (read.numbers, read.currency, read.name, read.status) == ((), None, "unnamed", "active")


STRANGE: dict[str, tuple[str, Fault]] = {
    "no list": ("accounts", Fault(say=lambda message: message["Data"].update(Account={}))),
    "no object": ("accounts", Fault(say=lambda message: message["Data"].update(Account=["x"]))),
    "no id": ("accounts", Fault(say=lambda message: message["Data"]["Account"][0].pop("AccountId"))),
    "id no text": ("accounts", Fault(say=lambda message: message["Data"]["Account"][0].update(AccountId=7))),
    "unknown status": ("accounts", Fault(say=lambda message: message["Data"]["Account"][0].update(Status="Lost"))),
    "wrong IBAN": (
        "accounts",
        Fault(say=lambda message: message["Data"]["Account"][0]["Account"][0].update(Identification="GB00")),
    ),
    "no data": ("accounts", Fault(say=lambda message: message.pop("Data"))),
    "no JSON": ("accounts", with_body(lambda body: body[:-1])),
    "no UTF-8": ("accounts", with_body(lambda _: b'{"Data": "\xff"}')),
    "another content": ("accounts", with_header("content-type", "application/jose+jwe")),
    "another question": ("accounts", with_header("x-fapi-interaction-id", "")),
    "a balance of another": (
        "balances",
        Fault(say=lambda message: message["Data"]["Balance"][0].update(AccountId="another")),
    ),
    "no balance": ("balances", Fault(say=lambda message: message["Data"].update(Balance=[]))),
    "half a penny": (
        "balances",
        Fault(say=lambda message: message["Data"]["Balance"][0]["Amount"].update(Amount="1.005")),
    ),
    "a time without zone": (
        "balances",
        Fault(say=lambda message: message["Data"]["Balance"][0].update(DateTime="2026-11-01T08:00:00")),
    ),
    "a line of another": (
        "transactions",
        Fault(say=lambda message: message["Data"]["Transaction"][0].update(AccountId="another")),
    ),
    "a sign nobody knows": (
        "transactions",
        Fault(say=lambda message: message["Data"]["Transaction"][0].update(CreditDebitIndicator="Both")),
    ),
    "a number for an amount": (
        "transactions",
        Fault(say=lambda message: message["Data"]["Transaction"][0]["Amount"].update(Amount=6.4)),
    ),
}


@pytest.mark.parametrize(("asked", "fault"), STRANGE.values(), ids=STRANGE)
async def test_a_strange_answer_is_one_error_and_no_guess(
    core: OpenBankingCore, server: BankServer, connected: Connected, asked: str, fault: Fault
) -> None:
    customer, held = await connected()
    [account] = held.accounts
    server.faults.add("GET", ACCOUNTS, fault)
    reads = {
        "accounts": lambda: core.accounts(customer),
        "balances": lambda: core.balances(customer, account.id),
        "transactions": lambda: core.transactions(customer, account.id),
    }
    with pytest.raises(CoreAnswerInvalid):
        await reads[asked]()


async def test_an_ended_token_is_renewed_once_for_all_who_ask(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    customer, _ = await connected()
    server.oauth.revoke_access()
    before = server.oauth.issued
    read = await asyncio.gather(*(core.accounts(customer) for _ in range(10)))
    assert all(len(held) == 1 for held in read)
    assert server.oauth.issued == before + 1


async def test_a_token_near_its_end_is_renewed_before_it_is_used(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    server.oauth.token_seconds = 20
    customer, _ = await connected()
    asked = server.count("GET", ACCOUNTS)
    server.oauth.token_seconds = 300
    await core.accounts(customer)
    await core.accounts(customer)
    assert server.count("GET", ACCOUNTS) == asked + 2


async def test_a_consent_that_ended_asks_the_customer_again(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    customer, _ = await connected()
    [consent] = [one for one in server.state.consents.values() if one.customer and one.customer.login == customer]
    consent.status = "CANC"
    with pytest.raises(AuthorisationNeeded) as needed:
        await core.accounts(customer)
    assert needed.value.facts == {"purpose": "accounts"}
    server.oauth.revoke_access()
    with pytest.raises(AuthorisationNeeded):
        await core.accounts(customer)
    url = await core.connect(customer)
    assert url is not None
    await core.authorisation.finish(customer, *await agree(core, server, url, customer))
    assert len(await core.accounts(customer)) == 1


async def test_times_of_a_filter_need_a_zone(core: OpenBankingCore, connected: Connected) -> None:
    customer, held = await connected(full=False)
    naive = (utc_now() - timedelta(days=1)).replace(tzinfo=None)
    with pytest.raises(InvalidRequest):
        await core.transactions(customer, held.accounts[0].id, since=naive)
