"""English turns of phrase that only a name completes ("the wrong tenzin", "2 hinemoa"), and names spelt out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, folded
from common.privacy.recognizers.vocabulary import Vocabulary

_W = r"[^\W\d_](?:[^\W\d_]|['’-]){1,30}"
_X = rf"(?P<value>{_W}(?:\s{_W}){{0,2}}?)"
_ONE = rf"(?P<value>(?!(?:me|you|it|him|her|them|us)\b){_W})"
_FIGURE = r"[£$€¥]?\s?\d[\d.,]{0,12}\s?(?:[£$€¥k]|gbp|eur|usd|pounds?|euros?|dollars?|quid|bucks)?"
_MINE = (
    r"(?:birthday|bday|wedding|leaving do|hen do|stag do|graduation|christening|funeral|present|gift|half|share|rent"
    r"|number|flat|house|baby|account|card|details|money|pocket money|school fees|tuition|iban|sort code|party|mum|dad"
    r"|mother|father|wife|husband|sister|brother|son|daughter|boyfriend|girlfriend|bank|name|surname|salary|wages|loan)"
)
_FRAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"\bthe (?:wrong|other|right|same)\s{_ONE}(?!\s\w+\s(?:number|account|card|code|amount))(?=\s?[,.!?;]"
            rf"|\s(?:it|and|but|so|i|again|by|who)\b|\s?$)"
        ),
        rf"\b(?:send|sent|pay|paid|transfer|wire|give|move|ping)\b[^\n.!?]{{0,24}}\s2\s{_ONE}(?=\W|$)",
        (
            rf"\b(?:refund|refunding|reimburse|repay|invoice|pay back|credit|owe|tip|venmo|text|paid"
            rf"|charge)\s{_X}\s(?:the|his|her|their|my|a|an|what|for|back|{_FIGURE})(?:\s|$)"
        ),
        (
            rf"(?:^|[.,!?\n]\s?|\b(?:that|because|when|if|since|cos|coz|as)\s){_X}\s(?:and|&|n)\s(?:i|me|myself|my "
            rf"(?:wife|husband|partner|mum|dad))\b"
        ),
        rf"\b(?:me|i|myself|us|us two)\s(?:and|&)\s{_ONE}",
        rf"(?<![\w'’]){_ONE}['’]s\s(?:\d+(?:st|nd|rd|th)\s|new\s|old\s|bank\s)?{_MINE}\b",
        (
            rf"\b(?:for|from|to|with|by)\s{_ONE},?\s(?:and\s)?(?:not|rather than|instead of)\s(?:for|from|to|with"
            rf"|by)?\s?(?:me|him|her|myself)\b"
        ),
        rf"\bnot (?:for |to |from )?(?:me|mine|him|her)(?: but|,)\s(?:for |to |from )?{_ONE}",
        (
            rf"\b(?:first|last|sur|given|family|middle|christian|second|full|maiden|nick|user|married|birth"
            rf"|legal)\s?-?names?(?:'s| is| was| are|:|,|\sshould be|\sas)?\s{_X}(?=\s?[,.!?;]|\s(?:and|not|but"
            rf"|with|on|please)\b|\s?$)"
        ),
        (
            rf"\b(?:ask for|speak (?:to|with)|spoke (?:to|with)|spoken to|talk(?:ed)? to|met|meet|married|marry"
            rf"|divorc\w{{2,3}}|engaged to|met with|shout out to|on behalf of|behalf of|in the name of"
            rf"|under the name|signed by|sent by|belongs to|made out to|addressed to|payable to|c/o|care of"
            rf"|attn)\s{_X}(?=\s?[,.!?;'’]|\s(?:and|at|on|in|from|about|last|this|today|yesterday|please|who|is|was"
            rf"|but)\b|\s?$)"
        ),
        (
            rf"\b(?:wife|husband|mum|mom|dad|son|daughter|brother|sister|friend|mate|partner|boss|cousin|landlord"
            rf"|carer|flatmate|neighbour|colleague|fianc[ée]e?|ex|nanny|cleaner|tutor|gran|nan|grandma|grandson"
            rf"|girlfriend|boyfriend)(?: is| was|'s| name is| called| named|,)\s{_X}(?=\s?[,.!?;]|\s(?:and|has|is"
            rf"|was|who|needs|wants|will|can|from)\b|\s?$)"
        ),
        (
            rf"\b(?:do you know|who (?:on earth )?is|who's|whos|who was|remember|meet|it was|it's|its|is it|was it"
            rf"|isn't it|wasn't it)\s{_X}(?=\s?[?]|\s(?:who|that|not|and why|again)\b)"
        ),
        (
            rf"\b(?:add|put|remove|take|get|make|let|have)\s{_X}\s(?:as|to|on|onto|off|from|a|an|into|see|use|know"
            rf"|pay|my)\b"
        ),
        (
            rf"\b(?:can|could|may|will|would|should|did|does|has|is|was|if|that|because|when|think|hope)\s{_X}\s"
            rf"(?:see|use|uses|used|have|has|get|got|gets|access|log|withdraw|spend|pay|paid|pays|be|been|took|is"
            rf"|was|still|also|already|owes|sent|send|really|not|and)\b"
        ),
        rf"\b(?:split|share|halve)\b[^\n.!?]{{0,30}}\s(?:with|between)\s{_X}(?:\s(?:and|&)\s|(?=\s?[,.!?;]|\s?$))",
        (
            rf"\b(?:request|ask|get|collect|claim|received?|got|expecting|waiting for)\s{_FIGURE}\s(?:back\s)?"
            rf"(?:from|off|by)\s{_X}(?=\s?[,.!?;]|\s(?:and|for|on|in|today|yesterday|last|please|but|who|this)\b|\s?$)"
        ),
        (
            rf"\b(?:payment|transfer|money|deposit|refund|gift|{_FIGURE})\s(?:from|for|by|off)\s{_X}(?=\s?[,.!?;]"
            rf"|\s(?:on|in|has|is|was|today|yesterday|last|and|but|please|never|for|arrive\w?|land\w{{0,2}})\b|\s?$)"
        ),
    )
)
# Where a word is hardly an everyday one with a slip in it.
_SURE = frozenset({_FRAMES[1], _FRAMES[3], _FRAMES[4], _FRAMES[6], _FRAMES[7], _FRAMES[8], _FRAMES[9], _FRAMES[10]})
_TOKEN = re.compile(r"(?<![\w@./-])[^\W\d_]{3,20}(?![\w@]|\.\w)")
_NOT_NAME_BEFORE = re.compile(r"\b(?:in|at|near|the|via|san|santa|st)\s$", re.IGNORECASE)
_SPELT_WORD = (
    rf"(?:spel(?:t|led|ling|l)(?:\sit)?|buchstabier\w{{1,3}}|deletre\w{{1,4}}"
    rf"|{folded('épelle|épeler|épelé')}|letter by letter)"
)
_LETTERS = (
    r"(?<![^\W_])(?P<value>[^\W\d_](?P<gap>[.,·_/*-]\s?|\s[.·-]\s|\s)(?:[^\W\d_](?P=gap)){2,24}[^\W\d_])(?![^\W_])"
)
_SPELT = re.compile(_LETTERS)
_SPELT_AFTER = re.compile(rf"(?:{_SPELT_WORD}|name|surname)\b[^\n]{{0,30}}$", re.IGNORECASE)
# Letters of a writing other than the Latin, with the signs that stand between them.
_OTHER = (
    r"[\u0370-\u05f4\u0620-\u06d3\u0710-\u07ff\u0900-\u11ff\u1780-\u17b3\u3041-\u30ff\u31f0-\u31ff"
    r"\u3400-\u9fff\ua960-\ua97f]"
)
_SCRIPT = re.compile(
    rf"{_OTHER}(?:{_OTHER}|[\d'’·・-](?={_OTHER})|\s(?={_OTHER})|(?<={_OTHER})[aeijopcyxsABESKMHOPCTXYIJ])*"
)
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_NO_NAMES = re.compile(
    rf"(?:{folded('你好|您好|谢谢|謝謝|こんにちは|ありがとう|すみません')}"
    rf"|{folded('お願いします|안녕하세요|감사합니다|مرحبا|شكرا|السلام عليكم')}"
    rf"|{folded('नमस्ते|धन्यवाद|สวัสดี|ขอบคุณ|привет')}"
    rf"|{folded('спасибо|здравствуйте|пожалуйста|γεια|ευχαριστώ|元|円|원|руб|דק|שלום|תודה')})+"
)


def find(text: str, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Names in these phrases, spelt ones, and names in another writing amid Latin words."""
    for pattern in _FRAMES:
        for match in pattern.finditer(text):
            words = match["value"].split()
            kept = _kept(words, match, vocabulary)
            if kept:
                yield Finding("PERSON", match.start("value"), match.start("value") + len(" ".join(kept)), 0.6)
    for match in _TOKEN.finditer(text):
        if vocabulary.is_only_given(match.group()) and not _NOT_NAME_BEFORE.search(
            text, max(0, match.start() - 12), match.start()
        ):
            yield Finding("PERSON", *match.span(), 0.5)
    yield from _spelt(text, vocabulary)
    yield from _scripts(text)


