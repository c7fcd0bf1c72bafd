"""The questions about money: what is asked, where its facts lie, and what somebody without any hears."""

from __future__ import annotations

from dataclasses import dataclass

_ITEM = """
    SELECT id AS line, counterparty, amount_minor, currency, created_at{more} FROM bank.transactions
    WHERE customer_id = %(customer)s AND {which} ORDER BY created_at DESC LIMIT 1
"""


def item(which: str, *more: str) -> str:
    """The newest transaction of a sort: name, amount, time, and further columns."""
    return _ITEM.format(which=which, more="".join(f", {name}" for name in more))


def policy(table: str, columns: str, where: str) -> str:
    return f"SELECT {columns} FROM bank.{table} WHERE {where}"


@dataclass(frozen=True, slots=True)
class Row:
    """`facts` are queries whose every column the reply holds for `who`; `none` is what sam hears, who has nothing."""

    intent: str
    text: str
    facts: tuple[str, ...]
    none: str
    who: str = "alex"


_OUT = "kind = 'transfer' AND direction = 'out'"
_REASON = """
    SELECT explanation, fix FROM bank.reason_codes WHERE code = (SELECT reason_code FROM bank.transactions
    WHERE customer_id = %(customer)s AND {} ORDER BY created_at DESC LIMIT 1)
"""
_FEE_RULE = """
    SELECT rule FROM bank.fees JOIN bank.customers USING (plan) WHERE customers.id = %(customer)s AND code = '{}'
    AND currency = base_currency
"""
_ACCOUNT = "SELECT balance_minor, currency FROM bank.accounts WHERE customer_id = %(customer)s AND currency = 'GBP'"
_REFERENCE = "SELECT payment_reference FROM bank.accounts WHERE customer_id = %(customer)s AND currency = 'GBP' LIMIT 1"
_LIMIT = """
    SELECT amount_minor, currency FROM bank.limits JOIN bank.customers USING (plan)
    WHERE customers.id = %(customer)s AND code = '{}' AND period = '{}' AND currency = base_currency
"""

