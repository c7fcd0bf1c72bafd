"""The bank's own words in another language: by entry, by form, by what every language writes its own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.vocabulary import Vocabulary, VocabularyBroken, translated

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("pending", "vorgemerkt"),
        ("3 to 5 working days", "3 bis 5 Werktage"),
        ("the same day, at most 1 working day", "am selben Tag, höchstens 1 Werktag"),
        ("£1,250.50", f"1.250,50{SPACE}£"),
        ("-€3.00", f"-3,00{SPACE}€"),
        ("0.5%", f"0,5{SPACE}%"),
        ("£1.00 plus 2%", f"1,00{SPACE}£ plus 2{SPACE}%"),
        ("£200.00 a month", f"200,00{SPACE}£ im Monat"),
        ("Sunday 22 November", "Sonntag, 22. November"),
        ("9 May 2025", "9. Mai 2025"),
        ("March 2026", "März 2026"),
        ("22 November at 18:05", "22. November um 18:05 Uhr"),
        ("monthly on the 31st", "monatlich am 31."),
        ("British pounds (GBP), euros (EUR) and US dollars (USD)",
         "Britische Pfund (GBP), Euro (EUR) und US-Dollar (USD)"),
        ("Visa (physical, ending 4402) and Visa (virtual, ending 8817)",
         "Visa (Plastikkarte, Endziffern 4402) und Visa (virtuell, Endziffern 8817)"),
        ("passport, driving licence or utility bill or bank statement (not older than 3 months)",
         "Reisepass, Führerschein oder Versorgerrechnung oder Kontoauszug (nicht älter als 3 Monate)"),
        ("Monday to Friday 08:00 to 20:00, Saturday 09:00 to 17:00",
         "Montag bis Freitag von 08:00 bis 20:00 Uhr, Samstag von 09:00 bis 17:00 Uhr"),
    ],
)  # fmt: skip
def test_what_is_known_is_put_into_the_language(english: str, german: str) -> None:
    assert translated(english, "de") == german
    assert translated(english, "en") == english


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tesco and Sons",
        "May",
        "Wait for it to settle",
        "pending with Maya",
        "4402",
        "x" * 5000,
        "a and " * 900,
        "Visa (physical, ending 4402) and " * 11 + "x",
    ],
)
def test_what_is_not_known_stays_whole(text: str) -> None:
    assert translated(text, "de") == text


@pytest.mark.parametrize(
    "content",
    ["on: an", "free: no", '"{least} days": "{most} Tage"', '"{least} days": "einige Tage"', "- free", "free"],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "words.yml").write_text(content)
    with pytest.raises(VocabularyBroken, match=r"words\.yml"):
        Vocabulary("de", tmp_path)
