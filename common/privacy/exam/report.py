"""The table of `make pii-report`: our scrubber and stock Presidio on the same messages, open and held out."""

from __future__ import annotations

from collections import Counter

from common.privacy.exam import generator, stock
from common.privacy.exam.conversations import leaks_over_messages, said
from common.privacy.exam.generator import Half
from common.privacy.exam.measure import UNSTRUCTURED, Result, Span, measure
from common.privacy.exam.talks import leaks_by_kind
from common.privacy.scrubber import Scrubber

SEEDS: dict[Half, int] = {"open": 20, "unseen": 8093}
BAR_STRUCTURED, BAR_UNSTRUCTURED, BAR_HARMLESS = 0.0, 0.01, 0.02
_TITLES: dict[Half, str] = {"open": "open", "unseen": "held out"}


def run(model: str) -> bool:
    """Print the tables; whether every bar is met on both halves."""
    scrubber = Scrubber()
    scrubber.warm_up()
    theirs_find = stock.finder(model)
    met = True
    for half, seed in SEEDS.items():
        planted, harmless = generator.planted(seed, half), generator.harmless(seed, half)
        ours = measure(lambda text: [Span(*found) for found in scrubber.findings(text)], planted, harmless)
        theirs = measure(theirs_find, planted, harmless)
        _print(half, ours, theirs, len(planted))
        # Whoever read what the held-out half leaks would mend for it: of that half only counts are printed.
        if half == "open":
            _print_messages(ours)
        met = met and _meets(ours)
    broken = leaks_over_messages(scrubber)
    print(f"\nover several messages: {len(broken)} conversations leak" + "".join(f"\n  {text}" for text in broken))
    held, leaked = leaks_by_kind(lambda messages: said(scrubber, messages), SEEDS["unseen"])
    _print_talks(held, leaked)
    return met and not broken and not leaked.total()


def _print(half: Half, ours: Result, theirs: Result, planted: int) -> None:
    print(f"\n{_TITLES[half]}: {planted} messages with secrets, {ours.harmless} harmless ones")
    print(f"{'':16} {'':>5}   {'Teller':^31}   {'stock Presidio':^31}")
    heading = f"{'leaked':>7} {'recall':>7} {'prec.':>7} {'F2':>7}"
    print(f"{'kind':16} {'n':>5}   {heading}   {heading}")
    for kind in sorted(kind for kind, counts in ours.kinds.items() if counts.planted):
        figures = [
            f"{counts.leaked:>7} {counts.recall:>7.3f} {counts.precision:>7.3f} {counts.f2:>7.3f}"
            for counts in (ours.kinds[kind], theirs.kinds[kind])
        ]
        print(f"{kind:16} {ours.kinds[kind].planted:>5}   {figures[0]}   {figures[1]}")
    for name, result in (("Teller", ours), ("stock Presidio", theirs)):
        print(
            f"{name}: leak rate {result.leak_rate(structured=True):.2%} in structured kinds,"
            f" {result.leak_rate(structured=False):.2%} of {' and '.join(sorted(UNSTRUCTURED)).lower()},"
            f" {result.false_positive_rate:.2%} of harmless messages changed"
        )


def _print_messages(result: Result) -> None:
    for message, secret in result.leaks:
        print(f"  leaked: {secret.entity} ({secret.writing}) in {message.text!r}")
    for message, spans in result.changed:
        print(f"  changed: {message.text!r} {[span.entity for span in spans]}")


def _print_talks(held: Counter[str], leaked: Counter[str]) -> None:
    kinds = ", ".join(f"{kind} {leaked[kind]} of {count}" for kind, count in sorted(held.items()))
    print(f"over several messages, held out: {leaked.total()} of {held.total()} conversations leak: {kinds}")


def _meets(result: Result) -> bool:
    return (
        result.leak_rate(structured=True) <= BAR_STRUCTURED
        and result.leak_rate(structured=False) <= BAR_UNSTRUCTURED
        and result.false_positive_rate <= BAR_HARMLESS
    )
