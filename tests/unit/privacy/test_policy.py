"""The policy file: what it may say, and what is done with it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from common.privacy import policy
from common.privacy.policy import PATH, PolicyError
from common.privacy.scrubber import Scrubber

SHIPPED: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
KEY = b"k" * 32


def with_rules(entity: str, **rules: str) -> dict[str, Any]:
    data = deepcopy(SHIPPED)
    data["entities"][entity] = rules
    return data


@pytest.mark.parametrize(
    ("entity", "rules", "said"),
    [
        ("SHOE_SIZE", {"default": "mask"}, "unknown entity type 'SHOE_SIZE'"),
        ("IBAN", {"default": "mask", "fridge": "mask"}, "unknown place 'fridge'"),
        ("IBAN", {"default": "eat"}, "unknown operator 'eat'"),
        ("IBAN", {"slot": "mask"}, "IBAN has no default"),
        ("IBAN", {"default": "vault"}, "only a slot has a vault"),
        ("CVV", {"default": "mask", "slot": "vault"}, "CVV may only be masked"),
        ("PIN", {"default": "hash"}, "PIN may only be masked"),
    ],
)
def test_what_cannot_be_done_is_one_clear_error(entity: str, rules: dict[str, str], said: str) -> None:
    with pytest.raises(PolicyError, match=said) as raised:
        policy.parse(with_rules(entity, **rules))
    assert "\n" not in str(raised.value)


def test_a_kind_without_a_rule_is_an_error() -> None:
    data = deepcopy(SHIPPED)
    del data["entities"]["SSN"]
    with pytest.raises(PolicyError, match="no rule for SSN"):
        policy.parse(data)


def test_the_same_value_has_the_same_hash_however_it_is_written() -> None:
    hashing = Scrubber(policy.parse(with_rules("IBAN", default="hash")), KEY)
    written = ["GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819", "GB29-NWBK-6016-1331-9268-19"]
    hashed = {hashing.scrub(f"send it to {iban} please") for iban in written}
    assert len(hashed) == 1
    assert "<IBAN #" in hashed.pop()
    assert hashing.scrub("DE89370400440532013000") not in hashed


def test_another_key_makes_another_hash_and_a_hash_is_stable() -> None:
    rules = policy.parse(with_rules("IBAN", default="hash"))
    one, other = (Scrubber(rules, key).scrub("GB29NWBK60161331926819") for key in (KEY, b"x" * 32))
    assert one != other
    assert Scrubber(rules, KEY).scrub(one) == one


def test_hashing_without_a_key_is_refused() -> None:
    with pytest.raises(PolicyError, match="needs a key"):
        Scrubber(policy.parse(with_rules("IBAN", default="hash")))


@pytest.mark.parametrize(
    ("place", "shown"),
    [("user_text", "<CARD_NUMBER ending 1111>"), ("log", "<CARD_NUMBER>"), ("metric", "<CARD_NUMBER>")],
)
def test_a_place_shows_what_its_rule_grants(scrubber: Scrubber, place: policy.Place, shown: str) -> None:
    assert scrubber.scrub("4111 1111 1111 1111", place) == shown
    assert scrubber.policy.narrowed("<CARD_NUMBER ending 1111>", place) == shown
