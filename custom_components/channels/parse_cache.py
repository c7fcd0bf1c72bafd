"""What Rasa made of words it was given before: intents and confidences, never the words.

In this process only, bounded, keyed by HMAC. Kept is a parse that holds nothing of the words themselves (so none with
an entity), of words without a digit: amounts and codes seldom recur, and a quick answer would tell a stranger that
somebody has sent exactly this one. The key is of the very words, not of a normal form: two spellings may be one
sentence for the classifier and yet differ in what an entity recogniser finds in them.
"""

from __future__ import annotations

import hmac
import json
from collections import OrderedDict
from typing import Any

MOST = 4096


class ParseCache:
    """The last used parses; made for one event loop."""

    def __init__(self, key: bytes, most: int = MOST) -> None:
        self._key = key
        self._most = most
        self._kept: OrderedDict[bytes, str] = OrderedDict()

    def get(self, model_id: str | None, words: str) -> dict[str, Any] | None:
        """A parse of its own for the caller, without `text`; None when these words are not known to this model."""
        mark = self._mark(model_id, words)
        kept = self._kept.get(mark)
        if kept is None:
            return None
        self._kept.move_to_end(mark)
        return json.loads(kept)

    def put(self, model_id: str | None, words: str, parsed: dict[str, Any]) -> None:
        """Keep a parse, if it may be kept."""
        rest = {key: value for key, value in parsed.items() if key != "text"}
        if any(character.isdigit() for character in words) or not _wordless(rest):
            return
        self._kept[self._mark(model_id, words)] = json.dumps(rest)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _mark(self, model_id: str | None, words: str) -> bytes:
        return hmac.digest(self._key, f"{model_id}\x1f{words}".encode(errors="surrogatepass"), "sha256")


def _wordless(value: Any) -> bool:
    """Whether the only strings in a parse are the names of intents."""
    if isinstance(value, dict):
        return all(key == "name" or _wordless(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_wordless, value))
    return value is None or isinstance(value, int | float)
