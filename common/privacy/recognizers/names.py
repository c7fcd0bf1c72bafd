"""People's names: the model's, and those that a sentence puts forward, in any case and from any culture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from common.privacy.recognizers import fields, foreign, frames, strangers, whole_names
from common.privacy.recognizers.base import Finding, Recogniser, folded
from common.privacy.recognizers.foreign import is_foreign
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
    re.compile(
        rf"\b(?:send|pay|give|owe|wire|lend|lent|loan|repay|reimburse|ping|tip|slip|venmo|paypal)\s{_NAME}\s(?:{_FIGURE}|{_AMOUNT_WORDS}\b)",
        re.IGNORECASE,
    ),
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
        rf"(?:{folded('меня зовут|мене звати|我叫|我的名字是|私の名前は|اسمي|मेरा नाम')}"
        rf"|{folded('με λένε|ονομάζομαι|제 이름은')})\s?"
        r"(?P<value>[^\s.,!?;]{1,30}(?:\s[^\s.,!?;]{1,30}){0,2})"
    ),
    re.compile(
        r"\b(?:nome [eé]|soy|sono|je suis|ich bin|ik ben|jestem)\s" + _NAME,
        re.IGNORECASE,
    ),
)
_GIVEN = r"(?P<value>[^\W\d_][^\W\d_'’-]{1,20}(?:\s[^\W\d_][^\W\d_'’-]{1,20})?)"
# Where an everyday word that is a first name too can be nothing else, in any case.
_SURELY_NAME = (
    re.compile(rf"\b(?:owes?|owed|lend|lent|lending|loan|reimburse|repay|nicked by)\s{_GIVEN}", re.IGNORECASE),
    re.compile(
        rf"\b(?:add|register|save|remove|delete)\s{_GIVEN}\s(?:as|from|to)\s(?:an?\s|my\s|the\s)?(?:new\s)?payees?\b",
        re.I,
    ),
    re.compile(rf"\b{_GIVEN}\s(?:paid|sent|owes|gave|lent|owed)\sme\b", re.IGNORECASE),
    re.compile(rf"\bmy (?:{_KIN}|fianc[eé]e?|ex|child|kid|bro|sis|nan|gran|grandma|grandad)\s{_GIVEN}", re.IGNORECASE),
    re.compile(rf"\b(?:new )?(?:payee|beneficiary|recipient|holder|owner)(?:\sis|\swas|:)?\s{_GIVEN}", re.IGNORECASE),
    re.compile(
        rf"\b(?:name is|name was|name's|called|named|signed,?|cheers,|thanks,|regards,?|dear|yo)\s{_GIVEN}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:it['’]?s|this is|i['’]?m|i am)\s{_GIVEN}(?=\s(?:here|calling|speaking|again|and)\b|[.,!?]|$)",
        re.IGNORECASE,
    ),
)
# Two words of which the first is a first name and the second a surname, everyday words or not, after one of these.
_BEFORE_TWO = (
    r"(?:to|from|with|by|for|and|tell|told|ask|asked|pay|paid|paying|pay back|send|wire|give|remove|delete"
    r"|add|was|is|did"
    r"|has|can|could|let|of|spoke to|mr|put|hey|hi|hello|via|on behalf of|refund|reimburse|lent|that|back|over)"
)
_TWO = re.compile(
    rf"(?:\b{_BEFORE_TWO}\s|^\W{{0,3}}|[.,;:!?\n]\s?)(?P<value>(?P<given>[^\W\d_][^\W\d_'’-]{{1,20}})"
    r"\s(?P<surname>[^\W\d_]{2,20}))(?![^\W\d_])",
    re.IGNORECASE,
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
_PAID = frozenset({_ANY_CASE[2], _ANY_CASE[3], _WITH_CAPITAL[-1]})
_AM_FOREIGN = frozenset({_ANY_CASE[-1]})
_AM = frozenset({_WITH_CAPITAL[0]}) | _AM_FOREIGN
_PAIR = re.compile(
    r"\b(?P<value>[A-Z][a-z'’-]{1,25}(?:\s(?:[A-Z]\.|(?:de|da|van|von|der|al|el|bin|ben|di)\s)?\s?[A-Z][a-z'’-]{1,25}){1,2})\b"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|via)\s(?:the\s)?[\"'“]?$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")


# First names and surnames that everyday English puts side by side.
_SAID_TOGETHER = frozenset(
    {"will may", "will cash", "will wait", "will post", "will need", "bill may", "bill will", "will place", "mark may",
     "will bill", "will mark", "may bill", "will light", "will read", "will park", "will love", "will pound",
     "may price", "may will"}
)  # fmt: skip


def _is_pair(given: str, surname: str) -> bool:
    """Whether the two are written alike, as names are, and are no everyday phrase."""
    alike = given[0].isupper() == surname[0].isupper() and given.isupper() == surname.isupper()
    return alike and f"{given} {surname}".lower() not in _SAID_TOGETHER


class NameRecogniser(Recogniser):
    """Positions that a name takes, and the model's PERSON spans, each word checked against `not_names`.

    `not_names` holds lower-case words that are no names in a bank: everyday words, merchants, months, places.
    """

    entities = ("PERSON",)

    def __init__(self, not_names: frozenset[str]) -> None:
        super().__init__()
        self.vocabulary = Vocabulary(not_names)

    def may_hold_name(self, text: str) -> bool:
        """Whether asking the model can tell anything: a word that may be a name is left over by the rules."""
        found = [(each.start, each.end) for each in (*self.find(text), *self.strangers(text))]
        return strangers.left_over(text, found, self.vocabulary)

    def for_model(self, text: str) -> str:
        """`text`, of the same length, in the case that the model has learnt names in."""
        return strangers.with_capitals(text, self.vocabulary)

    def find(self, text: str) -> Iterator[Finding]:
        for pattern in (*_ANY_CASE, *_WITH_CAPITAL):
            for match in pattern.finditer(text):
                if not self._is_no_name(pattern, match):
                    yield from self._head(text, *match.span("value"))
        for match in _LOWER_CASE.finditer(text):
            words = match["value"].split()
            if not any(self._is_word(word) or ("-" not in word and _ENGLISH_ENDING.search(word)) for word in words):
                yield Finding("PERSON", *match.span("value"), 0.6)
        yield from self._everyday(text)
        for match in _PAIR.finditer(text):
            start, end = self._trimmed(text, *match.span("value"))
            if self._is_person(text, start, end):
                yield Finding("PERSON", start, end, 0.6)

    def _everyday(self, text: str) -> Iterator[Finding]:
        """Names that are everyday words ("i owe will 30", "was Joy Banks refunded?")."""
        names = self.vocabulary
        if all(names.is_everyday(word) for word in set(_WORD.findall(text))):
            return
        for pattern in _SURELY_NAME:
            for match in pattern.finditer(text):
                words = list(_WORD.finditer(text, *match.span("value")))
                if words and self._is_put_as_name(words, pattern is _SURELY_NAME[-1], text):
                    both = len(words) > 1 and (
                        names.is_surname(words[1].group()) or not names.is_english(words[1].group())
                    )
                    yield Finding("PERSON", match.start("value"), words[1 if both else 0].end(), 0.65)
        at = 0
        while pair := _TWO.search(text, at):
            at = max(pair.start("given"), pair.start() + 1)
            given, surname = pair["given"], pair["surname"]
            everyday = given[0].islower() and names.is_english(given) and names.is_english(surname)
            placed = pair.start() != pair.start("value") and text[pair.start()].isalpha()
            owns = text[pair.end("value") :].startswith(("'s", "’s"))
            if everyday and not placed and not owns and not strangers.AFTER.match(text, pair.end("value")):
                continue
            if names.is_given(given) and names.is_surname(surname) and _is_pair(given, surname):
                yield Finding("PERSON", *pair.span("value"), 0.65)

    def strangers(self, text: str) -> Iterator[Finding]:
        """Names by words that English does not make, in fields and phrases; for texts of customers, not for lines
        full of jargon."""
        names = self.vocabulary
        yield from fields.find(text, names.is_everyday, names.is_given)
        yield from foreign.find(text, names.is_given)
        yield from frames.find(text, names)
        yield from strangers.find(text, names)

    def whole(self, text: str, start: int, end: int) -> tuple[int, int]:
        """The span of the whole name of which start..end is a part."""
        return whole_names.whole(text, start, end, self.vocabulary)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None) -> list[RecognizerResult]:
        results = super().analyze(text, entities, nlp_artifacts)
        if nlp_artifacts is None or "PERSON" not in entities:
            return results
        for span in nlp_artifacts.entities:
            start, end = self._trimmed(text, span.start_char, span.end_char)
            if span.label_ == "PERSON" and self._is_person(text, start, end):
                results.append(RecognizerResult("PERSON", start, end, 0.7))
        return results

    def _is_put_as_name(self, words: list[re.Match[str]], introduced: bool, text: str) -> bool:
        """Whether a name's place holds a first name or a strange word; "i'm rich" is neither."""
        first, names = words[0].group(), self.vocabulary
        if not names.is_given(first):
            slip = first[0].islower() and names.is_slip(first)
            return not (names.is_english(first) or slip or is_foreign(text))
        return not introduced or len(words) > 1 or not names.is_english(first) or self._is_called(first, text)

    def _is_no_name(self, pattern: re.Pattern[str], match: re.Match[str]) -> bool:
        """Whether an everyday word stands where money goes or somebody is something ("to joint", "i'm Furious")."""
        words, names = match["value"].split(), self.vocabulary
        first = words[0]
        if pattern in _AM:
            single = len(words) == 1 or words[1][0].islower()
            if pattern in _AM_FOREIGN:
                return (
                    first[0].islower()
                    and not names.is_given(first)
                    and ((single and len(words) < 2) or foreign.is_listed(first))
                )
            return single and names.is_everyday(first) and not names.only_looks_english(first)
        if pattern in _PAID:
            everyday = first[0].islower() and names.is_everyday(first) and not names.only_looks_english(first)
            return everyday or strangers.is_airport(first, match.string)
        return False

    def _is_called(self, word: str, text: str) -> bool:
        """Whether an everyday word is written as a first name: with a capital that the sentence does not ask for."""
        return word[0].isupper() and not word.isupper() and self.vocabulary.is_given(word) and not text.isupper()

    def _head(self, text: str, start: int, end: int) -> Iterator[Finding]:
        """The words from `start` on, up to the first that is no name."""
        last = start
        for match in _WORD.finditer(text, start, end):
            if self._is_word(match.group()) and not (last == start and self._is_called(match.group(), text)):
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
            and (name[0].isupper() or (all(map(self._is_strange, words)) and not is_foreign(text)))
            and not any(map(str.isdigit, name))
            and not any(map(self._is_word, words))
            and not _PLACE_BEFORE.search(text, max(0, start - 12), start)
        )

    def _is_strange(self, word: str) -> bool:
        return len(word) > 1 and not self.vocabulary.is_english(word) and not self.vocabulary.is_slip(word)

    def _is_word(self, word: str) -> bool:
        return self.vocabulary.is_plain(word)
