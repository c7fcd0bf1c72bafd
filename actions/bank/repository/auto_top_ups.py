"""Automatic top-ups that fall due."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from actions.bank.repository.unit import Connection, Row, row


async def take_due(connection: Connection, job: str, now: datetime) -> Row | None:
    """A rule whose balance is below its threshold or whose day has come, with `currency`, `last4`, `verified` and
    `fee_code`; locked, others skip it."""
    sql = """
        SELECT rules.*, accounts.currency, cards.last4, cards.verified,
            'top_up_' || CASE cards.card_kind WHEN 'credit' THEN 'credit' ELSE 'debit' END
                || CASE countries.region WHEN 'Europe' THEN '_home' ELSE '_abroad' END AS fee_code
        FROM auto_topups rules
        JOIN accounts ON accounts.id = rules.account_id AND accounts.status = 'active'
        JOIN customers ON customers.id = rules.customer_id
        JOIN funding_cards cards ON cards.id = rules.funding_card_id
        JOIN countries ON countries.code = cards.issuer_country
        LEFT JOIN worker_failures failed ON failed.job = %(job)s AND failed.item_id = rules.id
        WHERE rules.status = 'active' AND (failed.retry_at IS NULL OR failed.retry_at <= %(now)s)
            AND (rules.last_run IS NULL OR rules.last_run < (%(now)s AT TIME ZONE customers.timezone)::date)
            AND (accounts.balance_minor < rules.threshold_minor OR rules.next_run <= %(now)s)
            AND NOT EXISTS (
                SELECT FROM transactions waiting WHERE waiting.account_id = rules.account_id
                AND waiting.kind = 'top_up' AND waiting.status = 'pending'
            )
        ORDER BY rules.id LIMIT 1 FOR UPDATE OF rules SKIP LOCKED
    """
    cursor = await connection.execute(sql, {"job": job, "now": now})
    return await cursor.fetchone()


async def set_run(connection: Connection, rule_id: UUID, today: date, following: date | None) -> None:
    await connection.execute(
        "UPDATE auto_topups SET last_run = %s, next_run = %s WHERE id = %s", (today, following, rule_id)
    )


async def topped_up_since(connection: Connection, customer_id: str, currency: str, since: datetime) -> int:
    """Minor units that cards elsewhere paid in since then, or were asked for."""
    sql = """
        SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM transactions
        WHERE customer_id = %s AND kind = 'top_up' AND method = 'card' AND currency = %s AND created_at >= %s
            AND status IN ('pending', 'completed')
    """
    found = await row(connection, sql, customer_id, currency, since)
    return int(found["minor"]) if found else 0
