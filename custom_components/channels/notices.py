"""Telling what the bank left in its outbox: once each, when the customer is there.

A notice is claimed, said in the conversation with its mark, and then ticked off. Whoever dies in between leaves a
claim that lapses after a minute; the next one looks for the mark before saying anything twice.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from rasa.core.lock_store import LockError
from rasa.shared.core.events import BotUttered

from common import customer_keys, locales
from common.customer_keys import DataKeys, KeyDestroyedError
from common.customer_seal import CustomerSeal
from common.database import Pool
from common.key_service import wrapper_of
from common.key_wrapping import WrappingError
from common.keys import Keyring
from custom_components.channels.asides import Asides
from custom_components.nlg.wording import Wording

logger = logging.getLogger(__name__)

_WAITING = """
    delivered_at IS NULL AND expires_at > now()
    AND (session_id = %(session)s OR (session_id IS NULL AND customer_id = %(customer)s))
    AND (claimed_at IS NULL OR claimed_at < now() - interval '1 minute')
"""
_CLAIM = f"""
    WITH mine AS (
        SELECT id, claimed_by AS claimed_before FROM bank.notices
        WHERE {_WAITING} ORDER BY id LIMIT 5 FOR UPDATE SKIP LOCKED
    )
    UPDATE bank.notices n SET claimed_by = %(session)s, claimed_at = now()
    FROM mine WHERE n.id = mine.id
    RETURNING n.id, n.kind, n.facts, n.sealed, n.sealed_as, n.customer_id, mine.claimed_before,
        (SELECT preferred_language FROM bank.customers c WHERE c.id = %(customer)s) AS language,
        (SELECT timezone FROM bank.customers c WHERE c.id = %(customer)s) AS timezone
"""


class Notices:
    """The outbox of a bank's notices, read by the channels."""

    def __init__(self, pool: Pool, wording: Wording, keyring: Keyring) -> None:
        self._pool = pool
        self._wording = wording
        self._keys = DataKeys(wrapper_of(keyring))

    async def deliver(self, asides: Asides, session_id: str, customer_id: str | None) -> list[str]:
        """Say what waits for this conversation and, with `customer_id`, for its customer; the texts, oldest first.

        Nothing is said in a conversation that has not begun, nor while a turn of it runs on and on.
        """
        asked = {"session": session_id, "customer": customer_id}
        if not await self._rows(f"SELECT 1 FROM bank.notices WHERE {_WAITING} LIMIT 1", asked):
            return []
        try:
            return await self._say(asides, session_id, asked)
        except LockError:
            return []

    async def _say(self, asides: Asides, session_id: str, asked: dict[str, Any]) -> list[str]:
        told, done = [], []
        async with asides.between_turns(session_id) as tracker:
            if tracker is None:
                return []
            chosen = tracker.get_slot("language") if "language" in tracker.slots else None
            for row in sorted(await self._rows(_CLAIM, asked), key=lambda row: row["id"]):
                mark = f"notice-{row['id']}"
                done.append(row["id"])
                before = row["claimed_before"]
                if before is not None and await asides.was_said(before, mark):
                    continue
                facts = await self._facts(row)
                if facts is None:
                    continue
                text = self._text(row, facts, chosen or row["language"] or locales.HOME)
                tracker.update(
                    BotUttered(text, metadata={"notice": mark, "utter_action": f"utter_notice_{row['kind']}"})
                )
                told.append(text)
        await self._rows(
            "UPDATE bank.notices SET delivered_at = now() WHERE id = ANY(%(ids)s) RETURNING id", {"ids": done}
        )
        return told

    async def _facts(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """What the notice tells, its texts opened; None where their seal is broken or its customer was erased."""
        if row["sealed"] is None:
            return dict(row["facts"])
        customer_id = str(row["customer_id"])
        try:
            async with self._pool.connection() as connection:
                key = await self._keys.find(connection, customer_keys.customer(customer_id))
            return row["facts"] | CustomerSeal(key, customer_id).open(row["sealed"], row["sealed_as"])
        except (InvalidTag, KeyDestroyedError, WrappingError) as error:
            logger.warning("notice %s cannot be opened: %s", row["id"], type(error).__name__)
            return None

    def _text(self, row: dict[str, Any], told: dict[str, Any], language: str) -> str:
        zone = ZoneInfo(row["timezone"] or "Europe/London")
        found = self._wording.find(f"utter_notice_{row['kind']}", language)
        facts = {name: worded(value, zone, found.language) for name, value in told.items()}
        return self._wording.text(f"utter_notice_{row['kind']}", found.language, facts)

    async def _rows(self, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        async with self._pool.connection() as connection:
            return list(await (await connection.execute(query, values)).fetchall())  # type: ignore[arg-type]


def worded(fact: Any, zone: ZoneInfo, language: str) -> str:
    """A typed fact of a notice as text: money, a day and a moment come in an object that names the type."""
    match fact:
        case {"minor": int(minor), "currency": str(currency)}:
            return locales.money(minor, currency, language)
        case {"day": str(day)}:
            return locales.day(date.fromisoformat(day), language)
        case {"at": str(moment)}:
            return locales.moment(datetime.fromisoformat(moment), zone, language)
        case _:
            return str(fact)
