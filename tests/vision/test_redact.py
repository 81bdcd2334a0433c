"""Masking: what is not the case's is gone from a copy; what is, stays; and where nobody looked, nothing is shown."""

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from adjudication.facts import Box
from vision.boxes import as_array
from vision.bystanders import Bystanders, open_bystanders
from vision.decode import Picture, decode
from vision.detect import Found
from vision.models import WEIGHTS, default_directory, missing
from vision.redact import GREY, IN_CABIN, NEEDS, NOTHING, SCENE, Keep, Kind, Needs, masked_copy, redact
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene, truth_of

WIDTH, HEIGHT = 640, 480
OWN = Box(x=200, y=160, width=240, height=200)
PLATE = Box(x=285, y=310, width=70, height=18)
KEEP = Keep(OWN, "car", PLATE)
FAR = Box(x=20, y=40, width=60, height=16)
DRIVER = Box(x=350, y=190, width=30, height=40)
PASSENGER = Box(x=240, y=190, width=30, height=40)


def noise(seed: int = 0) -> Picture:
    """Every pixel another: whatever the copy shows unaltered is seen to be so."""
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def thing(label: str, box: Box) -> Found:
    return Found(as_array(box), 0.9, label)


def shown(keep: Keep, needs: Needs, found: list[Found] | None, box: Box) -> float:
    """The share of a box's pixels that stand in the copy as they were."""
    picture = noise()
    copy = redact(picture, keep, needs, found).picture
    part = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
    return float((copy[part] == picture[part]).all(axis=2).mean())


def kinds(keep: Keep, needs: Needs, found: list[Found] | None) -> list[Kind]:
    return [one.kind for one in redact(noise(), keep, needs, found).masked]


@pytest.mark.parametrize("needs", [NOTHING, SCENE, IN_CABIN])
@pytest.mark.parametrize("label", ["plate", "person", "face"])
def test_what_is_found_outside_the_own_vehicle_is_gone(label: str, needs: Needs) -> None:
    assert shown(KEEP, needs, [thing(label, FAR)], FAR) == 0
    assert label in kinds(KEEP, needs, [thing(label, FAR)])


@pytest.mark.parametrize("label", ["plate", "person", "face"])
def test_what_is_found_before_the_own_vehicle_is_gone_too(label: str) -> None:
    before = Box(x=400, y=280, width=30, height=60)
    assert shown(KEEP, SCENE, [thing(label, before)], before) == 0


@pytest.mark.parametrize("needs", [NOTHING, SCENE, IN_CABIN])
def test_the_own_plate_stays_as_it_was_whatever_is_found_on_it(needs: Needs) -> None:
    found = [thing("plate", PLATE), thing("person", OWN), thing("face", PLATE), thing("car", OWN)]
    assert shown(KEEP, needs, found, PLATE) == 1


def test_the_own_vehicle_stays_below_its_windows() -> None:
    below = Box(x=OWN.x, y=OWN.y + 130, width=OWN.width, height=70)
    assert shown(KEEP, NOTHING, [], below) == 1


def test_the_surroundings_are_coarse_unless_the_offence_needs_the_scene() -> None:
    road = Box(x=460, y=400, width=100, height=60)
    assert shown(KEEP, NOTHING, [], road) < 0.01
    assert shown(KEEP, SCENE, [], road) == 1
    assert {NEEDS.get(code, NOTHING) for code in ("red_light", "stop_line", "parking")} == {SCENE}
    assert NEEDS.get("daytime_lights", NOTHING) == NOTHING


def test_where_the_scene_stays_other_vehicles_are_coarse() -> None:
    other = Box(x=460, y=200, width=160, height=140)
    assert shown(KEEP, SCENE, [thing("car", other)], other) < 0.01
    assert "vehicle" not in kinds(KEEP, SCENE, [thing("car", OWN)])


def test_the_passengers_side_is_hidden_and_the_drivers_is_not() -> None:
    assert shown(KEEP, NOTHING, [], PASSENGER) == 0
    assert shown(KEEP, NOTHING, [], DRIVER) == 1


def test_the_own_driver_may_be_seen_a_pedestrian_before_the_windscreen_may_not() -> None:
    assert shown(KEEP, NOTHING, [thing("face", DRIVER), thing("person", DRIVER)], DRIVER) == 1
    pedestrian = Box(x=345, y=180, width=50, height=170)
    assert shown(KEEP, NOTHING, [thing("person", pedestrian)], pedestrian) < 0.2


