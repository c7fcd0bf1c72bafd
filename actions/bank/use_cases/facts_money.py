"""Figures about transfers, top-ups, exchange and payments."""

from __future__ import annotations

from actions.bank import wording
from actions.bank.model.money import Money
from actions.bank.repository import policies
from actions.bank.rules import arrival_date, period_ends
from actions.bank.use_cases.scene import NOT_OFFERED, Group, Scene

ROUTE_CURRENCY = {"local": "GBP", "sepa": "EUR", "swift": None}


async def transfer_fees(scene: Scene) -> dict[str, str]:
    facts: dict[str, str] = {}
    for route, currency in ROUTE_CURRENCY.items():
        facts[f"transfer_fee_{route}"] = await scene.fee(f"transfer_{route}", currency)
    return facts | {"swift_deductions": await scene.text("swift_deductions")}


async def incoming_fees(scene: Scene) -> dict[str, str]:
    facts: dict[str, str] = {}
    for route, currency in ROUTE_CURRENCY.items():
        facts[f"incoming_fee_{route}"] = await scene.fee(f"incoming_{route}", currency)
    receive = await scene.column("SELECT code FROM currencies WHERE receive ORDER BY code")
    facts |= {
        "incoming_currencies": wording.listing(receive),
        "incoming_limit_month": await scene.limit("incoming", "month"),
        "swift_deductions": await scene.text("swift_deductions"),
    }
    return facts


async def transfer_times(scene: Scene) -> dict[str, str]:
    """Usual and longest time, cut-off and the date of arrival for something sent now, for each route."""
    facts: dict[str, str] = {}
    for route in ROUTE_CURRENCY:
        times = await policies.transfer_time(scene.connection, route)
        arrives = arrival_date(scene.now, scene.timezone, times["usual_days"], times["cut_off"])
        latest = arrival_date(scene.now, scene.timezone, times["longest_days"], times["cut_off"])
        facts |= {
            f"transfer_time_{route}": wording.working_days(times["usual_days"], times["longest_days"]),
            f"transfer_cut_off_{route}": wording.clock(times["cut_off"]),
            f"transfer_arrives_{route}": f"{arrives:%A %-d %B}",
            f"transfer_latest_{route}": f"{latest:%A %-d %B}",
        }
    return facts


async def transfer_limits(scene: Scene) -> dict[str, str]:
    return {f"transfer_limit_{period}": await scene.limit("transfer", period) for period in ("payment", "day", "month")}


async def top_up_fees(scene: Scene) -> dict[str, str]:
    codes = ("debit_home", "debit_abroad", "credit_home", "credit_abroad")
    facts = {f"top_up_fee_{code}": await scene.fee(f"top_up_{code}") for code in codes}
    if scene.customer_id:
        sql = """
            SELECT last4, card_kind, region <> 'Europe' AS abroad FROM funding_cards
            JOIN countries ON code = issuer_country WHERE customer_id = %s ORDER BY last4
        """
        cards = []
        for card in await scene.rows(sql, scene.customer_id):
            code = f"top_up_{card['card_kind']}_{'abroad' if card['abroad'] else 'home'}"
            cards.append(f"{await scene.fee(code)} with the {card['card_kind']} card ending {card['last4']}")
        facts["my_top_up_fees"] = wording.listing(cards)
    return facts


async def top_up_limits(scene: Scene) -> dict[str, str]:
    facts = {f"top_up_limit_{p}": await scene.limit("top_up_card", p) for p in ("payment", "day", "month")}
    facts |= {
        "top_up_count_day": await scene.limit("top_up_card", "count_day"),
        "top_up_raise": await scene.text("topup_raise"),
        "plan": scene.plan,
    }
    limit = await scene.limit_money("top_up_card", "month")
    if scene.customer_id and limit is not None and limit.currency == scene.currency:
        used = await scene.used("top_up", "month", "card")
        facts |= {
            "my_top_up_used_month": used.format(),
            "my_top_up_left_month": max(limit - used, Money.zero(used.currency)).format(),
            "my_top_up_resets": f"{period_ends(scene.now, scene.timezone)['month']:%-d %B}",
        }
    return facts


async def top_up_methods(scene: Scene) -> dict[str, str]:
    sql = "SELECT detail FROM topup_methods WHERE method = %s AND accepted = %s ORDER BY detail"
    facts = {
        "top_up_schemes": wording.listing(await scene.column(sql, "card_scheme", True)),
        "top_up_refused_schemes": wording.listing(await scene.column(sql, "card_scheme", False)),
        "top_up_currencies": wording.listing(await scene.column(sql, "card_currency", True)),
        "top_up_regions": wording.listing(await scene.column(sql, "card_region", True)),
    }
    if scene.customer_id:
        sql = "SELECT scheme || ' ' || card_kind || ' card ending ' || last4 FROM funding_cards WHERE customer_id = %s"
        facts["my_funding_cards"] = wording.listing(await scene.column(sql, scene.customer_id))
    return facts


async def cash_and_cheque(scene: Scene) -> dict[str, str]:
    facts: dict[str, str] = {}
    for method in ("cash", "cheque"):
        sql = "SELECT detail FROM topup_methods WHERE method = %s AND country = %s AND accepted"
        places = await scene.column(sql, method, scene.country)
        times = await scene.row("SELECT * FROM clearing_times WHERE method = %s", method)
        cleared = wording.working_days(times["usual_days"], times["longest_days"]) if times else NOT_OFFERED
        fee = await scene.fee(f"{method}_deposit", "GBP")
        facts |= {
            f"{method}_deposit_where": wording.listing(places, "or") if places else NOT_OFFERED,
            f"{method}_deposit_fee": fee if places else NOT_OFFERED,
            f"{method}_clearing_time": cleared,
        }
    facts |= {
        "cash_limit_day": await scene.limit("cash_deposit", "day"),
        "cash_limit_month": await scene.limit("cash_deposit", "month"),
        "cheque_limit": await scene.limit("cheque", "payment"),
    }
    return facts


