"""What proves that a customer is the customer: CVV, PIN, one-time codes; and a card's expiry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import Run, runs
from common.privacy.recognizers.base import Finding, Recogniser, folded, labels
from common.privacy.recognizers.months import MONTH
from common.privacy.recognizers.tables import heading

_CVV = re.compile(
    r"\b(?:cvv2?|cvc2?|cv2|cvn2?|csc|cid|c\.?v\.?v|the (?:3|three) digits|(?:card )?verification (?:value"
    r"|number|no)|card verification code"
    r"|(?:card )?security (?:code|number|digits|value|nr|no)|(?:digits?|number|code|one) (?:on|at) the back"
    r"|(?:on|at) the (?:back|rear|reverse)|signature strip|prufziffer|(?:karten)?prufnummer|sicherheitscode"
    r"|cryptogramme"
    r"|criptograma|codigo de seguridad|codice di sicurezza|code de securite|codigo de seguranca|kod cvv)\b",
    re.IGNORECASE,
)
_PIN = re.compile(
    rf"\b(?:pin|pins|pincode|p\.i\.n\.?|passcode|pass code|pin[ -]?kod|geheimzahl"
    rf"|{folded('пин|пин-код|пинкод|पिन')})\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:otp|o\.t\.p\.?|2fa|mtan|tan|one[ -]time (?:code|password|pin)|(?:verification|confirmation|authentication|"
    r"authori[sz]ation|access|login|text(?:ed)?|sms|security) (?:code|number)|codes?|token|codigo|codice|kod|kode"
    rf"|authenticator|passkey|{folded('код|कोड')})\b",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"\b(?:by (?:text|sms|mail|email|push|phone)|(?:per|par|por|via|on) (?:sms|whatsapp|push|text)"
    r"|(?:text|sms|message|mail|email|app|bank|phone)(?: message)? (?:said|says|reads|with|texted|sent|shows)"
    r"|texted(?: me)?|on (?:my|the) phone|came through|popped up|just (?:came|arrived)"
    r"|(?:sent|got|received) (?:me )?(?:an? )?(?:text|sms|message|email))\b",
    re.IGNORECASE,
)
_NOT_CODE = re.compile(
    r"\bsocial security|\b(?:sort|post|zip|error|reason|country|currency|promo|dialling|qr|fee|swift|bar|ifsc|discount"
    r"|voucher|area|dress|status)[ -]?code|\bcode postal\b|\bcodigo postal\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:first|last|second|third|fourth|other|remaining|middle|next)\s"
    r"(?:one|two|three|2|3|half|part|digits?|numbers?|char\w{0,7})\b",
    re.IGNORECASE,
)
_EXPIRY_CONTEXT = re.compile(
    r"(?<![A-Za-z])(?:expir\w{1,8}|exp(?: ?(?:date|month|year))?|valid ?(?:thru|through|until|to|till)"
    r"|good ?(?:thru|through|until)"
    r"|gultig bis|gyldig til|giltigt? (?:till|tom)|geldig tot|verfall\w{0,8}|(?:data )?waznosci|validade"
    r"|mm ?/ ?(?:yy|aa|jj)"
    rf"|son kullanma(?: tarihi)?|{folded('срок действия|действительна до')}"
    r"|ablauf\w{0,8}|lauft ab|valable"
    r"|valida? (?:hasta|ate|fino)|scade\w{0,4}|scadenza|caduc\w{1,6}|vence\w{0,3}|wazna do|verval\w{0,6}|end date)\b",
    re.IGNORECASE,
)
# What else runs out: no card's expiry.
_OTHER_TERM = re.compile(
    r"\b(?:contract|subscription|membership|insurance|lease|tenancy|visa|passport|voucher|coupon|warranty|guarantee|mot"
    r"|ticket|permit|licen[cs]e|policy|mortgage|deal|offer|vertrag|abo|contrat|contrato|abonnement)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_EXPIRY = re.compile(
    rf"(?<![\d/])(?P<value>\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:20)?\d\d|20\d\d ?[/.-] ?(?:0?[1-9]"
    rf"|1[0-2])(?:[/.-]\d{{1,2}})?|(?:2[4-9]|3\d)[/-](?:0[1-9]|1[0-2])"
    rf"|(?:0?[1-9]|1[0-2]) ?[/\-. ] ?['’]?(?:20)?\d\d|(?:0[1-9]|1[0-2])(?:20)?(?:2[3-9]|3\d)"
    rf"|(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?)?{MONTH}[\s,./'’-]{{1,3}}(?:(?:of|de|del)\s)?['’]?(?:20)?\d\d"
    rf"|{MONTH} twenty[ -](?:twenty|thirty)[ -]?\w{{0,6}})(?![\d/])",
    re.IGNORECASE,
)
_EXPIRY_FIELD = re.compile(
    r"\bexp\w{0,6} ?(?:month|year|mm|yy\w{0,2})[\"']?\s?[:=]\s?[\"']?(?P<value>\d{1,4})\b", re.IGNORECASE
)
_OTHER = re.compile(r"\b(?:ending(?: in)?|since|year)\s$", re.IGNORECASE)
# "G-551023": a letter and a dash stand before the digits of some codes.
_PREFIX = re.compile(r"\b[A-Z]{1,3}-$", re.IGNORECASE)
_REACH = 30


class SecretCodeRecogniser(Recogniser):
    """Numbers of the right length shortly after (or right before) the word for them."""

    entities = ("CVV", "PIN", "CODE", "CARD_EXPIRY")

    def find(self, text: str) -> Iterator[Finding]:
        for run in runs(text):
            size = len(run.digits)
            if size in (3, 4) and "/" not in text[run.start : run.end] and _named(_CVV, text, run, 60):
                yield Finding("CVV", run.start, run.end, 0.95)
            elif (4 <= size <= 8 and _named(_PIN, text, run, 50)) or (
                size <= 3 and _named(_PIN, text, run, 50) and _PART.search(text, max(0, run.start - 60), run.start)
            ):
                yield Finding("PIN", run.start, run.end, 0.95)
            elif 4 <= size <= 10 and _named(_CODE, text, run) and not _named(_NOT_CODE, text, run):
                yield Finding("CODE", _with_prefix(text, run), run.end, 0.9)
            elif size == 6 and _named(_SENT, text, run) and not _named(_NOT_CODE, text, run):
                yield Finding("CODE", run.start, run.end, 0.85)
        for match in _EXPIRY_FIELD.finditer(labels(text)):
            yield Finding("CARD_EXPIRY", *match.span("value"), 0.8)
        spans = [match.span("value") for match in _EXPIRY.finditer(text)]
        spans += [(run.start, run.end) for run in runs(text) if run.said >= 2 and 3 <= len(run.digits) <= 6]
        for start, end in spans:
            if _expires(text, start):
                yield Finding("CARD_EXPIRY", start, end, 0.8)


def _with_prefix(text: str, run: Run) -> int:
    prefix = _PREFIX.search(text, max(0, run.start - 4), run.start)
    return prefix.start() if prefix else run.start


def _named(word: re.Pattern[str], text: str, run: Run, reach: int = _REACH) -> bool:
    if _OTHER.search(text, max(0, run.start - 12), run.start):
        return False
    read = labels(text)
    before = word.search(read, max(0, run.start - reach), run.start)
    after = word.search(read, run.end, run.end + 18)
    return bool(before or after or word.search(heading(text, run.start)))


def _expires(text: str, start: int) -> bool:
    """Whether the date at `start` is the end of a card, as far as its label says."""
    if _EXPIRY_CONTEXT.search(heading(text, start)):
        return True
    label = _EXPIRY_CONTEXT.search(labels(text), max(0, start - _REACH), start)
    return label is not None and not _OTHER_TERM.search(text[max(0, label.start() - 40) : label.start()])
