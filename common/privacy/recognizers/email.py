"""E-mail addresses and handles, written or spoken ("sam dot carter at example dot com")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, matches

_LOCAL = r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}"
_WRITTEN = re.compile(
    rf"(?<![A-Za-z0-9]){_LOCAL}\s{{0,2}}(?:@|[\[({{]\s?at?\s?[\])}}])\s{{0,2}}"
    r"[A-Za-z0-9-]{1,63}(?:\s{0,2}(?:\.|[\[({]\s?dot\s?[\])}])\s{0,2}[A-Za-z0-9-]{1,63}){0,5}"
)
_SPOKEN_END = re.compile(
    r"\bat\s{1,2}(?:[a-z0-9-]{1,40}\s{1,2}(?:dot|point)\s{1,2}){1,3}[a-z]{2,12}\b|\bat\s{1,2}(?:gmail|hotmail|outlook|yahoo|icloud|protonmail|gmx)\b|\bat\s{1,2}[a-z0-9-]{2,40}\."
    r"(?:com|net|org|co\.uk|uk|de|fr|io|eu|info|ie|nl|es|it|pl|in|me)\b",
    re.IGNORECASE,
)
_SPOKEN_LOCAL = re.compile(
    r"(?:[a-z0-9._+-]{1,40}\s{1,2}(?:dot|underscore|dash|hyphen|plus|point)\s{1,2}){0,4}[a-z0-9._+-]{1,64}\s{1,2}$",
    re.IGNORECASE,
)


class EmailRecogniser(Recogniser):
    """No list of public suffixes: what looks like an address is one."""

    entities = ("EMAIL_ADDRESS",)

    def find(self, text: str) -> Iterator[Finding]:
        yield from matches(_WRITTEN, text, "EMAIL_ADDRESS", 0.95)
        for match in _SPOKEN_END.finditer(text):
            window = max(0, match.start() - 120)
            local = _SPOKEN_LOCAL.search(text[window : match.start()])
            if local:
                yield Finding("EMAIL_ADDRESS", window + local.start(), match.end(), 0.9)
