"""For each operation a talk that leads to its summary, and what SQL finds before and after it is carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CARD = "SELECT {} FROM cards WHERE customer_id = %(me)s AND last4 = '5501'"
COUNT = "SELECT count(*) FROM {} WHERE customer_id = %(me)s"
PHYSICAL: dict[str, Any] = {
    "kind": "physical", "scheme": "Visa", "status": "active", "account": "Main", "pin_set": True, "expires_on": "+900d",
    "created_at": "-90d",
}  # fmt: skip


def card(**values: Any) -> dict[str, Any]:
    return {"cards": {"5501": {**PHYSICAL, **values}}}


@dataclass(frozen=True, slots=True)
class Operation:
    """`says` are message and intent, turn by turn, up to the summary; `has` are sections of the customer's file."""

    name: str
    says: tuple[tuple[str, str], ...]
    summary: str
    sql: str
    before: tuple[Any, ...] | None
    after: tuple[Any, ...]
    has: dict[str, Any] = field(default_factory=dict)
    correction: tuple[str, str, str] | None = None
    """What is said instead of the yes, and a fact of the new summary with its value."""


PLUS = {"plan": "plus"}
PAYEE = {"payees": {"Anna Test": {"bban": "GB NWBK60161399287799", "currency": "GBP"}}}
FUNDING = {"funding_cards": {"8835": {"scheme": "Visa", "card_kind": "debit", "issuer_country": "GB",
    "verified": True}}}  # fmt: skip
ORDERED = {**PAYEE, "standing_orders": {"s1": {"account": "Main", "payee": "Anna Test", "amount_minor": 4000,
    "currency": "GBP", "schedule": "monthly on the 1st", "next_run": "+10d", "status": "active"}}}  # fmt: skip
RULE = {**FUNDING, "auto_topups": {"a1": {"account": "Main", "funding_card": "8835", "threshold_minor": 2000,
    "amount_minor": 5000, "status": "active"}}}  # fmt: skip
PHONES = {"devices": {"iPhone": {"platform": "ios", "trusted": True, "last_seen": "-1h"},
    "Pixel": {"platform": "android", "trusted": True, "last_seen": "-2d"}}}  # fmt: skip
