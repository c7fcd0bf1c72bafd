"""People's names: the model's, and those that a sentence puts forward, in any case and from any culture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from common.privacy.recognizers import strangers
from common.privacy.recognizers.base import Finding, Recogniser
from common.privacy.recognizers.vocabulary import Vocabulary

_NAME = r"(?P<value>[^\W\d_](?:[^\W\d_]|['’-]){0,30}(?:[ ]{1,2}[^\W\d_](?:[^\W\d_]|['’.-]){0,30}){0,3})"
_CAPITALISED = r"(?P<value>[A-Z](?:[^\W\d_]|['’-]){0,30}(?:\s[A-Z](?:[^\W\d_]|['’.-]){0,30}){0,3})"
_ONE = r"(?P<value>[^\W\d_](?:[^\W\d_]|['’-]){1,30})"
_KIN = (
    r"friend|mate|wife|husband|mum|mom|dad|mother|father|son|daughter|brother|sister|landlord|landlady|flatmate|boss"
    r"|partner|girlfriend|boyfriend|cousin|uncle|aunt|nephew|niece|colleague|roommate|neighbour|solicitor|carer"
)
_FIGURE = r"[£$€¥]?\s?\d[\d.,]{0,12}\s?(?:[£$€¥k]|gbp|eur|usd|pounds?|euros?|dollars?|quid|bucks)?"
_AMOUNT_WORDS = (
    r"(?:a (?:hundred|thousand|tenner|fiver)|(?:five|ten|fifteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty))"
)
_ANY_CASE = (
    re.compile(
        r"\b(?:name(?:'s|s| is| was|:)|(?:i am|i'm|im) (?:called|named)|called me|call me|surname(?: is|:)"
        r"|this is (?:mr|mrs|ms|dr)|account holder(?: is|:)?|cardholder(?: is|:)?|beneficiary(?: is|:)?|payee(?: is|:)?"
        r"|recipient(?: is|:)?|change my name to|named|regards,?|sincerely,?|yours,|maiden name(?: is|:)?)\s{1,2}"
        + _NAME,
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:mr|mrs|ms|dr|herr|frau|señora?|mme|monsieur)\b\.?\s{{1,2}}{_NAME}", re.IGNORECASE),
    re.compile(
        r"\b(?:send|sent|sending|pay|paid|paying|transfer|transferred|transferring|wire|wired|move|give|gave|forward|owe)\b"
        rf"(?:\s(?:it|that|this|them|the|a|some|money|cash|funds|rent|payment|another|only|exactly|just|{_FIGURE})){{0,5}}"
        rf"\s(?:back\s)?to\s(?:my (?:{_KIN})\s)?{_NAME}",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:send|pay|give|owe|wire)\s{_NAME}\s(?:{_FIGURE}|{_AMOUNT_WORDS}\b)", re.IGNORECASE),
    re.compile(
        rf"\bmy (?:{_KIN}),?\s{_ONE}"
        r"(?=(?:'s)?(?:\s(?:wants|needs|is|has|said|lives|owes|sent|paid)\b|\s*[.,!?;:]|\s*$))",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![\w.])(?!e\.g|i\.e|a\.m|p\.[ms]|u\.[ks])(?P<value>(?:[^\W\d_]\.\s?){1,3}[^\W\d_][^\W\d_'’-]{2,30})"
    ),
    re.compile(rf"(?:^|[.,!?]\s){_NAME}\sspeaking\b", re.IGNORECASE),
    re.compile(
        r"\b(?:nome [eé]|ich hei(?:ss|ß)e|me llamo|mi nombre es|je m'appelle|mi chiamo|nazywam si[eę]"
        r"|soy|sono|je suis|ich bin|ik ben|jag heter|jestem)\s" + _NAME,
        re.IGNORECASE,
    ),
)
# "i'm priya raghunathan", and nothing after it: each word must be one that English does not make.
_LOWER_CASE = re.compile(
    r"\b(?:i\s?['’]?\s?a?m|this is|its|it's)\s(?P<value>[^\W\d_]{2,20}(?:\s(?:[^\W\d_]|['’-]){2,22}){1,2}?)"
    r"(?=\s?(?:[.,!;]|$|here\b|speaking\b|from\b))",
    re.IGNORECASE,
)
_ENGLISH_ENDING = re.compile(
    r"(?:ing|ed|ly|al|ous|able|ible|ive|ish|ful|less|ness|ment|tion|sion|er|ers|est|ate|ent|ant|ough|ck|ght|ty|ise|ize)$",
    re.IGNORECASE,
)
# With a capital only: "i'm waiting" and "my sister uses" are everyday English.
_WITH_CAPITAL = (
    re.compile(
        rf"\b(?:[Ii]\s?[’']?\s?[Aa]?[Mm]|[Tt]his is|[Ii]t[’']s|[Hh]ello from|[Oo]n behalf of)\s{{1,2}}{_CAPITALISED}"
    ),
    re.compile(
        r"\b(?:[Hh]ello|[Hh]i|[Hh]ey|[Dd]ear|[Ww]elcome(?: back)?|[Tt]hanks|[Tt]hank you"
        rf"|[Gg]ood (?:morning|afternoon|evening)),?\s{_CAPITALISED}"
    ),
    re.compile(rf"\b[Mm]y (?:{_KIN}),?\s{_CAPITALISED}"),
    re.compile(rf"\b(?:[Ss]ir|[Mm]iss|[Ll]ady|[Pp]rof)\.?\s{_CAPITALISED}"),
    re.compile(rf"(?:^|[.,!?]\s){_CAPITALISED}\shere\b"),
    re.compile(rf"(?:{_FIGURE}|\b[Oo]rder|\b[Oo]wed|\b[Oo]wing)\s(?:over\s)?to\s{_CAPITALISED}"),
)
_PAIR = re.compile(
    r"\b(?P<value>[A-Z][a-z'’-]{1,25}(?:\s(?:[A-Z]\.|(?:de|da|van|von|der|al|el|bin|ben|di)\s)?\s?[A-Z][a-z'’-]{1,25}){1,2})\b"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|via)\s(?:the\s)?[\"'“]?$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")


class NameRecogniser(Recogniser):
    """Positions that a name takes, and the model's PERSON spans, each word checked against `not_names`.

    `not_names` holds lower-case words that are no names in a bank: everyday words, merchants, months, places.
    """

    entities = ("PERSON",)

    def __init__(self, not_names: frozenset[str]) -> None:
        super().__init__()
        self._vocabulary = Vocabulary(not_names)

    def may_hold_name(self, text: str) -> bool:
        """Whether asking the model can tell anything: a word that may be a name is left over by the rules."""
        found = [(each.start, each.end) for each in (*self.find(text), *self.strangers(text))]
        return strangers.left_over(text, found, self._vocabulary)

    def for_model(self, text: str) -> str:
        """`text`, of the same length, in the case that the model has learnt names in."""
        return strangers.with_capitals(text, self._vocabulary)

    def find(self, text: str) -> Iterator[Finding]:
        for pattern in (*_ANY_CASE, *_WITH_CAPITAL):
            for match in pattern.finditer(text):
                yield from self._head(text, *match.span("value"))
        for match in _LOWER_CASE.finditer(text):
            words = match["value"].split()
            if not any(self._is_word(word) or ("-" not in word and _ENGLISH_ENDING.search(word)) for word in words):
                yield Finding("PERSON", *match.span("value"), 0.6)
        for match in _PAIR.finditer(text):
            start, end = self._trimmed(text, *match.span("value"))
            if self._is_person(text, start, end):
                yield Finding("PERSON", start, end, 0.6)

    def strangers(self, text: str) -> Iterator[Finding]:
        """Names by words that English does not make; for texts of customers, not for lines full of jargon."""
        return strangers.find(text, self._vocabulary)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None) -> list[RecognizerResult]:
        results = super().analyze(text, entities, nlp_artifacts)
        if nlp_artifacts is None or "PERSON" not in entities:
            return results
        for span in nlp_artifacts.entities:
            start, end = self._trimmed(text, span.start_char, span.end_char)
            if span.label_ == "PERSON" and self._is_person(text, start, end):
                results.append(RecognizerResult("PERSON", start, end, 0.7))
        return results

    def _head(self, text: str, start: int, end: int) -> Iterator[Finding]:
        """The words from `start` on, up to the first that is no name."""
        last = start
        for match in _WORD.finditer(text, start, end):
            if self._is_word(match.group()):
                break
            last = match.end()
        if last > start:
            yield Finding("PERSON", start, last, 0.7)

    def _trimmed(self, text: str, start: int, end: int) -> tuple[int, int]:
        """The span without the everyday word that begins a sentence ("Register Hana Suzuki")."""
        first = _WORD.match(text, start, end)
        if first is None or not self._is_word(first.group()) or text[:start].rstrip()[-1:] not in ("", ".", "!", "?"):
            return start, end
        rest = _WORD.search(text, first.end(), end)
        return (rest.start(), end) if rest else (start, end)

    def _is_person(self, text: str, start: int, end: int) -> bool:
        name = text[start:end]
        words = _WORD.findall(name)
        return (
            bool(words)
            and (name[0].isupper() or (all(map(self._is_strange, words)) and not strangers.is_foreign(text)))
            and not any(map(str.isdigit, name))
            and not any(map(self._is_word, words))
            and not _PLACE_BEFORE.search(text, max(0, start - 12), start)
        )

    def _is_strange(self, word: str) -> bool:
        return len(word) > 1 and not self._vocabulary.is_english(word) and not self._vocabulary.is_slip(word)

    def _is_word(self, word: str) -> bool:
        return self._vocabulary.is_plain(word)
