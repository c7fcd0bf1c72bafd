"""The one scrubber: personal data out of a text, before the text is written down anywhere."""

from __future__ import annotations

import hmac
import logging
import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from common.privacy import policy as policies
from common.privacy.normalise import PLACEHOLDER, Normalised, normalise
from common.privacy.policy import Place, Policy, PolicyError

if TYPE_CHECKING:
    from presidio_analyzer import RecognizerResult

    from common.privacy.engine import Engine

REDACTED = "<REDACTED>"

_log = logging.getLogger(__name__)
_MAX_PASSES = 5
_CLEAN_TEXTS = 2_000
_REMEMBERED = 300
_PRESENT = re.compile(r"[^\W_]")


class _Span(NamedTuple):
    start: int
    end: int
    entity: str
    score: float
    merged: bool


class Scrubber:
    """Replaces personal data by placeholders such as `<IBAN>`; loads its models at the first use.

    `scrub` never raises: where it cannot do its work, the whole text becomes `<REDACTED>`. It is idempotent,
    its results are never longer than the policy's limit, and it may be called from any thread.
    """

    def __init__(self, policy: Policy | None = None, key: bytes | None = None) -> None:
        """`key`, 32 bytes, is for the policy's `hash`; raises PolicyError when the policy hashes and there is none."""
        self._policy = policy or policies.load()
        if key is None and self._policy.hashes():
            raise PolicyError("policy.yml hashes: the scrubber needs a key")
        self._key = key
        self._lock = threading.Lock()
        self._clean: OrderedDict[tuple[str, Place], None] = OrderedDict()
        self._engine: Engine | None = None

    @property
    def policy(self) -> Policy:
        return self._policy

    def warm_up(self) -> None:
        """Load the models now; raises what loading raises, so that a broken installation shows at the start."""
        with self._lock:
            self._loaded().load()
            self._loaded().find("Did it warm up, Priya?", with_model=True)

    def scrub(self, text: str, place: Place = "user_text") -> str:
        """`text` without personal data, as the policy has it for this place."""
        try:
            with self._lock:
                if (text, place) in self._clean:
                    return text
                scrubbed = self._until_stable(self._cut(text), place)
                if scrubbed == text and len(text) <= _REMEMBERED:
                    self._remember(text, place)
                return scrubbed
        except Exception as error:
            _log.error("scrubber failed, text replaced whole: %s", type(error).__name__)
            return REDACTED

    def _remember(self, text: str, place: Place) -> None:
        """That nothing personal is in `text`: the bot says the same things again and again."""
        self._clean[text, place] = None
        if len(self._clean) > _CLEAN_TEXTS:
            self._clean.popitem(last=False)

    def _loaded(self) -> Engine:
        if self._engine is None:
            from common.privacy.engine import Engine

            self._engine = Engine(self._policy)
        return self._engine

    def _cut(self, text: str) -> str:
        """At most the limit, without the beginning of something that the cut would hide."""
        limit = self._policy.limit
        if len(text) <= limit:
            return text
        head = text[: limit - 1]
        while head and not head[-1].isspace() and len(head) > limit - 65:
            head = head[:-1]
        while head and not head[-1].isalpha():
            head = head[:-1]
        return f"{head}…"

    def _until_stable(self, text: str, place: Place) -> str:
        for _ in range(_MAX_PASSES):
            scrubbed = self._cut(self._pass(text, place))
            if scrubbed == text:
                return text
            text = scrubbed
        return REDACTED

    def findings(self, text: str, place: Place = "user_text") -> list[tuple[str, int, int]]:
        """What one pass finds in `text`, of at most the policy's limit: kind, start and end, in order."""
        with self._lock:
            view, spans = self._spans(text[: self._policy.limit], place)
        return [(span.entity, *view.original_span(span.start, span.end)) for span in spans]

    def kinds(self, text: str, place: Place) -> frozenset[str]:
        """The kinds of personal data in `text`."""
        return frozenset(kind for kind, _, _ in self.findings(text, place))

    def _spans(self, text: str, place: Place) -> tuple[Normalised, list[_Span]]:
        view = normalise(text)
        if not _PRESENT.search(view.text):
            return view, []
        holders = [match.span() for match in PLACEHOLDER.finditer(view.text)]
        results = self._loaded().find(view.text, with_model=place in self._policy.model_places)
        merged = _merge(results, holders)
        return view, [span for span in merged if self._policy.operator(span.entity, place) != "keep"]

    def _pass(self, text: str, place: Place) -> str:
        view, spans = self._spans(text, place)
        pieces: list[str] = []
        at = 0
        for span in spans:
            first, last = view.original_span(span.start, span.end)
            operator = self._policy.operator(span.entity, place)
            pieces += [text[at:first], self._placeholder(span, view.text[span.start : span.end], operator)]
            at = last
        pieces.append(text[at:])
        return "".join(pieces).encode("utf-8", "replace").decode().replace("\x00", "\ufffd")

    def _placeholder(self, span: _Span, value: str, operator: str) -> str:
        digits = re.sub(r"\D", "", value)
        if operator == "last4" and len(digits) >= 8 and not span.merged:
            return f"<{span.entity} ending {digits[-4:]}>"
        if operator == "hash" and self._key and not span.merged:
            plain = re.sub(r"[\W_]", "", value).casefold()
            return f"<{span.entity} #{hmac.new(self._key, plain.encode(), 'sha256').hexdigest()[:12]}>"
        return f"<{span.entity}>"


def _merge(results: list[RecognizerResult], holders: list[tuple[int, int]]) -> list[_Span]:
    """Overlapping results become one, named after the containing or else the surest one; what an earlier
    pass has put in place stays."""
    spans: list[_Span] = []
    for result in sorted(results, key=lambda item: (item.start, -item.end)):
        if any(start <= result.start and result.end <= end for start, end in holders):
            continue
        touched = [(start, end) for start, end in holders if start < result.end and result.start < end]
        first = min([result.start, *(start for start, _ in touched)])
        final = max([result.end, *(end for _, end in touched)])
        span = _Span(first, final, result.entity_type, result.score, merged=bool(touched))
        last = spans[-1] if spans else None
        if last is None or span.start >= last.end:
            spans.append(span)
        elif span.end > last.end:
            surest = max(last, span, key=lambda item: item.score)
            spans[-1] = _Span(last.start, span.end, surest.entity, surest.score, merged=True)
        elif last.entity == "IDENTIFIER" and span.score > last.score:
            spans[-1] = last._replace(entity=span.entity, score=span.score, merged=True)
        elif span.start == last.start and span.end == last.end and span.score > last.score:
            spans[-1] = span
    return spans
