"""Statements, balance confirmations and proofs of payment in the customer's secure inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from actions.bank.errors import CaseNotPossible, NotFound, NotPossible
from actions.bank.model.accounts import PaymentProof, Statement
from actions.bank.model.money import Money
from actions.bank.repository import accounts, customers, transactions
from actions.bank.repository.unit import Connection, Row, insert, row
from actions.bank.rules import period_starts
from actions.bank.use_cases.base import Service


@dataclass(frozen=True, slots=True)
class Statements(Service):
    async def create(
        self, customer_id: str, account_id: str, month: date, kind: Literal["statement", "balance_confirmation"]
    ) -> Statement:
        """A document about the account: the month that begins on `month`, or its balance now.

        A statement that exists already is not made again. Raises NotFound, and NotPossible for a month that is not
        over or lies before the account was opened.
        """
        now = self.clock()
        async with self.pool.connection() as connection:
            account = await accounts.one(connection, self.sealer, customer_id, account_id)
            if account is None:
                raise NotFound("account")
            zone = (await customers.profile(connection, self.sealer, customer_id)).timezone
            month = await self._month(connection, account_id, month, zone) if kind == "statement" else now.date()
            already = await self._existing(connection, account_id, month) if kind == "statement" else None
            opening, closing = await self._balances(connection, account_id, month, zone)
            if kind == "balance_confirmation":
                opening = closing = account.booked.amount_minor
            if already is None:
                fields = {"account_id": account_id, "month": month, "kind": kind, "created_at": now}
                figures = {"opening_minor": opening, "closing_minor": closing}
                await insert(connection, "statements", {"id": uuid4(), **fields, **figures})
                already_there, form = False, "pdf"
            else:
                already_there, form = True, already["format"]
        closing_balance = Money(closing, account.currency)
        return Statement(kind, account.name, account.currency, month, form.upper(), closing_balance, already_there)

    async def prove(self, customer_id: str, transaction_id: str) -> PaymentProof:
        """A document that shows one transfer which left; one that exists already is not made again.

        Raises NotFound, and CaseNotPossible for a transfer that has not left, or has come back.
        """
        async with self.pool.connection() as connection:
            item = await transactions.one(connection, customer_id, transaction_id, lock=True)
            if item.kind != "transfer" or item.direction != "out" or item.completed_at is None:
                raise CaseNotPossible("pending" if item.status == "pending" else "not_charged", until=item.expected_by)
            sql = "SELECT FROM statements WHERE transaction_id = %s"
            already = await row(connection, sql, item.id) is not None
            if not already:
                zone = ZoneInfo((await customers.profile(connection, self.sealer, customer_id)).timezone)
                day = item.completed_at.astimezone(zone).date()
                about = {"account_id": item.account_id, "month": day, "kind": "payment_proof"}
                made = {"transaction_id": item.id, "created_at": self.clock()}
                await insert(connection, "statements", {"id": uuid4(), **about, **made})
        return PaymentProof(item.amount, item.counterparty, item.reference, item.completed_at, already)

    async def _month(self, connection: Connection, account_id: str, month: date, zone: str) -> date:
        first = month.replace(day=1)
        opened = await row(connection, "SELECT opened_at FROM accounts WHERE id = %s", account_id)
        if opened is None:
            raise NotFound("account")
        opened_in = opened["opened_at"].astimezone(ZoneInfo(zone)).date().replace(day=1)
        if first < opened_in:
            raise NotPossible("before_opening", first=opened_in)
        if first >= period_starts(self.clock(), zone)["month"].date():
            raise NotPossible("month_running", first=first)
        return first

    @staticmethod
    async def _existing(connection: Connection, account_id: str, month: date) -> Row | None:
        sql = "SELECT format FROM statements WHERE account_id = %s AND month = %s AND kind = 'statement'"
        return await row(connection, sql, account_id, month)

    @staticmethod
    async def _balances(connection: Connection, account_id: str, month: date, zone: str) -> tuple[int, int]:
        """Minor units on the account when the month began and when it ended."""
        sql = """
            SELECT coalesce(sum(amount_minor) FILTER (WHERE created_at < %(first)s), 0)::bigint AS opening,
                   coalesce(sum(amount_minor) FILTER (WHERE created_at < %(next)s), 0)::bigint AS closing
            FROM entries WHERE account_id = %(account)s
        """
        first = period_of(month, zone)
        next_month = period_of((month.replace(day=1) + timedelta(days=32)).replace(day=1), zone)
        cursor = await connection.execute(sql, {"first": first, "next": next_month, "account": account_id})
        found = await cursor.fetchone()
        return (int(found["opening"]), int(found["closing"])) if found else (0, 0)


def period_of(day: date, zone: str) -> str:
    """Midnight of a day in a time zone, as PostgreSQL reads it."""
    return f"{day.isoformat()} 00:00:00 {zone}"
