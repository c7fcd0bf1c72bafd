"""Customers who enter a talk with the real actions on the real database; one seeded database a module."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from actions.house import House
from tests.dialogue import Talk
from tests.integration.bank.bank_customers import MakeCustomer, new_bban
from tests.integration.conversations.customer import HOLDINGS, Customer, Enter
from tests.integration.forms.conftest import CodeOf, code_of
from tests.integration.rows.conftest import house, make_customer, seeded, sql

__all__ = ["code_of", "house", "make_customer", "seeded", "sql"]


@pytest.fixture
def enter(house: House, make_customer: MakeCustomer, sql: psycopg.Connection[Any], code_of: CodeOf) -> Enter:
    """A new customer in a new talk: `HOLDINGS`, with the sections that are named instead of theirs."""

    async def come(**sections: Any) -> Customer:
        accounts = {
            "Main": {"currency": "GBP", "bban": new_bban(), "opening": 100_000, "opened": "-200d"},
            "Euro": {"currency": "EUR", "bban": new_bban(), "opening": 50_000, "opened": "-100d"},
        }
        customer_id = await make_customer(True, **{**HOLDINGS, "accounts": accounts, **sections})
        return Customer(customer_id, Talk(house.keyring, customer_id, f"talk-{uuid4()}"), sql, code_of)

    return come