def _kept(words: list[str], match: re.Match[str], vocabulary: Vocabulary) -> list[str]:
    """The words that make the name: the first a strange one or a first name, as it must be written."""
    first = words[0]
    if vocabulary.is_plain(first) and not (vocabulary.is_given(first) and (len(words) > 1 or match.re in _SURE)):
        return []
    given = vocabulary.is_given(first)
    everyday = vocabulary.is_english(first) and not vocabulary.only_looks_english(first)
    shouted = first.isupper() and match.string.isupper()
    if everyday and not (given and (len(words) > 1 or (first[0].isupper() and not first.isupper()))):
        return []
    sure = match.re in _SURE
    if not given and not sure and (first[0].islower() or shouted) and vocabulary.is_slip(first) and len(first) < 9:
        return []
    kept = [first]
    for word in words[1:]:
        alike = word[0].isupper() == first[0].isupper()
        if vocabulary.is_english(word) and not (alike and vocabulary.is_surname(word)):
            break
        kept.append(word)
    return [] if everyday and len(kept) == 1 and len(words) > 1 and first[0].islower() else kept


def _spelt(text: str, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Letters one by one: long, or said to be a spelling; "h e l p" is neither."""
    for match in _SPELT.finditer(text):
        word = "".join(letter for letter in match["value"] if letter.isalpha())
        said = _SPELT_AFTER.search(text, max(0, match.start() - 60), match.start())
        if said or (len(word) >= 5 and not vocabulary.is_english(word)):
            yield Finding("PERSON", *match.span("value"), 0.6)


def _scripts(text: str) -> Iterator[Finding]:
    """A few words in another writing in a message that is Latin otherwise."""
    if text.isascii():
        return
    found = [match for match in _SCRIPT.finditer(text) if len(match.group()) >= 2]
    foreign = sum(len(match.group()) for match in found)
    latin = sum(len(word) for word in _LATIN_WORD.findall(text))
    for match in found:
        if foreign <= latin and len(match.group()) <= 40 and not _NO_NAMES.fullmatch(match.group().replace(" ", "")):
            yield Finding("PERSON", *match.span(), 0.5)
