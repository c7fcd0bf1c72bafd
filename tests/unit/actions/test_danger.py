"""Messages that a person has to look at immediately, and those that only sound like it."""

from __future__ import annotations

import pytest

from actions.parsing.danger import find_danger
from tests.dialogue import Talk, names
from tests.fake_bank import FakeBank

FOUND = {
    "distress": (
        "I want to kill myself",
        "i'm so in debt i just want to end my life",
        "there is no point in living any more",
        "honestly I'd be better off dead",
        "I don’t want to live",
        "feeling suicidal, the bank took everything",
        "im gonna hurt myself",
    ),
    "duress": (
        "he is forcing me to send him the money",
        "they're threatening me",
        "someone is making me transfer my savings",
        "I'm being blackmailed for £500",
        "he has a knife to my throat",
        "this payment is against my will",
        "they will hurt my son if I don't pay",
    ),
    "scam": (
        "there is a man on the phone telling me to move my money",
        "your fraud team told me to transfer everything to a safe account",
        "she's on the line and wants the code",
        "the caller asks me to put my savings into a secure account, is that right?",
        "someone is in control of my computer and I see payments",
        "I think I'm being scammed",
    ),
}
HARMLESS = (
    "this is killing me, the app is so slow",
    "your fees are killing me",
    "I'd kill for a better exchange rate",
    "my phone died",
    "I'm dying to know my balance",
    "can you end it, I mean the standing order",
    "he is making me a sandwich",
    "force the transfer through please",
    "the machine is holding my card",
    "is my savings account safe?",
    "transfer 50 to my savings account",
    "how do I report a scam",
    "I was on the phone with your team yesterday about my card",
    "cut the limit on my card",
    "my wife makes me happy",
    "take my money off that list",
    "what a painful process, nearly gave up",
    "send 20 to Will",
)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts])
def test_danger_is_heard(kind: str, text: str) -> None:
    assert find_danger(text) == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_it_is_not(text: str) -> None:
    assert find_danger(text) is None


@pytest.mark.parametrize("intent", ["nlu_fallback", "check_balance", "transfer_money", "greet"])
async def test_a_person_is_called_whatever_the_classifier_made_of_it(talk: Talk, bank: FakeBank, intent: str) -> None:
    assert names(await talk.say("they're threatening me", intent))[0] == "utter_danger_duress"
    assert [step[0] for step in bank.steps] == ["ticket"]


async def test_an_open_transfer_ends_without_a_payment(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    replies = names(await talk.say("the caller tells me to send it to a safe account", "inform"))
    assert replies[0] == "utter_danger_scam"
    assert talk.form is None
    assert not bank.executed
    assert not bank.prepared


async def test_a_scam_is_stopped_after_a_person_was_called(talk: Talk) -> None:
    replies = names(await talk.say("I am being scammed, freeze my card", "freeze_card"))
    assert replies[0] == "utter_danger_scam"
    assert len(replies) > 1
