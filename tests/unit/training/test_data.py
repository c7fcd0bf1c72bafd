from __future__ import annotations

from pathlib import Path

import pytest

from training import data


def test_labels_become_domain_names() -> None:
    assert data.intent_name("reverted_card_payment?") == "reverted_card_payment"
    assert data.intent_name("Refund_not_showing_up") == "refund_not_showing_up"


def test_a_changed_banking77_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("text,category\nhello,greet\n")
    with pytest.raises(data.DataError, match="SHA-256"):
        data.read_banking77(path)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "text\nhello\n"])
def test_a_csv_needs_both_columns(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content)
    with pytest.raises(data.DataError, match="text,category"):
        data.read_csv(path)


def test_own_sentences_cover_every_intent_well() -> None:
    counts: dict[str, int] = {}
    for row in data.read_own_sentences():
        counts[row.intent] = counts.get(row.intent, 0) + 1
    assert len(counts) == 111
    assert min(counts.values()) >= 20


def test_the_holdout_is_stratified_and_repeatable() -> None:
    try:
        rows = data.read_banking77()
    except data.DataError as error:
        pytest.skip(f"skipped: no Banking77 here ({error})")
    rest, held = data.split(rows, 0.1, 7)
    assert (len(rest), len(held)) == (9002, 1001)
    assert {row.intent for row in held} == {row.intent for row in rows}
    assert data.split(rows, 0.1, 7)[1] == held
    own = {data.normalised(row.text) for row in data.read_own_sentences()}
    assert not own & {data.normalised(row.text) for row in rows if len(row.text) > 12}
