"""The bank's own words in another language: data/words/<language>/*.yml, each English text with its translation.

As in gettext the English text is the key. A key with {fields} fits every text of that form, and what stands in a field
is itself put into the language: "{least} to {most} working days" needs no entry for each number. Money, shares, days
and months are written as the language writes them, lists word by word where every word is known. What is not known
stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import yaml
from babel.dates import get_day_names, get_month_names
from babel.numbers import format_currency, format_percent, get_currency_symbol

from common.locales import HOME, LOCALES
from common.settings import ROOT

FOLDER = ROOT / "data" / "words"
_LONGEST = 400
_FIELD = re.compile(r"{(\w+)}")
_BETWEEN = re.compile(r"(?:,| and| or) (?![^(]*\))")
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SHARE = re.compile(rf"(?P<number>{_NUMBER})%")
_AMOUNT = re.compile(rf"(?P<sign>-?)(?P<symbol>[^\d\s.,-]{{1,4}})\s?(?P<number>{_NUMBER})")
_CODE = re.compile(r"[A-Z]{2,4}")
_FIGURES = re.compile(r"[\d.,:]+")
_SHAPES = {"last4": r"\d{4}", "number": r"\d+", "clock": r"\d\d:\d\d", "closing": r"\d\d:\d\d"}
"""Fields that hold only something of this shape; any other holds what is known, or figures."""
_OFFERED = ("GBP", "EUR", "USD", "CHF", "PLN", "SEK", "JPY", "AUD", "CAD", "INR")

Tried = dict[str, str | None]


class VocabularyBroken(Exception):
    """A file of words that cannot be used; the message names it."""


class Vocabulary:
    """What is known in one language."""

    def __init__(self, language: str, folder: Path = FOLDER) -> None:
        self._locale = LOCALES[language]
        self._exact: dict[str, str] = {}
        self._forms: list[tuple[re.Pattern[str], str]] = []
        for text, translation in _read(folder / language).items():
            if _FIELD.search(text):
                self._forms.append((_pattern(text), translation))
            else:
                self._exact[text] = translation
        self._forms.sort(key=lambda form: -len(form[0].pattern))
        home = LOCALES[HOME]
        self._currencies = {get_currency_symbol(code, home): code for code in _OFFERED} | {c: c for c in _OFFERED}
        self._months = _names(get_month_names("wide", locale=home), get_month_names("wide", locale=self._locale))
        self._weekdays = _names(get_day_names("wide", locale=home), get_day_names("wide", locale=self._locale))
        self._day = re.compile(
            rf"(?:(?P<weekday>{'|'.join(self._weekdays)}) )?(?:(?P<day>\d{{1,2}}) )?"
            rf"(?P<month>{'|'.join(self._months)})(?: (?P<year>\d{{4}}))?"
        )

    def word(self, text: str) -> str:
        """`text` in the language, or as it is."""
        found = self._known(text, {}) if text and len(text) <= _LONGEST else None
        return text if found is None else found

    def knows(self, text: str) -> bool:
        """Whether there is a translation, be it the same word."""
        return self._known(text, {}) is not None

    def _known(self, text: str, tried: Tried) -> str | None:
        """The translation; None where there is none. Each part of a text is tried once."""
        if text not in tried:
            tried[text] = None  # a part is never the whole
            found = self._single(text, tried)
            tried[text] = self._list(text, tried) if found is None else found
        return tried[text]

    def _single(self, text: str, tried: Tried) -> str | None:
        if text in self._exact:
            return self._exact[text]
        if _CODE.fullmatch(text):
            return text
        kinds = (translate(text) for translate in (self._amount, self._share, self._date))
        found = next((found for found in kinds if found is not None), None)
        return self._form(text, tried) if found is None else found

    def _amount(self, text: str) -> str | None:
        match = _AMOUNT.fullmatch(text)
        code = self._currencies.get(match["symbol"]) if match else None
        if match is None or code is None:
            return None
        value = Decimal(match["sign"] + match["number"].replace(",", ""))
        return str(format_currency(value, code, locale=self._locale))

    def _share(self, text: str) -> str | None:
        match = _SHARE.fullmatch(text)
        if match is None:
            return None
        value = Decimal(match["number"].replace(",", "")) / 100
        return str(format_percent(value, locale=self._locale, decimal_quantization=False))

    def _date(self, text: str) -> str | None:
        match = self._day.fullmatch(text)
        if match is None or not (match["day"] or match["year"]):
            return None
        parts = [
            f"{self._weekdays[match['weekday']]}," if match["weekday"] else "",
            f"{match['day']}." if match["day"] else "",
            self._months[match["month"]],
            match["year"] or "",
        ]
        return " ".join(filter(None, parts))

    def _form(self, text: str, tried: Tried) -> str | None:
        for pattern, translation in self._forms:
            match = pattern.fullmatch(text)
            values = {name: self._value(value, tried) for name, value in match.groupdict().items()} if match else {}
            if match and None not in values.values():
                return translation.format(**values)
        return None

    def _value(self, text: str, tried: Tried) -> str | None:
        """What stands in a field: something known, or mere figures; None for other English."""
        return text if _FIGURES.fullmatch(text) else self._known(text, tried)

    def _list(self, text: str, tried: Tried) -> str | None:
        """A list of what is known; a known text may itself hold an "or"."""
        for joint in _BETWEEN.finditer(text):
            first, rest = self._single(text[: joint.start()], tried), text[joint.end() :]
            others = self._known(rest, tried) if first is not None else None
            if others is not None:
                word = joint[0].strip()
                return f"{first}{', ' if word == ',' else f' {self._exact.get(word, word)} '}{others}"
        return None


@lru_cache(maxsize=len(LOCALES))
def vocabulary(language: str) -> Vocabulary:
    """The words of `language`, read once; raises VocabularyBroken."""
    return Vocabulary(language)


def translated(text: str, language: str) -> str:
    """`text`, an English word of the bank's own, in `language`."""
    return text if language == HOME else vocabulary(language).word(text)


def _read(folder: Path) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise VocabularyBroken(f"{path.name}: write one English text and its translation a line.")
        for text, translation in content.items():
            if not isinstance(text, str) or not isinstance(translation, str):
                raise VocabularyBroken(f"{path.name}: put quotes around {text!r} and {translation!r}.")
            if set(_FIELD.findall(text)) != set(_FIELD.findall(translation)):
                raise VocabularyBroken(f"{path.name}: the fields of {text!r} and of its translation differ.")
            found[text] = translation
    return found


def _pattern(text: str) -> re.Pattern[str]:
    parts = _FIELD.split(text)
    return re.compile(
        "".join(re.escape(p) if n % 2 == 0 else f"(?P<{p}>{_SHAPES.get(p, '.+?')})" for n, p in enumerate(parts))
    )


def _names(home: Mapping[int, str], there: Mapping[int, str]) -> dict[str, str]:
    return {home[number]: there[number] for number in home}
