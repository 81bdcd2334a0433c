"""The same picture under two events: a camera exposes each picture once, and no two exposures are alike bit for bit.

Source: 821(2), 822-1(1)(5): a decision rests on the recording of its own event. Bounds: measured (vision/tamper.py).
"""

from collections.abc import Iterable

from adjudication.facts import Fact, Likeness, Media, RepeatedPicture
from adjudication.findings import Finding, Ruling, Scene, ruled
from adjudication.messages import PassageObserved
from adjudication.units import MICROS_PER_SECOND, Id, Micros, Name

ALIKE_BITS = 32
"""Of 512. Measured on drawn frames: saved anew at another quality, size, brightness or under another caption, a picture
differs in 30 at most; of other passages of the same car at the same camera two of three differ in more."""
ALIKE_PLACE_BP = 30
"""Of the picture's sides, for the plate's middle. Measured: in copies it is found within 23, in 72 pairs of other
passages of the same car at the same camera, driving the same lane, it was never nearer than 57."""
ONE_SCENE_US = 60 * MICROS_PER_SECOND
"""Pictures of one device within a minute may show one standing car twice."""


class Shown(Fact, frozen=True, kw_only=True):
    """The pictures of one passage as they are remembered: digests and a likeness; no picture, and no plate."""

    event_id: Id
    device_id: Name
    captured_us: Micros
    media: tuple[tuple[str, Micros], ...]
    likeness: Likeness | None


def shown(passage: PassageObserved) -> Shown:
    """What is remembered of a passage's pictures."""
    event = passage.event
    return Shown(
        event_id=passage.event_id,
        device_id=event.device_id,
        captured_us=event.captured_us,
        media=tuple((one.sha256, one.captured_us) for one in event.media),
        likeness=passage.likeness,
    )


def repeated(here: Shown, others: Iterable[Shown]) -> RepeatedPicture | None:
    """The passage of another event that bears one of these pictures; one that bears the very bytes before one alike.

    Two offences may be seen in one exposure: the same bytes of one device at one instant repeat nothing.
    """
    found = [one for other in others if other.event_id != here.event_id and (one := _repetition(here, other))]
    return min(found, key=lambda one: (one.kind != "same", one.captured_us, one.event_id), default=None)


def _repetition(here: Shown, other: Shown) -> RepeatedPicture | None:
    same = _same(here, other)
    if not same and not _alike(here, other):
        return None
    return RepeatedPicture(
        kind="same" if same else "alike",
        event_id=other.event_id,
        device_id=other.device_id,
        captured_us=other.captured_us,
    )


def _same(here: Shown, other: Shown) -> bool:
    one_device = here.device_id == other.device_id
    return any(
        sha256 == other_sha256 and not (one_device and at_us == other_us)
        for sha256, at_us in here.media
        for other_sha256, other_us in other.media
    )


def _alike(here: Shown, other: Shown) -> bool:
    one, two = here.likeness, other.likeness
    if one is None or two is None:
        return False
    if here.device_id == other.device_id and abs(here.captured_us - other.captured_us) < ONE_SCENE_US:
        return False
    if max(abs(one.x_bp - two.x_bp), abs(one.y_bp - two.y_bp)) > ALIKE_PLACE_BP:
        return False
    return (int(one.bits, 16) ^ int(two.bits, 16)).bit_count() <= ALIKE_BITS


def own_pictures(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the pictures are of this event and no other. One merely alike says something only of a moving car's."""
    other = scene.checked.repeated
    if other is None or (other.kind == "alike" and finding.detection != "speed"):
        return ()
    reason = "PICTURE_REPEATED" if other.kind == "same" else "PICTURE_ALIKE"
    return (ruled("review", reason, "own-pictures", None, event=other.event_id, device=other.device_id),)


def consistent_pictures(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: no picture was edited, none has two instants, and those of a speed are of the instant of measurement."""
    passage = scene.checked.passage
    event = passage.event
    rulings: list[Ruling] = []
    if "edited" in passage.quality:
        rulings.append(ruled("review", "PICTURE_EDITED", "pictures"))
    exposures = {(one.sha256, one.captured_us) for one in event.media}
    twice = len(exposures) > len({sha256 for sha256, _ in exposures})
    measured = passage.measurement
    speed = measured is not None and measured.kind == "speed" and finding.detection == "speed"
    late = speed and any(_seconds_off(one, event.captured_us) > scene.policy.picture_within_s for one in event.media)
    if twice or late or "picture_time" in passage.quality:
        rulings.append(ruled("review", "PICTURES_CONTRADICT", "pictures"))
    return tuple(rulings)


def _seconds_off(picture: Media, captured_us: Micros) -> float:
    return abs(picture.captured_us - captured_us) / MICROS_PER_SECOND
