"""Rows of the bank that the doors read, written as the bank's administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from common.settings import Settings


def run(settings: Settings, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        cursor = connection.execute(query, values)  # type: ignore[arg-type]  # not a constant: the caller's
        return cursor.fetchall() if cursor.description else []


def customer(settings: Settings, customer_id: str, language: str = "en") -> None:
    run(
        settings,
        "INSERT INTO bank.customers (id, plan, country, preferred_language, timezone, base_currency, personal)"
        " VALUES (%s, 'standard', 'GB', %s, 'Europe/London', 'GBP', '') ON CONFLICT (id) DO UPDATE"
        " SET preferred_language = excluded.preferred_language",
        customer_id,
        language,
    )


def ticket(settings: Settings, session_id: str, priority: int = 3, gives_up: str | None = None) -> str:
    """Queue a conversation; `gives_up`: an interval from now. Its number."""
    return run(
        settings,
        "INSERT INTO bank.handoff_tickets (id, number, session_id, reason, summary, status, created_at, priority,"
        " gives_up_at) VALUES (%s, 'T-' || nextval('bank.ticket_numbers'), %s, 'customer_request', '', 'queued', now(),"
        " %s, now() + %s::interval) RETURNING number",
        uuid4(),
        session_id,
        priority,
        gives_up,
    )[0][0]


def notice(settings: Settings, customer_id: str, kind: str, facts: Mapping[str, Any]) -> int:
    return run(
        settings,
        "INSERT INTO bank.notices (customer_id, kind, facts, expires_at) VALUES (%s, %s, %s, now() + interval '1 day')"
        " RETURNING id",
        customer_id,
        kind,
        Jsonb(dict(facts)),
    )[0][0]
