"""Secrets that are named in one message and given in the next ones, and everyday talk after such a message."""

from __future__ import annotations

import pytest

from common.privacy.exam.conversations import said
from common.privacy.scrubber import Scrubber


@pytest.mark.parametrize(
    ("messages", "secrets"),
    [
        (["my password is", "hang on", "tulipan"], ["tulipan"]),
        (["password", "sorry phone rang", "it's Tulip77 i think"], ["Tulip77"]),
        (["first half of my password is tulip", "second half is mania"], ["tulip", "mania"]),
        (["my password is", "correct horse battery staple"], ["horse"]),
        (["do you need my password?", "ok wait", "it is sunflower"], ["sunflower"]),
        (["mein passwort ist", "moment", "sonnenblume"], ["sonnenblume"]),
        (["i got a code by sms", "first three 482", "last three 913"], ["482", "913"]),
        (["the code is", "one sec", "482", "and 913"], ["482", "913"]),
        (["my iban", "GB29", "NWBK", "6016 1331", "9268 19"], ["GB29", "NWBK", "6016", "9268"]),
        (["GB29", "then NWBK", "then 6016 1331", "and 9268 19"], ["GB29", "NWBK", "6016", "9268"]),
        (["iban starts with de89", "3704 0044", "0532 0130", "00"], ["de89", "3704", "0532"]),
        (["my ssn is", "078", "05", "1120"], ["078", "1120"]),
        (["first three of my social are 078", "middle two 05", "last four 1120"], ["078", "1120"]),
        (["i live at", "221b", "Baker Street"], ["221b", "Baker"]),
        (["i moved", "number 14", "lindenallee"], ["lindenallee"]),
        (["we've moved to", "flat 4", "the old brewery"], ["brewery"]),
        (["my street is larkspur close", "number 221"], ["larkspur", "221"]),
    ],
)
def test_a_secret_in_the_messages_after_its_name_is_caught(
    scrubber: Scrubber, messages: list[str], secrets: list[str]
) -> None:
    stored = " | ".join(said(scrubber, messages))
    assert [secret for secret in secrets if secret in stored] == []


@pytest.mark.parametrize(
    "messages",
    [
        ["i forgot my password", "help", "check balance", "send 250 to mum"],
        ["how do i change my address", "in the app?", "show my transactions", "thanks"],
        ["what is my iban", "ok thanks", "show balance", "freeze my card"],
        ["the street is closed", "can i use the atm"],
    ],
)
def test_business_after_a_secret_was_only_mentioned_survives(scrubber: Scrubber, messages: list[str]) -> None:
    assert said(scrubber, messages) == messages