ORDER = "SELECT amount_minor, schedule, status, next_run IS NULL FROM standing_orders WHERE customer_id = %(me)s"
TOP_UP = "SELECT amount_minor, threshold_minor, schedule, status FROM auto_topups WHERE customer_id = %(me)s"
LIMIT = "SELECT count(*), max(amount_minor), max(period) FROM transfer_limits WHERE customer_id = %(me)s"
OPERATIONS = (
    Operation("unfreeze_card", (("unfreeze my card", "unfreeze_card"),), "utter_summary_unfreeze_card",
        CARD.format("status"), ("frozen",), ("active",),
        card(status="frozen", frozen_at="-1d", frozen_reason="customer_request")),
    Operation("card_linking frozen", (("found my card", "card_linking"),), "utter_summary_unfreeze_card",
        CARD.format("status"), ("frozen",), ("active",),
        card(status="frozen", frozen_at="-1d", frozen_reason="lost_or_stolen_card")),
    Operation("card_linking", (("link my card to the app", "card_linking"),), "utter_summary_link_card",
        CARD.format("linked_to_app"), (False,), (True,), card(linked_to_app=False)),
    Operation("activate_my_card", (("my new card is here", "activate_my_card"),), "utter_summary_activate_card",
        CARD.format("status"), ("inactive",), ("active",), card(status="inactive")),
    Operation("pin_blocked", (("my pin is blocked", "pin_blocked"),), "utter_summary_unblock_pin",
        CARD.format("pin_tries_left, pin_blocked_at IS NULL"), (0, False), (3, True),
        card(pin_tries_left=0, pin_blocked_at="-1d")),
    Operation("change_pin", (("change my pin", "change_pin"),), "utter_summary_change_pin",
        "SELECT count(*) FROM secure_views WHERE customer_id = %(me)s AND kind = 'pin_change'", (0,), (1,), card()),
    Operation("get_physical_card", (("where is my pin", "get_physical_card"),), "utter_summary_view_pin",
        "SELECT count(*) FROM secure_views WHERE customer_id = %(me)s AND kind = 'pin'", (0,), (1,), card()),
    Operation("show_card_details", (("show me the number", "show_card_details"),), "utter_summary_view_card",
        "SELECT count(*) FROM secure_views WHERE customer_id = %(me)s AND kind = 'card_details'", (0,), (1,), card()),
    Operation("getting_virtual_card", (("a virtual card please", "getting_virtual_card"),),
        "utter_summary_create_virtual_card", "SELECT count(*) FROM cards WHERE customer_id = %(me)s"
        " AND kind = 'virtual' AND status = 'active'", (0,), (1,)),
    Operation("get_disposable_virtual_card", (("a throwaway card", "get_disposable_virtual_card"),),
        "utter_summary_create_disposable_card", "SELECT count(*) FROM cards WHERE customer_id = %(me)s"
        " AND kind = 'disposable'", (0,), (1,), {"customer": PLUS}),
    Operation("order_physical_card", (("order a card", "order_physical_card"), ("standard", "inform")),
        "utter_summary_order_card", "SELECT max(kind), max(delivery), count(*) FROM card_orders"
        " WHERE customer_id = %(me)s", (None, None, 0), ("first", "standard", 1),
        correction=("change it to express", "delivery", "express")),
    Operation("getting_spare_card", (("a second card", "getting_spare_card"), ("express please", "inform")),
        "utter_summary_order_card", "SELECT max(kind), max(delivery), count(*) FROM card_orders"
        " WHERE customer_id = %(me)s", (None, None, 0), ("extra", "express", 1), {**card(), "customer": PLUS},
        correction=("standard instead", "delivery", "standard")),
    Operation("replace_card", (("replace my card, it is damaged", "replace_card"), ("standard", "inform")),
        "utter_summary_replace_card", CARD.format("status, (SELECT count(*) FROM card_orders"
        " WHERE customer_id = %(me)s AND kind = 'replacement')"), ("active", 0), ("cancelled", 1), card(),
        correction=("it was stolen", "reason", "stolen")),
    Operation("set_card_limit", (("raise my cash limit to £950", "set_card_limit"),), "utter_summary_set_card_limit",
        "SELECT max(amount_minor) FROM card_limits JOIN cards ON id = card_id WHERE customer_id = %(me)s"
        " AND code = 'atm'", (None,), (90_000,), card(), correction=("make it 900", "limit", "£900.00")),
    Operation("card_settings", (("switch the magstripe on", "card_settings"),), "utter_summary_switch_channel",
        CARD.format("magstripe_on"), (False,), (True,), card()),
    Operation("edit_personal_details", (("change my email", "edit_personal_details"), ("new@example.com", "inform")),
        "utter_summary_edit_detail", "SELECT max(detail), max(state) FROM detail_changes WHERE customer_id = %(me)s",
        (None, None), ("email", "saved"), correction=("use newer@example.com", "value", "newer@example.com")),
    Operation("edit_personal_details name", (("I got married and have a new name", "edit_personal_details"),
        ("Test Newname", "inform")), "utter_summary_edit_name",
        "SELECT max(detail), max(state) FROM detail_changes WHERE customer_id = %(me)s",
        (None, None), ("name", "document_needed")),
    Operation("terminate_account", (("close my account", "terminate_account"), ("too many fees", "inform"),
        ("Anna Test", "inform")), "utter_summary_close_accounts",
        "SELECT count(*), max(reason) FROM account_closures WHERE customer_id = %(me)s", (0, None), (1, "fees"),
        PAYEE),
    Operation("loan_repayment", (("repay 200 of my loan", "loan_repayment"),), "utter_summary_repay_loan",
        "SELECT outstanding_minor, (SELECT count(*) FROM loan_payments WHERE loan_id = loans.id) FROM loans"
        " WHERE customer_id = %(me)s", (500_000, 0), (470_000, 1),
        {"loans": {"l1": {"product": "Personal loan", "currency": "GBP", "outstanding_minor": 500_000,
         "instalment_minor": 20_000, "rate_bp": 690, "next_due": "+10d", "ends_on": "+900d", "status": "active"}}},
        correction=("make it 300", "amount", "£300.00")),
    Operation("credit_card_application", (("I want a credit card", "credit_card_application"), ("32000", "inform"),
        ("employed", "inform"), ("2000", "inform"), ("I agree", "affirm")), "utter_summary_apply_for_credit",
        "SELECT count(*), max(limit_minor) FROM credit_applications WHERE customer_id = %(me)s", (0, None),
        (1, 150_000), correction=("make it 1500", "limit", "£1,500.00")),
    Operation("exchange_via_app", (("exchange £100 to euros", "exchange_via_app"),), "utter_summary_exchange",
        "SELECT balance_minor, (SELECT count(*) FROM accounts WHERE customer_id = %(me)s AND currency = 'EUR'"
        " AND balance_minor > 0) FROM accounts WHERE customer_id = %(me)s AND currency = 'GBP'", (100_000, 0),
        (80_000, 1), correction=("make it 200", "amount", "£200.00")),
    Operation("topping_up_by_card", (("top up £50", "topping_up_by_card"),), "utter_summary_top_up",
        "SELECT count(*), max(transactions.amount_minor) FROM transactions JOIN clearing_items"
        " ON transaction_id = transactions.id WHERE transactions.customer_id = %(me)s AND transactions.kind = 'top_up'"
        " AND transactions.status = 'pending'", (0, None), (1, 6000),
        FUNDING, correction=("make it 60", "amount", "£60.00")),
    Operation("automatic_top_up", (("automatic top-up of £50 when my balance falls below £20", "automatic_top_up"),),
        "utter_summary_auto_top_up_threshold", "SELECT count(*), max(amount_minor), max(threshold_minor)"
        " FROM auto_topups WHERE customer_id = %(me)s", (0, None, None), (1, 5000, 3000), FUNDING,
        correction=("below £30", "threshold", "£30.00")),
    Operation("automatic_top_up schedule", (("set up an automatic top-up", "automatic_top_up"), ("50", "inform"),
        ("every month on the 1st", "inform")), "utter_summary_auto_top_up",
        "SELECT count(*), max(schedule) FROM auto_topups WHERE customer_id = %(me)s", (0, None),
        (1, "monthly on the 1st"), FUNDING),
    Operation("add_payee", (("add Anna Smith as a payee", "add_payee"), ("GB29 NWBK 6016 1331 9268 19", "inform")),
        "utter_summary_add_payee_unchecked", "SELECT count(*) FROM payees WHERE customer_id = %(me)s"
        " AND status = 'active'", (0,), (1,)),
    Operation("scheduled_payments", (("set up a standing order for Anna", "scheduled_payments"), ("40", "inform"),
        ("every month on the 5th", "inform")), "utter_summary_standing_order",
        "SELECT count(*), max(amount_minor), max(schedule) FROM standing_orders WHERE customer_id = %(me)s",
        (0, None, None), (1, 4500, "monthly on the 5th"), PAYEE, correction=("make it 45", "amount", "£45.00")),
    Operation("standing order amount", (("change my standing order to Anna to £50", "scheduled_payments"),),
        "utter_summary_change_standing_order", ORDER, (4000, "monthly on the 1st", "active", False),
        (4500, "monthly on the 1st", "active", False), ORDERED, correction=("make it 45", "amount", "£45.00")),
    Operation("standing order day", (("change my standing order", "scheduled_payments"), ("the 5th", "inform")),
        "utter_summary_change_standing_order", ORDER, (4000, "monthly on the 1st", "active", False),
        (4000, "monthly on the 7th", "active", False), ORDERED,
        correction=("change the day to the 7th", "schedule", "monthly on the 7th")),
    Operation("standing order resumed", (("resume my standing order", "scheduled_payments"),),
        "utter_summary_change_standing_order", ORDER, (4000, "monthly on the 1st", "paused", True),
        (4000, "monthly on the 1st", "active", False), {**PAYEE, "standing_orders": {"s1": {
         "account": "Main", "payee": "Anna Test", "amount_minor": 4000, "currency": "GBP",
         "schedule": "monthly on the 1st", "status": "paused"}}}),
    Operation("automatic_top_up changed", (("change my automatic top-up to £80 below £30", "automatic_top_up"),),
        "utter_summary_change_auto_top_up_threshold", TOP_UP, (5000, 2000, None, "active"),
        (9000, 3000, None, "active"), RULE, correction=("make it 90", "amount", "£90.00")),
    Operation("automatic_top_up to a day", (("change my automatic top-up", "automatic_top_up"),
        ("every month on the 1st", "inform")), "utter_summary_change_auto_top_up", TOP_UP,
        (5000, 2000, None, "active"), (5000, None, "monthly on the 1st", "active"), RULE),
    Operation("change_transfer_limit", (('/declined_transfer{"next_step": "change_transfer_limit"}', ""),
        ("a day", "inform"), ("30000", "inform")), "utter_summary_set_transfer_limit", LIMIT, (0, None, None),
        (1, 3_500_000, "day"), correction=("make it 35000", "limit", "£35,000.00")),
    Operation("change_transfer_limit in words", (("raise my transfer limit for one payment to £15,000",
        "set_card_limit"),), "utter_summary_set_transfer_limit", LIMIT, (0, None, None), (1, 1_500_000, "payment")),
    Operation("add_card_to_wallet", (('/apple_pay_or_google_pay{"next_step": "add_card_to_wallet"}', ""),
        ("Pixel", "inform")), "utter_summary_add_card_to_wallet",
        "SELECT wallet, wallet_tokens.status FROM wallet_tokens JOIN cards ON cards.id = card_id"
        " WHERE customer_id = %(me)s", None, ("Google Pay", "active"), {**card(), **PHONES}),
)  # fmt: skip
