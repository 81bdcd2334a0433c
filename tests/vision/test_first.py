"""The first reader on plates drawn in a face that it was never trained on, with the weights of this package."""

from collections.abc import Sequence
from dataclasses import replace
from math import log

import cv2
import numpy as np
import pytest

from adjudication.errors import Invalid
from integrations.lawfiles import load_policy
from vision import spacing
from vision.ctc import ALPHABET, BLANK
from vision.curve import worth
from vision.first import (
    HIDING,
    SETTLED,
    WEIGHTS,
    Confidence,
    FirstRead,
    FirstReader,
    claimed_bp,
    confidence_bp,
    open_first,
    shipped,
)
from vision.frontal import box_corners, frontal
from vision.plate_art import LAYOUTS, Layout, draw_plate, layout_of
from vision.plate_quality import flags, quality
from vision.plate_reader import VEIL, Glimpse, said
from vision.spacing import Placement
from vision.train.card import digests
from vision.train.negatives import crop

TEXTS = {
    "KZ2012-P": ("489AAC02", "001OIQ20", "080OBO08", "582SZB15"),
    "KZ2012-L": ("312AB05", "080OO10", "515SI11"),
    "KZ2012-TR": ("12ABC05",),
    "KZ2012-MC": ("12AB05", "50OO08"),
    "KZ1993-P": ("A489BCD", "O010OBO"),
    "KZ1993-L": ("B481SI",),
    "KZ2012-F": ("K012305", "D808018"),
    "KZ-DIP": ("D012345",),
}
CASES = [(layout, text) for layout in LAYOUTS for text in TEXTS.get(layout.format_id, ())]


def seen(layout: Layout, text: str, width_px: float = 220.0, tilt: float = 0.04) -> tuple[np.ndarray, np.ndarray]:
    """A plate hung a little askew on a grey car, and its upright box."""
    flat = draw_plate(layout, text)
    height, width = flat.shape[:2]
    scale = width_px / 520 * layout.width / width
    w, h = width * scale, height * scale
    corners = np.array(((40, 40 + tilt * w), (40 + w, 40), (41 + w, 40 + h), (41, 40 + h + tilt * w)), np.float32)
    size = round(w + 80), round(h + tilt * w + 80)
    at = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    small = cv2.GaussianBlur(flat, (0, 0), 0.4 / scale)
    matrix = cv2.getPerspectiveTransform(at, corners)
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    cv2.warpPerspective(small, matrix, size, dst=picture, borderMode=cv2.BORDER_TRANSPARENT)
    return picture, np.concatenate((corners.min(axis=0), corners.max(axis=0)))


def read(layout: Layout, text: str, **more: float) -> FirstRead:
    reader = open_first()
    picture, box = seen(layout, text, **more)
    (answer,) = reader.read(reader.show(picture, [box]))
    return answer


def test_every_civil_format_is_read_in_a_face_never_trained_on() -> None:
    """Nearly all: these texts are full of look-alikes, which position alone tells apart."""
    reads = [(text, read(layout, text).said) for layout, text in CASES]
    right = sum(said is not None and said.text == text for text, said in reads)
    assert right >= 0.9 * len(CASES), [(text, said and said.text) for text, said in reads]


def test_it_knows_one_line_from_two() -> None:
    for layout, text in CASES[:8]:
        said = read(layout, text).said
        assert said is not None
        assert said.rows == layout.rows


def test_it_sees_the_flag() -> None:
    answer = read(layout_of("KZ2012-P", "489AAC02"), "489AAC02")
    assert answer.country == "KZ"
    assert answer.country_certainty > 0.9


def test_a_plate_too_small_to_read_is_not_surely_read() -> None:
    worth = shipped()
    for text in TEXTS["KZ2012-P"]:
        answer = read(layout_of("KZ2012-P", text), text, width_px=34.0)
        assert confidence_bp(answer, worth) < 9_000
        assert "plate_small" in flags(answer.quality)


def test_a_covered_letter_is_never_accepted_as_a_firms_plate() -> None:
    layout = layout_of("KZ2012-P", "489AAC02")
    picture, box = seen(layout, "489AAC02", tilt=0.0)
    width = box[2] - box[0]
    x = round(box[0] + width * 371 / 520)
    covered = picture.copy()
    covered[:, x - round(width * 27 / 520) : x + round(width * 27 / 520)] = 235
    reader = open_first()
    (answer,) = reader.read(reader.show(covered, [box]))
    assert confidence_bp(answer, shipped()) < 9_000


