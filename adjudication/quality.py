"""Is the evidence enough to go on without a person? Source: 821(2): doubt goes to the person; policy for the bounds."""

from adjudication.clones import same_vehicle
from adjudication.facts import PlateReading
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.messages import PassageObserved
from adjudication.plates import FORMATS, classify
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
    """Guard: two readers read the same plate and are sure enough together; an officer's own reading needs none."""
    passage = scene.checked.passage
    plate = passage.plate
    if plate is None:
        return (ruled("review", "PLATE_UNREAD", "reading"),)
    if plate.source == "officer":
        return (in_order("reading", "821(2)", "an officer read the plate", plate=plate.text),)
    doubts = [*_second(passage, plate), *_certainty(plate, scene.policy)]
    if scene.local and plate.format_id in REMNANTS:
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
        first=passage.reader,
        second=passage.also_read_by,
    )
    return (sure,)


def _second(passage: PassageObserved, plate: PlateReading) -> tuple[Ruling, ...]:
    """Another reader than the first was asked, and read the same. The device's own word is a hint, never a reading."""
    asked = passage.also_read_by not in ("", passage.reader)
    if plate.source == "device" or not asked or not plate.second:
        return (ruled("review", "SECOND_READ_MISSING", "reading", source=plate.source, asked=passage.also_read_by),)
    if plate.second != plate.text:
        return (ruled("review", "READS_DISAGREE", "reading", first=plate.text, second=plate.second),)
    return ()


def _certainty(plate: PlateReading, policy: Edition) -> tuple[Ruling, ...]:
    """One figure, of both readers together."""
    if plate.confidence_bp >= policy.plate_confidence_bp:
        return ()
    bound = policy.plate_confidence_bp
    return (ruled("review", "PLATE_UNSURE", "reading", confidence_bp=plate.confidence_bp, bound_bp=bound),)


def origin(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the plate is one of Kazakhstan: by its text alone, by the sign on it, or because the vehicle that bears it
    here is the one that was seen. What cannot be one of Kazakhstan is referred elsewhere (adjudication.liability)."""
    plate = scene.checked.passage.plate
    if plate is None or plate.source == "officer" or not scene.local:
        return ()
    seen = plate.country_seen if plate.country_confidence_bp >= scene.policy.country_confidence_bp else ""
    fitting = {plate.country, *(plate_format.country for plate_format in classify(plate.text))}
    if fitting == {"KZ"} and seen in ("", "KZ"):
        return ()
    fits = ", ".join(sorted(fitting))
    if seen == "KZ" or (not seen and _is_vehicle_seen(scene, finding)):
        outcome = "the plate is one of Kazakhstan"
        return (
            in_order("origin", "policy country_confidence_bp", outcome, fits=fits, by="sign" if seen else "vehicle"),
        )
    return (ruled("review", "COUNTRY_UNSETTLED", "origin", fits=fits, seen=seen),)


def _is_vehicle_seen(scene: Scene, finding: Finding) -> bool:
    """Whether the register's vehicle was compared with the one in the picture, and is of its kind."""
    rulings = same_vehicle(scene, finding)
    return bool(rulings) and all(ruling.route == "auto" for ruling in rulings)
