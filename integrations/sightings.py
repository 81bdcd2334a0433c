"""What [crosscheck] remembers of earlier passages of a plate: where it was and on which pictures, so that a copy shows.

Keyed windows of the stage (ingest.windows): put by passage, committed with the offset, rebuilt by replay. They hold no
plate: their keys are the stream's keyed pseudonyms, and what is remembered is gone no later than the passages are
(design §1.9: a passage without a finding leaves no track of anyone).
"""

from adjudication import codec
from adjudication.clones import Whereabouts, worst_elsewhere
from adjudication.copies import Shown, repeated, shown
from adjudication.facts import Elsewhere, RepeatedPicture
from adjudication.messages import PassageObserved
from ingest.windows import KeyedWindow

WHEREABOUTS_S = 12 * 3600
"""At policy's bound of 250 km/h a car crosses the country, 3,000 km, in twelve hours: what is older proves nothing."""
PICTURES_S = 72 * 3600
"""As long as a topic may hold plates: a picture used again is looked for as far back as the road remembers anything."""
SURE_BP = 9_000
"""A plate read with less certainty is not remembered: the text may be another vehicle's, and would put it in doubt."""


class Sightings:
    """The stage's memory of plates."""

    def __init__(self) -> None:
        self._whereabouts = KeyedWindow("whereabouts", WHEREABOUTS_S)
        self._pictures = KeyedWindow("pictures", PICTURES_S)

    @property
    def windows(self) -> tuple[KeyedWindow, ...]:
        """What the stage declares."""
        return (self._whereabouts, self._pictures)

    def elsewhere(self, key: str, passage: PassageObserved) -> Elsewhere | None:
        """The remembered sighting of the plate `key` that sits worst with this passage; the passage is remembered.

        A device that does not know how wrong its clock is proves nothing, here or there.
        """
        here = _whereabouts(passage)
        if here is None:
            return None
        others = [codec.decode(value, Whereabouts) for value in self._whereabouts.query(key).values()]
        assert passage.plate is not None
        if passage.plate.confidence_bp >= SURE_BP:
            self._whereabouts.put(key, passage.passage_id, codec.encode(here))
        return worst_elsewhere(here, others)

    def repeated(self, key: str, passage: PassageObserved) -> RepeatedPicture | None:
        """The remembered passage of the plate `key` with a picture of this one; this one's are remembered.

        Pictures on which no plate was read are not: a device has too many, and the empty road looks the same on all.
        """
        if passage.plate is None:
            return None
        here = shown(passage)
        others = [codec.decode(value, Shown) for value in self._pictures.query(key).values()]
        self._pictures.put(key, passage.passage_id, codec.encode(here))
        return repeated(here, others)


def _whereabouts(passage: PassageObserved) -> Whereabouts | None:
    """None where no plate was read or the device does not know its clock."""
    event = passage.event
    if passage.plate is None or event.clock_offset_us is None:
        return None
    return Whereabouts(
        event_id=passage.event_id,
        device_id=event.device_id,
        place_id=event.place.place_id,
        lat_e7=event.place.lat_e7,
        lon_e7=event.place.lon_e7,
        captured_us=event.captured_us,
        clock_error_us=abs(event.clock_offset_us),
    )
