"""Words that everyday English does not make, in a row or where a name goes: "did abena boateng get it"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from common.privacy.recognizers.base import Finding
from common.privacy.recognizers.foreign import is_foreign, is_listed
from common.privacy.recognizers.vocabulary import Vocabulary

_TOKEN = re.compile(r"<[A-Z_]+[^<>]{0,20}>|[^\W\d_][\w'’.-]*[^\W_]|[^\W\d_]|\S")
_PARTICLES = frozenset(
    [
        "de", "da", "do", "dos", "das", "del", "della", "di", "du", "des", "la", "le", "van", "von", "der",
        "den", "ter", "ten", "te", "zu", "zum", "bin", "bint", "ibn", "al", "el", "ul", "abu", "umm", "mac",
        "mc", "o", "y", "e", "san", "st", "ni", "ó",
    ]
)  # fmt: skip
# Those that begin a name even in lower case.
_FIRST_PARTICLES = frozenset(
    ["umm", "abu", "ibn", "bint", "bin", "van", "von", "el", "al", "da", "di", "ni", "mac", "mc", "del", "della"]
)
_BEFORE = re.compile(
    r"\b(?:to|for|pay|paid|paying|owe|owes|owed|give|gave|lend|lent|ping|send|sent|ask|tell|told|did|does|has"
    r")[ ,]{1,2}$",
    re.IGNORECASE,
)
# Here even a word that looks like a slip of the finger is a name.
_SURELY_BEFORE = re.compile(
    r"\b(?:named|called|dear|hi|hello|hey|thanks|thank you|cheers|regards|bye|love|yours|payee|recipient|beneficiary"
    r"|mr|mrs|ms|miss|dr|sir|my (?:\w+ )?(?:friend|mate|wife|husband|mum|mom|dad|mother|father|son"
    r"|daughter|brother|sister|landlord|landlady|flatmate|boss"
    r"|partner|girlfriend|boyfriend|cousin|uncle|aunt|nephew|niece|colleague|roommate|neighbour|solicitor|carer"
    r"|child|kid)|joint (?:account|card) with|split (?:\w+ ){0,2}with|shared? (?:\w+ ){0,2}with)[ ,:]{1,2}$",
    re.IGNORECASE,
)
AFTER = re.compile(
    r",? (?:here|speaking|sent|paid|owes|owed|lent|gave|wants|needs|said|says|told"
    r"|asked|nicked|stole|took|is calling|never|hasn't|didn't|again|please pay)\b",
    re.IGNORECASE,
)
_AND = re.compile(r" (?:and|&) [A-Z]")
_INITIALS = re.compile(r"(?:[^\W\d_]\.){1,3}[^\W\d_]?\.?", re.IGNORECASE)
_FLIGHT = re.compile(r"\b(?:flight|flights|fly|flying|flew|airport|airline|plane|layover|boarding)\b", re.IGNORECASE)
_MASH = re.compile(r"[^\W\daeiouyAEIOUY_]{6,}")  # a hand on the keyboard
_PLACE = re.compile(r"\b(?:at|in|near|via|inside|outside|around|the|a|an)\s(?:the\s)?[\"'“]?$", re.IGNORECASE)
_MOST = 6


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    kind: str  # "stranger", "particle", "initial", "word" or "other"


def find(text: str, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Names among the words of `text`; a text in another language, all strangers, is left alone."""
    words = _with_surnames([_word(match, vocabulary) for match in _TOKEN.finditer(text)], vocabulary)
    strangers = sum(word.kind == "stranger" for word in words)
    if not 0 < strangers <= _MOST or is_foreign(text):
        return
    for run in _runs(words):
        new = [word for word in run if word.kind == "stranger"]
        start, end = run[0].start, run[-1].end
        before = text[max(0, start - 30) : start]
        if len(new) >= 2:
            if not _PLACE.search(before) and not all(vocabulary.is_slip(word.text) for word in new):
                yield Finding("PERSON", start, end, 0.6)
        elif _MASH.search(new[0].text) or is_airport(new[0].text, text):
            continue
        elif _stands_as_name(text, run, before) or _SURELY_BEFORE.search(before):
            sure = new[0].text[0].isupper() or _SURELY_BEFORE.search(before)
            if not _PLACE.search(before) and (sure or not vocabulary.is_slip(new[0].text)):
                yield Finding("PERSON", start, end, 0.55)


