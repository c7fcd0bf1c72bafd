"""Every word that the audit may hold. A record refuses any other, so that no sentence and no name gets in.

A new word is added here; a test shows that the scrubber finds nothing personal in any of them.
"""

from __future__ import annotations

OUTCOMES = frozenset({"done", "refused", "failed", "unknown"})
"""`unknown`: the answer was lost, and the truth is asked for later under the same key."""

CHANNELS = frozenset(
    {
        "rest_v2",
        "web_widget",
        "cmdline",
        "whatsapp",
        "telegram",
        "messenger",
        "slack",
        "sms",
        "email",
        "voice",
        "teams",
        "admin",
        "agent_desk",
        "command",
    }
)

LOGIN_METHODS = frozenset({"password", "refresh_token", "client_credentials", "api_key", "guest", "openid", "link"})

MONEY_OPERATIONS = frozenset(
    {
        "transfer",
        "top_up",
        "auto_top_up",
        "exchange",
        "withdrawal",
        "refund",
        "card_payment",
        "direct_debit",
        "standing_order",
        "fee",
        "reversal",
        "cheque",
        "cash_deposit",
        "loan_repayment",
        "settlement",
        "return",
        "opening",
        "booking",
    }
)
"""`opening`: what a customer's account already held when it came into this ledger; `booking`: anything else."""

ROUTES = frozenset({"internal", "faster_payments", "sepa", "sepa_instant", "swift", "card", "bank_transfer"})

CARD_OPERATIONS = frozenset(
    {
        "freeze",
        "unfreeze",
        "cancel",
        "block",
        "order",
        "replace",
        "activate",
        "renew",
        "pin_unblock",
        "pin_change",
        "pin_shown",
        "details_shown",
        "contactless_on",
        "contactless_off",
        "online_on",
        "online_off",
        "atm_on",
        "atm_off",
        "abroad_on",
        "abroad_off",
        "magstripe_on",
        "magstripe_off",
        "wallet_added",
        "wallet_removed",
        "link",
        "issue",
    }
)
CARD_CAUSES = frozenset({"lost", "stolen", "damaged", "compromised", "expired", "unused", "by_customer", "by_bank"})
LIMITS = frozenset({"transfer", "card", "atm", "online", "contactless", "top_up", "exchange", "rate"})
PERIODS = frozenset({"payment", "day", "week", "month", "year"})
PAYEE_OPERATIONS = frozenset({"add", "remove", "block", "unblock", "approve", "change"})
APPROVABLE = frozenset(
    {
        "transfer",
        "unfreeze_card",
        "activate_card",
        "add_card_to_wallet",
        "apply_for_credit",
        "change_auto_top_up",
        "change_pin",
        "change_standing_order",
        "close_accounts",
        "create_disposable_card",
        "create_virtual_card",
        "edit_detail",
        "link_card",
        "order_card",
        "order_spare_card",
        "repay_loan",
        "replace_card",
        "set_card_limit",
        "set_transfer_limit",
        "switch_channel",
        "unblock_pin",
        "view_card",
        "view_pin",
        "add_payee",
        "create_auto_top_up",
        "create_standing_order",
        "exchange",
        "top_up_by_card",
    }
)
"""What a second factor can approve, by the bank's own names."""

INSTRUCTIONS = frozenset(
    {
        "mandate_cancelled",
        "standing_order_set",
        "standing_order_changed",
        "standing_order_paused",
        "standing_order_cancelled",
        "auto_top_up_set",
        "auto_top_up_changed",
        "auto_top_up_paused",
        "auto_top_up_stopped",
        "transfer_stopped",
        "top_up_ordered",
        "credit_applied",
        "closing_agreed",
        "funding_card_verified",
        "account_linked",
        "account_unlinked",
        "linked_payment_proposed",
        "linked_payment_pending",
        "linked_payment_posted",
        "linked_payment_rejected",
        "linked_payment_refused",
        "other",
    }
)
CASES = frozenset(
    {
        "transfer",
        "card_payment",
        "merchant_refund",
        "direct_debit",
        "atm",
        "fee",
        "exchange_rate",
        "trace",
        "incoming_trace",
        "deposit_search",
        "fraud",
        "complaint",
        "other",
    }
)
CASE_STAGES = frozenset({"opened", "withdrawn", "decided", "closed"})
DETAILS = frozenset({"name", "address", "phone", "email", "language", "passcode", "device"})
STEP_UP_STAGES = frozenset({"sent", "verified", "wrong", "expired", "locked", "void"})

DATA_SCOPES = frozenset({"everything", "session", "conversations", "profile", "links", "vault", "statement", "report"})
KEY_PURPOSES = frozenset({"key_encryption", "data", "signing", "access_token", "machine", "webhook"})
ADMIN_ACTIONS = frozenset(
    {
        "user_added",
        "user_disabled",
        "user_enabled",
        "role_changed",
        "password_reset",
        "machine_added",
        "machine_revoked",
        "token_revoked",
        "conversation_read",
        "conversation_reviewed",
        "conversation_labelled",
        "customer_looked_up",
        "alert_closed",
        "audit_verified",
        "audit_read",
        "policy_changed",
        "limit_changed",
        "model_trained",
        "model_changed",
        "wording_changed",
        "backup_made",
        "backup_restored",
        "retention_run",
        "settings_changed",
    }
)
HANDOFF_STAGES = frozenset({"asked", "taken", "returned", "ended", "left", "moved"})
QUEUES = frozenset({"general", "cards", "payments", "fraud", "complaints", "identity"})

DOORS = frozenset(
    {
        "chat",
        "socket",
        "token",
        "revoke",
        "session",
        "history",
        "export",
        "erasure",
        "inbox",
        "admin",
        "stats",
        "review",
        "desk",
        "keys",
        "audit",
        "metrics",
        "webhook",
        "action_server",
        "classifier",
        "account",
        "card",
        "payee",
        "payment",
        "ticket",
        "other",
    }
)

REASONS = frozenset(
    {
        # what the bank refuses
        "bank_error",
        "invalid_request",
        "invalid_amount",
        "invalid_iban",
        "currency_not_offered",
        "not_found",
        "payee_unknown",
        "payee_ambiguous",
        "payee_not_allowed",
        "account_not_available",
        "card_not_available",
        "insufficient_funds",
        "limit_exceeded",
        "key_conflict",
        "prepared_expired",
        "step_up_required",
        "step_up_unavailable",
        "code_not_sent",
        "code_error",
        "code_wrong",
        "code_expired",
        "code_void",
        "code_locked",
        "try_again",
        "not_possible",
        "case_not_possible",
        "not_positive",
        "too_large",
        "wrong_type",
        "checksum",
        "own_account",
        "name_missing",
        "currency_mismatch",
        "no_account_in_currency",
        "closed",
        "restricted",
        "blocked",
        "unsupported_country",
        "price_changed",
        "cancelled",
        "executed",
        "locked",
        # what a door refuses
        "token_missing",
        "token_invalid",
        "token_expired",
        "token_revoked",
        "invalid_grant",
        "invalid_client",
        "invalid_json",
        "invalid_token",
        "unsupported_grant_type",
        "rate_limited",
        "role_missing",
        "customers_only",
        "demo_only",
        "not_your_token",
        "session_forbidden",
        "session_not_found",
        "agents_only",
        "ticket_not_yours",
        "assertion_invalid",
        "signature_invalid",
        "replayed",
        "disabled",
        "unauthenticated",
        "unauthorized",
        "forbidden",
        # what became of it
        "timeout",
        "unavailable",
        "by_customer",
        "by_staff",
        "suspicious",
        "fraud",
        "law",
    }
)
