from __future__ import annotations

import re

from common.audit import fields
from common.audit.pseudonym import Pseudonyms
from common.keys import Keyring

OLD, NEW = b"1" * 32, b"2" * 32
NAMES = Pseudonyms(Keyring({"old": OLD}))


def test_the_same_thing_has_the_same_pseudonym_also_after_a_rotation() -> None:
    assert NAMES.of("customer", "alex") == Pseudonyms(Keyring({"new": NEW, "old": OLD})).of("customer", "alex")


def test_another_thing_sort_or_key_gives_another_pseudonym() -> None:
    others = [
        NAMES.of("customer", "sam"),
        NAMES.of("user", "alex"),
        Pseudonyms(Keyring({"new": NEW})).of("customer", "alex"),
    ]
    digits = [name.partition("_")[2] for name in (NAMES.of("customer", "alex"), *others)]
    assert len(set(digits)) == 4


def test_a_pseudonym_fits_into_a_record_and_tells_nothing() -> None:
    name = NAMES.of("address", "2001:db8::1")
    assert fields.pseudonym("address")(name)
    assert re.fullmatch("address_[0-9a-f]{32}", name)


def test_an_identifier_that_is_no_unicode_has_a_pseudonym_too() -> None:
    assert fields.pseudonym()(NAMES.of("login", "\ud800"))
