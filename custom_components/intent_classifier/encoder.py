"""From a sentence to token ids: the part that training and every engine must do alike."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from tokenizers import Tokenizer

# As long as the longest message that a door lets through: far more than `max_tokens` reads.
MAX_CHARACTERS = 2_000
# Control characters and lone surrogates: no text, and tokenisers refuse the latter.
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Encoding:
    """How a sentence is read.

    `lead` is put before every sentence: a Llama spends its first position as an attention sink (Xiao et al. 2024),
    and a sentence of one word would be nothing but that. `pooling` is "last" (the last token's state) or "mean"
    (over tokens); `bidirectional` lets every token see the whole sentence instead of only what stands before it.
    """

    lead: str
    pooling: str
    bidirectional: bool
    max_tokens: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def normalise(text: str) -> str:
    """NFKC, outer space stripped, inner space single; what is no text counts as space, and a very long one is cut.

    Every string has a normal form, which can be written as UTF-8; normalising it again changes nothing.
    """
    plain = unicodedata.normalize("NFKC", _NO_TEXT.sub(" ", text[:MAX_CHARACTERS]))
    return " ".join(plain.split())[:MAX_CHARACTERS].rstrip()


def tokenise(tokenizer: Tokenizer, encoding: Encoding, texts: list[str]) -> list[list[int]]:
    """Token ids of each text after its lead, at most `max_tokens`, never none."""
    encoded = tokenizer.encode_batch([encoding.lead + normalise(text) for text in texts])
    return [item.ids[: encoding.max_tokens] or [0] for item in encoded]