def test_what_is_no_plate_is_seldom_held_for_one() -> None:
    reader, worth = open_first(), shipped()
    sure = 0
    for number in range(60):
        picture = crop(np.random.default_rng((99, number)))
        height, width = picture.shape[:2]
        (answer,) = reader.read(reader.show(picture, [np.array((0, 0, width, height), np.float32)]))
        sure += answer.plate >= 0.5 and confidence_bp(answer, worth) >= 9_000
    assert sure == 0


def test_nothing_asked_is_nothing_answered() -> None:
    reader = open_first()
    assert reader.read(reader.show(np.zeros((90, 90, 3), np.uint8), [])) == []


def test_the_card_speaks_of_these_very_weights() -> None:
    card = (WEIGHTS / "README.md").read_text(encoding="utf-8")
    named = digests(WEIGHTS)
    assert set(named) == {"plate-reader.onnx", "plate-corners.onnx"}
    assert all(f"`{name}`" in card and digest in card for name, digest in named.items())
    assert shipped().reader == named["plate-reader.onnx"][:12], "the calibration is of these weights"
    assert sum(file.stat().st_size for file in WEIGHTS.iterdir()) < 6 * 2**20


def test_places_are_known_for_every_common_format() -> None:
    known = spacing.load(WEIGHTS)
    assert {"KZ2012-P/1/8", "KZ2012-P/2/8", "KZ2012-L/1/7", "KZ2012-MC/2/6", "KZ1993-P/1/7"} <= set(known)


@pytest.mark.parametrize("data", [b"", b"{}", b'{"reader": "a", "fitted_on": "b", "knots": []}'])
def test_a_calibration_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="calibration-malformed"):
        Confidence.parse(data)


def test_glare_and_hidden_parts_are_seen() -> None:
    layout = layout_of("KZ2012-P", "489AAC02")
    picture, box = seen(layout, "489AAC02", tilt=0.0)
    reader = open_first()

    def told(shown: np.ndarray) -> set[str]:
        (answer,) = reader.read(reader.show(shown, [box]))
        return set(flags(answer.quality))

    assert told(picture) == set()
    barred = picture.copy()
    cv2.line(barred, (round(box[0]) + 90, 20), (round(box[0]) + 110, 120), (60, 60, 60), 14)
    assert "occluded" in told(barred)
    assert "blurred" in told(cv2.GaussianBlur(picture, (0, 0), 6))
    corners = box_corners(*map(float, box))
    burnt = np.full_like(frontal(picture, corners), 255)
    assert "glare" in set(flags(quality(burnt, corners, rows=1, hidden=0.0)))


def glimpse(text: str, sure: float, veil: float = 0.0, at: Sequence[int] = range(4, 48, 5)) -> Glimpse:
    """A look that gives each character of `text` so much in its column, and the rest to the blank."""
    row = np.zeros((48, 37))
    row[:, BLANK] = 1.0
    for column, character in zip(at, text, strict=False):
        row[column] = 0.0
        row[column, [ALPHABET.index(character), BLANK]] = sure, 1 - sure
    empty = np.zeros((48, 37))
    empty[:, BLANK] = 1.0
    hides = np.zeros(VEIL, np.float32)
    hides[1, 12] = veil
    return Glimpse(row, empty, {"KZ2012-P": 0.99, "LATIN": 0.005, "none": 0.005}, {"KZ": 1.0}, hides)


@pytest.mark.parametrize(("other", "sure"), [("0", True), ("D", False)])
def test_what_may_not_stand_at_a_position_leaves_no_doubt_there(other: str, sure: bool) -> None:
    """Whether a ring is a nought or an O its position tells, and no shape; whether it is a D nothing else does."""
    look = glimpse("489AAO02", 0.9999)
    letter = 4 + 5 * 5
    look.upper[letter] = 0.0
    look.upper[letter, [ALPHABET.index("O"), ALPHABET.index(other)]] = 0.6, 0.4
    answer = said(look, {})
    assert answer is not None
    assert (answer.text, answer.characters[5] > 0.99) == ("489AAO02", sure)


def test_a_foreign_shape_tells_no_nought_from_an_o() -> None:
    """The network knows no foreign format: plates of Brazil have a digit or a letter there, by their year."""
    look = replace(glimpse("OUZ2198", 0.9999), formats={"LATIN": 0.99, "none": 0.01})
    look.upper[4 + 5 * 4] = 0.0
    look.upper[4 + 5 * 4, [ALPHABET.index("1"), ALPHABET.index("I")]] = 0.6, 0.4
    answer = said(look, {})
    assert answer is not None
    assert answer.characters[4] == pytest.approx(0.6)


