"""The examination itself, and a small one that must be passed at every commit."""

from __future__ import annotations

import pytest

from common.privacy.exam import generator, secrets
from common.privacy.exam.conversations import leaks_over_messages
from common.privacy.exam.generator import Half, Message, Planted
from common.privacy.exam.measure import Span, measure
from common.privacy.recognizers.iban import is_valid
from common.privacy.scrubber import Scrubber

SEED = 101


@pytest.mark.parametrize("half", ["open", "held_out"])
def test_planted_secrets_stand_where_they_are_said_to(half: Half) -> None:
    for message in generator.planted(SEED, half, each=1):
        assert message.planted
        assert all(message.text[secret.start : secret.end].strip() for secret in message.planted)


def test_the_same_seed_makes_the_same_set_and_the_halves_share_nothing() -> None:
    assert generator.planted(SEED, "open", 1) == generator.planted(SEED, "open", 1)
    halves = [{message.text for message in generator.planted(SEED, half, 1)} for half in ("open", "held_out")]
    assert not halves[0] & halves[1]


def test_invented_ibans_are_valid() -> None:
    random = generator.Random(SEED)
    assert all(is_valid(secrets.iban(random)) for _ in range(200))


def test_a_single_readable_character_is_a_leak() -> None:
    message = Message("pin 4521", (Planted("PIN", 4, 8, "4521", "plain"),))
    assert measure(lambda text: [Span("PIN", 4, 7)], [message], []).kinds["PIN"].leaked == 1
    assert measure(lambda text: [Span("PIN", 4, 8)], [message], []).kinds["PIN"].leaked == 0


def test_a_finding_in_a_harmless_message_counts_against_precision() -> None:
    result = measure(lambda text: [Span("PIN", 0, 1)], [], [Message("hello")])
    assert (result.false_positive_rate, result.kinds["PIN"].precision) == (1.0, 0.0)


def test_the_scrubber_passes_on_the_open_half(scrubber: Scrubber) -> None:
    planted, harmless = generator.planted(SEED, "open", 1), generator.harmless(SEED, "open", 1)
    result = measure(lambda text: [Span(*found) for found in scrubber.findings(text)], planted, harmless)
    assert [(secret.entity, message.text) for message, secret in result.leaks] == []
    assert [message.text for message, _ in result.changed] == []


def test_no_secret_is_left_over_several_messages(scrubber: Scrubber) -> None:
    assert leaks_over_messages(scrubber, each=1) == []