ROWS = [
    # transfers
    Row("pending_transfer", "my transfer is still pending",
        (item(f"{_OUT} AND status = 'pending'", "expected_by"),), "utter_pending_transfer_none"),
    Row("declined_transfer", "why was my transfer declined",
        (item(f"{_OUT} AND status = 'declined'"), _REASON.format(f"{_OUT} AND status = 'declined'"),
         _LIMIT.format("transfer", "day")), "utter_declined_transfer_none"),
    Row("failed_transfer", "my transfer failed",
        (item(f"{_OUT} AND status = 'reverted'", "reverted_at"),), "utter_failed_transfer_none"),
    Row("transfer_not_received_by_recipient", "Oakwood Lettings says the rent from me, £950, has not arrived",
        (item(f"{_OUT} AND amount_minor = 95000", "reference"),), "utter_transfer_not_received_by_recipient_none"),
    Row("transfer_fee_charged", "why was there a fee on my transfer",
        (item(f"{_OUT} AND fee_minor > 0", "fee_minor", "received_minor"), _FEE_RULE.format("transfer_swift")),
        "utter_transfer_fee_charged_none"),
    Row("cancel_transfer", "cancel my transfer", (item(f"{_OUT} AND status = 'pending'", "cancellable_until"),),
        "utter_cancel_transfer_none"),
    Row("transfer_timing", "how long does a transfer take",
        (item("kind = 'transfer' AND status = 'pending'", "expected_by"),), "utter_transfer_timing"),
    Row("beneficiary_not_allowed", "why can I not pay CoinHarbour",
        ("SELECT 'CoinHarbour' AS name, country, explanation, fix FROM bank.payees JOIN bank.reason_codes"
         " ON code = block_reason WHERE customer_id = %(customer)s AND status = 'blocked'",),
        "utter_payee_none_blocked"),
    Row("scheduled_payments", "what is scheduled",
        ("SELECT 'Oakwood Lettings' AS name, amount_minor, currency, next_run FROM bank.standing_orders"
         " WHERE customer_id = %(customer)s",
         "SELECT collector, last_amount_minor, 'GBP' AS currency, next_run FROM bank.mandates"
         " WHERE customer_id = %(customer)s"), "utter_scheduled_none"),
    Row("add_payee", "add a payee", (), "utter_add_payee"),
    # top-ups and money coming in
    Row("pending_top_up", "my top-up is pending", (item("kind = 'top_up' AND status = 'pending'", "expected_by"),),
        "utter_pending_top_up_none"),
    Row("top_up_failed", "my top-up failed",
        (item("kind = 'top_up' AND status = 'declined'"), _REASON.format("kind = 'top_up' AND status = 'declined'")),
        "utter_top_up_failed_none"),
    Row("top_up_reverted", "my top-up was taken back",
        (item("kind = 'top_up' AND status = 'reverted'", "reverted_at", "refund_destination", "refund_expected_by"),),
        "utter_top_up_reverted_none"),
    Row("balance_not_updated_after_bank_transfer", "a transfer to me is missing",
        (item("kind = 'transfer' AND direction = 'in' AND status = 'pending'", "expected_by"),),
        "utter_balance_not_updated_after_bank_transfer_none"),
    Row("balance_not_updated_after_cheque_or_cash_deposit", "my cheque is not in my balance",
        (item("kind = 'cheque'", "expected_by"),), "utter_balance_not_updated_after_cheque_or_cash_deposit_none"),
    Row("top_up_limits", "what are the top-up limits",
        tuple(_LIMIT.format("top_up_card", period) for period in ("payment", "day", "month")), "utter_top_up_limits"),
    Row("top_up_by_bank_transfer_charge", "what does a transfer in cost",
        (item("kind = 'transfer' AND direction = 'in'", "fee_minor"),), "utter_top_up_by_bank_transfer_charge"),
    Row("top_up_by_card_charge", "what does it cost to top up £100 by card",
        ("SELECT last4 FROM bank.funding_cards WHERE customer_id = %(customer)s AND last4 = '8835'",
         "SELECT (10000 * rate_bp / 10000)::bigint AS fee_minor, currency FROM bank.fees"
         " WHERE code = 'top_up_credit_abroad' AND plan = 'plus' AND currency = 'GBP'"), "utter_top_ups_ask_issuer"),
    Row("topping_up_by_card", "I want to top up by card",
        (item("kind = 'top_up'"), "SELECT last4, scheme FROM bank.funding_cards WHERE customer_id = %(customer)s"
         " AND verified"), "utter_top_ups_no_card"),
    Row("supported_cards_and_currencies", "can I top up with a card from Brazil",
        (policy("countries", "name", "code = 'BR'"),), "utter_top_up_card_refused"),
    Row("automatic_top_up", "automatic top-up",
        ("SELECT amount_minor, threshold_minor, 'GBP' AS currency, last4 FROM bank.auto_topups JOIN"
         " bank.funding_cards cards ON cards.id = funding_card_id WHERE cards.customer_id = %(customer)s",),
        "utter_automatic_top_up_none"),
    Row("verify_top_up", "verify my card",
        ("SELECT last4, tries_left, code_sent_at FROM bank.funding_cards WHERE customer_id = %(customer)s"
         " AND NOT verified",), "utter_verify_top_up_none"),
    Row("top_up_by_cash_or_cheque", "can I pay in cash",
        (_REFERENCE, policy("topup_methods", "detail", "method = 'cash' AND country = 'GB'"),
         _LIMIT.format("cash_deposit", "month")), "utter_top_up_by_cash_or_cheque"),
    Row("transfer_into_account", "how do I pay into my pounds account",
        (_REFERENCE, item("kind = 'transfer' AND direction = 'in' AND status = 'pending'", "expected_by"),
         _LIMIT.format("incoming", "month")), "utter_transfer_into_account_times"),
    # exchange
    Row("exchange_rate", "rate for pounds to euros", (), "utter_exchange_rate"),
    Row("fiat_currency_support", "can I hold Swiss francs", (policy("currencies", "name, code", "code = 'CHF'"),),
        "utter_currency_supported"),
    Row("exchange_charge", "what does it cost to exchange £5,000",
        ("SELECT free_allowance_minor, currency FROM bank.fees WHERE code = 'exchange' AND plan = 'plus'"
         " AND currency = 'GBP'",), "utter_exchange_cost"),
    Row("exchange_via_app", "exchange money", (_ACCOUNT,), "utter_exchange_via_app"),
    # payments
    Row("pending_card_payment", "a payment to Shell Leeds of £64.20 is pending",
        (item("counterparty = 'Shell Leeds'", "hold_expires_at"),), "utter_pending_card_payment_none"),
    Row("declined_card_payment", "why was my payment at Currys declined",
        (item("counterparty = 'Currys'"), _REASON.format("counterparty = 'Currys'"),
         "SELECT last4, status FROM bank.cards WHERE customer_id = %(customer)s AND last4 = '4402'"),
        "utter_declined_card_payment_none"),
    Row("reverted_card_payment", "a payment came back",
        (item("kind = 'card_payment' AND status = 'reverted'", "reverted_at"),), "utter_reverted_card_payment_none"),
    Row("card_payment_fee_charged", "why a fee on my card payment",
        (item("kind = 'card_payment' AND fee_minor > 0", "fee_minor"), _FEE_RULE.format("card_weekend")),
        "utter_card_payment_fee_charged_none"),
    Row("card_payment_wrong_exchange_rate", "the rate was wrong",
        (item("kind = 'card_payment' AND local_currency = 'EUR'"),
         "SELECT local_amount_minor, local_currency AS currency, trim_scale(fx_rate) FROM bank.transactions"
         " WHERE customer_id = %(customer)s AND kind = 'card_payment' AND local_currency = 'EUR'"
         " ORDER BY created_at DESC LIMIT 1"), "utter_card_payment_wrong_exchange_rate_none"),
    Row("card_payment_not_recognised", "I do not recognise the payment of £14.99 to AMZ Mktp",
        (item("counterparty = 'AMZ Mktp'", "trading_name", "entry_mode"),), "utter_card_payment_not_recognised_none"),
    Row("transaction_charged_twice", "I was charged twice",
        (item("counterparty = 'Deliveroo'"),
         "SELECT hold_expires_at FROM bank.transactions WHERE customer_id = %(customer)s"
         " AND counterparty = 'Deliveroo' AND status = 'pending'"), "utter_transaction_charged_twice_none"),
    Row("extra_charge_on_statement", "what is this extra £1 charge",
        (item("kind = 'hold'", "hold_expires_at"), _REASON.format("kind = 'hold'")),
        "utter_extra_charge_on_statement_none"),
    Row("refund_not_showing_up", "where is my refund", (item("kind = 'refund'", "expected_by"),),
        "utter_refund_not_showing_up_none"),
    Row("direct_debit_payment_not_recognised", "I do not recognise the direct debit of £22.99 by PureGym",
        (item("counterparty = 'PureGym'", "reference"),
         "SELECT signed_at FROM bank.mandates WHERE customer_id = %(customer)s AND collector = 'PureGym'"),
        "utter_direct_debit_payment_not_recognised_none"),
    Row("apple_pay_or_google_pay", "can I use Apple Pay",
        ("SELECT wallet, last4 FROM bank.wallet_tokens JOIN bank.cards ON cards.id = card_id"
         " WHERE customer_id = %(customer)s",), "utter_apple_pay_or_google_pay"),
    Row("dispute_transaction", "dispute the payment at Waterstones",
        ("SELECT case_no FROM bank.disputes WHERE customer_id = %(customer)s",), "utter_dispute_none"),
    Row("request_refund", "I want a refund from Northern Rail", (item("counterparty = 'Northern Rail'"),),
        "utter_dispute_none"),
    Row("report_scam", "I was scammed: the payment of £120.00 to Maya Fernandes", (
        item(f"{_OUT} AND status = 'reverted' AND reason_code = 'customer_cancelled'"),
        "SELECT case_no, decide_by FROM bank.disputes WHERE customer_id = %(customer)s AND kind = 'fraud'"),
        "utter_report_scam_none"),
    # cash
    Row("pending_cash_withdrawal", "my withdrawal is pending",
        (item("kind = 'atm' AND status = 'pending'", "location", "expected_by"),),
        "utter_pending_cash_withdrawal_none"),
    Row("declined_cash_withdrawal", "the machine refused",
        (item("kind = 'atm' AND status = 'declined'", "location"), _LIMIT.format("atm", "day")),
        "utter_declined_cash_withdrawal_none"),
    Row("cash_withdrawal_charge", "why a fee for cash",
        (item("kind = 'atm' AND fee_minor > 0", "fee_minor"), _FEE_RULE.format("atm"),
         "SELECT operator_surcharge_minor, local_currency AS currency FROM bank.transactions"
         " WHERE customer_id = %(customer)s AND operator_surcharge_minor > 0"), "utter_cash_withdrawal_charge_none"),
    Row("cash_withdrawal_not_recognised", "I did not withdraw this",
        (item("kind = 'atm' AND status <> 'declined'", "location"),
         "SELECT last4, frozen_at FROM bank.cards WHERE customer_id = %(customer)s AND status = 'frozen'"),
        "utter_cash_withdrawal_not_recognised_none"),
    Row("wrong_amount_of_cash_received", "the machine gave too little of the £100.00",
        (item("kind = 'atm' AND amount_minor = 10000", "location"),), "utter_wrong_amount_of_cash_received_none"),
    Row("wrong_exchange_rate_for_cash_withdrawal", "the rate for my cash was wrong",
        (item("kind = 'atm' AND local_currency = 'EUR'", "location"),),
        "utter_wrong_exchange_rate_for_cash_withdrawal_none"),
    Row("atm_support", "do machines in Canada work",
        (policy("atm_networks", "DISTINCT network", "region = 'Canada'"),
         "SELECT last4, scheme FROM bank.cards WHERE customer_id = %(customer)s AND last4 = '4402'"),
        "utter_atm_country"),
    # the account
    Row("check_balance", "my pound balance", (_ACCOUNT,), "utter_accounts_balance"),
    Row("transaction_history", "my transactions at Waterstones", (item("counterparty = 'Waterstones'").replace(
        "created_at FROM", "created_at::date AS day FROM"),), "utter_accounts_transactions_none"),
    Row("spending_insight", "what did I spend at Waterstones in the last 60 days",
        ("SELECT amount_minor, currency, counterparty FROM bank.transactions WHERE customer_id = %(customer)s"
         " AND counterparty = 'Waterstones'",), "utter_spending_none"),
]  # fmt: skip
