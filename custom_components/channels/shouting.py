"""Words in capitals, as the classifier reads them: it learnt from sentences that nobody shouts."""

from __future__ import annotations

import re

_WORD = re.compile(r"\b[^\W\d_]{2,}\b")
_LEAST_WORDS = 2


def without_shouting(words: str) -> str:
    """`words` in small letters where all of them are capitals; of the same length, so that offsets stay.

    One word, an IBAN or a code in capitals is no shouting.
    """
    if len(_WORD.findall(words)) < _LEAST_WORDS or words != words.upper():
        return words
    return "".join(small if len(small := char.lower()) == 1 else char for char in words)
