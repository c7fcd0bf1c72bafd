"""Nothing in the domain is left over, and nothing that is used is missing."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from rasa_sdk import Action
from rasa_sdk.utils import all_subclasses

import actions.bank.core.errors  # noqa: F401  # the errors it adds count among the bank's
from actions import lookups, policy
from actions.bank import errors
from actions.bank.repository import notices
from actions.parsing.danger import Danger
from actions.parsing.secrets import Secret
from tests.dialogue import domain, responses, rules

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_POSSIBLE = {
    "above_largest",
    "above_largest_credit",
    "above_largest_transfer",
    "above_wider_limit",
    "auto_top_up_already_so",
    "in_wallet_already",
    "not_for_wallets",
    "order_already_so",
    "transfer_limit_already_so",
    "wallet_not_offered",
    "already_so",
    "auto_top_up_exists",
    "below_smallest",
    "card_unverified",
    "no_such_schedule",
    "payee_exists",
    "same_currency",
    "application_open",
    "before_opening",
    "closure_agreed",
    "closure_blocked",
    "day_passed",
    "identity_unverified",
    "in_arrears",
    "limit_already_so",
    "month_running",
    "more_than_owed",
    "most_cards",
    "most_today",
    "no_delivery",
    "no_loan",
    "no_residence",
    "not_inactive",
    "not_offered",
    "nothing_to_link",
    "order_under_way",
    "payout_missing",
    "pin_not_blocked",
    "plan_without",
}
REASONS = {
    "invalid_amount": ("not_positive", "too_large", "wrong_type"),
    "invalid_iban": ("checksum", "own_account", "name_missing"),
    "account_not_available": ("closed", "restricted", "no_account_in_currency", "currency_mismatch"),
    "case_not_possible": ("pending", "not_charged", "too_late", "amount"),
    "card_not_available": (
        "no_active_card",
        "frozen",
        "cancelled",
        "expired",
        "blocked",
        "blocked_by_bank",
        "not_frozen",
        "inactive",
        "no_pin",
        "reported_stolen",
    ),
    "not_possible": tuple(sorted(NOT_POSSIBLE)),
}
HANDS = tuple(f"handoff_{end}" for end in ("joined", "handed_back", "closed", "agent_silent", "nobody_came"))
SIDES = ("us", "other_bank", "merchant", "operator", "customer", "fault")
UPCOMING = ("standing_order", "direct_debit", "auto_top_up")
URGENT = ("frozen_card", "declined_payment", "request_due", "card_late")
AMOUNT_PROBLEMS = ("not_a_number", "negative", "zero", "too_precise", "too_large", "several")
BASES = ("bank_error", "invalid_request", "code_error")


@lru_cache(maxsize=1)
def source() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "actions").glob("*.py")))


def used_responses() -> set[str]:
    """Every response that the actions, the rules or Rasa's forms can utter."""
    named = set(re.findall(r'"(utter_[a-z0-9_]+)"', source()))
    for intent, action in rules().items():
        if action == "action_answer_policy":
            named.add(f"utter_{intent}")
        elif action == "action_look_up_transactions":
            named |= {f"utter_{intent}_found", f"utter_{intent}_none"}
    named |= {f"utter_{intent}_mine" for intent in policy.ABOUT_THE_CUSTOMER}
    named |= {f"utter_{intent}_not_offered" for intent in policy.PRODUCT}
    named |= set(policy.CHECK.values())
    named |= {f"utter_greet_urgent_{kind}" for kind in URGENT}
    named |= {f"utter_error_amount_{code}" for code in AMOUNT_PROBLEMS}
    named |= {f"utter_lookup_converted_by_{who}" for who in ("scheme", "merchant", "bank")}
    named |= {f"utter_lookup_side_{who}" for who in SIDES}
    named |= {f"utter_case_{state}" for state in ("open", "won", "lost", "withdrawn")}
    named |= {f"utter_payments_mandate_{state}" for state in ("active", "cancelled")}
    named |= {f"utter_automatic_top_up_{trigger}" for trigger in ("threshold", "schedule")}
    named |= {f"utter_transfer_timing_{route}" for route in ("local", "sepa", "swift")}
    named |= {"utter_dispute_transaction", "utter_request_refund"}
    named |= {f"utter_ask_operation_code{about}" for about in ("", "_amount", "_payee")}
    named |= {f"utter_danger_{danger}" for danger in get_args(Danger)}
    named |= {f"utter_secret_{secret}" for secret in get_args(Secret)}
    named |= {f"utter_notice_{kind}" for kind in (*notices.KINDS, *HANDS)} | {"utter_not_translated"}
    named |= {f"utter_scheduled_{kind}{end}" for kind in UPCOMING for end in ("", "_undated")}
    named |= {f"utter_transfer_name_{check}" for check in ("close_match", "no_match", "unavailable")} | {
        "utter_error_payee_unknown_near",
        "utter_error_limit_exceeded_payment",
        "utter_error_code_locked_until",
    }
    for kind in _errors(errors.BankError):
        if kind.code not in BASES:
            named |= {
                f"utter_error_{kind.code}{f'_{reason}' if reason else ''}" for reason in REASONS.get(kind.code, ("",))
            }
    for form, content in domain()["forms"].items():
        for slot in content["required_slots"]:
            if f"action_ask_{form}_{slot}" not in domain()["actions"]:
                named.add(f"utter_ask_{form}_{slot}")
    return named


