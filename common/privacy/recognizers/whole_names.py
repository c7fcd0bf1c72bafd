"""The rest of a name of which a part was found: what a hyphen, a particle or "s/o" ties to it."""

from __future__ import annotations

import re

from common.privacy.recognizers.vocabulary import Vocabulary

_PARTICLE = (
    r"(?:de|da|do|dos|das|del|della|degli|di|du|des|la|le|las|los|van|von|vom|der|den|ter|ten|te|op|zu|zum|zur|bin|bint"
    r"|binti|binte|ibn|ben|al|el|ul|ud|uz|abu|umm|mac|mc|an|y|e|i|af|av|san|santa|st|ni|nic|ui|o|s/o|d/o|w/o|a/l|a/p|c/o"
    r"|bte|bt|['’]t|['’]s|[dl]['’])"
)
_WORD = r"[^\W\d_](?:[^\W\d_]|['’.-]){0,30}"
_JOINED = re.compile(r"(?:['’-]?[^\W\d_](?:[^\W\d_]|['’-])*)")
_AFTER = re.compile(rf"\s(?:{_PARTICLE}\s?){{1,3}}(?:(?<=\s)|(?<=['’]))(?P<word>{_WORD})", re.IGNORECASE)
_BEFORE = re.compile(rf"(?<![\w])(?P<word>{_WORD})\s(?:{_PARTICLE}\s?){{1,3}}['’]?$", re.IGNORECASE)
_SLASH_BEFORE = re.compile(
    r"(?<!\w)(?P<word>[^\W\d_][\w'’-]{1,30}(?:\s[^\W\d_][\w'’-]{1,30})?)\s[sdwa]/$", re.IGNORECASE
)
_SLASH_AFTER = re.compile(rf"(?:/[olp]\s|\s[sdwa]/[olp]\s){_WORD}(?:\s{_WORD})?", re.IGNORECASE)
_SHORT = re.compile(
    r"(?<!\w)(?:md|mohd|mohammad|muhd|syed|sk|abd|smt|shri|sri|hj|haji|hjh|kh|daw|ko|ma|u)\.?\s$", re.IGNORECASE
)
_REACH = 60


def whole(text: str, start: int, end: int, vocabulary: Vocabulary) -> tuple[int, int]:
    """The span of the whole name around start..end."""
    for _ in range(3):
        before = start, end
        joined = _JOINED.match(text, end)
        if joined and text[end - 1].isalpha() and not re.match(r"['’]s?\b(?![\w-])", text[end : end + 4]):
            end = joined.end()
        slash = _SLASH_AFTER.match(text, end)
        if slash:
            end = slash.end()
        after = _AFTER.match(text, end)
        if after and _is_part(after["word"], text, vocabulary):
            end = after.end()
        window = text[max(0, start - _REACH) : start]
        for pattern in (_SLASH_BEFORE, _BEFORE, _SHORT):
            found = pattern.search(window)
            if found and (pattern is not _BEFORE or _is_part(found["word"], text, vocabulary)):
                start -= len(window) - found.start()
                break
        if before == (start, end):
            break
    return start, end


def _is_part(word: str, text: str, vocabulary: Vocabulary) -> bool:
    """Whether a word beyond a particle belongs: with a capital or strange."""
    if vocabulary.is_plain(word) or len(word.strip(".")) < 2:
        return False
    strange = not vocabulary.is_english(word)
    return strange or (word[0].isupper() and not text.isupper() and not word.isupper())
