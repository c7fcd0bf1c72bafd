"""Messages with planted secrets, and harmless ones beside them: the same seed makes the same set."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Literal

import yaml

from common.privacy.exam.look_alikes import look_alike
from common.privacy.exam.messages import HOLE, Message, fill
from common.privacy.exam.open_values import WAYS as OPEN_WAYS
from common.privacy.exam.open_values import OpenValues
from common.privacy.exam.unseen_values import WAYS as UNSEEN_WAYS
from common.privacy.exam.unseen_values import UnseenValues

# The open half is for mending; the unseen one, by another hand, is scored and its messages are never looked at.
Half = Literal["open", "unseen"]

_FOLDER = Path(__file__).parent


def planted(seed: int, half: Half, each: int = 6) -> list[Message]:
    """`each` messages a frame; the frames of long numbers as often as there are ways to write them."""
    random, made = Random(seed), []
    ways, values, people = OPEN_WAYS if half == "open" else UNSEEN_WAYS, _values(half), load(half, "people")
    for group, frames in load(half, "frames").items():
        for index, frame in enumerate(frames):
            for turn in range(len(ways) if group == "CARD_NUMBER" else 2 * each if group == "IBAN" else each):
                way = ways[(turn + index) % len(ways)]
                made.append(fill(frame, values(random, people, way).make))
    return made


def harmless(seed: int, half: Half, each: int = 7) -> list[Message]:
    """`each` messages a frame with something to fill in, and once those without."""
    random, made = Random(seed), load(half, "harmless")
    texts = [
        HOLE.sub(lambda hole: look_alike(random, hole[1], made["shops"]), frame)
        for frame in made["frames"]
        for _ in range(each if HOLE.search(frame) else 1)
    ]
    return [Message(text) for text in texts]


def _values(half: Half) -> type[OpenValues] | type[UnseenValues]:
    return OpenValues if half == "open" else UnseenValues


@lru_cache(maxsize=8)
def load(half: Half, name: str) -> Any:
    """One of the half's files."""
    return yaml.safe_load((_FOLDER / half / f"{name}.yml").read_text(encoding="utf-8"))
