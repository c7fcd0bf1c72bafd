"""The examination: its messages, how it counts, and a small one that must be passed at every commit."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from common.privacy.exam import generator, report
from common.privacy.exam.conversations import leaks_over_messages
from common.privacy.exam.generator import Half
from common.privacy.exam.measure import Finder, Span, measure, telling
from common.privacy.exam.messages import HOLE, Message, Planted
from common.privacy.scrubber import Scrubber

SEED = 101
HALVES: tuple[Half, ...] = ("open", "unseen")

Maker = Callable[[Half], list[Message]]


def _finding(spans: list[Span]) -> Finder:
    return lambda text: spans


@pytest.fixture(scope="module")
def planted() -> Maker:
    made = {half: generator.planted(SEED, half, each=2) for half in HALVES}
    return lambda half: made[half]


@pytest.mark.parametrize("half", HALVES)
def test_planted_secrets_stand_where_they_are_said_to(half: Half, planted: Maker) -> None:
    for message in planted(half):
        ends = [edge for secret in message.planted for piece in secret.pieces for edge in piece]
        assert ends
        assert all(left <= right for left, right in pairwise([0, *ends, len(message.text)]))
        assert all(message.text[start:end].strip() for secret in message.planted for start, end in secret.pieces)
        assert not HOLE.search(message.text)
        assert "¦" not in message.text


@pytest.mark.parametrize("half", HALVES)
def test_what_is_written_plainly_is_the_plain_value(half: Half, planted: Maker) -> None:
    plain = [
        (message.text[secret.pieces[0][0] : secret.pieces[0][1]], secret.value)
        for message in planted(half)
        for secret in message.planted
        if secret.writing == "plain"
    ]
    assert len(plain) > 100
    assert all(written == value for written, value in plain)


@pytest.mark.parametrize("half", HALVES)
def test_a_message_left_as_it_is_leaks_all_of_its_secrets_and_one_hidden_whole_none(half: Half, planted: Maker) -> None:
    messages = planted(half)
    count = sum(len(message.planted) for message in messages)
    assert len(measure(lambda text: [], messages, []).leaks) == count
    assert measure(lambda text: [Span("ALL", 0, len(text))], messages, []).leaks == []


@pytest.mark.parametrize("half", HALVES)
def test_hiding_just_the_secrets_is_enough_and_all_but_one_character_is_not(half: Half, planted: Maker) -> None:
    for message in planted(half):
        spans = [Span(secret.entity, *piece) for secret in message.planted for piece in secret.pieces]
        result = measure(_finding(spans), [message], [])
        assert result.leaks == []
        assert all(counts.precision == 1 for counts in result.kinds.values())
        last = telling(message.text, message.planted[-1])[-1]
        around = [Span("ALL", 0, last), Span("ALL", last + 1, len(message.text))]
        assert len(measure(_finding(around), [message], []).leaks) == 1


def test_the_same_seed_makes_the_same_set() -> None:
    for half in HALVES:
        assert generator.planted(SEED, half, 1) == generator.planted(SEED, half, 1)
        assert generator.harmless(SEED, half) == generator.harmless(SEED, half)


def test_the_halves_share_no_sentence_no_person_no_street_and_no_password() -> None:
    def content(half: Half) -> set[str]:
        frames, people, harmless = (generator.load(half, name) for name in ("frames", "people", "harmless"))
        places = people.get("places", {}).values()
        streets = [*people.get("streets", {}).values(), *(place["streets"] for place in places)]
        lists = [*frames.values(), *streets, harmless["frames"]]
        lists += [people[name] for name in ("names", "singles", "mails", "domains", "passwords")]
        return {entry.casefold() for entries in lists for entry in entries}

    assert len(content("unseen")) > 700
    assert content("open") & content("unseen") == set()


def test_the_unseen_half_is_wide_enough() -> None:
    frames, people = generator.load("unseen", "frames"), generator.load("unseen", "people")
    assert sum(map(len, frames.values())) >= 120
    assert len(people["names"]) >= 60
    assert len(people["places"]) >= 8
    assert len({message.text for message in generator.planted(SEED, "unseen")}) >= 700
    assert len({message.text for message in generator.harmless(SEED, "unseen")}) >= 300


@pytest.mark.parametrize("half", HALVES)
def test_harmless_messages_hold_no_number_with_valid_check_digits_and_no_mail_address(half: Half) -> None:
    for message in generator.harmless(SEED, half):
        assert "@" not in message.text
        for account in re.findall(r"[A-Z]{2}\d{2}(?: ?[A-Z\d]){10,}", message.text):
            assert account.startswith("RF") or not _is_account(account.replace(" ", "")), message.text
        for run in re.findall(r"\d(?:[\d \-.:/]*\d)?", message.text):
            number = re.sub(r"\D", "", run)
            windows = [number[at : at + size] for size in range(13, 20) for at in range(len(number) - size + 1)]
            assert not any(map(_luhn, windows)), message.text


def _luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _is_account(number: str) -> bool:
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


@pytest.mark.parametrize("half", HALVES)
def test_invented_numbers_have_valid_check_digits(half: Half, planted: Maker) -> None:
    found = [secret for message in planted(half) for secret in message.planted]
    assert all(_luhn(secret.value) for secret in found if secret.entity == "CARD_NUMBER")
    assert all(_is_account(secret.value) for secret in found if secret.entity == "IBAN")


@pytest.mark.parametrize(
    ("text", "pieces", "hidden", "leaked"),
    [
        ("pin 4521", [(4, 8)], [(4, 7)], 1),
        ("pin 4521", [(4, 8)], [(4, 8)], 0),
        ("4521 then 9", [(0, 4), (10, 11)], [(0, 4)], 1),
        ("4521 then 9", [(0, 4), (10, 11)], [(0, 4), (10, 11)], 0),
        ("45-21", [(0, 5)], [(0, 2), (3, 5)], 0),
        ("....- ----.", [(0, 11)], [(0, 5)], 1),
        ("....- ----.", [(0, 11)], [(0, 5), (6, 11)], 0),
    ],
)
def test_a_single_readable_character_is_a_leak(
    text: str, pieces: list[tuple[int, int]], hidden: list[tuple[int, int]], leaked: int
) -> None:
    message = Message(text, (Planted("PIN", tuple(pieces), "4521", "plain"),))
    result = measure(lambda text: [Span("PIN", *span) for span in hidden], [message], [])
    assert result.kinds["PIN"].leaked == leaked


def test_a_finding_in_a_harmless_message_counts_against_precision() -> None:
    result = measure(lambda text: [Span("PIN", 0, 1)], [], [Message("hello")])
    assert (result.false_positive_rate, result.kinds["PIN"].precision) == (1.0, 0.0)


class _Blind(Scrubber):
    """Finds a word in everything and hides nothing else, so that every message leaks or is changed."""

    def warm_up(self) -> None:
        return None

    def findings(self, text: str, place: str = "user_text") -> list[tuple[str, int, int]]:
        return [("PERSON", 0, 0)]

    def scrub(self, text: str, place: str = "user_text") -> str:
        return text


def test_the_report_prints_what_the_open_half_leaks_and_only_counts_of_the_unseen_half(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "Scrubber", _Blind)
    monkeypatch.setattr(report.stock, "finder", lambda model: lambda text: [])
    assert not report.run("none")
    printed = capsys.readouterr().out

    def shown(half: Half) -> list[str]:
        seed = report.SEEDS[half]
        messages = generator.planted(seed, half) + generator.harmless(seed, half)
        return [message.text for message in messages if len(message.text) > 12 and repr(message.text) in printed]

    assert len(shown("open")) > 1_000
    assert shown("unseen") == []
    assert "held out:" in printed


def test_the_scrubber_passes_on_the_open_half(scrubber: Scrubber) -> None:
    planted, harmless = generator.planted(SEED, "open", 1), generator.harmless(SEED, "open", 1)
    result = measure(lambda text: [Span(*found) for found in scrubber.findings(text)], planted, harmless)
    assert [(secret.entity, message.text) for message, secret in result.leaks] == []
    assert [message.text for message, _ in result.changed] == []


def test_no_secret_is_left_over_several_messages(scrubber: Scrubber) -> None:
    assert leaks_over_messages(scrubber, each=1) == []
