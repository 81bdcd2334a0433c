"""Feeding the reader: everything answered, in order, a few at a time, and no more in memory than that."""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjudication.facts import Box, QualityFlag
from vision.batching import AHEAD, Fed
from vision.decode import MAX_PIXELS, Picture
from vision.ports import Look, Seen, Target
from vision.region import PORTION, Pointed, Prepared, prepare

POISON = 7


def picture(number: int, side: int = 40) -> Look:
    """A picture whose brightness is its number."""
    done, data = cv2.imencode(".png", np.full((side, side, 3), number, np.uint8))
    assert done
    return Look(data.tobytes())


def number_of(seen: Seen) -> int | str:
    return seen.targets[0].plate_box.x if seen.targets and seen.targets[0].plate_box else seen.flags[0]


@dataclass
class Brightness:
    """A reader that sees how bright a picture is, and breaks at some."""

    breaks_at: frozenset[int] = frozenset()
    pause_s: float = 0.0
    reader: str = "brightness"
    batches: list[int] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    within: int = 0

    def read_pictures(self, pictures: Iterable[Picture | QualityFlag]) -> list[Seen]:
        self.within += 1
        assert self.within == 1, "one reads at a time"
        try:
            shown = list(pictures)
            self.batches.append(len(shown))
            self.threads.add(threading.get_ident())
            time.sleep(self.pause_s)
            return [self._seen(one) for one in shown]
        finally:
            self.within -= 1

    def read_regions(self, regions: Sequence[Pointed]) -> list[Seen]:
        return [Seen() for _ in regions]

    def _seen(self, one: Picture | QualityFlag) -> Seen:
        if isinstance(one, str):
            return Seen(flags=(one,))
        number = int(one[0, 0, 0])
        if number in self.breaks_at:
            raise RuntimeError("a picture the network cannot bear")
        return Seen((Target(None, None, Box(x=number, y=0, width=1, height=1)),))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.sampled_from((33, 40, 300, 900))), max_size=40), st.integers(1, 4))
def test_every_picture_is_answered_in_its_order_whenever_it_is_decoded(
    pictures: list[tuple[int, int]], decoders: int
) -> None:
    reader = Brightness()
    with Fed(reader, decoders) as eyes:
        seen = eyes.read_many([picture(*one) for one in pictures])
    assert [number_of(one) for one in seen] == [number for number, _ in pictures]
    assert max(reader.batches, default=0) <= PORTION
    assert sum(reader.batches) == len(pictures)


def test_pictures_that_are_decoded_in_time_are_read_together() -> None:
    reader = Brightness(pause_s=0.05)
    with Fed(reader, 2) as eyes:
        eyes.read_many([picture(n) for n in range(4 * PORTION)])
    assert PORTION in reader.batches


def test_a_slow_decoder_does_not_hold_up_what_is_decoded() -> None:
    def slow(look: Look) -> Prepared:
        if look is late:
            time.sleep(0.2)
        return prepare(look)

    early, late = picture(1), picture(2)
    reader = Brightness()
    with Fed(reader, 2, slow) as eyes:
        assert [number_of(one) for one in eyes.read_many([early, late])] == [1, 2]
    assert reader.batches == [1, 1]


def test_decoders_are_never_further_ahead_than_they_may_be() -> None:
    decoded = furthest = 0
    lock = threading.Lock()

    def counted(look: Look) -> Prepared:
        nonlocal decoded, furthest
        with lock:
            decoded += 1
            furthest = max(furthest, decoded - sum(reader.batches))
        return prepare(look)

    reader = Brightness(pause_s=0.01)
    with Fed(reader, 4, counted) as eyes:
        eyes.read_many([picture(n) for n in range(6 * AHEAD)])
    assert decoded == 6 * AHEAD
    assert furthest <= AHEAD


def test_large_pictures_are_not_piled_up() -> None:
    side = int((MAX_PIXELS * 0.6) ** 0.5)
    large, at_once, most = picture(9, side), 0, 0
    lock = threading.Lock()

    def counted(look: Look) -> Prepared:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        shown = prepare(look)
        with lock:
            at_once -= 1
        return shown

    reader = Brightness()
    with Fed(reader, 4, counted) as eyes:
        eyes.read_many([large] * 4)
    assert (most, reader.batches) == (1, [1, 1, 1, 1])


def test_a_picture_that_breaks_the_reader_breaks_no_other() -> None:
    numbers = [1, 2, POISON, 4, 5, POISON, 9]
    with Fed(Brightness(frozenset({POISON})), 2) as eyes:
        seen = eyes.read_many([picture(n) for n in numbers])
        assert [number_of(one) for one in seen] == [n if n != POISON else "corrupt" for n in numbers]
        assert [number_of(one) for one in eyes.read_many([picture(3)])] == [3]


def test_a_reader_that_reads_nothing_is_not_the_pictures_fault() -> None:
    with Fed(Brightness(frozenset(range(256))), 2) as eyes:
        with pytest.raises(RuntimeError, match="cannot bear"):
            eyes.read_many([picture(n) for n in range(20)])
        with pytest.raises(RuntimeError, match="cannot bear"):
            eyes.read_many([picture(1)])


def test_a_picture_that_breaks_a_decoder_breaks_no_other() -> None:
    def failing(look: Look) -> Prepared:
        if look is bad:
            raise ZeroDivisionError
        return prepare(look)

    bad = picture(1)
    with Fed(Brightness(), 2, failing) as eyes:
        seen = eyes.read_many([bad, *(picture(n) for n in range(30)), bad])
        assert [number_of(one) for one in seen] == ["corrupt", *range(30), "corrupt"]
        with pytest.raises(ZeroDivisionError):
            eyes.read_many([bad])


def test_several_callers_take_turns_and_get_their_own() -> None:
    reader = Brightness(pause_s=0.002)
    answers: dict[int, list[int | str]] = {}
    with Fed(reader, 2) as eyes:

        def call(start: int) -> None:
            answers[start] = [number_of(one) for one in eyes.read_many([picture(start + n) for n in range(20)])]

        callers = [threading.Thread(target=call, args=(start,)) for start in (0, 50, 100)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(30)
    assert answers == {start: list(range(start, start + 20)) for start in (0, 50, 100)}


def test_closing_ends_the_threads() -> None:
    eyes = Fed(Brightness(), 3)
    eyes.read_many([picture(n) for n in range(5)])
    eyes.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("decode")]
    with pytest.raises(RuntimeError):
        eyes.read_many([picture(1)])
    eyes.close()


def test_broken_pictures_are_answered_as_by_the_eyes_themselves() -> None:
    with Fed(Brightness()) as eyes:
        assert [number_of(one) for one in eyes.read_many([Look(b""), picture(5), Look(b"x")])] == [
            "empty",
            5,
            "corrupt",
        ]
        assert eyes.read_many([]) == []