@pytest.mark.parametrize("violation", ["belt", "phone"])
def test_for_an_offence_in_the_cabin_the_cabin_stays(violation: str) -> None:
    found = [thing("face", PASSENGER), thing("face", DRIVER)]
    assert shown(KEEP, NEEDS[violation], found, PASSENGER) == 1
    assert shown(KEEP, NEEDS[violation], found, DRIVER) == 1
    assert shown(KEEP, NEEDS[violation], [thing("face", FAR)], FAR) == 0


def test_of_the_own_rider_the_head_is_hidden_and_the_machine_stays() -> None:
    rider = Box(x=260, y=165, width=100, height=140)
    keep = Keep(OWN, "motorcycle", PLATE)
    assert kinds(keep, NOTHING, [thing("person", rider)]) == ["surroundings", "person"]
    assert shown(keep, NOTHING, [thing("person", rider)], Box(x=260, y=165, width=100, height=40)) == 0
    assert shown(keep, NOTHING, [thing("person", rider)], Box(x=260, y=250, width=100, height=50)) == 1


def test_of_a_vehicle_seen_askew_the_plate_tells_the_middle() -> None:
    beside = Keep(OWN, "car", Box(x=360, y=310, width=70, height=18))
    middle = Box(x=330, y=190, width=30, height=40)
    assert shown(KEEP, NOTHING, [], middle) > 0.5
    assert shown(beside, NOTHING, [], middle) == 0


def test_without_a_place_of_the_own_vehicle_nothing_stays() -> None:
    whole = Box(x=0, y=0, width=WIDTH, height=HEIGHT)
    assert shown(Keep(), NOTHING, [], whole) < 0.01


def test_where_only_the_plate_is_known_a_cars_size_stays_around_it() -> None:
    assert shown(Keep(plate=PLATE), NOTHING, [], Box(x=250, y=345, width=140, height=30)) == 1
    assert shown(Keep(plate=PLATE), NOTHING, [], Box(x=520, y=330, width=100, height=100)) < 0.01


@pytest.mark.parametrize("needs", [NOTHING, SCENE, IN_CABIN])
def test_where_nobody_looked_only_the_own_plate_is_clear(needs: Needs) -> None:
    picture = noise()
    copy = redact(picture, KEEP, needs, None)
    clear = (copy.picture == picture).all(axis=2)
    assert clear[PLATE.y : PLATE.y + PLATE.height, PLATE.x : PLATE.x + PLATE.width].all()
    assert clear.sum() < 2.2 * PLATE.width * PLATE.height
    assert (copy.picture[FAR.y : FAR.y + FAR.height, FAR.x : FAR.x + FAR.width] == GREY).all()
    assert [one.kind for one in copy.masked] == ["surroundings", "unsearched"]


@pytest.mark.parametrize(
    "keep",
    [
        Keep(plate=Box(x=0, y=0, width=WIDTH, height=HEIGHT)),
        Keep(vehicle=Box(x=0, y=0, width=WIDTH, height=HEIGHT), vehicle_class="car"),
        Keep(Box(x=0, y=0, width=WIDTH, height=HEIGHT), "car", Box(x=5, y=5, width=30, height=8)),
        Keep(OWN, "car", OWN),
        Keep(),
    ],
)
def test_a_box_that_claims_too_much_keeps_nothing_where_nobody_looked(keep: Keep) -> None:
    whole = Box(x=0, y=0, width=WIDTH, height=HEIGHT)
    assert shown(keep, NOTHING, None, whole) < 0.01


def test_a_hidden_place_says_nothing_of_what_was_there() -> None:
    """The same copy, whatever was below its masks: there is nothing to be undone."""
    found = [thing("plate", FAR), thing("person", Box(x=500, y=60, width=60, height=160))]
    one, other = noise(), noise()
    for box in (FAR, Box(x=500, y=60, width=60, height=160), PASSENGER):
        other[box.y : box.y + box.height, box.x : box.x + box.width] = 7
    masked = redact(one, KEEP, SCENE, found), redact(other, KEEP, SCENE, found)
    assert (masked[0].picture == masked[1].picture).all()


def test_the_original_is_not_touched() -> None:
    picture = noise()
    redact(picture, KEEP, NOTHING, [thing("person", OWN)])
    assert (picture == noise()).all()


corners = st.integers(0, 700)
boxes = st.builds(Box, x=corners, y=corners, width=st.integers(1, 800), height=st.integers(1, 800))
labels = st.sampled_from(["plate", "person", "face", "car", "truck", "bus"])


