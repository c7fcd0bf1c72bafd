"""Words that mean a person is in danger, being forced, or being defrauded right now, whatever the classifier heard.

Each pattern is a phrase and never a single strong word: people also say that an app is killing them.
"""

from __future__ import annotations

import re
from typing import Literal

from actions.parsing.text import normalise

Danger = Literal["distress", "duress", "scam"]

_ME = r"(?:myself|my ?self|me)"
_THEY = r"(?:he|she|they|someone|somebody|(?:a|the|this|some) (?:man|woman|guy|caller)|people)"
_ARE = r"(?:'s|'re| is| are| has| have| was| were| keeps?)?(?: been| just| now| still)?"
_MOVE = r"(?:transfer|send|move|pay|put|withdraw)"
_MONEY = r"(?:(?:all )?(?:my|the|our) )?(?:money|savings|cash|funds|balance)"
_DEVICE = r"my (?:phone|computer|laptop|pc|screen)"

_PHRASES: dict[Danger, tuple[str, ...]] = {
    "distress": (
        rf"\b(?:kill|hurt|harm|hang)(?:ing)? {_ME}\b(?! (?:laughing|with laughter))(?<!killing me)",
        r"\b(?:end|ending|take|taking) my (?:own )?life\b",
        r"\bend it all\b",
        r"\b(?:suicidal|commit(?:ting)? suicide|thinking (?:of|about) suicide)\b",
        r"\b(?:don't|dont|do not|no longer) (?:want|wish) to (?:live|be alive|be here anymore)\b",
        r"\b(?:want|wish|rather) (?:to die|i was dead|i were dead|be dead|to be dead)\b",
        r"\b(?:no (?:reason|point)|nothing)(?: left)? (?:to live for|to live|in living)\b",
        r"\bbetter off dead\b",
        r"\bcan't go on (?:living|any ?more|like this any ?more)\b",
    ),
    "duress": (
        rf"\b{_THEY}{_ARE} (?:forc(?:es?|ed|ing)|threaten(?:s|ed|ing)?|blackmail(?:s|ed|ing)?) (?:me|us)\b",
        rf"\b{_THEY}{_ARE} (?:makes?|making) (?:me|us) {_MOVE}\b",
        r"\b(?:i am|i'm|im|i was|i have been) (?:being )?(?:forced|threatened|blackmailed|held hostage)\b",
        r"\b(?:gun|knife) (?:to|at|on|against) (?:my|me)\b",
        r"\bagainst my will\b",
        rf"\b{_THEY}(?:'ll|'s going to| will| is going to| are going to) (?:hurt|kill|beat|attack) (?:me|us|my)\b",
    ),
    "scam": (
        rf"\b{_THEY}{_ARE} (?:on|in) the (?:phone|line)\b.{{0,60}}\b(?:{_MOVE}|money|code|account)\b",
        rf"\b(?:on (?:the|a) (?:phone|call)|right now|at this moment)\b.{{0,60}}\b(?:tell|ask|want)(?:s|ing)?"
        rf" (?:me|us)\b.{{0,40}}\b{_MOVE}\b",
        rf"\b(?:told|tell(?:s|ing)|ask(?:s|ed|ing)|wants?|instruct(?:ed|ing))\b.{{0,25}}\bto {_MOVE}\b"
        r".{0,40}\b(?:safe|secure|protected|holding) account\b",
        rf"\b{_MOVE}\b.{{0,20}}{_MONEY}.{{0,20}}\b(?:safe|secure) account\b",
        rf"\b(?:remote|screen) (?:access|control|sharing)\b.{{0,60}}\b{_DEVICE}\b",
        rf"\b{_THEY}\b.{{0,30}}\b(?:controls?|controlling|in control of|inside) {_DEVICE}\b",
        r"\b(?:am|i'm|im) being scammed\b",
    ),
}
_COMPILED = {kind: re.compile("|".join(phrases), re.IGNORECASE) for kind, phrases in _PHRASES.items()}


def find_danger(text: str) -> Danger | None:
    """What a person has to look at immediately: a life first, then force, then a fraud that is going on."""
    plain = normalise(text)[:2000]
    return next((kind for kind, pattern in _COMPILED.items() if pattern.search(plain)), None)
