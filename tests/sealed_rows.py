"""Reads what the tables hold sealed, as the administrator of a test's database who also has the keys."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from actions.bank.repository import devices, transactions
from common import customer_keys
from common.customer_seal import CustomerSeal
from common.key_wrapping import KeyringWrapper
from common.keys import Keyring


def seal_of(sql: psycopg.Connection[Any], keyring: Keyring, customer_id: str) -> CustomerSeal:
    owner = customer_keys.customer(customer_id)
    with sql.cursor(row_factory=tuple_row) as cursor:
        [(kek_id, wrapped)] = cursor.execute("SELECT kek_id, wrapped FROM keys.data_keys WHERE owner = %s", (owner,))
    unwrapping = KeyringWrapper(keyring).unwrap(kek_id, wrapped, f"data-key\0{owner}".encode())
    with ThreadPoolExecutor(1) as alone:  # a loop may run in this thread
        return CustomerSeal(alone.submit(asyncio.run, unwrapping).result(), customer_id)


def lines(sql: psycopg.Connection[Any], keyring: Keyring, customer_id: str) -> dict[UUID, dict[str, str | None]]:
    """The sealed counterparty and reference of each line about a person, by the line's id, oldest first."""
    own = seal_of(sql, keyring, customer_id)
    with sql.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(
            "SELECT id, sealed FROM bank.transactions WHERE customer_id = %s AND sealed IS NOT NULL"
            " ORDER BY created_at, id",
            (customer_id,),
        ).fetchall()
    return {row_id: own.open(sealed, transactions.place(row_id)) for row_id, sealed in found}


def device(sql: psycopg.Connection[Any], keyring: Keyring, customer_id: str, device_id: object) -> str:
    """The sealed name of a device."""
    with sql.cursor(row_factory=tuple_row) as cursor:
        [(sealed,)] = cursor.execute("SELECT sealed FROM bank.devices WHERE id = %s", (device_id,)).fetchall()
    return str(seal_of(sql, keyring, customer_id).open(sealed, devices.place(device_id))["name"])
