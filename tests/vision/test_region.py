"""Where the device points: looked at there alone, never believed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjudication.facts import Box, PlateReading, QualityFlag, VehicleSighting
from vision import region
from vision.decode import MAX_PIXELS, Picture
from vision.eyes import OnnxEyes, open_eyes
from vision.models import default_directory, missing
from vision.perspective import Camera
from vision.plate_art import draw_plate, layout_of
from vision.ports import Look, Seen, Target
from vision.region import PORTION, Pointed, portions, prepare, surroundings
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene
from vision.targets import overlap

TEXT = "489AAC02"


def drawn(text: str = TEXT, x_m: float = 0.5, **scene: object) -> tuple[bytes, Box, Box]:
    """A full-HD frame of one car, with the boxes of its plate and of itself."""
    vehicle = DrawnVehicle("sedan", "front", "white", DrawnPlate(text, "KZ2012-P"), x_m=x_m, z_m=20)
    rendered = render_frame(Scene((vehicle,), camera=Camera(width=1920, height=1080), **scene), 1)  # type: ignore[arg-type] # scene fields by name
    (truth,) = rendered.truth.vehicles
    assert truth.plate_quad is not None
    (x0, y0), (x1, y1) = (pick(truth.plate_quad, axis=0) for pick in (np.min, np.max))
    plate = Box(x=int(x0), y=int(y0), width=round(x1 - x0), height=round(y1 - y0))
    return encode_jpeg(rendered.image), plate, truth.box


BODY, PLATE, CAR = drawn()


def moved(box: Box, x: float = 0, y: float = 0, width: float = 1, height: float = 1) -> Box:
    """The box moved by shares of its size, and resized."""
    return Box(
        x=max(round(box.x + x * box.width), 0),
        y=max(round(box.y + y * box.height), 0),
        width=round(box.width * width),
        height=round(box.height * height),
    )


@dataclass
class Recorder:
    """A reader that notes what it is shown, and reads a plate in regions as surely as it is told."""

    confidence_bp: int = 9_500
    flags: tuple[QualityFlag, ...] = ()
    sees_vehicle: bool = True
    pictures: list[Picture | QualityFlag] = field(default_factory=list)
    regions: list[Pointed] = field(default_factory=list)

    def read_pictures(self, pictures: Iterable[Picture | QualityFlag]) -> list[Seen]:
        shown = list(pictures)
        self.pictures += shown
        return [Seen(flags=(one,) if isinstance(one, str) else ()) for one in shown]

    def read_regions(self, regions: Sequence[Pointed]) -> list[Seen]:
        self.regions += regions
        return [self._seen(one) for one in regions]

    def _seen(self, one: Pointed) -> Seen:
        box = one.plate or Box(x=1, y=1, width=60, height=14)
        plate = PlateReading(
            text=TEXT,
            format_id="KZ2012-P",
            country="KZ",
            confidence_bp=self.confidence_bp,
            characters_bp=(self.confidence_bp,) * 8,
            box=box,
            picture=0,
            source="vision",
        )
        vehicle = VehicleSighting(vehicle_class="car", confidence_bp=9_000, box=one.part.inside(CAR), picture=0)
        return Seen((Target(vehicle if self.sees_vehicle else None, plate, box, self.flags),))


def test_a_sane_box_is_looked_at_alone_and_answered_in_pixels_of_the_whole() -> None:
    reader = Recorder()
    (seen,) = region.read([Look(BODY, PLATE, CAR)], reader)
    assert reader.pictures == []
    (target,) = seen.targets
    assert target.plate is not None
    assert target.vehicle is not None
    assert (target.plate.box, target.plate_box, target.vehicle.box) == (PLATE, PLATE, CAR)
    assert seen.flags == ()


def test_a_plate_alone_is_decoded_alone() -> None:
    reader = Recorder(sees_vehicle=False)
    region.read([Look(BODY, PLATE)], reader)
    (shown,) = reader.regions
    assert shown.vehicle is None
    assert shown.part.picture.shape[1] < 2 * PLATE.width


@pytest.mark.parametrize(("vehicle", "is_grey"), [(None, True), (CAR, False)])
def test_colour_is_decoded_only_where_a_vehicle_is_looked_for(vehicle: Box | None, is_grey: bool) -> None:
    pointed = prepare(Look(BODY, PLATE, vehicle))
    assert isinstance(pointed, Pointed)
    blue, green, red = cv2.split(pointed.part.picture)
    assert (np.array_equal(blue, green) and np.array_equal(green, red)) == is_grey


def test_a_plate_of_two_rows_has_its_strokes_in_either() -> None:
    flat = draw_plate(layout_of("KZ2012-P", "251GZO16", 2), "251GZO16")
    size = 90, round(90 * flat.shape[0] / flat.shape[1])
    picture = np.full((400, 600, 3), 30, np.uint8)
    picture[150 : 150 + size[1], 200:290] = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    look = Look(encode_jpeg(picture), Box(x=200, y=150, width=size[0], height=size[1]))
    assert isinstance(prepare(look), Pointed)


def test_noise_beside_a_plate_is_no_cut_text() -> None:
    """A body as grey as the middle between ink and ground crosses that middle with every grain."""
    picture = np.asarray(cv2.imdecode(np.frombuffer(BODY, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    own = picture[PLATE.y : PLATE.y + PLATE.height, PLATE.x : PLATE.x + PLATE.width].copy()
    picture[:] = np.random.default_rng(0).normal(130, 8, picture.shape).clip(0, 255).astype(np.uint8)
    picture[PLATE.y : PLATE.y + PLATE.height, PLATE.x : PLATE.x + PLATE.width] = own
    assert isinstance(prepare(Look(encode_jpeg(picture), PLATE)), Pointed)


@pytest.mark.parametrize(
    "plate",
    [
        moved(PLATE, y=-4),
        moved(PLATE, x=0.6),
        moved(PLATE, x=-0.6),
        moved(PLATE, x=0.25, width=0.75),
        moved(PLATE, x=0.2, width=0.6),
        Box(x=5, y=200, width=150, height=40),
        Box(x=1900, y=900, width=150, height=40),
        Box(x=100_000, y=100_000, width=150, height=40),
        Box(x=0, y=0, width=1920, height=1080),
        Box(x=PLATE.x, y=PLATE.y, width=0, height=0),
        Box(x=PLATE.x, y=PLATE.y, width=PLATE.width, height=5),
        Box(x=PLATE.x, y=PLATE.y, width=20, height=400),
    ],
)
def test_a_box_that_shows_no_whole_plate_costs_a_look_at_the_whole_picture_and_is_told(plate: Box) -> None:
    reader = Recorder()
    (seen,) = region.read([Look(BODY, plate)], reader)
    assert reader.regions == []
    assert [one.shape for one in reader.pictures if not isinstance(one, str)] == [(1080, 1920, 3)]
    assert seen.flags == ("region_refused",)


def test_a_vehicle_that_does_not_hold_its_plate_is_not_believed() -> None:
    reader = Recorder()
    region.read([Look(BODY, PLATE, moved(CAR, x=2))], reader)
    assert (len(reader.regions), len(reader.pictures)) == (0, 1)


@pytest.mark.parametrize(
    "reader",
    [Recorder(confidence_bp=8_000), Recorder(flags=("plate_partial",)), Recorder(flags=("reads_disagree",))],
    ids=["unsure", "partial", "reads disagree"],
)
def test_a_plate_that_is_not_read_surely_is_read_in_the_whole_picture(reader: Recorder) -> None:
    (seen,) = region.read([Look(BODY, PLATE, CAR)], reader)
    assert (len(reader.regions), len(reader.pictures), seen.flags) == (1, 1, ("region_refused",))


def test_a_vehicle_that_was_asked_for_and_not_found_is_sought_in_the_whole_picture() -> None:
    for asked, wholes in ((CAR, 1), (None, 0)):
        reader = Recorder(sees_vehicle=False)
        region.read([Look(BODY, PLATE, asked)], reader)
        assert len(reader.pictures) == wholes


def test_answers_keep_their_order_whatever_way_they_were_come_by() -> None:
    looks = [Look(b""), Look(BODY, PLATE), Look(BODY), Look(b"no picture", PLATE), Look(BODY, moved(PLATE, y=-4))]
    seen = region.read(looks, Recorder(sees_vehicle=False))
    assert [one.flags for one in seen] == [("empty",), (), (), ("corrupt",), ("region_refused",)]
    assert [len(one.targets) for one in seen] == [0, 1, 0, 0, 0]


def test_a_night_region_says_so() -> None:
    dark = cv2.imdecode(np.frombuffer(BODY, np.uint8), cv2.IMREAD_COLOR) // 8
    shown = prepare(Look(encode_jpeg(dark, 95), PLATE))
    assert isinstance(shown, Pointed)
    assert shown.flags == ("too_dark",)


def test_a_vehicle_is_supposed_where_it_is_by_its_plate() -> None:
    for x_m in (-1.5, 0.0, 1.5):
        _, plate, car = drawn(x_m=x_m)
        assert overlap(surroundings(plate), car) > 0.5


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Box, x=st.integers(0, 3000), y=st.integers(0, 2000), width=st.integers(0, 3000), height=st.integers(0, 2000)
    ),
    st.none() | st.builds(Box, x=st.integers(0, 99), y=st.integers(0, 99), width=st.just(1800), height=st.just(900)),
)
def test_no_box_makes_the_eyes_fail(plate: Box, vehicle: Box | None) -> None:
    reader = Recorder()
    (seen,) = region.read([Look(BODY, plate, vehicle)], reader)
    assert len(reader.regions) + len(reader.pictures) >= 1
    assert seen.targets or seen.flags == ("region_refused",)


def test_portions_are_few_and_no_larger_together_than_one_picture_may_be() -> None:
    small = [Look(BODY)] * (2 * PORTION + 1)
    assert [len(portion) for portion in portions(small)] == [PORTION, PORTION, 1]
    large = encode_jpeg(np.zeros((4_000, 5_000, 3), np.uint8), 30)
    mixed = [*portions([*small[:3], *[Look(large)] * 3])]
    assert [len(portion) for portion in mixed] == [4, 1, 1]
    assert 20_000_000 + 3 * 1080 * 1920 < MAX_PIXELS < 2 * 20_000_000
    assert list(portions([])) == []


@pytest.fixture(scope="module")
def eyes() -> OnnxEyes:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    return open_eyes(default_directory())


@pytest.mark.models
def test_the_real_eyes_read_where_the_device_points_what_they_read_in_the_whole(eyes: OnnxEyes) -> None:
    for number, text in enumerate(("489AAC02", "500XYZ16", "316LRT07")):
        body, plate, car = drawn(text, x_m=0.4 * number)
        for look in (Look(body, plate, car), Look(body, plate, surroundings(plate)), Look(body, vehicle=car)):
            (seen,) = eyes.read_many([look])
            assert [t.plate.text for t in seen.targets if t.plate is not None] == [text]
            (target,) = (t for t in seen.targets if t.plate is not None)
            assert target.vehicle is not None
            assert overlap(target.vehicle.box, car) > 0.5
            assert target.plate_box is not None
            assert overlap(target.plate_box, plate) > 0.5
            assert "region_refused" not in seen.flags


@pytest.mark.models
def test_the_real_eyes_are_not_misled_by_a_device_that_points_elsewhere(eyes: OnnxEyes) -> None:
    for wrong in (moved(PLATE, y=-3), moved(PLATE, x=0.25, width=0.75), Box(x=5, y=200, width=150, height=40)):
        (seen,) = eyes.read_many([Look(BODY, wrong)])
        assert [t.plate.text for t in seen.targets if t.plate is not None] == [TEXT]
        assert "region_refused" in seen.flags
