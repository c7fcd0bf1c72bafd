"""Cards at other banks that pay in, and the rules by which they do."""

from __future__ import annotations

from actions.bank.model.money import Money
from actions.bank.model.top_ups import AutoTopUp, FundingCard
from actions.bank.repository.unit import Connection, row, rows


async def cards(connection: Connection, customer_id: str) -> list[FundingCard]:
    """The verified ones first."""
    sql = "SELECT * FROM funding_cards WHERE customer_id = %s ORDER BY verified DESC, last4"
    return [
        FundingCard(
            id=str(found["id"]),
            last4=found["last4"],
            scheme=found["scheme"],
            card_kind=found["card_kind"],
            issuer_country=found["issuer_country"],
            verified=found["verified"],
            code_sent_at=found["code_sent_at"],
            tries_left=found["tries_left"],
        )
        for found in await rows(connection, sql, customer_id)
    ]


async def code_of(connection: Connection, customer_id: str, card_id: str) -> bytes | None:
    """The keyed fingerprint of a card's verification code, with the row locked."""
    sql = "SELECT code_hmac FROM funding_cards WHERE customer_id = %s AND id::text = %s FOR UPDATE"
    found = await row(connection, sql, customer_id, card_id)
    return None if found is None or found["code_hmac"] is None else bytes(found["code_hmac"])


async def set_verified(connection: Connection, card_id: str) -> None:
    sql = "UPDATE funding_cards SET verified = true, code_hmac = NULL WHERE id::text = %s"
    await connection.execute(sql, (card_id,))


async def take_try(connection: Connection, card_id: str) -> None:
    await connection.execute("UPDATE funding_cards SET tries_left = tries_left - 1 WHERE id::text = %s", (card_id,))


async def rules(connection: Connection, customer_id: str) -> list[AutoTopUp]:
    """The automatic top-ups that are running or paused, the running ones first."""
    sql = """
        SELECT auto_topups.*, accounts.name AS account, accounts.currency, funding_cards.last4 FROM auto_topups
        JOIN accounts ON accounts.id = account_id JOIN funding_cards ON funding_cards.id = funding_card_id
        WHERE auto_topups.customer_id = %s AND auto_topups.status IN ('active', 'paused')
        ORDER BY auto_topups.status, auto_topups.id
    """
    return [
        AutoTopUp(
            id=str(found["id"]),
            account=found["account"],
            card_last4=found["last4"],
            amount=Money(found["amount_minor"], found["currency"]),
            threshold=Money(found["threshold_minor"], found["currency"]) if found["threshold_minor"] else None,
            schedule=found["schedule"],
            next_run=found["next_run"],
            status=found["status"],
        )
        for found in await rows(connection, sql, customer_id)
    ]


async def pause(connection: Connection, customer_id: str, rule_id: str) -> bool:
    """Rest a rule until it is resumed; whether it ran until now."""
    sql = """
        UPDATE auto_topups SET status = 'paused', next_run = NULL
        WHERE customer_id = %s AND id::text = %s AND status = 'active'
    """
    return (await connection.execute(sql, (customer_id, rule_id))).rowcount > 0


async def stop(connection: Connection, customer_id: str, rule_id: str) -> bool:
    """End a rule; whether it ran until now."""
    sql = """
        UPDATE auto_topups SET status = 'stopped', next_run = NULL
        WHERE customer_id = %s AND id::text = %s AND status <> 'stopped'
    """
    return (await connection.execute(sql, (customer_id, rule_id))).rowcount > 0