@pytest.mark.parametrize("region", ["01", "11", "02"])
def test_no_region_is_doubted_for_its_digits_on_two_rows(region: str) -> None:
    """A small 1 is seen further right than other digits: Astana's plates of two rows were once doubted for that."""
    text = f"489AAC{region}"
    picture, box = seen(layout_of("KZ2012-P", text, rows=2), text)
    reader = open_first()
    (answer,) = reader.read(reader.show(picture, [box]))
    assert answer.said is not None
    assert answer.said.text == text
    assert answer.said.doubt < SETTLED


def test_a_firms_text_on_a_persons_places_is_doubted_though_armenia_has_its_shape() -> None:
    """Another country has its shape, and nobody knows its places: no excuse where the network sees no such plate."""
    person_but_one = (8, 13, 17, 24, 28, 38, 43)
    firm = Placement((9.5, 14.0, 18.5, 26.0, 30.0, 38.0, 42.0), (0.3,) * 7)
    look = replace(
        glimpse("489AA02", 0.9999, at=person_but_one), formats={"KZ2012-L": 0.99, "LATIN": 0.005, "none": 0.005}
    )
    free, held = said(look, {}), said(look, {"KZ2012-L/1/7": firm})
    assert free is not None
    assert held is not None
    assert (free.doubt < 0.05, held.doubt > 0.5) == (True, True)


class Looks:
    """A reader that sees what it is told, look by look (in the place of PlateReader)."""

    def __init__(self, *seen: Glimpse) -> None:
        self.seen = list(seen)

    def __call__(self, pictures: Sequence[np.ndarray]) -> list[Glimpse]:
        return [self.seen.pop(0) for _ in pictures]


def looked(*seen: Glimpse) -> tuple[FirstRead, int]:
    """What is read, and how many looks were left unused."""
    looks = Looks(*seen)
    reader = FirstReader(lambda _, boxes: [box_corners(*each) for each in boxes], looks, {})  # type: ignore[arg-type] # stand-ins
    (answer,) = reader.read(reader.show(np.full((90, 90, 3), 99, np.uint8), [np.array((5, 5, 80, 30), np.float32)]))
    return answer, len(looks.seen)


@pytest.mark.parametrize(
    "moved", [(0, 0), (-70, 0), (60, 30), (-400, -300)], ids=["inside", "left", "below", "outside"]
)
def test_a_further_look_shows_what_the_whole_picture_shows(moved: tuple[int, int]) -> None:
    picture, box = seen(layout_of("KZ2012-P", "489AAC02"), "489AAC02")
    box += np.array((*moved, *moved), np.float32)
    (shown,) = open_first().show(picture, [box])
    _, bare = shown.further
    whole = frontal(picture, box_corners(*map(float, box)))
    assert np.abs(bare.astype(int) - whole).max() <= 1


def test_a_look_that_settles_a_plate_is_the_only_one() -> None:
    answer, unused = looked(glimpse("489AAC02", 0.999), glimpse("480AAC02", 0.999), glimpse("480AAC02", 0.999))
    assert answer.said is not None
    assert (answer.said.text, unused) == ("489AAC02", 2)
    assert answer.nats > -log(SETTLED)


def test_further_looks_choose_the_text_and_never_claim_more_than_settles() -> None:
    answer, unused = looked(glimpse("480AAC02", 0.6), glimpse("489AAC02", 0.9999), glimpse("489AAC02", 0.9999))
    assert answer.said is not None
    assert (answer.said.text, unused) == ("489AAC02", 0)
    assert answer.nats == pytest.approx(-log(SETTLED))


def test_what_further_looks_chose_is_below_what_any_policy_accepts() -> None:
    assert worth(shipped().knots, -log(SETTLED)) < load_policy().edition[-1].plate_confidence_bp


def test_a_read_that_doubt_and_hiding_leave_nothing_of_is_as_good_as_unread() -> None:
    kept, _ = looked(*[glimpse("480AAC02", 0.9)] * 3)
    lost, _ = looked(*[glimpse("480AAC02", 0.9, veil=1.0)] * 3)
    assert (kept.nats > 0, lost.nats) == (True, 0.0)
    assert claimed_bp(lost.nats, shipped()) < load_policy().edition[-1].unread_confidence_bp


def test_what_is_hidden_among_the_characters_costs_certainty() -> None:
    clear, _ = looked(glimpse("489AAC02", 0.999))
    hides, _ = looked(glimpse("489AAC02", 0.999, veil=0.9))
    assert clear.nats - hides.nats == pytest.approx(0.9 * HIDING, abs=1e-3)
    assert (clear.quality.hidden, hides.quality.hidden) == (0.0, pytest.approx(0.9))
