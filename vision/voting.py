"""Several pictures of one passage vote on its plate."""

from collections.abc import Sequence

import msgspec

from adjudication.facts import PlateReading
from vision.curve import as_bp, stated_nats

OBJECTION_BP = 3_000
"""A picture that says another text at least so surely is a contradiction, whatever the others say; below, it is noise:
a picture too far, too dark or too blurred to count."""


def voted(reads: Sequence[PlateReading]) -> tuple[PlateReading, bool]:
    """The reading that the pictures together find likeliest, as sure as those that agree make it, and whether some
    picture objects. It stays a reading of one picture: the surest that says so.

    Pictures of one passage share their light, their angle and the reader, so each further one counts for half of a
    free one. A reading can only be contradicted by its likes: who objects is not outvoted but named.
    """
    texts = {read.text for read in reads}
    chosen = max(texts, key=lambda text: (evidence_nats(reads, text), text))
    own = [read for read in reads if read.text == chosen]
    best = max(own, key=lambda read: read.confidence_bp)
    objects = any(read.text != chosen and read.confidence_bp >= OBJECTION_BP for read in reads)
    sure = max(as_bp(evidence_nats(reads, chosen)), best.confidence_bp)
    return msgspec.structs.replace(best, confidence_bp=best.confidence_bp if objects else sure), objects


def evidence_nats(reads: Sequence[PlateReading], text: str) -> float:
    """Minus the logarithm of the doubt that the reads of `text` leave together: the surest in full, others by half."""
    found = sorted((stated_nats(read.confidence_bp) for read in reads if read.text == text), reverse=True)
    return found[0] + sum(found[1:]) / 2
