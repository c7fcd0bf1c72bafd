"""What the audit takes, and that nothing that names a person gets in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.bank import errors as bank_errors
from common.audit import words
from common.audit.canonical import canonical
from common.audit.record import SHAPES, AuditRecord, AuditRecordError
from common.privacy.scrubber import Scrubber
from tests.unit.common.audit.records import CUSTOMER, DETAILS, HEX, KINDS, record

ROOT = Path(__file__).resolve().parents[4]
WORDS = sorted({word for name, value in vars(words).items() if name.isupper() for word in value})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_takes_all_of_its_details_and_a_session(kind: str) -> None:
    shape = SHAPES[kind]  # type: ignore[index]  # any kind; or wrong on purpose
    assert DETAILS[kind].keys() == shape.required.keys() | shape.optional.keys()
    taken = record(kind, **DETAILS[kind], session=f"session_{HEX}")
    assert taken.details == DETAILS[kind] | {"session": f"session_{HEX}"}
    assert len(canonical(dict(taken.details))) < 1024


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_goes_without_what_it_requires(kind: str) -> None:
    for name in SHAPES[kind].required:  # type: ignore[index]  # any kind; or wrong on purpose
        details = {key: value for key, value in DETAILS[kind].items() if key != name}
        with pytest.raises(AuditRecordError, match=name):
            # Ignored below: any kind; or wrong on purpose
            AuditRecord(kind, CUSTOMER, "done", details=details)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "gossip"},
        {"actor": "Priya Raghunathan"},
        {"actor": "customer_42"},
        {"actor": f"payee_{HEX}"},
        {"actor": f"{CUSTOMER}0"},
        {"actor": ""},
        {"subject": "alex"},
        {"subject": "system"},
        {"outcome": "fine"},
        {"channel": "carrier pigeon"},
        {"country": "gb"},
        {"country": "GBR"},
        {"details": {"operation": "transfer", "amount_minor": 1}},
    ],
)
def test_what_is_no_pseudonym_word_or_code_is_refused(fields: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "kind": "money_movement",
        "actor": CUSTOMER,
        "outcome": "done",
        "details": {"operation": "transfer", "amount_minor": 1, "currency": "GBP"},
    }
    AuditRecord(**good)
    with pytest.raises(AuditRecordError) as refused:
        AuditRecord(**good | fields)
    assert not any(
        isinstance(value, str) and len(value) > 4 and value in str(refused.value) for value in fields.values()
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("operation", "pay my landlord"),
        ("operation", None),
        ("amount_minor", -1),
        ("amount_minor", 10**15),
        ("amount_minor", 12.5),
        ("amount_minor", True),
        ("amount_minor", "4000"),
        ("currency", "gbp"),
        ("currency", "GBP\n"),
        ("payee", "Jonas"),
        ("payee", "DE89370400440532013000"),
        ("payee", f"card_{HEX}"),
        ("card", "4111111111111111"),
        ("card", f"card_{HEX.upper()}"),
        ("reason", "kowalski"),
        ("reason", ["not_found"]),
        ("route", {"a": 1}),
        ("note", "rent for May"),
        ("session", "s-1"),
    ],
)
def test_a_detail_that_its_type_does_not_allow_is_refused(name: str, value: Any) -> None:
    with pytest.raises(AuditRecordError):
        record(**{name: value})


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.data(), st.text())
def test_no_text_that_somebody_wrote_gets_in(kind: str, data: Any, text: str) -> None:
    name = data.draw(st.sampled_from(sorted(DETAILS[kind])))
    if text in WORDS or re.fullmatch("[A-Z]{2,3}", text):
        return
    with pytest.raises(AuditRecordError):
        record(kind, **{name: text})


def test_a_records_details_cannot_be_changed_afterwards() -> None:
    details = {"scope": "everything"}
    taken = AuditRecord("export", CUSTOMER, "done", details=details)
    details["scope"] = "Priya Raghunathan"
    assert taken.details == {"scope": "everything"}
    with pytest.raises(TypeError):
        taken.details["scope"] = "Priya Raghunathan"  # type: ignore[index]  # any kind; or wrong on purpose


def test_the_scrubber_finds_nothing_personal_in_any_word() -> None:
    scrubber = Scrubber()
    assert scrubber.scrub("jane@example.com") != "jane@example.com"
    assert [word for word in WORDS if scrubber.scrub(word, "log") != word] == []


def test_every_word_is_a_short_word() -> None:
    assert len(WORDS) > 100
    assert [word for word in WORDS if not re.fullmatch(r"[a-z][a-z0-9_]{1,31}", word)] == []


def test_every_refusal_of_the_house_is_a_reason_that_the_audit_knows() -> None:
    bank = {error.code for error in vars(bank_errors).values() if isinstance(error, type) and hasattr(error, "code")}
    refusal = re.compile(r'(?:Unauthenticated|Forbidden|TooMany)\(\s*"([a-z_]+)"')
    sources = [*ROOT.glob("custom_components/**/*.py"), *ROOT.glob("actions/**/*.py")]
    doors = {code for path in sources for code in refusal.findall(path.read_text(encoding="utf-8"))}
    assert len(bank) > 10
    assert len(doors) > 5
    assert (bank | doors) - words.REASONS == set()
