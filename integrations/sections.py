"""[sections]: a vehicle's passages of the two ends of a section of road, paired; what was too fast is a passage more.

An observation: which sections there are is what the device register says now. Passages of either end are remembered
beside the plate's key, no longer than their pictures can be read back: an average speed without the pictures of both
ends would be proved by nothing. Which of the two arrives first does not matter. One exit makes at most one run of a
section: where the true entry comes late, the run that stands is of an earlier one, so of a slower drive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from adjudication import codec, ids
from adjudication.errors import Invalid
from adjudication.facts import Fact, Section
from adjudication.messages import PassageObserved, SectionRun
from adjudication.sections import latest_entry, run_of
from adjudication.units import MICROS_PER_SECOND, Micros, Name
from ingest.clock import Clock
from ingest.devices import DeviceRegister
from ingest.stage import ENTRY_POSITION, FRAME_POSITION, Outgoing, Received, Stage
from ingest.topics import FRAMES, PASSAGES
from ingest.windows import KeyedWindow
from integrations.sightings import SURE_BP

REFRESH_S = 60
"""How long what the register said of sections is taken for true: one that is registered counts a minute later."""
BATCH = 256
"""Nothing slow happens to a passage here."""
ENDS = "ends"
"""The window of passages."""


class End(Fact, frozen=True, kw_only=True):
    """A passage of an end of a section as it is remembered, and where its pictures stand in the stream."""

    passage: PassageObserved
    position: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A section and the device it ends at."""

    section: Section
    exit_device_id: Name


@dataclass(slots=True)
class _Stretches:
    """The sections that begin or end at a device."""

    devices: DeviceRegister
    clock: Clock
    _at: dict[str, tuple[_Stretch, ...]] = field(default_factory=dict)
    _asked_us: Micros | None = None

    def at(self, device_id: str) -> tuple[_Stretch, ...]:
        """Every one, of whatever time. Raises Unavailable."""
        now_us = self.clock()
        if self._asked_us is None or abs(now_us - self._asked_us) > REFRESH_S * MICROS_PER_SECOND:
            self._at = self._known()
            self._asked_us = now_us
        return self._at.get(device_id, ())

    def _known(self) -> dict[str, tuple[_Stretch, ...]]:
        at: dict[str, tuple[_Stretch, ...]] = {}
        for device in self.devices.every():
            for section in device.sections:
                stretch = _Stretch(section, device.device_id)
                for end in (section.entry_device_id, device.device_id):
                    at[end] = (*at.get(end, ()), stretch)
        return at


def sections(devices: DeviceRegister, clock: Clock) -> Stage:
    """The stage over the centre's device register.

    `handle` raises Unavailable where the register cannot answer, and Invalid `message-unexpected` for a message of
    another kind.
    """
    stretches = _Stretches(devices, clock)
    ends, paired = KeyedWindow(ENDS, FRAMES.retention_s), KeyedWindow("paired", FRAMES.retention_s)

    def handle(batch: Sequence[Received]) -> list[Outgoing]:
        return [run for received in batch for run in _runs(received)]

    def _runs(received: Received) -> Iterator[Outgoing]:
        here = _stood(received)
        known = stretches.at(here.passage.event.device_id)
        if not known or not _counts(here.passage):
            return
        stood = [codec.decode(value, End) for value in ends.query(received.key).values()]
        ends.put(received.key, here.passage.passage_id, codec.encode(here))
        for stretch in known:
            for entry, leaving, run in _found(stretch, here, stood):
                name = f"{stretch.section.section_id} {leaving.passage.passage_id}"
                if name not in paired.query(received.key):
                    paired.put(received.key, name, b"")
                    yield _run(received, entry, leaving, run)

    return Stage(
        "sections",
        "observation",
        (PASSAGES,),
        handle,
        batch=BATCH,
        seen_id=lambda received: _stood(received).passage.passage_id,
        windows=(ends, paired),
    )


def _stood(received: Received) -> End:
    if not isinstance(received.message, PassageObserved):
        raise Invalid("message-unexpected", "sections reads observed passages")
    return End(passage=received.message, position=received.headers.get(FRAME_POSITION, ""))


def _counts(passage: PassageObserved) -> bool:
    """Whether it may be an end: its own runs are none, and a plate an officer corrected was not there at the time."""
    plate, made = passage.plate, passage.section is not None or passage.supersedes is not None
    return plate is not None and not made and plate.confidence_bp >= SURE_BP


def _found(stretch: _Stretch, here: End, stood: Sequence[End]) -> Iterator[tuple[End, End, SectionRun]]:
    """The runs that `here` makes with what stood before, as their entry or as their exit."""
    every = {one.passage.passage_id: one for one in (*stood, here)}
    for leaving in every.values():
        if leaving.passage.event.device_id != stretch.exit_device_id:
            continue
        entry = latest_entry((one.passage for one in every.values()), stretch.section, leaving.passage)
        if entry is None or here.passage.passage_id not in (entry.passage_id, leaving.passage.passage_id):
            continue
        run = run_of(stretch.section, entry, leaving.passage)
        if run is not None:
            yield every[entry.passage_id], leaving, run


def _run(received: Received, entry: End, leaving: End, run: SectionRun) -> Outgoing:
    """The passage of the exit once more, about the run alone; with where the pictures of both ends stand."""
    passage = replace(
        leaving.passage,
        passage_id=ids.run_id(entry.passage.passage_id, leaving.passage.passage_id),
        section=run,
        second_speed=None,
        likeness=None,
    )
    positions = {FRAME_POSITION: leaving.position, ENTRY_POSITION: entry.position}
    known = {header: position for header, position in positions.items() if position}
    return Outgoing(PASSAGES, received.key, passage, received.carried() | known)
