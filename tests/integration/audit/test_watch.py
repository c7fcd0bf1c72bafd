"""Anomalies are found in what was sealed, once, and told as rows and numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common import database as house_database
from common.audit import alerts, watch, writer
from common.audit.anomalies import Limits
from common.audit.database import Sql
from common.audit.metrics import SealerMetrics
from common.audit.record import AuditRecord
from common.settings import Settings
from tests.integration.audit.workshop import Workshop, soon
from tests.unit.common.audit.records import CUSTOMER, HEX, record


def denied() -> AuditRecord:
    return record("access_denied", "refused")


def look(workshop: Workshop, limits: Limits | None = None) -> list[str]:
    found = []
    more = True
    while more:
        alerts, more = watch.look(workshop.sealing, limits)
        found += [alert.kind for alert in alerts]
    return found


def test_a_burst_of_denials_is_found_once_however_it_is_cut_into_batches(workshop: Workshop) -> None:
    found = []
    for _ in range(4):
        workshop.add(*(denied() for _ in range(4)))
        found.append(look(workshop))
    assert found == [[], [], ["denials"], []]
    rows = workshop.reading.execute("SELECT kind, principal, first_sequence, last_sequence, facts FROM audit.alerts")
    assert rows.fetchall() == [("denials", CUSTOMER, 1, 10, {"count": 10, "minutes": 5})]


def test_an_unusual_amount_is_judged_by_the_customers_own_history(workshop: Workshop) -> None:
    other = f"customer_{HEX[::-1]}"
    rich = [
        AuditRecord("money_movement", other, "done", subject=other, details=record(amount_minor=900_000 + n).details)
        for n in range(10)
    ]
    workshop.add(*rich, *(record(amount_minor=2000 + n) for n in range(10)))
    assert look(workshop) == []
    workshop.add(record(amount_minor=900_000))
    assert look(workshop) == ["unusual_amount"]
    workshop.add(rich[-1])
    assert look(workshop) == []


def test_enumeration_of_payees_is_found_also_when_each_was_refused(workshop: Workshop) -> None:
    payees = [f"payee_{number:032x}" for number in range(12)]
    workshop.add(*(record("payee_change", "refused", payee=payee) for payee in payees))
    assert look(workshop) == ["enumeration"]


def test_travel_between_channels_that_nobody_can_do_is_found(workshop: Workshop) -> None:
    for channel, country in (("web_widget", "GB"), ("telegram", "BR")):
        workshop.add(
            AuditRecord(
                "login",
                CUSTOMER,
                "done",
                subject=CUSTOMER,
                channel=channel,
                country=country,
                details={"method": "password"},
            )
        )
    assert look(workshop) == ["impossible_travel"]
    facts = workshop.reading.execute("SELECT facts FROM audit.alerts").fetchone()
    assert facts is not None
    assert facts[0]["channels"] == ["telegram", "web_widget"]


def test_after_an_hour_of_silence_it_is_told_again(workshop: Workshop) -> None:
    workshop.add(*(denied() for _ in range(10)))
    assert look(workshop) == ["denials"]
    workshop.add(denied())
    assert look(workshop, Limits(silence=timedelta(microseconds=1))) == ["denials"]


def test_an_alert_that_could_not_be_kept_is_found_again(workshop: Workshop, root: Sql) -> None:
    workshop.add(*(denied() for _ in range(10)))
    root.execute("ALTER TABLE audit.alerts ADD CONSTRAINT full_table CHECK (kind = 'nothing')")
    with pytest.raises(Exception, match="full_table"):
        look(workshop)
    root.execute("ALTER TABLE audit.alerts DROP CONSTRAINT full_table")
    assert look(workshop) == ["denials"]


async def test_the_service_counts_alerts_and_the_dashboard_reads_them(
    house: Settings, root: Sql, at_work: SealerMetrics
) -> None:
    pool = await house_database.open_pool(house, "bank")
    async with pool.connection() as connection:
        for _ in range(12):
            await writer.append(connection, denied())
    await pool.close()
    read = at_work.registry.get_sample_value
    soon(lambda: read("teller_audit_alerts_total", {"kind": "denials"}) == 1)
    assert read("teller_audit_records_total", {"kind": "access_denied"}) == 12
    assert read("teller_audit_head") == 12
    pool = await house_database.open_pool(house, "audit")
    async with pool.connection() as connection:
        found = await alerts.recent(connection)
        assert [alert["kind"] for alert in found] == ["denials"]
        assert await alerts.recent(connection, before=found[0]["id"]) == []
    await pool.close()
