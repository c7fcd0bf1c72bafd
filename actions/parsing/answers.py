"""Plain answers to a question: a pure yes, a pure no, "send it again".

The words decide, not the classifier: money moves only on a message that says yes and nothing else.
"""

from __future__ import annotations

import re

from actions.parsing.text import normalise

_YES = (
    "yes|yess|yep|yeah|yea|yup|y|aye|ok|okay|k|sure|confirm|confirmed|i confirm|approve|approved|i approve|proceed|"
    "agreed|i agree|go ahead|go on|do it|send it|make it so|absolutely|definitely|of course|certainly|correct|"
    "all correct|that's correct|thats correct|that is correct|that's right|thats right|that is right|all good|"
    "looks good|sounds good|👍|"
    "ja|ja bitte|jawohl|jep|genau|stimmt|passt|in ordnung|einverstanden|bestätigen|bestätige|ich bestätige|mach das|"
    "machen sie das|senden|abschicken"
)
_WITH_YES = (
    "please|please do|thanks|thank you|ta|cheers|now|right|great|perfect|fine|good|then|that's fine|mate|👍|"
    "bitte|danke|gern|gerne|gut"
)
_NO = (
    "no|nope|nah|n|no thanks|no thank you|not now|don't|dont|do not|don't send it|dont send it|no way|not yet|negative|"
    "wait|hold on|hang on|wrong|👎|nein|nein danke|nee|nö|lieber nicht|auf keinen fall|falsch|nicht senden"
)
_STOP = (
    "cancel|stop|abort|quit|exit|forget it|never mind|nevermind|cancel it|cancel that|cancel this|stop it|stop this|"
    "cancel the transfer|stop the transfer|cancel transfer|cancel please|please cancel|leave it|"
    "abbrechen|abbruch|stopp|halt|vergiss es|vergessen sie es|storniere das|stornieren|brich ab|brechen sie ab"
)
_RESEND = re.compile(
    r"\b(?:resend|re-send|(?:send|need|get|want)\b.{0,20}\b(?:again|(?:new|another|fresh) (?:code|one))|"
    r"(?:no|new|another|haven't|havent|didn't|didnt|not|never)\b.{0,25}\b(?:code|text|sms|message|it))\b",
    re.IGNORECASE,
)
_TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_GAP = r"[\s,.!]*"


def _only(phrases: str, extra: str = "") -> re.Pattern[str]:
    """A pattern for a message made of `phrases`, at least one, with any of `extra` around them."""
    core = "|".join(sorted(phrases.split("|"), key=len, reverse=True))
    padding = "|".join(sorted(f"{phrases}|{extra}".strip("|").split("|"), key=len, reverse=True))
    some = rf"(?:(?:{padding})(?!\w){_GAP})*"
    return re.compile(rf"{_GAP}{some}(?:{core})(?!\w){_GAP}{some}", re.IGNORECASE)


_PURE_YES = _only(_YES, _WITH_YES)
_PURE_NO = _only(_NO, "thanks|thank you|please|sorry|ok|danke|bitte")
_PURE_STOP = _only(_STOP, "please|thanks|no|ok|sorry|actually|now|bitte|danke|nein|das|die überweisung")


def is_yes(text: str) -> bool:
    """Whether the message says yes and nothing else; "yes, but make it 40" and "ok?" do not."""
    return _PURE_YES.fullmatch(_plain(text)) is not None


def is_no(text: str) -> bool:
    """Whether the message says no and nothing else."""
    return _PURE_NO.fullmatch(_plain(text)) is not None


def is_stop(text: str) -> bool:
    """Whether the message stops what is going on and says nothing else."""
    return _PURE_STOP.fullmatch(normalise(text)) is not None


def _plain(text: str) -> str:
    """Without the tones and selectors that make one thumb look like many."""
    return _TONES.sub("", normalise(text))


def wants_new_code(text: str) -> bool:
    """Whether the message asks for the second-factor code once more."""
    return _RESEND.search(normalise(text)) is not None
