"""A customer in a talk: what they say and must hear, and what the bank's tables hold of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from actions.house import House
from tests.dialogue import Reply, Talk, names
from tests.integration.forms.conftest import CodeOf
from tests.sealed_rows import lines

SUMMARY, ASK_CODE, SENT = "utter_transfer_summary", "utter_ask_transfer_code", "utter_transfer_done"
ASK_PAYEE = "utter_ask_transfer_payee"
ASK_AMOUNT = "utter_ask_transfer_money_form_transfer_amount"
ASK_ACCOUNT = "utter_ask_transfer_account"
NOTHING_SENT, NOT_SENT = "utter_transfer_nothing_sent", "utter_transfer_cancelled"
ASK_APPROVAL, NOT_DONE = "utter_ask_operation_code", "utter_operation_cancelled"
SWITCH, RESUME = "utter_ask_form_switch", "utter_form_resume_offer"

HOLDINGS: dict[str, Any] = {
    "customer": {"plan": "plus", "country": "GB", "timezone": "Europe/London", "base_currency": "GBP"},
    "payees": {
        "Maya Fernandes": {"bban": "GB NWBK60161341287705", "currency": "GBP"},
        "Mia Chen": {"bban": "GB LOYD30963455019273", "currency": "GBP"},
        "Max Weber": {"bban": "DE 370400440532013000", "currency": "EUR"},
    },
    "cards": {
        "5501": {
            "kind": "physical", "scheme": "Visa", "status": "active", "account": "Main", "pin_set": True,
            "expires_on": "+900d", "created_at": "-90d",
        },
    },
    "funding_cards": {"8835": {"scheme": "Visa", "card_kind": "debit", "issuer_country": "GB", "verified": True}},
}  # fmt: skip
"""What everybody here has besides £1,000.00 in Main and, since `enter` adds it, €500.00 in Euro."""


@dataclass
class Customer:
    """One customer in one talk; `says` is what they write, under the intent that the classifier gives it."""

    id: str
    talk: Talk
    sql: psycopg.Connection[Any]
    code_of: CodeOf

    async def says(self, text: str, intent: str = "inform", *, hears: str | tuple[str, ...] = ()) -> Reply:
        """The last reply; `hears` is its response, or the responses of the whole turn."""
        replies = await self.talk.say(text, intent)
        heard = tuple(names(replies))
        wanted = (hears,) if isinstance(hears, str) else hears
        got = heard[-1:] if isinstance(hears, str) else heard
        if hears and got != wanted:
            raise AssertionError(f"{text!r} as {intent}: heard {heard}, not {wanted}")
        return replies[-1]

    async def also_says(self, text: str, intent: str = "inform") -> list[Reply]:
        """Every reply of a turn whose number is the bank's matter."""
        return await self.talk.say(text, intent)

    async def asks(self, text: str, intent: str) -> str:
        """All the words of an answer."""
        return "\n".join(reply.text for reply in await self.talk.say(text, intent))

    async def says_yes(self, hears: str | tuple[str, ...] = ()) -> Reply:
        return await self.says("yes", "affirm", hears=hears)

    async def code(self) -> str:
        """The newest code in their inbox."""
        return await self.code_of(self.id)

    async def types_code(self, hears: str | tuple[str, ...] = ()) -> Reply:
        return await self.says(await self.code(), hears=hears)

    def one(self, query: str) -> tuple[Any, ...]:
        """The single row of a query about `%(me)s`."""
        [found] = self.sql.execute(query, {"me": self.id}).fetchall()
        return tuple(found)

    def count(self, table: str, where: str = "true") -> int:
        [number] = self.one(f"SELECT count(*) FROM {table} WHERE customer_id = %(me)s AND {where}")
        return int(number)

    def balance(self, currency: str = "GBP") -> int:
        """The sum of the entries on their accounts in a currency, in minor units; the stored balance agrees with it."""
        entries, stored = self.one(
            "SELECT coalesce((SELECT sum(amount_minor) FROM entries JOIN accounts ON accounts.id = account_id"
            f" WHERE customer_id = %(me)s AND accounts.currency = '{currency}'), 0), coalesce((SELECT"
            f" sum(balance_minor) FROM accounts WHERE customer_id = %(me)s AND currency = '{currency}'), 0)"
        )
        assert entries == stored
        return int(entries)

    def sent(self) -> list[tuple[str, int, str]]:
        """Every transfer out, oldest first: payee, minor units, currency."""
        found = self.sql.execute(
            "SELECT id, amount_minor, currency FROM transactions WHERE customer_id = %s"
            " AND kind = 'transfer' AND direction = 'out' ORDER BY created_at",
            (self.id,),
        ).fetchall()
        return [(self.line(line)["counterparty"] or "", minor, currency) for line, minor, currency in found]

    def line(self, transaction_id: UUID) -> dict[str, str | None]:
        """The sealed counterparty and reference of a line of their feed."""
        return lines(self.sql, self.talk.keyring, self.id)[transaction_id]

    def prepared(self) -> list[str]:
        """What became of everything they were shown a summary of, oldest first."""
        found = self.sql.execute(
            "SELECT state FROM payment_intents WHERE customer_id = %s ORDER BY created_at", (self.id,)
        )
        return [state for (state,) in found.fetchall()]

    def card(self, last4: str = "5501") -> str:
        [status] = self.one(f"SELECT status FROM cards WHERE customer_id = %(me)s AND last4 = '{last4}'")
        return str(status)

    def tickets(self) -> list[tuple[str, int, str]]:
        """The tickets of this talk: reason, priority (0 comes first) and status."""
        return self.sql.execute(
            "SELECT reason, priority, status FROM handoff_tickets WHERE session_id = %s ORDER BY created_at",
            (self.talk.session_id,),
        ).fetchall()

    def lost_nothing(self) -> None:
        """Nothing has left either account, and nothing that was prepared can still be approved."""
        assert (self.balance("GBP"), self.balance("EUR"), self.sent()) == (100_000, 50_000, [])
        assert not {"executed", "prepared"} & set(self.prepared())


Enter = Callable[..., Awaitable[Customer]]


def guest(house: House, session_id: str) -> Talk:
    return Talk(house.keyring, None, session_id)
