"""What proves that a customer is the customer: CVV, PIN, one-time codes, passwords; and a card's expiry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import Run, runs
from common.privacy.recognizers.base import Finding, Recogniser

_CVV = re.compile(
    r"\b(?:cvv2?|cvc2?|cv2|csc|cid|security (?:code|number|digits)"
    r"|(?:digits?|number|code) on the back)\b",
    re.IGNORECASE,
)
_PIN = re.compile(r"\b(?:pin|pins|pincode|p\.i\.n\.?|passcode|pass code)\b", re.IGNORECASE)
_CODE = re.compile(
    r"\b(?:otp|o\.t\.p\.?|2fa|tan|one[ -]time (?:code|password|pin)|(?:verification|confirmation|authentication|"
    r"authori[sz]ation|access|login|text(?:ed)?|sms|security) (?:code|number)|code|token)\b",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"\b(?:by (?:text|sms|mail|email|push)|(?:text|sms|message|mail|email|app)(?: message)? (?:said|says|reads|with)"
    r"|texted(?: me)?"
    r"|(?:sent|got|received) (?:me )?(?:an? )?(?:text|sms|message|email))\b",
    re.IGNORECASE,
)
_NOT_CODE = re.compile(
    r"\bsocial security|\b(?:sort|post|zip|error|reason|country|currency|promo|dialling|qr|fee|swift|bar)[ -]?code",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"\b(?:pass ?words?|passwd|pwd|pass ?phrase|passwort|kennwort|mot de passe|contrasena"
    r"|memorable (?:word|answer)|secret (?:word|answer))"
    r"(?:\s{1,3}(?:is|was|to|as|set to|would be)\b|\s?[:=]|\s?-)\s{0,3}[\"'“]?"
    r"(?P<value>(?!<)(?=[^\s]{0,8}\w)[^\s\"'”]{1,64})",
    re.IGNORECASE,
)
_PASSWORD_WORDS = re.compile(
    r"(?:not|wrong|incorrect|correct|expired|blocked|locked|reset|a|the|my|what|required|invalid|too|still|being|an"
    r"|access|log|change|get|it|in|new|forgotten)[.,!?]?$",
    re.IGNORECASE,
)
_EXPIRY_CONTEXT = re.compile(r"\b(?:expir\w{1,6}|exp|valid (?:thru|until|to)|good thru)\b", re.IGNORECASE)
_EXPIRY = re.compile(r"(?<![\d/])(?P<value>(?:0[1-9]|1[0-2]) ?[/\-. ] ?(?:20)?\d\d)(?![\d/])")
_OTHER = re.compile(r"\b(?:ending(?: in)?|since|year)\s$", re.IGNORECASE)
_REACH = 30


class SecretCodeRecogniser(Recogniser):
    """Numbers of the right length shortly after (or right before) the word for them."""

    entities = ("CVV", "PIN", "CODE", "PASSWORD", "CARD_EXPIRY")

    def find(self, text: str) -> Iterator[Finding]:
        for run in runs(text):
            size = len(run.digits)
            if size in (3, 4) and _named(_CVV, text, run, 60):
                yield Finding("CVV", run.start, run.end, 0.95)
            elif 4 <= size <= 8 and _named(_PIN, text, run, 50):
                yield Finding("PIN", run.start, run.end, 0.95)
            elif 4 <= size <= 10 and _named(_CODE, text, run) and not _named(_NOT_CODE, text, run):
                yield Finding("CODE", run.start, run.end, 0.9)
            elif size == 6 and _named(_SENT, text, run) and not _named(_NOT_CODE, text, run):
                yield Finding("CODE", run.start, run.end, 0.85)
        for match in _PASSWORD.finditer(text):
            if not _PASSWORD_WORDS.match(match["value"]):
                yield Finding("PASSWORD", *match.span("value"), 0.95)
        for match in _EXPIRY.finditer(text):
            if _EXPIRY_CONTEXT.search(text, max(0, match.start() - _REACH), match.start()):
                yield Finding("CARD_EXPIRY", *match.span("value"), 0.8)


def _named(word: re.Pattern[str], text: str, run: Run, reach: int = _REACH) -> bool:
    if _OTHER.search(text, max(0, run.start - 12), run.start):
        return False
    before = word.search(text, max(0, run.start - reach), run.start)
    after = word.search(text, run.end, run.end + 18)
    return bool(before or after)
