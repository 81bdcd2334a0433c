"""copies: one picture under two events, and pictures that contradict their own."""

import pytest
from msgspec.structs import replace

from adjudication.copies import ALIKE_BITS, ALIKE_PLACE_BP, ONE_SCENE_US, Shown, repeated, shown
from adjudication.facts import Likeness, RepeatedPicture
from tests import samples
from tests.adjudication.test_doubts import case, passing

T0 = samples.CAPTURED_US
LIKE = Likeness(bits="5a" * 64, x_bp=5_000, y_bp=6_000)


def of(event: int, sha256: str = "a", at_us: int = T0, device: str = "cam-1", like: Likeness | None = None) -> Shown:
    return Shown(
        event_id=f"{event:032x}", device_id=device, captured_us=at_us, media=((sha256 * 64, at_us),), likeness=like
    )


def flipped(bits: int) -> Likeness:
    return replace(LIKE, bits=f"{int(LIKE.bits, 16) ^ ((1 << bits) - 1):0128x}")


def test_the_same_bytes_under_another_event_are_a_repetition() -> None:
    found = repeated(of(1), [of(2, at_us=T0 - 5)])
    assert found == RepeatedPicture(kind="same", event_id=f"{2:032x}", device_id="cam-1", captured_us=T0 - 5)
    assert repeated(of(1), [of(2, device="cam-2")]) is not None


def test_one_exposure_may_show_two_offences() -> None:
    assert repeated(of(1), [of(2)]) is None


def test_an_event_does_not_repeat_itself_and_other_bytes_are_another_picture() -> None:
    assert repeated(of(1), [of(1, at_us=T0 - 5), of(2, "b", T0 - 5)]) is None


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        (LIKE, True),
        (flipped(ALIKE_BITS), True),
        (flipped(ALIKE_BITS + 1), False),
        (replace(LIKE, x_bp=5_000 + ALIKE_PLACE_BP, y_bp=6_000 - ALIKE_PLACE_BP), True),
        (replace(LIKE, x_bp=5_001 + ALIKE_PLACE_BP), False),
        (replace(LIKE, y_bp=5_999 - ALIKE_PLACE_BP), False),
        (None, False),
    ],
)
def test_pictures_are_alike_within_the_measured_bounds(other: Likeness | None, is_alike: bool) -> None:
    found = repeated(of(1, like=LIKE), [of(2, "b", T0 - ONE_SCENE_US, like=other)])
    assert (found is not None) == is_alike
    assert found is None or found.kind == "alike"


def test_a_standing_car_may_be_taken_twice_within_a_minute_by_one_device() -> None:
    assert repeated(of(1, like=LIKE), [of(2, "b", T0 - ONE_SCENE_US + 1, like=LIKE)]) is None
    assert repeated(of(1, like=LIKE), [of(2, "b", T0 - 1, "cam-2", LIKE)]) is not None


def test_the_very_bytes_are_told_before_what_is_merely_alike() -> None:
    earlier = of(2, "b", T0 - 2 * ONE_SCENE_US, like=LIKE)
    found = repeated(of(1, like=LIKE), [earlier, of(3, "a", T0 - 5)])
    assert found is not None
    assert (found.kind, found.event_id) == ("same", f"{3:032x}")


def test_what_is_remembered_of_a_passage_names_no_plate() -> None:
    known = shown(replace(samples.passage(), likeness=LIKE))
    assert known.media == ((samples.event().media[0].sha256, T0),)
    assert known.likeness == LIKE
    assert "489AAC02" not in str(known)


def told(kind: str, violation: str | None = None) -> tuple[str, str]:
    fact = RepeatedPicture(kind=kind, event_id="1" * 32, device_id="cam-2", captured_us=T0)  # type: ignore[arg-type]
    checked = replace(passing(), repeated=fact)
    if violation:
        event = replace(checked.passage.event, measurement=None, violation=violation)
        checked = replace(checked, passage=replace(checked.passage, event=event))
    made = case(checked)
    return made.route, made.reason


def test_a_repeated_picture_is_for_an_officer() -> None:
    assert told("same") == ("review", "PICTURE_REPEATED")
    assert told("same", "red_light") == ("review", "PICTURE_REPEATED")
    assert told("alike") == ("review", "PICTURE_ALIKE")
    assert told("alike", "red_light") == ("auto", "CLEAR")  # a car that waits at a light looks the same twice


def with_media(*media: tuple[str, int], quality: tuple[str, ...] = ()) -> tuple[str, str]:
    ordinary = samples.event().media[0]
    pictures = tuple(replace(ordinary, sha256=sha256 * 64, captured_us=at_us) for sha256, at_us in media)
    event = samples.event(media=pictures)
    made = case(passing(event=event, quality=quality))
    return made.route, made.reason


def test_pictures_that_contradict_themselves_are_for_an_officer() -> None:
    assert with_media(("a", T0), ("b", T0 + 300_000)) == ("auto", "CLEAR")
    assert with_media(("a", T0), ("a", T0)) == ("auto", "CLEAR")
    assert with_media(("a", T0), ("a", T0 + 1)) == ("review", "PICTURES_CONTRADICT")
    assert with_media(("a", T0), ("b", T0 + 10_000_000)) == ("auto", "CLEAR")
    assert with_media(("a", T0), ("b", T0 + 10_000_001)) == ("review", "PICTURES_CONTRADICT")
    assert with_media(("a", T0), quality=("picture_time",)) == ("review", "PICTURES_CONTRADICT")
    assert with_media(("a", T0), quality=("edited",)) == ("review", "PICTURE_EDITED")
