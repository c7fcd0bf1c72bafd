"""Figures about countries, identity, service, loans and credit."""

from __future__ import annotations

from actions.bank import wording
from actions.bank.model.money import Money
from actions.bank.repository import devices as signed_in
from actions.bank.repository import policies
from actions.bank.repository.unit import Row
from actions.bank.rules import BASIS_POINTS
from actions.bank.use_cases import facts_money
from actions.bank.use_cases.scene import NOT_OFFERED, Group, Scene


async def base(scene: Scene) -> dict[str, str]:
    """What every answer may name."""
    hours = await policies.opening_hours(scene.connection)
    return {
        "emergency_line": await scene.text("emergency_line"),
        "opening_hours": wording.opening_hours({day: (row["opens"], row["closes"]) for day, row in hours.items()}),
        "opening_timezone": "UK time",
    }


async def countries(scene: Scene) -> dict[str, str]:
    rows = await scene.rows("SELECT * FROM countries ORDER BY name")
    uses = {"residence": "residence_supported", "delivery": "card_delivery", "card_use": "card_use",
            "transfers": "transfers"}  # fmt: skip
    facts = {f"countries_{name}": wording.listing(row["name"] for row in rows if row[column])
             for name, column in uses.items()}  # fmt: skip
    return facts | {"countries_card_blocked": wording.listing(row["name"] for row in rows if not row["card_use"])}


async def ages(scene: Scene) -> dict[str, str]:
    country = await policies.country(scene.connection, scene.country)
    youth = country["youth_min_age"] if country else None
    return {
        "residence_country": country["name"] if country else scene.country,
        "min_age": str(country["min_age"]) if country and country["min_age"] else NOT_OFFERED,
        "youth_min_age": str(youth) if youth else NOT_OFFERED,
        "youth_account": await scene.text("youth_account") if youth else NOT_OFFERED,
        "additional_holder_rule": await scene.text("additional_holder"),
    }


async def identity(scene: Scene) -> dict[str, str]:
    sql = """
        SELECT document || coalesce(' (not older than ' || max_age_months || ' months)', '')
        FROM identity_documents WHERE country = %s ORDER BY max_age_months NULLS FIRST, document
    """
    facts = {
        "identity_legal_basis": await scene.text("legal_basis"),
        "identity_documents": wording.listing(await scene.column(sql, scene.country), "or"),
        "identity_decision_time": await scene.text("identity_decision_time"),
        "identity_attempts": await scene.text("identity_attempts"),
        "unverified_transfer_limit": await scene.limit("transfer", "payment", "unverified"),
        "unverified_transfer_limit_month": await scene.limit("transfer", "month", "unverified"),
        "unverified_top_up_limit_month": await scene.limit("top_up_card", "month", "unverified"),
        "unverified_incoming_limit_month": await scene.limit("incoming", "month", "unverified"),
    }
    if scene.customer_id:
        checks = "SELECT * FROM identity_checks WHERE customer_id = %s ORDER BY submitted_at DESC NULLS LAST LIMIT 1"
        check = await scene.row(checks, scene.customer_id)
        state = check["state"] if check else "not_started"
        facts |= {
            "my_identity_state": state.replace("_", " "),
            "my_identity_missing": (check and check["missing_step"]) or "none",
            "my_identity_rejected_reason": (check and check["rejected_reason"]) or "none",
            "my_identity_attempts_left": str(check["attempts_left"]) if check else facts["identity_attempts"],
            "my_identity_since": _day(check, "decided_at", "submitted_at"),
            "my_identity_decision_by": _day(check, "decision_by"),
        }
    return facts


def _day(row: Row | None, *columns: str) -> str:
    """The first of these columns that has a date, as `9 May 2025`; `none` without one."""
    moment = next((row[column] for column in columns if row[column]), None) if row else None
    return f"{moment:%-d %B %Y}" if moment else "none"


async def source_of_funds(scene: Scene) -> dict[str, str]:
    facts = {"source_of_funds_documents": await scene.text("source_of_funds_documents")}
    if scene.customer_id:
        sql = "SELECT * FROM source_of_funds_requests WHERE customer_id = %s AND state = 'open' ORDER BY due_at LIMIT 1"
        found = await scene.row(sql, scene.customer_id)
        facts |= {
            "my_request": found["reason"] if found else "none",
            "my_request_documents": wording.listing(found["documents"], "or") if found else "none",
            "my_request_due": _day(found, "due_at"),
            "my_request_effect": found["effect"] if found else "none",
        }
    return facts


async def passcode(scene: Scene) -> dict[str, str]:
    return {
        "passcode_reset_minutes": await scene.text("passcode_reset_minutes"),
        "passcode_reset_check": await scene.text("passcode_reset_check"),
        "device_gone_check": await scene.text("device_gone_check"),
    }


async def devices(scene: Scene) -> dict[str, str]:
    facts = {"device_gone_check": await scene.text("device_gone_check")}
    if scene.customer_id:
        found = await signed_in.of_customer(scene.connection, scene.customer_id)
        facts["my_devices"] = wording.listing([device.name for device in found])
    return facts


