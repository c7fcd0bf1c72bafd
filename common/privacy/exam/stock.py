"""Presidio as it comes: its own engine, its default recognisers, the same small model."""

from __future__ import annotations

from collections.abc import Callable

from common.privacy.exam.measure import Span

# What Presidio calls the kinds that both know.
_KINDS = {
    "CREDIT_CARD": "CARD_NUMBER", "IBAN_CODE": "IBAN", "US_SSN": "SSN", "US_ITIN": "SSN", "UK_NINO": "NI_NUMBER",
    "US_PASSPORT": "PASSPORT", "UK_PASSPORT": "PASSPORT", "US_DRIVER_LICENSE": "DRIVING_LICENCE",
    "US_BANK_NUMBER": "ACCOUNT_NUMBER", "ABA_ROUTING_NUMBER": "ROUTING_NUMBER", "CRYPTO": "CRYPTO_ADDRESS",
    "LOCATION": "ADDRESS", "UK_POSTCODE": "POSTCODE", "MAC_ADDRESS": "DEVICE_ID",
}  # fmt: skip
_THRESHOLD = 0.35  # Presidio's own advice: below it, the default patterns match any number


def finder(model: str) -> Callable[[str], list[Span]]:
    """A function from a text to what stock Presidio finds in it; dates are its DATE_TIME, of no one kind here."""
    import tldextract.tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # The public-suffix list from the package, not from the network.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=configuration).create_engine())

    def find(text: str) -> list[Span]:
        results = engine.analyze(text, "en", score_threshold=_THRESHOLD)
        return [Span(_KINDS.get(item.entity_type, item.entity_type), item.start, item.end) for item in results]

    return find
