"""Secrets given piece by piece, over several messages."""

from __future__ import annotations

from random import Random

from common.privacy.exam import secrets
from common.privacy.fragments import Heard, mask_fragments, mask_labelled
from common.privacy.normalise import normalise
from common.privacy.scrubber import Scrubber

# Messages between which {0}, {1} ... are the pieces of one card number, in order; None splits nothing.
_TALKS = (
    ("{0}{1}", "{2}{3}"),
    ("my card starts {0} {1}", "and ends {2} {3}"),
    ("{0}", "{1}", "{2}", "{3}"),
    ("the first part is {0}", "then {1}", "ok wait", "then {2}", "last bit {3}"),
    ("card number {0} {1} {2}", "{3} sorry hit enter too early"),
    ("first half {0}{1} ok?", "second half {2}{3}"),
    ("{0}", "hold on, the dog is barking", "{1} {2}", "where was i", "{3}"),
    ("i'll give you my card in pieces, it begins with {0}", "next {1}", "next {2}", "and finally {3}"),
)
# What is said first, the kind it announces, what follows.
_ANNOUNCED = (
    ("my pin is", "pin", "{}"),
    ("my password is:", "password", "{}"),
    ("cvv", "cvv", "{}"),
    ("the code is", "code", "it says {}"),
    ("sort code and account number", "account", "{}"),
)
_KEPT = 4


def leaks_over_messages(scrubber: Scrubber, seed: int = 9, each: int = 5) -> list[str]:
    """The conversations, as stored, in which more than the last four digits of a card or any of a code is left."""
    random = Random(seed)
    broken: list[str] = []
    for _ in range(each):
        for talk in _TALKS:
            number = "4" + secrets.digits(random, 15)
            stored = said(scrubber, [line.format(*(number[at : at + 4] for at in range(0, 16, 4))) for line in talk])
            if sum(map(str.isdigit, normalise(" ".join(stored)).text)) > _KEPT:
                broken.append(" | ".join(stored))
        for announced, kind, follows in _ANNOUNCED:
            value = {"password": "Zq9-tulip", "cvv": secrets.digits(random, 3), "pin": secrets.digits(random, 4)}.get(
                kind, secrets.digits(random, 8)
            )
            stored = said(scrubber, [announced, follows.format(value)])
            if value in " ".join(stored):
                broken.append(" | ".join(stored))
    return broken


def said(scrubber: Scrubber, messages: list[str]) -> list[str]:
    """Messages of one customer as they are stored, one after the other."""
    heard, stored = Heard(), []
    for message in messages:
        text = scrubber.scrub(message)
        text = mask_labelled(text, heard.label) if heard.label else text
        text = mask_fragments(
            text, after_fragment=heard.numbers > 0, amount_asked=False, digit_by_digit=heard.small >= 2
        )
        heard = heard.then(text)
        stored.append(text)
    return stored