def test_every_response_is_used_and_every_used_response_exists() -> None:
    assert set(responses()) == used_responses()


def test_every_reason_that_forbids_an_operation_is_listed() -> None:
    rooms = sorted((ROOT / "actions" / "bank").rglob("*.py"))
    texts = [file.read_text(encoding="utf-8") for file in rooms]
    raised = {code for text in texts for code in re.findall(r'\bNotPossible\("(\w+)"', text)}
    assert raised == NOT_POSSIBLE


def test_every_response_has_several_wordings_with_the_same_facts() -> None:
    for name, wordings in responses().items():
        assert len({wording["text"] for wording in wordings}) >= 2, name


def test_questions_of_a_form_end_with_their_question() -> None:
    for name, wordings in responses().items():
        if name.startswith("utter_ask_") or name == "utter_transfer_summary":
            assert all(wording["text"].endswith("?") for wording in wordings), name


def test_the_summary_repeats_payee_amount_fee_and_total() -> None:
    for wording in responses()["utter_transfer_summary"]:
        assert {"payee", "amount", "fee", "total", "arrival", "account_tail"} <= placeholders(wording["text"])


def test_every_intent_has_one_rule_and_examples() -> None:
    intents = set(domain()["intents"])
    assert set(rules()) == intents
    examples = {item["intent"] for file in (ROOT / "data" / "nlu").glob("*.yml") for item in _read(file)["nlu"]}
    assert intents - examples == {"nlu_fallback"}


def test_every_intent_of_the_lookup_table_is_routed_to_it() -> None:
    assert set(lookups.TABLE) == {
        intent for intent, action in rules().items() if action == "action_look_up_transactions"
    }


def test_what_is_told_of_the_customer_and_left_to_a_person_is_answered_from_policy() -> None:
    answered = {intent for intent, action in rules().items() if action == "action_answer_policy"}
    assert set(policy.ABOUT_THE_CUSTOMER) <= answered
    assert answered >= policy.BY_A_PERSON


def test_what_is_left_to_a_person_offers_one() -> None:
    for intent in policy.BY_A_PERSON:
        for wording in responses()[f"utter_{intent}"]:
            assert "/human_handoff" in str(wording.get("buttons")), intent


def test_every_action_of_the_domain_exists_and_every_action_is_in_it() -> None:
    written = {
        kind().name()
        for kind in all_subclasses(Action)
        if kind.__module__.startswith("actions.") and not getattr(kind, "__abstractmethods__", None)
    }
    assert set(domain()["actions"]) == written


def test_every_action_is_run_by_a_rule_or_a_form() -> None:
    by_forms = {"action_ask_form_next"}
    for form, content in domain()["forms"].items():
        by_forms |= {form, f"validate_{form}", f"action_submit_{form}"}
        by_forms |= {f"action_ask_{form}_{slot}" for slot in content["required_slots"]}
    assert set(domain()["actions"]) - by_forms == set(rules().values()) - set(domain()["forms"])


def test_every_slot_is_used_and_influences_nothing() -> None:
    for name, slot in domain()["slots"].items():
        assert f'"{name}"' in source(), name
        assert slot["influence_conversation"] is False, name
        assert slot["mappings"] == [{"type": "custom"}], name


def test_a_new_session_starts_without_old_slots() -> None:
    assert domain()["session_config"]["carry_over_slots_to_new_session"] is False


@pytest.mark.parametrize(
    "payload", sorted(set(re.findall(r"payload: (/\w+)", (ROOT / "data/responses/service.yml").read_text())))
)
def test_buttons_lead_to_intents_of_the_domain(payload: str) -> None:
    assert payload.removeprefix("/") in domain()["intents"]


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def _errors(kind: type[errors.BankError]) -> list[type[errors.BankError]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in _errors(below))]


def _read(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))