async def statements(scene: Scene) -> dict[str, str]:
    facts = {"statement_formats": await scene.text("statement_formats")}
    if scene.customer_id:
        sql = "SELECT min(opened_at) FROM accounts WHERE customer_id = %s"
        found = await scene.row(sql, scene.customer_id)
        facts["my_first_statement_month"] = f"{found['min']:%B %Y}" if found and found["min"] else "none"
    return facts


async def scams(scene: Scene) -> dict[str, str]:
    return {"scam_rule": await scene.text("scam_reimbursement")}


async def languages(scene: Scene) -> dict[str, str]:
    sql = "SELECT name FROM supported_languages ORDER BY name"
    return {"languages": wording.listing(await scene.column(sql))}


async def waiting(scene: Scene) -> dict[str, str]:
    sql = "SELECT count(*) FROM handoff_tickets WHERE status = 'queued'"
    ahead = int((await scene.column(sql))[0])
    return {"queue_length": str(ahead), "queue_minutes": str(int(await scene.text("handoff_minutes")) * (ahead + 1))}


async def loans(scene: Scene) -> dict[str, str]:
    """The product of the customer's country and what they owe; a representative example over the shortest term."""
    found = await scene.row("SELECT * FROM loan_products WHERE country = %s ORDER BY min_minor LIMIT 1", scene.country)
    facts = dict.fromkeys(("loan_name", "loan_amounts", "loan_terms", "loan_rate", "loan_example"), NOT_OFFERED)
    if found:
        sample, months = Money(500_000, found["currency"]), found["min_months"]
        instalment = Money(monthly_instalment(sample.amount_minor, found["rate_bp"], months), found["currency"])
        facts = {
            "loan_name": found["name"],
            "loan_amounts": f"{Money(found['min_minor'], found['currency'])} to "
            f"{Money(found['max_minor'], found['currency'])}",
            "loan_terms": f"{found['min_months']} to {found['max_months']} months",
            "loan_rate": f"{wording.share(found['rate_bp'])} a year",
            "loan_example": f"{sample} over {months} months: {instalment} a month",
        }
    facts |= {"loan_currency": found["currency"] if found else NOT_OFFERED, "loan_country": scene.country}
    facts["loan_early_fee"] = await scene.fee("loan_early_repayment")
    if scene.customer_id:
        sql = "SELECT * FROM loans WHERE customer_id = %s AND status <> 'repaid' ORDER BY next_due LIMIT 1"
        loan = await scene.row(sql, scene.customer_id)
        facts |= {
            "my_loan": loan["product"] if loan else "none",
            "my_loan_outstanding": Money(loan["outstanding_minor"], loan["currency"]).format() if loan else "none",
            "my_loan_instalment": Money(loan["instalment_minor"], loan["currency"]).format() if loan else "none",
            "my_loan_rate": f"{wording.share(loan['rate_bp'])} a year" if loan else "none",
            "my_loan_next_due": _day(loan, "next_due"),
        }
    return facts


def monthly_instalment(principal_minor: int, rate_bp: int, months: int) -> int:
    """The level instalment of an annuity with a monthly twelfth of the yearly rate, rounded up to a minor unit."""
    if not rate_bp:
        return -(-principal_minor // months)
    scale = 12 * BASIS_POINTS
    grown: int = (scale + rate_bp) ** months
    base_power: int = scale**months
    return -(-principal_minor * rate_bp * grown // (scale * (grown - base_power)))


async def credit(scene: Scene) -> dict[str, str]:
    found = await scene.row("SELECT * FROM credit_products WHERE country = %s LIMIT 1", scene.country)
    if not found:
        names = ("credit_name", "credit_limit", "credit_rate", "credit_yearly_fee", "credit_decision_time",
                 "credit_example")  # fmt: skip
        return dict.fromkeys(names, NOT_OFFERED)
    sample = Money(found["max_limit_minor"] // 4, found["currency"])
    interest = Money(-(-sample.amount_minor * found["rate_bp"] // (12 * BASIS_POINTS)), found["currency"])
    return {
        "credit_example": f"{interest} of interest for a month on {sample}",
        "credit_name": found["name"],
        "credit_limit": Money(found["max_limit_minor"], found["currency"]).format(),
        "credit_rate": f"{wording.share(found['rate_bp'])} a year",
        "credit_yearly_fee": wording.fee(found["yearly_fee_minor"], 0, found["currency"]),
        "credit_decision_time": wording.working_days(found["decision_days"], found["decision_days"]),
    }


GROUPS: dict[str, tuple[Group, ...]] = {
    "country_support": (countries,),
    "age_limit": (ages,),
    "edit_personal_details": (countries, identity),
    "verify_my_identity": (identity,),
    "unable_to_verify_identity": (identity,),
    "why_verify_identity": (identity,),
    "verify_source_of_funds": (source_of_funds,),
    "passcode_forgotten": (passcode,),
    "lost_or_stolen_phone": (devices,),
    "terminate_account": (statements,),
    "statement_request": (statements,),
    "report_scam": (scams, facts_money.disputes),
    "change_language": (languages,),
    "human_handoff": (waiting,),
    "loan_enquiry": (loans,),
    "loan_repayment": (loans,),
    "credit_card_application": (credit, identity),
}