async def auto_top_up(scene: Scene) -> dict[str, str]:
    return {
        "auto_top_up_smallest": await scene.limit("auto_top_up", "smallest"),
        "auto_top_up_largest": await scene.limit("auto_top_up", "payment"),
    }


async def top_up_code(scene: Scene) -> dict[str, str]:
    return {"top_up_code_place": await scene.text("topup_code_place")}


async def exchange(scene: Scene) -> dict[str, str]:
    allowance = await scene.allowance("exchange")
    margins = await scene.row("SELECT * FROM fx_margins WHERE plan = %s", scene.plan)
    facts = {
        "exchange_fee_above_allowance": await scene.fee("exchange"),
        "exchange_free_allowance": f"{allowance} a month" if allowance else "unlimited",
        "exchange_margin": wording.share(margins["market_bp"]) if margins else NOT_OFFERED,
        "exchange_margin_weekend": wording.share(margins["weekend_bp"]) if margins else NOT_OFFERED,
        "exchange_quote_seconds": await scene.text("quote_hold_seconds"),
        "exchange_discounts": await scene.text("discounts"),
        "plan": scene.plan,
    }
    if scene.customer_id and allowance and allowance.currency == scene.currency:
        used = await scene.used("exchange", "month")
        facts["my_exchange_allowance_used"] = used.format()
        facts["my_exchange_allowance_left"] = max(allowance - used, Money.zero(used.currency)).format()
    return facts


async def currencies(scene: Scene) -> dict[str, str]:
    facts: dict[str, str] = {}
    rows = await scene.rows("SELECT * FROM currencies ORDER BY code")
    for use in ("hold", "exchange", "receive"):
        facts[f"currencies_{use}"] = wording.listing(f"{row['name']} ({row['code']})" for row in rows if row[use])
    if scene.customer_id:
        holdable = await scene.column("SELECT code FROM currencies WHERE hold ORDER BY code")
        facts["my_currencies"] = wording.listing(scene.held)
        facts["my_currencies_to_open"] = wording.listing(c for c in holdable if c not in scene.held)
    return facts


async def payment_fees(scene: Scene) -> dict[str, str]:
    return {f"card_{code}_fee": await scene.fee(f"card_{code}") for code in ("foreign", "weekend", "cash_like")}


async def disputes(scene: Scene) -> dict[str, str]:
    facts: dict[str, str] = {}
    for found in await scene.rows("SELECT * FROM dispute_windows ORDER BY kind"):
        facts |= {
            f"dispute_window_{found['kind']}": wording.days(found["window_days"]),
            f"dispute_decision_{found['kind']}": wording.days(found["decision_days"]),
            f"dispute_refund_{found['kind']}": wording.days(found["refund_days"]),
        }
    return facts


GROUPS: dict[str, tuple[Group, ...]] = {
    "transfer_money": (transfer_fees, transfer_times, transfer_limits),
    "add_payee": (transfer_fees, currencies),
    "transfer_fee_charged": (transfer_fees,),
    "transfer_timing": (transfer_times,),
    "transfer_not_received_by_recipient": (transfer_times,),
    "pending_transfer": (transfer_times,),
    "declined_transfer": (transfer_limits,),
    "failed_transfer": (transfer_times,),
    "cancel_transfer": (disputes, transfer_times),
    "beneficiary_not_allowed": (transfer_limits,),
    "scheduled_payments": (transfer_fees, transfer_times),
    "top_up_by_bank_transfer_charge": (incoming_fees, transfer_times),
    "balance_not_updated_after_bank_transfer": (transfer_times, incoming_fees),
    "transfer_into_account": (transfer_times, incoming_fees),
    "receiving_money": (incoming_fees, currencies, exchange),
    "account_details": (incoming_fees,),
    "top_up_by_card_charge": (top_up_fees,),
    "topping_up_by_card": (top_up_fees, top_up_limits, top_up_methods),
    "top_up_limits": (top_up_limits,),
    "top_up_failed": (top_up_limits, top_up_methods),
    "supported_cards_and_currencies": (top_up_methods,),
    "top_up_by_cash_or_cheque": (cash_and_cheque,),
    "balance_not_updated_after_cheque_or_cash_deposit": (cash_and_cheque,),
    "automatic_top_up": (auto_top_up,),
    "verify_top_up": (top_up_code,),
    "pending_top_up": (top_up_code, top_up_limits),
    "top_up_reverted": (top_up_methods,),
    "exchange_charge": (exchange,),
    "exchange_rate": (exchange,),
    "exchange_via_app": (exchange, currencies),
    "fiat_currency_support": (currencies,),
    "card_payment_fee_charged": (payment_fees, disputes),
    "card_payment_wrong_exchange_rate": (exchange, payment_fees, disputes),
    "wrong_exchange_rate_for_cash_withdrawal": (exchange, disputes),
    "extra_charge_on_statement": (payment_fees, disputes),
    "card_payment_not_recognised": (disputes,),
    "transaction_charged_twice": (disputes,),
    "cash_withdrawal_not_recognised": (disputes,),
    "wrong_amount_of_cash_received": (disputes,),
    "pending_cash_withdrawal": (disputes,),
    "pending_card_payment": (disputes,),
    "direct_debit_payment_not_recognised": (disputes,),
    "request_refund": (disputes,),
    "refund_not_showing_up": (disputes,),
    "reverted_card_payment": (disputes,),
    "dispute_transaction": (disputes,),
}
