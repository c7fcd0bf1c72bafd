"""Names and addresses in fields: forms, JSON, XML, tables, queries, e-mail headers, chats that ask for a name.

What stands in such a field needs no vocabulary: the label says what it is, whatever language it is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from common.privacy.recognizers.base import Finding, folded

_OF = (
    r"(?:full|first|last|given|family|middle|fore|legal|account|acct|card|payee|beneficiary|recipient|customer|client"
    r"|holder|contact|display|maiden|nick|preferred|christian|second|sender|receiver|cardholder|applicant|person|my"
    r"|your)"
)
_NAME_LABEL = (
    rf"(?:(?:{_OF}[\s_.-]?){{1,2}}names?|names?(?:\s(?:on|of)\s(?:the\s)?(?:card|account|account\sholder))?|surnames?"
    r"|fname|lname|cardholder|card[\s_-]holder|account[\s_-]?holder|acc(?:oun)?t[\s_-]owner|payee|beneficiary|recipient"
    r"|receiver|remitter|signatory|signed(?:\sby)?|sign|signature|attn|applicant|next[\s_-]of[\s_-]kin|tenant"
    r"|landlord|employer\scontact"
    rf"|{folded('nom|prénom|nombre|apellido|apellidos|nome|cognome|sobrenome|vorname|nachname|familienname')}"
    rf"|{folded('nombre completo|nom complet|nome completo|kontoinhaber|empfänger|begünstigter|bénéficiaire')}"
    rf"|{folded('destinataire|titulaire|beneficiario|destinatario|titular|intestatario|naam|voornaam|achternaam')}"
    rf"|{folded('begunstigde|navn|fornavn|etternavn|namn|förnamn|efternamn|mottagare|imię|nazwisko|odbiorca')}"
    rf"|{folded('isim|ad soyad|soyad|alıcı|имя|фамилия|получатель|姓名|名前|氏名|이름|성명|الاسم|नाम|ชื่อ')})"
)
_ADDRESS_LABEL = (
    r"(?:(?:(?:home|billing|delivery|shipping|postal|mailing|street|new|old|current|registered"
    r"|residential)[\s_-]?){0,2}"
    r"(?:add?ress?e?)(?:[\s_-]?(?:line)?[\s_-]?[1-3])?|street|residence|road|old|new|old home|new home"
    rf"|{folded('anschrift|adresse|straße|wohnort|dirección|domicilio|calle|rue|indirizzo|via|endereço|morada|adres')}"
    rf"|{folded('straat|adress|gata|ulica|adres zamieszkania|адрес|住所|地址|주소|العنوان|पता|ที่อยู่')})"
)
_PARTS = r"(?:^|(?<=[\n|;,/{(\t]))[\s>*•·-]{0,4}"
_QUOTED = (
    r"[\"']?(?<![\w-])",
    r"[\"']?\s{0,2}[:=]\s{0,2}[\"'](?P<value>[^\"\n]{1,120}?)[\"'](?=\s{0,2}(?:[,}\])\n;&]|$))",
)
_TAGGED = (r"<", r"(?:\s[^<>\n]{0,60})?>\s{0,4}(?P<value>[^<>\n]{1,120}?)\s{0,4}</")
_QUERY = (r"(?:(?<=[?&;])|(?<![\w-]))", r"=(?P<value>[^&=\n\"';|]{1,120})")
_LINE = (_PARTS, r"\s{0,2}(?:[:：=]|\s-)\s{0,3}(?P<value>[^\n|;\"<>{}\[\]]{1,120})")


def _patterns(label: str) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(f"{before}(?:{label}){after}", re.IGNORECASE) for before, after in (_QUOTED, _TAGGED, _QUERY, _LINE)
    )


_NAMES, _ADDRESSES = _patterns(_NAME_LABEL), _patterns(_ADDRESS_LABEL)
_NAME_HEAD, _ADDRESS_HEAD = (re.compile(label, re.IGNORECASE) for label in (_NAME_LABEL, _ADDRESS_LABEL))
_LABELS = re.compile(r"[:：=<|;,\t]")
_NO_VALUE = re.compile(
    r"(?:\W{0,3}|.{0,40}\b(?:my|the|is|are|to|your|not|none|null|unknown|please|what|same|see|below|above|wrong|change"
    r"|changed|update|as|how|can|i|it|this|that|for|and|or|with)\b.{0,80}|.{0,80}[?].{0,40}|n/?a|test|error|string|savings|current|joint|checking|business|main|holiday)",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s/\s|\s\(|,\s|\.\s|\s[-|]\s|[,.!?\s]+$")
_NAMEISH = re.compile(r"(?:[^\W\d_]|[\s'’.+/·-]|[\u0900-\u0eff\d]){1,80}")
_MAX_NAME_WORDS = 7
_SPLITS = (";", "\t", "|", ",")
_MAIL = re.compile(
    r"(?:^|\n)\s{0,3}>{0,3}\s?(?:from|to|cc|bcc|reply-to|sender|von|an|de|da|para|van|aan)\s{0,2}:\s{0,3}\"?"
    r"(?P<value>[^\W\d_][^\n<\"\[(@:;]{0,60}?)\"?\s{0,2}(?=<|\n|\[|\(|$)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:name|nombre|nom|nome|naam|who (?:am i|is this|are you|do i))\b[^\n]{0,60}\n\s{0,3}"
    r"(?:\[[^\]\n]{1,25}\]\s{0,3}|\(?\d\d?:\d\d(?::\d\d)?\)?\s{0,3}[-–]?\s?)?(?:[^\W\d_][\w .'-]{0,25}\s?[:>]\s?)?"
    r"(?:(?:it'?s|it is|i'?m|i am|my name is|my name's|this is|yes|sure|hi|me)[,.]?\s){0,2}(?P<value>[^\n]{1,60})",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])[\"']?(?:first|last|given|family|author|from|to|by|owner|user|customer|client|contact|holder|tenant"
    r"|debtor"
    r"|creditor|signature)[\"']?\s{0,2}[:=]\s{0,2}[\"'](?P<value>[^\"\n@:]{2,60}?)[\"']",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"(?:^|\n)\s{0,3}(?:\[[^\]\n]{1,25}\]|\(?\d\d?:\d\d(?::\d\d)?\)?)\s{0,3}[-–]?\s?"
    r"(?P<value>[^\W\d_](?:[^\W\d_]|['’ -]){1,40}?)\s?:"
)
_SIGNATURE = re.compile(
    r"[.!?,;]\s{0,3}\n\s{0,6}(?:[-–—~]{1,3}\s?)?(?P<value>[^\W\d_](?:[^\W\d_]|['’. -]){1,40})[\sxX.!]{0,6}$"
)
_CLOSING = re.compile(
    r"\b(?:regards|sincerely|faithfully|cheers|thanks|thank you|thx|best|love|greetings|yours|cordially|respectfully"
    rf"|{folded('grüße|gruß|grüßen|cordialement|saludos|saluti|abraços|groeten|groetjes|pozdrawiam|hälsningar')})"
    r"(?:\s(?:again|so much|a lot|in advance|wishes|truly))?\s{0,2}[,\n]\s{0,4}(?:[-–—]\s?)?"
    r"(?P<value>[^\W\d_](?:[^\W\d_]|['’. /-]){1,40})[\sxX.!]{0,4}$",
    re.IGNORECASE,
)
SCORE = 0.85


def find(text: str, is_everyday: Callable[[str], bool], is_name: Callable[[str], bool]) -> Iterator[Finding]:
    """Fields of `text`; `is_everyday` tells an everyday word, `is_name` one that is a first name too."""
    if not _LABELS.search(text) and "\n" not in text:
        return
    for pattern in _NAMES:
        for match in pattern.finditer(text):
            yield from _name(text, *match.span("value"))
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            yield from _address(text, *match.span("value"))
    if "\n" in text:
        yield from _tables(text)
    for match in _ATTRIBUTE.finditer(text):
        yield from _name(text, *match.span("value"))
    for pattern in (_MAIL, _SPEAKER, _ASKED):
        for match in pattern.finditer(text):
            words = re.findall(r"[^\W\d_][\w'’-]*", match["value"])
            if words and not all(is_everyday(word) for word in words):
                yield from _name(text, *match.span("value"))
    yield from _closing(text, is_everyday, is_name)
    signed = _SIGNATURE.search(text, max(0, len(text) - 60))
    if signed and len(words := signed["value"].split()) <= 4 and (is_name(words[0]) or not is_everyday(words[0])):
        yield Finding("PERSON", *signed.span("value"), SCORE)


def _closing(text: str, is_everyday: Callable[[str], bool], is_name: Callable[[str], bool]) -> Iterator[Finding]:
    signed = _CLOSING.search(text, max(0, len(text) - 90))
    if signed and len(words := signed["value"].split()) <= 4 and (is_name(words[0]) or not is_everyday(words[0])):
        yield Finding("PERSON", *signed.span("value"), 0.6)


def _name(text: str, start: int, end: int) -> Iterator[Finding]:
    """The field's value up to the next part, unless it is a sentence or a number."""
    cut = _CUT.search(text, start, end)
    end = cut.start() if cut else end
    value = text[start:end]
    if "." in value and "@" in text[end : end + 1]:
        return
    if not _NAMEISH.fullmatch(value) or not any(map(str.isalpha, value)) or _NO_VALUE.fullmatch(value):
        return
    if len(value.split()) <= _MAX_NAME_WORDS and sum(map(str.isdigit, value)) * 2 < len(value):
        yield Finding("PERSON", start, end, SCORE)