@given(st.lists(st.tuples(labels, boxes), max_size=6), st.none() | boxes, st.none() | boxes, st.booleans())
def test_any_boxes_give_a_copy_and_no_found_plate_is_whole(
    found: list[tuple[str, Box]], vehicle: Box | None, plate: Box | None, looked: bool
) -> None:
    things = [thing(label, box) for label, box in found] if looked else None
    copy = redact(noise(), Keep(vehicle, "car", plate), NOTHING, things)
    assert copy.picture.shape == (HEIGHT, WIDTH, 3)
    assert copy.masked[0].kind == "surroundings"


def test_a_copy_bears_no_metadata_of_the_original() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E], exif[0x8825] = "taken by number 7", {1: "N", 2: (43.0, 15.0, 0.0)}
    Image.fromarray(noise()).save(out, "JPEG", exif=exif, comment=b"secret words")
    copy = masked_copy(out.getvalue(), KEEP, NOTHING, lambda _: [])
    with Image.open(io.BytesIO(copy.jpeg)) as opened:
        assert opened.format == "JPEG"
        assert not opened.getexif()
        assert "comment" not in opened.info
    assert b"number 7" not in copy.jpeg
    assert b"secret" not in copy.jpeg


def test_a_turned_picture_is_masked_upright() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise()).save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(masked_copy(out.getvalue(), Keep(), NOTHING, lambda _: []).jpeg)) as opened:
        assert opened.size == (HEIGHT, WIDTH)


@pytest.mark.parametrize("body", [b"", b"no picture", b"\xff\xd8\xff\xe0broken"])
def test_what_cannot_be_decoded_is_shown_as_grey(body: bytes) -> None:
    copy = masked_copy(body, KEEP, NOTHING, pytest.fail)
    assert [one.kind for one in copy.masked] == ["unreadable"]
    picture = decode(copy.jpeg)
    assert not isinstance(picture, str)
    assert picture.std() < 1


def test_the_same_picture_gives_the_same_copy() -> None:
    body = cv2.imencode(".jpg", noise())[1].tobytes()
    first, second = (masked_copy(body, KEEP, SCENE, lambda _: [thing("plate", FAR)]) for _ in range(2))
    assert first == second


@pytest.fixture(scope="module")
def bystanders() -> Bystanders:
    if missing(default_directory(), [one for one in WEIGHTS if one.role in {"vehicles", "plates", "faces"}]):
        pytest.skip("the models are not there: make models")
    return open_bystanders(default_directory())


@pytest.mark.models
def test_a_neighbours_plate_is_found_and_hidden(bystanders: Bystanders) -> None:
    mine = DrawnVehicle("sedan", "front", "white", DrawnPlate("489AAC02", "KZ2012-P"), x_m=-1.8, z_m=25.0)
    other = DrawnVehicle("suv", "front", "grey", DrawnPlate("777ABC01", "KZ2012-P"), x_m=1.8, z_m=25.0)
    scene = Scene((mine, other))
    picture, (own, neighbour) = render_frame(scene, 1).image, truth_of(scene).vehicles
    assert own.plate_quad is not None
    assert neighbour.plate_quad is not None
    plate, hidden = _around(own.plate_quad), _around(neighbour.plate_quad)
    body = encode_jpeg(picture, 95)
    copy = masked_copy(body, Keep(own.box, own.vehicle_class, plate), SCENE, bystanders)
    masked = decode(copy.jpeg)
    assert not isinstance(masked, str)
    assert _grain(masked, hidden) < 0.1 * _grain(picture, hidden)
    assert _grain(masked, plate) > 0.8 * _grain(picture, plate)


@pytest.mark.models
def test_an_empty_street_has_nobody_in_it(bystanders: Bystanders) -> None:
    assert [one.label for one in bystanders(render_frame(Scene(()), 1).image) if one.label == "face"] == []


def _around(quad: tuple[tuple[float, float], ...]) -> Box:
    xs, ys = [round(x) for x, _ in quad], [round(y) for _, y in quad]
    return Box(x=min(xs), y=min(ys), width=max(xs) - min(xs), height=max(ys) - min(ys))


def _grain(picture: Picture, box: Box) -> float:
    part = picture[box.y : box.y + box.height, box.x : box.x + box.width]
    return float(cv2.Laplacian(part, cv2.CV_32F).std())