def is_airport(word: str, text: str) -> bool:
    """Whether three capitals are where a flight goes."""
    return len(word) == 3 and word.isupper() and bool(_FLIGHT.search(text))


def _with_surnames(words: list[_Word], vocabulary: Vocabulary) -> list[_Word]:
    """An everyday word right after a first name that is none is the surname ("susan white")."""
    for index in range(1, len(words)):
        before, word = words[index - 1], words[index]
        close = word.start - before.end == 1
        alike = word.text[0].isupper() or before.text[0].islower()
        first = before.kind == "stranger" and vocabulary.is_given(before.text)
        if first and close and alike and word.kind == "word" and vocabulary.is_surname(word.text):
            words[index] = word._replace(kind="stranger")
    return words


def _stands_as_name(text: str, run: list[_Word], before: str) -> bool:
    start, end = run[0].start, run[-1].end
    line = text[text.rfind("\n", 0, start) + 1 : start], text[end:].split("\n", 1)[0]
    alone = not re.search(r"\w", "".join(line))
    coupled = run[0].text[0].isupper() and _AND.match(text, end)
    return bool(alone or coupled or run[0].kind == "initial" or _BEFORE.search(before) or AFTER.match(text, end))


def left_over(text: str, found: list[tuple[int, int]], vocabulary: Vocabulary) -> bool:
    """Whether a stranger stands outside what was found; in another language, only one with a capital."""
    foreign = is_foreign(text)
    for match in _TOKEN.finditer(text):
        covered = any(start <= match.start() < end for start, end in found)
        if covered or (foreign and match.group()[0].islower()) or _word(match, vocabulary).kind != "stranger":
            continue
        if not vocabulary.is_slip(match.group()):
            return True
    return False


def with_capitals(text: str, vocabulary: Vocabulary) -> str:
    """`text`, of the same length, as a careful writer would put it: strangers with a capital, no shouting."""
    calm = text.lower() if text.isupper() else text
    if len(calm) != len(text) or is_foreign(text):
        return text
    pieces, at = [], 0
    for match in _TOKEN.finditer(calm):
        if _word(match, vocabulary).kind == "stranger":
            written = "-".join(part[:1].upper() + part[1:] for part in match.group().split("-"))
            if len(written) == len(match.group()):
                pieces += [calm[at : match.start()], written]
                at = match.end()
    return "".join([*pieces, calm[at:]])


def _word(match: re.Match[str], vocabulary: Vocabulary) -> _Word:
    word = match.group()
    low = word.lower().rstrip(".")
    if not word[0].isalpha() or any(map(str.isdigit, word)):
        kind = "other"
    elif len(low) > 1 and _INITIALS.fullmatch(low):
        kind = "initial"
    elif len(low) == 1:
        kind = "initial" if low not in "ai" or word[0].isupper() else "word"
    elif low in _PARTICLES:
        kind = "particle"
    elif _is_put_as_name(match, vocabulary):
        kind = "stranger"
    elif (
        "." in low
        or (is_listed(low) and not vocabulary.is_given(low))
        or (vocabulary.is_english(word) and not vocabulary.only_looks_english(word))
    ):
        kind = "word"
    else:
        kind = "stranger"
    return _Word(word, match.start(), match.end(), kind)


def _is_put_as_name(match: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whether a first name that is an everyday word too has a capital which its place does not ask for."""
    word, text, start = match.group(), match.string, match.start()
    if not word[0].isupper() or word.isupper() or len(word) < 3 or vocabulary.is_plain(word):
        return False
    before = re.search(r"([^\W\d_])[^\W\d_]*,?\s$", text[max(0, start - 30) : start])
    return bool(before and before[1].islower() and vocabulary.is_given(word))


def _runs(words: list[_Word]) -> Iterator[list[_Word]]:
    """Strangers in a row, with the particles and initials between and before them."""
    run: list[_Word] = []
    for word in [*words, _Word("", 0, 0, "word")]:
        if word.kind in ("stranger", "particle", "initial") or (word.text == "." and run and run[-1].kind == "initial"):
            run.append(word)
            continue
        while run and run[-1].kind != "stranger":
            run.pop()
        while run and run[0].kind == "particle" and run[0].text[0].islower() and run[0].text not in _FIRST_PARTICLES:
            run.pop(0)
        if run and any(item.kind == "stranger" for item in run):
            yield run
        run = []