def _address(text: str, start: int, end: int) -> Iterator[Finding]:
    slash = re.search(r"\s/\s", text[start:end])
    end = start + slash.start() if slash else end
    value = text[start:end]
    words = value.split()
    place = any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and len(words) >= 2
    if "@" in value or ":" in value or re.search(r"[£$€]|\d[.,]\d\d\b", value) or re.fullmatch(r"\d+", value.strip()):
        return
    if re.search(r"\b(?:my|is|are|the|please|card|account|pin|payment|i|you)\b", value, re.IGNORECASE):
        return
    if place or ("," in value and len(words) >= 3):
        yield Finding("ADDRESS", start, end, 0.75)


def _tables(text: str) -> Iterator[Finding]:
    """Rows under a header that names a column for a person or an address."""
    lines = [(match.group(), match.start()) for match in re.finditer(r"[^\n]+", text)]
    for index, (line, _) in enumerate(lines[:-1]):
        split = next((mark for mark in _SPLITS if mark in line), None)
        if split is None:
            continue
        cells = [cell.strip(" \"'") for cell in line.split(split)]
        named = {column: "PERSON" for column, cell in enumerate(cells) if _NAME_HEAD.fullmatch(cell)}
        named |= {column: "ADDRESS" for column, cell in enumerate(cells) if _ADDRESS_HEAD.fullmatch(cell)}
        if not named or len(cells) < 2 or any(map(str.isdigit, line)) or any(len(cell.split()) > 4 for cell in cells):
            continue
        for row, offset in lines[index + 1 :]:
            if split not in row:
                break
            yield from _row(row, offset, split, named)


def _row(row: str, offset: int, split: str, named: dict[int, str]) -> Iterator[Finding]:
    at = offset
    for column, cell in enumerate(row.split(split)):
        value = cell.strip(" \"'")
        if column in named and any(map(str.isalpha, value)):
            start = at + cell.index(value)
            yield Finding(named[column], start, start + len(value), SCORE)
        at += len(cell) + len(split)
