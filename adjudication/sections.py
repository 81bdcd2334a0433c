"""Average speed between two points: a vehicle's passages of a section's two ends, paired, and what law asks of a pair.

Neither device measured a speed; the centre computes it from the surveyed length and the two instants. So everything
that could be wrong is taken in the driver's favour: the shortest length, the longest time. Both ends are proved like
one: each device is registered, verified and right about the time, and the pictures of both are kept (brief §4.2, 31,
592).
"""

from collections.abc import Iterable

from adjudication.facts import Measurement, Section
from adjudication.findings import Finding, Ruling, Scene, ruled
from adjudication.messages import EventCaptured, PassageObserved, SectionEntry, SectionRun

KMH100_PER_MM_PER_US = 360_000
"""One millimetre in a microsecond is 3,600 km/h."""
FASTEST_KMH100 = 50_000
"""No average above 500 km/h is a vehicle's: two bear the plate, or it was misread ([crosscheck] doubts both)."""


def run_of(section: Section, entry: PassageObserved, leaving: PassageObserved) -> SectionRun | None:
    """The run of a vehicle from its passage of the section's entry to that of its exit.

    None where the two are not such a pair, where one device does not know how wrong its clock is, or where the average
    is no higher than the limit even with nothing subtracted: such a drive leaves no trace.
    """
    if entry.plate is None or leaving.plate is None or entry.plate.text != leaving.plate.text:
        return None
    stood = section.holds(entry.event.captured_us) and section.holds(leaving.event.captured_us)
    if entry.event.device_id != section.entry_device_id or not stood:
        return None
    measured = average(section, entry.event, leaving.event)
    if measured is None or measured.value_kmh100 <= measured.limit_kmh100:
        return None
    before = SectionEntry(
        passage_id=entry.passage_id,
        event_id=entry.event_id,
        event=entry.event,
        plate=entry.plate,
        vehicle=entry.vehicle,
        quality=entry.quality,
    )
    return SectionRun(section=section, entry=before, measurement=measured)


def average(section: Section, entry: EventCaptured, leaving: EventCaptured) -> Measurement | None:
    """The average speed between two events and its error; None without two known clocks, or backwards.

    The value is that of the surveyed length and the devices' own instants. The error reaches down to that of the
    shortest length and the longest time, and is at least what the instrument's verification states.
    """
    if entry.clock_offset_us is None or leaving.clock_offset_us is None:
        return None
    apart_us = leaving.captured_us - entry.captured_us
    if apart_us <= 0:
        return None
    longest_us = apart_us + abs(entry.clock_offset_us) + abs(leaving.clock_offset_us)
    value = section.length_mm * KMH100_PER_MM_PER_US // apart_us
    lowest = (section.length_mm - section.length_error_mm) * KMH100_PER_MM_PER_US // longest_us
    if value > FASTEST_KMH100:
        return None
    return Measurement(
        kind="section_speed",
        value_kmh100=value,
        error_kmh100=max(value - lowest, section.error_kmh100),
        limit_kmh100=section.limit_kmh100,
    )


def latest_entry(
    passages: Iterable[PassageObserved], section: Section, leaving: PassageObserved
) -> PassageObserved | None:
    """Of these passages the last through the section's entry before `leaving`."""
    before = [
        one
        for one in passages
        if one.event.device_id == section.entry_device_id and one.event.captured_us < leaving.event.captured_us
    ]
    return max(before, key=lambda one: (one.event.captured_us, one.passage_id), default=None)


def compared(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: a person held the pictures of both ends against each other; the plate is one and the same.

    A drive that was measured at one end as well may be one act or two (58(1)): for a person, who is told.
    """
    passage = scene.checked.passage
    run = passage.section
    if run is None:
        return ()
    if passage.plate is None or passage.plate.text != run.entry.plate.text:
        return (ruled("reject", "SECTION_PLATES_DIFFER", "section", entry=run.entry.plate.text),)
    values = {
        "section": run.section.section_id,
        "metres": str(run.section.length_mm // 1_000),
        "entry_event": run.entry.event_id,
        "entry_flags": ", ".join(run.entry.quality),
    }
    looked = ruled("review", "SECTION_COMPARED", "section", None, **values)
    if not any(_is_over(event.measurement) for event in (passage.event, run.entry.event)):
        return (looked,)
    return (looked, ruled("review", "SECTION_ALSO_MEASURED", "section", None, **values))


def _is_over(measured: Measurement | None) -> bool:
    return measured is not None and measured.value_kmh100 - measured.error_kmh100 > measured.limit_kmh100
