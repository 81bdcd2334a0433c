"""Is the evidence enough to go on without a person? Source: 821(2): doubt goes to the person; policy for the bounds."""

from adjudication.facts import PlateReading
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.plates import FORMATS
from adjudication.policy import Edition

REMNANTS = frozenset(plate_format.id for plate_format in FORMATS if plate_format.remnant)
"""Formats that a commoner plate with a lost character looks like (adjudication.plates)."""


def target(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: what the device measured or saw is about one vehicle and no other."""
    candidates = scene.checked.passage.candidates
    if finding.basis != "register" and candidates != 1:
        return (ruled("review", "SEVERAL_CANDIDATES", "target", candidates=candidates),)
    return ()


def reading(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the plate is read, surely enough, by two readers who agree; an officer's own reading needs none."""
    passage = scene.checked.passage
    plate = passage.plate
    if plate is None:
        return (ruled("review", "PLATE_UNREAD", "reading"),)
    if plate.source == "officer":
        return (in_order("reading", "821(2)", "an officer read the plate", plate=plate.text),)
    doubts = [*_certainty(plate, scene.policy), *_second(plate, scene.policy)]
    if scene.local and (plate.country != "KZ" or plate.format_id in REMNANTS):
        doubts.append(ruled("review", "PLATE_AMBIGUOUS", "reading", format=plate.format_id))
    flags = [flag for flag in passage.quality if flag in scene.policy.review_flags]
    if flags:
        doubts.append(ruled("review", "PICTURE_DOUBTFUL", "reading", flags=", ".join(flags)))
    if doubts:
        return tuple(doubts)
    sure = in_order(
        "reading",
        "policy plate_confidence_bp",
        "two readers read the same plate",
        plate=plate.text,
        confidence_bp=plate.confidence_bp,
    )
    return (sure,)


def _certainty(plate: PlateReading, policy: Edition) -> tuple[Ruling, ...]:
    weakest = min(plate.characters_bp, default=0)
    if plate.confidence_bp >= policy.plate_confidence_bp and weakest >= policy.character_confidence_bp:
        return ()
    bounds = f"{policy.plate_confidence_bp}, {policy.character_confidence_bp}"
    read = {"confidence_bp": plate.confidence_bp, "weakest_bp": weakest}
    return (ruled("review", "PLATE_UNSURE", "reading", **read, bounds=bounds),)


def _second(plate: PlateReading, policy: Edition) -> tuple[Ruling, ...]:
    """The device's own word is a second opinion, never the only ground of an automatic act."""
    if plate.source == "device" or not plate.second or plate.second_confidence_bp < policy.second_confidence_bp:
        return (ruled("review", "SECOND_READ_MISSING", "reading", source=plate.source),)
    if plate.second != plate.text:
        return (ruled("review", "READS_DISAGREE", "reading", first=plate.text, second=plate.second),)
    return ()
