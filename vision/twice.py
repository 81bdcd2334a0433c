"""Eyes that have every plate read by the second reader too, for people who look at photographs and measure on them.

The road does not: there the second reader is asked only where something was found (`confirm.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from adjudication import plates
from adjudication.facts import Box, PlateReading
from vision.agreement import Agreement, shipped
from vision.eyes import open_eyes
from vision.fusion import BP, DISPUTED, agree
from vision.ports import Eyes, Look, SecondRead, SecondReader, Seen, Target
from vision.second import open_second


class Twice:
    """Two readers as one (port: vision.ports.Eyes): of two texts the surer, disputed; of one text the sum."""

    def __init__(self, eyes: Eyes, second: SecondReader) -> None:
        self._eyes = eyes
        self._second = second
        self._together = shipped(second.reader)

    @property
    def reader(self) -> str:
        """Names both."""
        return f"{self._eyes.reader}+{self._second.reader}"

    def read_many(self, looks: Sequence[Look]) -> list[Seen]:
        """One answer for each picture, in order."""
        return [self._both(look.body, seen) for look, seen in zip(looks, self._eyes.read_many(looks), strict=True)]

    def _both(self, body: bytes, seen: Seen) -> Seen:
        boxes = [target.plate_box for target in seen.targets if target.plate_box is not None]
        reads = iter(self._second.read([(body, box) for box in boxes]))
        targets = [
            _told(target, next(reads), self._together) if target.plate_box is not None else target
            for target in seen.targets
        ]
        return replace(seen, targets=tuple(targets))


def open_twice(directory: Path, *, threads: int = 1) -> Twice:
    """Both readers with the models of `directory`; raises as `open_eyes`."""
    return Twice(open_eyes(directory, threads=threads), open_second(directory, threads=threads))


def _told(target: Target, second: SecondRead, together: Agreement | None) -> Target:
    assert target.plate_box is not None, "only a plate with a place is read again"
    plate = surer(target.plate, second, target.plate_box, together)
    differ = plate is not None and plate.second not in ("", plate.text)
    return replace(target, plate=plate, flags=(*target.flags, *(("reads_disagree",) if differ else ())))


def surer(first: PlateReading | None, second: SecondRead, box: Box, together: Agreement | None) -> PlateReading | None:
    """The reading that is surer of itself; where they differ, the other's text is its second, and it is disputed."""
    if first is not None and (second.text in ("", first.text) or first.confidence_bp >= second.confidence_bp):
        return agree(first, second, together)
    formats = plates.classify(second.text)
    if not formats:
        return first
    return PlateReading(
        text=second.text,
        format_id=formats[0].id,
        country=plates.country(formats),
        confidence_bp=min(second.confidence_bp, round(DISPUTED * BP)),
        characters_bp=(second.confidence_bp,) * len(second.text),
        box=box,
        picture=0,
        source="vision",
        second=first.text if first is not None else "",
        second_confidence_bp=first.confidence_bp if first is not None else 0,
    )
