"""E-mail addresses and handles, written, spoken ("sam dot carter at example dot com") or spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, matches

_AT = r"(?:@|[\[({<]\s?(?:at|a|@)\s?[\])}>])"
_DOT = r"(?:\.|[\[({<]\s?(?:dot|\.)\s?[\])}>])"
_LOCAL = r"[^\W_][\w.%+'-]{0,63}(?:\s?[\[({<]\s?dot\s?[\])}>]\s?[A-Za-z0-9._%+'-]{1,64}){0,4}"
_WRITTEN = re.compile(
    rf"(?<![^\W_]){_LOCAL}\s{{0,2}}{_AT}\s{{0,2}}[\w-]{{1,63}}"
    rf"(?:\s{{0,2}}{_DOT}\s{{0,2}}[\w-]{{1,63}}){{0,5}}",
    re.IGNORECASE,
)
_ENDINGS = r"com|net|org|co\.uk|uk|de|fr|io|eu|info|ie|nl|es|it|pl|in|me|at|ch|be|se|no|pt|ru|br|ng|za|gov|edu|dev|app"
# "sam_at_example_dot_com", "sam-at-example.com"
_GLUED = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}?[_-]at[_-][A-Za-z0-9-]{1,40}(?:(?:\.|[_-]dot[_-])[A-Za-z0-9]{2,12}){1,3}\b",
    re.IGNORECASE,
)
_SAID_AT = r"(?:at|arobase|arroba|klammeraffe|chiocciola|malpa|apenstaartje|snabel a)"
_SAID_DOT = r"(?:dot|point|punto|punkt|ponto|punt|kropka)"
_SPOKEN_END = re.compile(
    rf"\b{_SAID_AT}\s{{1,2}}(?:(?:[a-z0-9-]{{1,40}}\s{{1,2}}{_SAID_DOT}\s{{1,2}}){{1,3}}[a-z]{{2,12}}\b"
    r"|(?:gmail|hotmail|outlook|yahoo|icloud|protonmail|gmx)\b"
    rf"|[a-z0-9-]{{2,40}}(?:\.|\s\.\s)(?:{_ENDINGS})\b)",
    re.IGNORECASE,
)
_SPOKEN_LOCAL = re.compile(
    rf"(?:[a-z0-9._+-]{{1,40}}\s{{1,2}}(?:{_SAID_DOT}|underscore|dash|hyphen|plus)\s{{1,2}}){{0,4}}"
    r"[a-z0-9._+-]{1,64}\s{1,2}$",
    re.IGNORECASE,
)
_AT_ALL = re.compile(rf"@|(?<![^\W_]){_SAID_AT}(?![^\W_])", re.IGNORECASE)
_SIGN = rf"(?:[a-z0-9._+-]|{_SAID_DOT}|underscore|dash|hyphen|plus)"
_SPELLED = re.compile(rf"(?<!\S)(?:{_SIGN}\s){{1,64}}(?:@|{_SAID_AT})(?:\s{_SIGN}){{3,64}}(?![\w])", re.IGNORECASE)


class EmailRecogniser(Recogniser):
    """No list of public suffixes: what looks like an address is one."""

    entities = ("EMAIL_ADDRESS",)

    def find(self, text: str) -> Iterator[Finding]:
        if "@" in text or "[" in text or "(" in text or "{" in text or "<" in text:
            yield from matches(_WRITTEN, text, "EMAIL_ADDRESS", 0.95)
        if not _AT_ALL.search(text):
            return
        yield from matches(_GLUED, text, "EMAIL_ADDRESS", 0.9)
        yield from matches(_SPELLED, text, "EMAIL_ADDRESS", 0.9)
        for match in _SPOKEN_END.finditer(text):
            window = max(0, match.start() - 120)
            local = _SPOKEN_LOCAL.search(text[window : match.start()])
            if local:
                yield Finding("EMAIL_ADDRESS", window + local.start(), match.end(), 0.9)
