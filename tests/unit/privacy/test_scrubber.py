"""What holds for any text at all."""

from __future__ import annotations

import statistics
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.privacy import digits
from common.privacy.normalise import normalise
from common.privacy.scrubber import REDACTED, Scrubber

PIECES = st.sampled_from(
    [
        "4111",
        "1111",
        "GB29",
        "NWBK",
        "6016 1331 9268 19",
        " ",
        "-",
        "<PIN>",
        "<CARD_NUMBER ending 1111>",
        "my pin is",
        "Sam",
        "send £25 to",
        "\x00",
        "\ud800",
        "\u200b",
        "٤",
        "one",
        "double",
        "@",
        "%20",
        "&#52;",
        "code 123456",
        "\n",
        "12/11/2024",
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=200), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES).map("".join)
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(text=TEXTS)
def test_scrubbing_twice_changes_nothing_more(scrubber: Scrubber, text: str) -> None:
    once = scrubber.scrub(text)
    assert scrubber.scrub(once) == once


@MANY
@given(text=TEXTS)
def test_the_result_is_bounded_and_can_be_stored(scrubber: Scrubber, text: str) -> None:
    scrubbed = scrubber.scrub(text)
    assert len(scrubbed) <= scrubber.policy.limit
    assert "\x00" not in scrubbed
    scrubbed.encode("utf-8")


@MANY
@given(text=st.text(st.characters(), max_size=200))
def test_every_character_knows_where_it_came_from(text: str) -> None:
    view = normalise(text)
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(view.starts, view.ends, strict=True))
    assert list(view.starts) == sorted(view.starts)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000,
        "4111 " * 100_000,
        "a@" * 50_000,
        "GB29" * 50_000,
        "<" * 100_000,
        "%" * 100_000,
        "one " * 50_000,
        "my name is " * 20_000,
        "A" * 4000,
        "1.1." * 1000,
        "aB3" * 1400,
        ":" * 4000,
        "send to " * 600,
        "12 a " * 900,
    ],
)
def test_long_and_repetitive_texts_take_no_time(scrubber: Scrubber, text: str) -> None:
    before = time.perf_counter()
    assert len(scrubber.scrub(text)) <= scrubber.policy.limit
    assert time.perf_counter() - before < 5


def test_a_number_at_the_cut_is_not_left_half(scrubber: Scrubber) -> None:
    text = "word " * 797 + "x 4111 1111 1111 1111 and more"
    assert "4111" not in scrubber.scrub(text)


def test_a_scrubber_that_cannot_run_hides_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Scrubber()
    monkeypatch.setattr(broken, "_loaded", lambda: 1 / 0)
    assert broken.scrub("my card is 4111 1111 1111 1111") == REDACTED


def test_a_text_that_is_no_text_hides_everything(scrubber: Scrubber) -> None:
    assert scrubber.scrub(object()) == REDACTED  # type: ignore[arg-type]  # wrong on purpose


def test_an_ordinary_message_is_scrubbed_in_milliseconds(
    scrubber: Scrubber, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [
        "what is my balance?",
        "send 25 to Sam Carter",
        "my card is 4111 1111 1111 1111",
        "when will my card arrive?",
        "how much did I spend at Tesco last month?",
    ]
    times = []
    for turn, text in enumerate(said * 20):
        text += " please" * (turn % 20)  # a text that was clean is remembered
        digits.runs.cache_clear()
        before = time.perf_counter()
        scrubber.scrub(text)
        times.append(time.perf_counter() - before)
    with capsys.disabled():
        print(f"\nscrub p50 {statistics.median(times) * 1000:.2f} ms, worst {max(times) * 1000:.2f} ms")
    assert statistics.median(times) < 0.020
