# ruff: noqa: F811
"""Impossible travel, from the header of a proxy of ours to the alert."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import psycopg
import pytest

from common import demo, keys
from common.audit import database, service, watch
from common.audit.sealer import Sealer, become_the_only_one
from common.audit.signing import signing_key
from common.settings import Settings
from custom_components.security.origin import Proxies
from tests.integration.audit.records_of import Trail
from tests.integration.doors.conftest import House, fake_agent, house, rate_limit, scrubber  # noqa: F401

TRUSTING = Proxies((ip_network("127.0.0.0/8"),), "CF-IPCountry")


@pytest.fixture
def root(settings: Settings) -> Any:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        yield connection


def from_(country: str, address: str = "203.0.113.9") -> dict[str, str]:
    return {"CF-IPCountry": country, "X-Forwarded-For": address}


async def turns(house: House, login: str, countries: list[str]) -> None:
    headers = await house.bearer(login)
    for country in countries:
        assert (await house.chat(headers | from_(country), "hello")).status_code == 200
    await house.app.ctx.house.audit.tally.write(everything=True)


def told(root: Any, customer: str) -> list[tuple[str, str | None]]:
    rows = root.execute(
        "SELECT kind, country FROM audit.intake WHERE subject = %s AND country IS NOT NULL ORDER BY id", (customer,)
    )
    return rows.fetchall()


async def test_a_turn_from_another_country_minutes_later_raises_an_alert(
    house: House, settings: Settings, root: Any, tmp_path: Path
) -> None:
    house.app.ctx.house.proxies = TRUSTING
    customer = Trail(settings).who("customer", demo.CUSTOMERS["sam"])
    await turns(house, "sam", ["GB", "GB", "BR", "BR"])
    assert told(root, customer) == [("seen", "GB"), ("seen", "BR")]
    seal(settings, tmp_path)
    [(facts,)] = root.execute(
        "SELECT facts FROM audit.alerts WHERE kind = 'impossible_travel' AND principal = %s", (customer,)
    ).fetchall()
    assert (facts["from"], facts["to"]) == ("GB", "BR")
    assert facts["km"] > 5_000


async def test_a_login_carries_the_country_and_the_address_that_our_proxy_names(
    house: House, settings: Settings, root: Any
) -> None:
    house.app.ctx.house.proxies = TRUSTING
    house.client.headers.update(from_("DE", "198.51.100.4"))
    await house.log_in("priya")
    trail = Trail(settings)
    [(country, details)] = root.execute(
        "SELECT country, details FROM audit.intake WHERE subject = %s AND kind = 'login' ORDER BY id DESC LIMIT 1",
        (trail.who("customer", demo.CUSTOMERS["priya"]),),
    ).fetchall()
    assert (country, details["address"]) == ("DE", trail.who("address", "198.51.100.4"))


async def test_a_country_that_the_caller_names_is_not_believed(house: House, settings: Settings, root: Any) -> None:
    customer = Trail(settings).who("customer", demo.CUSTOMERS["omar"])
    before = told(root, customer)
    await turns(house, "omar", ["GB", "BR"])
    assert told(root, customer) == before


def seal(settings: Settings, folder: Path) -> None:
    """What a sealer does with what waits; its checkpoints lie in the test's folder."""
    with database.open_connection(settings.database_url, "teller_audit_sealer") as connection:
        assert become_the_only_one(connection)
        place = service.place(folder, database.log_id(connection))
        sealer = Sealer(connection, place, signing_key(keys.load(settings)))
        sealer.begin()
        while sealer.seal():
            pass
        while watch.look(connection)[1]:
            pass
