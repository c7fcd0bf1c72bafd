from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from training import report
from training.data import DataError, Row
from training.evaluation import Predictions

RUN = report.Run(
    data="rows.csv",
    engine="int8 engine",
    artifact_digest="0123abcd" * 8,
    date=datetime(2025, 3, 1, 14, 5, tzinfo=timezone.utc),
    latency_ms=(12.34, 19.87),
    resident_mb=345.6,
)
SECRET = "my card <b>4111</b> was eaten"
HOSTILE = '<img src=x onerror="alert(1)">'


def said(truth: list[str], answers: list[str], text: str = SECRET) -> Predictions:
    """Predictions of certain answers to sentences that all say `text`."""
    labels = tuple(sorted(set(answers)))
    probabilities = np.array(
        [[0.9 if label == answer else 0.1 / len(labels) for label in labels] for answer in answers]
    )
    return Predictions(labels, probabilities, [Row(text, intent) for intent in truth])


class Page(HTMLParser):
    """What a browser would take from a page: tags, addresses it would load, words it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]

    def handle_data(self, data: str) -> None:
        self.words += " " + data

    @property
    def pictures(self) -> list[ElementTree.Element]:
        return [ElementTree.fromstring(base64.b64decode(address.split(",", 1)[1])) for address in self.addresses]


def page(*args, **kwargs) -> Page:
    return Page(report.render(*args, **kwargs))


def words(found: Page) -> str:
    return re.sub(r"\s+", " ", found.words)


@pytest.fixture(scope="module")
def typical() -> Page:
    scope = report.ScopeScores("energy", np.array([3.0, 2.0, 1.0]), np.array([0.5, 2.5]))
    return page(said(["a", "a", "a", "b", "b", "c"], ["a", "a", "b", "b", "b", "d"]), RUN, scope)


def test_the_page_states_the_figures_and_where_they_come_from(typical: Page) -> None:
    shown = words(typical)
    for expected in (
        "6 sentences of 3 intents from rows.csv, 1 March 2025, 14:05 UTC",
        "Accuracy 66.67%",
        "Macro F1 0.5333",
        "Weighted F1 0.6667",
        "One sentence, p50 12.3 ms p99 19.9 ms",
        "Resident memory 346 MiB",
        "Engine int8 engine",
        RUN.artifact_digest,
        "Out-of-scope AUROC 0.6667",
        "Out of scope let in 50.0%",
        "2 of 6 sentences were answered with another intent",
        "went to intents that the file does not hold: d",
    ):
        assert expected in shown


def test_the_page_loads_nothing_and_its_pictures_are_whole(typical: Page) -> None:
    assert len(typical.pictures) == 4
    assert all(address.startswith("data:image/svg+xml;base64,") for address in typical.addresses)
    assert not {"link", "iframe", "object", "embed"} & set(typical.tags)
    for picture in typical.pictures:
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"
        assert all(
            value.startswith("#") for node in picture.iter() for name, value in node.items() if name.endswith("href")
        )


def test_the_weakest_intents_come_first(typical: Page) -> None:
    table = words(typical).split("Most often taken for")[1]
    assert [word for word in table.split() if word in "abc"][:3] == ["c", "a", "b"]


def test_a_matrix_names_every_intent(typical: Page) -> None:
    names = ["".join(node.itertext()) for node in typical.pictures[-1].iter("{http://www.w3.org/2000/svg}text")]
    assert {"a", "b", "c", "d"} <= set(names)


def test_sentences_are_left_out_unless_asked_for() -> None:
    answers = said(["a", "b"], ["a", "a"])
    assert "4111" not in report.render(answers, RUN)
    shown = page(answers, RUN, show_sentences=True)
    assert shown.words.count(SECRET) == 1
    assert "b" not in shown.tags


def test_the_most_confident_mistakes_come_first_and_are_limited() -> None:
    confidence = np.linspace(0.5, 0.99, 300)
    answers = Predictions(
        ("a", "b"), np.stack([confidence, 1 - confidence], axis=1), [Row(f"row {i}", "b") for i in range(300)]
    )
    shown = page(answers, RUN, show_sentences=True).words
    rows = [int(number) for number in re.findall(r"row (\d+)", shown)]
    assert rows == list(range(299, 99, -1))


def test_names_are_text_whatever_they_hold() -> None:
    answers = said([HOSTILE, "a$b$_{"], ["a$b$_{", HOSTILE], HOSTILE)
    scope = report.ScopeScores("$sco_{", np.array([1.0]), np.array([1.0]))
    found = page(answers, replace(RUN, data=HOSTILE, engine=HOSTILE), scope, show_sentences=True)
    assert len(found.addresses) == 4
    assert HOSTILE in found.words
    names = ["".join(node.itertext()) for node in found.pictures[-1].iter("{http://www.w3.org/2000/svg}text")]
    assert {HOSTILE, "a$b$_{"} <= set(names)


@pytest.mark.parametrize(
    ("truth", "answers", "expected"),
    [
        (["a"], ["a"], "Every sentence was answered with its own intent."),
        (["a", "z"], ["a", "a"], "does not know 1 of the file's intents, so their rows count as wrong: z."),
        (["a", "b"], ["b", "a"], "2 of 2 sentences were answered with another intent."),
    ],
)
def test_unusual_files_are_told_in_words(truth: list[str], answers: list[str], expected: str) -> None:
    assert expected in words(page(said(truth, answers), RUN))


def test_a_threshold_that_nothing_reaches_has_no_accuracy() -> None:
    shown = words(page(said(["a", "b"], ["a", "a"]), RUN))
    assert "0.90 100.0% 50.0% 0.95 0.0% –" in shown


def test_what_was_not_measured_is_said_or_left_out() -> None:
    shown = words(page(said(["a"], ["a"]), replace(RUN, resident_mb=None)))
    assert "Resident memory not measured" in shown
    assert "AUROC" not in shown


def test_a_hundred_and_ten_intents_fit_one_page() -> None:
    names = [f"intent_number_{i:03}" for i in range(110)]
    found = page(said(names * 2, names + names[1:] + names[:1]), RUN)
    drawn = ["".join(node.itertext()) for node in found.pictures[-1].iter("{http://www.w3.org/2000/svg}text")]
    assert all(drawn.count(name) == 4 for name in names)


def test_a_report_is_written_into_a_new_folder(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "today.html"
    report.write(path, said(["a"], ["a"]), RUN)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        report.write(tmp_path / "file" / "report.html", said(["a"], ["a"]), RUN)


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataError, match="no rows"):
        report.render(Predictions(("a",), np.empty((0, 1)), []), RUN)
