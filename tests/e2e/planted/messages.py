"""What is planted: generated messages whose sources no recogniser reads, and operations that keep personal values."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from common.privacy.exam import generator
from common.privacy.exam.messages import Message
from tests.e2e.planted.search import Secret
from tests.e2e.test_doors import Customer

MESSAGES = 300
_TURNS = {"PERSON": 6, "ADDRESS": 5}
_AROUND = 9  # characters before and after a short secret that make it recognisable


@cache
def people() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("people.yml").read_text("utf-8"))
    return found


def generated(seed: int) -> list[Message]:
    """Messages of every kind of secret in turn, names and addresses more often than the rest.

    They are of the open half, which the scrubber reads right: what is searched for here are other ways past it. How
    much it misses of what nobody mended for is `make pii-report`'s matter.
    """
    made = generator.planted(seed, "open")
    Random(seed).shuffle(made)
    by_kind: dict[str, list[Message]] = {}
    for message in made:
        by_kind.setdefault(message.planted[0].entity, []).append(message)
    chosen: list[Message] = []
    while len(chosen) < MESSAGES and any(by_kind.values()):
        for kind, left in by_kind.items():
            chosen += [left.pop() for _ in range(min(len(left), _TURNS.get(kind, 1)))]
    return chosen


def secrets_of(message: Message) -> Iterator[Secret]:
    for planted in message.planted:
        start, end = planted.pieces[0][0], planted.pieces[-1][1]
        around = message.text[max(start - _AROUND, 0) : end + _AROUND]
        yield Secret(planted.entity, planted.value, message.text[start:end], around)


def operations(customers: dict[str, Customer]) -> Iterator[Secret]:
    """Carries the operations out, each in a conversation of its own, and yields what they planted."""
    known = people()
    for payee in known["payees"]:
        customer = customers[payee["login"]].again()
        customer.say(f"send {payee['amount']} to {payee['name']}, {payee['iban']}")
        customer.say("yes")
        assert payee["name"] in customer.say(customer.code()), f"{payee['name']} got nothing"
        yield Secret("PERSON", payee["name"])
        yield Secret("IBAN", payee["iban"])
    for kind, detail, entity in (
        ("addresses", "address", "ADDRESS"),
        ("emails", "e-mail", "EMAIL_ADDRESS"),
        ("phones", "phone number", "PHONE_NUMBER"),
    ):
        for value in known[kind]:
            customer = customers["alex"].again()
            assert value in customer.say(f"change my {detail} to {value}"), f"no summary of {value}"
            customer.say("yes")
            customer.say(customer.code())
            yield Secret(entity, value)
    for kind, opening in (
        ("complaints", "I want to make a complaint"),
        ("persons", "I want to talk to a person"),
        ("disputes", "I want to dispute the payment to Tesco"),
    ):
        for words in known[kind]:
            customer = customers["priya" if kind == "persons" else "alex"].again()
            for line in (opening, words, "yes"):
                customer.say(line)
    yield from (Secret(entity, value) for entity, values in known["secrets"].items() for value in values)
