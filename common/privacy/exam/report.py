"""The table of `make pii-report`: our scrubber and stock Presidio on the same messages, open and held out."""

from __future__ import annotations

from common.privacy.exam import generator, stock
from common.privacy.exam.conversations import leaks_over_messages
from common.privacy.exam.generator import Half
from common.privacy.exam.measure import UNSTRUCTURED, Result, Span, measure
from common.privacy.scrubber import Scrubber

# Nobody tuned anything on the second seed.
SEEDS: dict[Half, int] = {"open": 20, "held_out": 4711}
BAR_STRUCTURED, BAR_UNSTRUCTURED, BAR_HARMLESS = 0.0, 0.01, 0.02


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
        met = met and _meets(ours)
    broken = leaks_over_messages(scrubber)
    print(f"\nover several messages: {len(broken)} conversations leak" + "".join(f"\n  {said}" for said in broken))
    return met and not broken


def _print(half: Half, ours: Result, theirs: Result, planted: int) -> None:
    print(f"\n{half.replace('_', ' ')}: {planted} messages with secrets, {ours.harmless} harmless ones")
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
    for message, secret in ours.leaks:
        print(f"  leaked: {secret.entity} ({secret.writing}) in {message.text!r}")
    for message, spans in ours.changed:
        print(f"  changed: {message.text!r} {[span.entity for span in spans]}")


def _meets(result: Result) -> bool:
    return (
        result.leak_rate(structured=True) <= BAR_STRUCTURED
        and result.leak_rate(structured=False) <= BAR_UNSTRUCTURED
        and result.false_positive_rate <= BAR_HARMLESS
    )
