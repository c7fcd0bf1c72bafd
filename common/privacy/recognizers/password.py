"""Passwords and pass phrases: what is given as one, and what looks like one beside the word for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, folded
from common.privacy.recognizers.vocabulary import Vocabulary

_WORD = (
    r"(?:p[aw]?s{1,2}[ _-]?(?:wo?r?d|wrod|owrd|ord|wort)s?|pwr?d|psw|pswd|pw|pass ?phrases?|pass|passwort"
    r"|kennwort|losungswort|mot de passe|mdp|contrasena|clave"
    r"|senha|wachtwoord|haslo|parola(?: d'ordine)?|losenord|sifre(?:m)?|jelszo|heslo|salasana"
    rf"|{folded('пароль|парол|पासवर्ड')}"
    r"|memorable (?:word|answer|name|place|phrase)|secret (?:word|answer|phrase)|security (?:answer|word|phrase)"
    r"|answer to (?:my|the) (?:security|secret) question|code ?word)"
)
_ABOUT = r"(?:\s(?:i (?:use|used|chose|set|have|had|picked)|for \w{2,20}(?: \w{2,20})?|there|here|now|today))?"
_GIVEN = re.compile(
    rf"(?<![^\W_]){_WORD}(?:'s)?[\"'”’)\]]{{0,2}}{_ABOUT}"
    r"(?:\s{1,3}(?:is|was|to|as|set to|would be|will be|should be|used to be|ist|lautet|war|est|es|era|e|jest"
    r"|to:)(?!\w):?"
    r"|\s?[:=]{1,2}>?|\s?-{1,2}>?"
    r"|/(?=\S{0,12}\d))\s{0,3}[\"'“„«(`]{0,2}(?P<value>(?!<)(?=[^\s]{0,8}\w)[^\s\"'”“»`]{1,64})",
    re.IGNORECASE,
)
_TAGGED = re.compile(rf"<[\w-]{{0,20}}?{_WORD}>(?P<value>(?!<)[^<\n]{{1,64}})</", re.IGNORECASE)
_QUOTED = re.compile(rf"\b{_WORD}[^\"“„«`\n]{{0,20}}[\"“„«`](?P<value>(?!<)[^\"”“»`\n]{{3,80}})[\"”“»`]", re.IGNORECASE)
_BESIDE = re.compile(
    rf"(?<![^\W_])(?:(?:{_WORD}|passcode)(?![^\W_])|(?:log ?in|credentials?|username)\s?[:=])", re.IGNORECASE
)
# Short for the word and hardly ever a subject: what closes the sentence or is asked after is the value.
_SHORT = re.compile(
    r"(?<![^\W_])(?:pw|pwd|psw|pswd|mdp)\s(?P<value>(?!<)[^\s.,;!?]{3,64})(?=[.,;!?]|$|\s(?:and|but|for|is"
    r"|doesn|won|wont|does)\b)",
    re.IGNORECASE,
)
_NEXT = re.compile(rf"\b{_WORD}\s(?P<value>[^\W\d_][^\s.,;:!?]{{5,40}})(?=[\s.,;!?]|$)", re.IGNORECASE)
_TOKEN = re.compile(r"(?<!\S)[(\"'“]?(?P<value>(?!<)[^\s\"'“”()]{4,64}?)[)\"'”]?[.,;:]?(?!\S)")
_PHRASE = re.compile(
    r"\b(?:seed|recovery|mnemonic|backup|wallet|secret)\s(?:phrase|words?|seed)\b\W{1,4}(?:is|are|:)?\W{0,4}"
    r"(?P<value>(?:[a-z]{3,8}[\s,]{1,3}){11,23}[a-z]{3,8})",
    re.IGNORECASE,
)
_NOT_GIVEN = re.compile(
    r"(?:not|wrong|incorrect|correct|expired|blocked|locked|reset|a|the|my|what|required|invalid|too|still|being|an"
    r"|access|log|change|get|it|in|new|forgotten|and|or|for|on|by|but|has|have|does|doesn't|compromised"
    r"|leaked|stolen|weak"
    r"|strong|safe|secure|case|sensitive|long|short|old|same|different|ok|okay|fine|good|bad|known|shared|saved|stored"
    r"|refused|rejected|accepted|never|always|only|also|just|now|no|lost|gone|hacked|broken|there|mandatory|due|needed"
    r"|missing|empty|updated|changed|working|help|please|something|anything|unknown|out|asked|sent|very|so|that|this|i)"
    r"[.,!?;:]*$",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"\b(?:first (?:pet|school|car|teacher)|pet'?s name|mother'?s maiden name|street i grew up (?:on|in)|city of birth)"
    r"(?:'s name)?(?:\s(?:is|was|called)|\s?[:=])\s(?P<value>[^\s.,;()]{2,40})",
    re.IGNORECASE,
)
_REACH = 32
_REACH_AFTER = 28


class PasswordRecogniser(Recogniser):
    """The word that a sentence gives as the password, whatever it is; and any strange one near it."""

    entities = ("PASSWORD",)

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def find(self, text: str) -> Iterator[Finding]:
        for match in _PHRASE.finditer(text):
            yield Finding("PASSWORD", *match.span("value"), 0.95)
        for match in _ANSWER.finditer(text):
            yield Finding("PASSWORD", *match.span("value"), 0.9)
        named = [match.span() for match in _BESIDE.finditer(text)]
        if not named:
            return
        for pattern in (_GIVEN, _QUOTED, _TAGGED, _SHORT):
            for match in pattern.finditer(text):
                if not _NOT_GIVEN.match(match["value"]):
                    yield Finding("PASSWORD", match.start("value"), _end(match), 0.95)
        for match in _NEXT.finditer(text):
            value = match["value"]
            if not self._vocabulary.is_english(value) and not self._vocabulary.is_slip(value):
                yield Finding("PASSWORD", *match.span("value"), 0.8)
        for match in _TOKEN.finditer(text):
            start, end = match.span("value")
            near = any(0 <= start - after <= _REACH or 0 <= before - end <= _REACH_AFTER for before, after in named)
            if near and _is_strange(match["value"]):
                yield Finding("PASSWORD", start, end, 0.7)


def _end(match: re.Match[str]) -> int:
    """Where the value ends, without the bracket or the comma that closes the sentence about it."""
    value = match["value"]
    return match.start("value") + len(value.rstrip(",;)") or value)


def _is_strange(token: str) -> bool:
    """Whether letters are mixed with digits, signs or capitals as nobody writes a word, a date or an amount."""
    if not any(map(str.isalpha, token)) or not token.isascii():
        return False
    inner = token.strip(".,!?;:")
    capitals = re.search(r"[a-z][A-Z]", inner) is not None
    digits = (
        re.search(r"\d", inner) is not None
        and re.fullmatch(r"\d+(?:st|nd|rd|th|am|pm|k|x|p|gbp|eur|usd)", inner.lower()) is None
    )
    signs = re.search(r"[#$%^&*_+=~!?@][^\W_]|[^\W_][#$%^&*_+=~!@]", inner) is not None
    return capitals or digits or signs
