"""A typed `/intent` must not reach Rasa's shortcut, with Rasa's own reader as the judge."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from custom_components.channels.shouting import without_shouting
from custom_components.channels.turn import as_plain_text

DOMAIN = Domain.from_dict({"intents": ["transfer_money"]})


@pytest.mark.parametrize("typed", ["/transfer_money", '/transfer_money{"amount": 5}', " \t/transfer_money@1.0"])
def test_typed_intent_is_not_unpacked(typed):
    unpacked = YAMLStoryReader.unpack_regex_message(Message({TEXT: typed}), DOMAIN)
    assert unpacked.get(INTENT)["name"] == "transfer_money", "Rasa's shortcut changed: this test proves nothing"
    plain = as_plain_text(typed)
    assert YAMLStoryReader.unpack_regex_message(Message({TEXT: plain}), DOMAIN).get(INTENT) is None
    assert len(plain) == len(typed)


@pytest.mark.parametrize("typed", ["hello", "1/2 of it", "", "and/or"])
def test_other_words_stay(typed):
    assert as_plain_text(typed) == typed


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("WHAT IS MY BALANCE?", "what is my balance?"),
        ("SEND £20 TO MAYA!!", "send £20 to maya!!"),
        ("GRÖSSE UND STRASSE", "grösse und strasse"),
        ("İSTANBUL IS CALLING", "İstanbul is calling"),
        ("What is my IBAN?", "What is my IBAN?"),
        ("GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 19"),
        ("IBAN", "IBAN"),
        ("ok 123456", "ok 123456"),
        ("😀😀", "😀😀"),
    ],
)
def test_only_shouting_is_read_in_small_letters(typed, read):
    assert without_shouting(typed) == read
    assert len(without_shouting(typed)) == len(typed)
