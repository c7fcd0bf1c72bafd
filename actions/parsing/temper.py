"""Whether a customer is swearing at the assistant, so that the answer is an apology and not a guess."""

from __future__ import annotations

import re

from actions.parsing.text import normalise

_ABUSE = re.compile(
    r"\b(?:fuck\w*|f\*+\w*|wtf|shit\w*|bullshit|crap|damn|bastards?|assholes?|arseholes?|wankers?|twats?|idiots?|"
    r"morons?|stupid|dumb|useless|pathetic|rubbish|garbage|worthless|terrible|awful|hate (?:you|this)|shut up|piss off|"
    r"screw you|scheiß\w*|scheiss\w*|verdammt\w*|dumm\w*|blöd\w*|nutzlos\w*|idioten?|müll|halt die klappe)(?!\w)",
    re.IGNORECASE,
)


def is_abuse(text: str) -> bool:
    """Whether the words scold; what else the message asks for is not judged here."""
    return _ABUSE.search(normalise(text)) is not None
