"""Other languages: which words are theirs, and where their sentences put a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from common.privacy.normalise import normalise
from common.privacy.recognizers.base import Finding, folded

_FILE = Path(__file__).parent.parent / "foreign_words.txt"
# Words of the list that English has too, or names: alone they say nothing about the language.
_SHARED_WORDS = """
    a al alemania all am an andra ans arg argentina au banco bank ben bent bien bin bit bom boos brasil but casa ces
    chi cliente colombia com come comment con conto corte dank das dem den der des dia die do dos du dus en er era
    es est et eu euros family favor foi for francia frau hat he hier ich ill im in ins is ist italia italien kan
    kort les limite los ma made mai mail mal mam mann me mere met mexico mich min mis morgen mot no nos numer nun
    oggi oi on one ou par para pas passe payer per persa peru plan portugal pot pour rate richtig saldo salut san
    sin so sole son sous spanien student support sur sus tag telephone tienda till time train uber un uni us van var
    von war was will ya
"""
_SHARED = frozenset(_SHARED_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"['’]?[^\W\d_][\w'’./-]*")
_X = r"(?P<value>[^\W\d_][^\n,;:!?\d]{1,60})"
_BETWEEN = r"[^\n.;:!?]{0,40}?"
_INTRODUCED = (
    re.compile(
        rf"\b(?:{folded('ich heiße|mein name ist|mein vorname ist|mein nachname ist')}"
        rf"|{folded('me llamo|mi nombre es|mi apellido es')}"
        rf"|{folded('je m’appelle|mon nom est|mon prénom est|mi chiamo|il mio nome è|meu nome é|me chamo|chamo-me')}"
        rf"|je m'appelle|je mappelle|ich heisse|a nombre de|au nom de|a nome di|em nome de|im namen von|op naam van"
        rf"|{folded('nazywam się|mam na imię|mijn naam is|ik heet|jag heter|mitt namn är|jeg heter|jeg hedder')}"
        rf"|{folded('benim adım|adım|numele meu este|mă numesc|a nevem|nimeni on|mano vardas')})\s{{1,2}}{_X}",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:mandar\w{0,4}|mando|manda|enviar\w{0,4}|envio|envia\w{0,2}|envoyer|envoie\w?|verser|virer|virement"
        r"|transferir\w{0,4}"
        r"|transferer|transferencia|transferencias?|transfert|pagar\w{0,4}|pago|pague|payer|paie|inviare|invia"
        r"|mandare|bonifico|trasferire"
        r"|pagare|ingresar|devolver|hacer\w{0,3}|fare|faire|preter|prestar|doy|dar|rembourser|bizum|pix|debo|dois"
        r"|devo)\b"
        rf"{_BETWEEN}\s(?:a|ao|para|per)\s(?:mi \w{{2,12}}\s|mon \w{{2,12}}\s|mia? \w{{2,12}}\s)?{_X}",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:an|fur|von|aan|naar|voor)\s(?P<value>[^\W\d_][^\n,;:!?\d]{1,50}?)\s(?:uberweis|senden|schick"
        r"|zahlen|bezahlen|gesendet|geschickt|gezahlt|uberwiesen|transferier|overma|sturen|betalen|gestuurd)\w{0,6}\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:uberweis\w{{0,4}}|schick\w{{0,3}}|send\w{{1,2}}|zahl\w{{0,3}}|uberweisung|overboeking|maak"
        rf"|stuur|betaal)\b"
        rf"{_BETWEEN}\s(?:an|aan|naar|fur)\s(?:mein\w{{0,2}}\s\w{{2,12}}\s)?{_X}", re.IGNORECASE,
    ),
    re.compile(rf"\b(?:przelew|przelac|przelej|wyslac|wyslij|zaplacic|skicka|overfor|betala|swisha|send|overfør"
        rf"|vipps\w?)\b"
        rf"{_BETWEEN}\s(?:do|dla|till|til)\s{_X}", re.IGNORECASE,
    ),
)  # fmt: skip
_TURKISH = re.compile(r"(?P<value>[^\W\d_]{2,20}(?:\s[^\W\d_]{2,20})?)['’](?:n?y?[ae]|n?[ıi]n|[dt][ae]n)\b")
_FIRST_SMALL = frozenset(
    ["de", "la", "le", "el", "al", "van", "von", "der", "den", "af", "ter", "ten", "d'", "da", "di", "du", "bin"]
)
_STOPS = frozenset(
    [
        "and",
        "e",
        "y",
        "et",
        "und",
        "en",
        "i",
        "og",
        "och",
        "ja",
        "a",
        "an",
        "aan",
        "auf",
        "from",
        "to",
        "for",
        "with",
        "the",
        "is",
        "my",
        "no",
        "non",
        "pas",
        "mais",
        "pero",
        "aber",
        "ma",
        "maar",
        "please",
        "today",
        "now",
        "on",
        "in",
        "per",
        "von",
        "y'a",
        "and",
    ]
)


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    words = _FILE.read_text(encoding="utf-8").split()
    return frozenset(words) | {normalise(word).text for word in words}


def is_foreign(text: str) -> bool:
    """Whether `text` has two little words of another language, different ones."""
    telling = _listed() - _SHARED
    return len({word for word in _WORD.findall(text.lower()) if word in telling}) >= 2


def is_listed(word: str) -> bool:
    """Whether it is an everyday word of another language."""
    return word.lower() in _listed()


def find(text: str, is_given: Callable[[str], bool]) -> Iterator[Finding]:
    """Names where German, Spanish, French, Italian, Portuguese, Dutch, Polish and Nordic sentences put them."""
    for index, pattern in enumerate(_INTRODUCED):
        for match in pattern.finditer(text):
            start, end = match.span("value")
            for found in _head(text, start, end):
                name = text[found.start : found.end]
                if not index or name[0].isupper() or " " in name or is_given(name):
                    yield found
    if is_foreign(text):
        for match in _TURKISH.finditer(text):
            yield Finding("PERSON", *match.span("value"), 0.6)


def _head(text: str, start: int, end: int) -> Iterator[Finding]:
    """Up to five words from `start`, up to an everyday one of the language."""
    last, count = start, 0
    for match in _TOKEN.finditer(text, start, end):
        word = match.group().lower().strip(".'’")
        capital = match.group()[0].isupper() and not text.isupper()
        if word in _FIRST_SMALL or (word in ("y", "e", "i") and count and not _next_is_listed(text, match.end())):
            continue
        if count == 5 or word in _STOPS or (is_listed(word) and not (capital and count)):
            break
        last, count = match.end(), count + 1
        if match.group().endswith(".") and len(match.group()) > 4:
            last -= 1
            break
    if count:
        yield Finding("PERSON", start, last, 0.8)


def _next_is_listed(text: str, at: int) -> bool:
    match = _TOKEN.search(text, at)
    return match is None or is_listed(match.group()) or match.group().lower() in _STOPS
