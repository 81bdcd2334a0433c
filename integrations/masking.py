"""Masked copies of an act's pictures: what anybody but an officer, a prosecutor or a court is given.

The sealed original is opened for each copy, so a case whose key was erased has no copies either. A copy is made once:
to look for bystanders costs half a second. The last ones are held in memory; where evidence lies on
S3, those that owners looked at lie on its shelf for a day (objects/shelf.py).
"""

import hashlib
import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from functools import cached_property

from adjudication.facts import Box, DeviceReading, EvidenceRef, PlateReading, VehicleSighting
from adjudication.messages import CaseDecided
from adjudication.protocol import Act
from adjudication.units import Sha256
from integrations.pipeline import Centre
from integrations.seal import open_evidence
from vision.bystanders import Finder
from vision.models import ModelsMissing
from vision.redact import METHOD, NEEDS, NOTHING, Keep, MaskedCopy, Needs, masked_copy

HELD = 64
"""Copies in memory: at a few hundred kB each, some twenty acts that are being looked at now, in under 32 MiB."""
WHO = "centre"
"""In the audit: no person made the copy."""
LOG = logging.getLogger("tarazy.masking")

Asked = tuple[Sha256, Keep, Needs]


class Copies:
    """Makes masked copies, each once, one at a time. Safe to use from several threads.

    `open_finder` opens the networks that look for bystanders, at the first copy. With None, or where it raises
    ModelsMissing, nobody looks, and a copy shows the own plate alone.
    """

    def __init__(self, open_finder: Callable[[], Finder] | None) -> None:
        self._open_finder = open_finder
        self._held: OrderedDict[Asked, MaskedCopy] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def of(self, picture: bytes, keep: Keep, needs: Needs) -> tuple[MaskedCopy, bool]:
        """The copy, and whether it was made just now."""
        asked = (hashlib.sha256(picture).hexdigest(), keep, needs)
        with self._one_at_a_time:
            made = asked not in self._held
            if made:
                self._held[asked] = masked_copy(picture, keep, needs, self._finder)
            self._held.move_to_end(asked)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
            return self._held[asked], made

    @cached_property
    def _finder(self) -> Finder | None:
        if self._open_finder is None:
            return None
        try:
            return self._open_finder()
        except ModelsMissing:
            LOG.error("models are missing: masked copies show the own plate alone")  # noqa: TRY400 - the text names folders
            return None


def pictures(act: Act) -> tuple[EvidenceRef, ...]:
    """The pictures among an act's evidence, in their order."""
    return tuple(ref for ref in act.evidence if ref.role != "record")


def copy_of(centre: Centre, copies: Copies, act: Act, decision: CaseDecided | None, number: int) -> MaskedCopy:
    """The masked copy of an act's `number`-th picture. What a new copy hides is noted in the audit.

    Without the decision nobody knows which vehicle is the case's, and nothing is kept.

    Raises:
        Invalid: the codes of `open_evidence`.
        Unavailable: the store does not answer.
    """
    original = open_evidence(centre.casebook, centre.evidence, act.case_id, pictures(act)[number])
    needs = needs_of(decision) if decision is not None else NOTHING
    copy, made = copies.of(original, keep_of(decision, number) if decision is not None else Keep(), needs)
    if made:
        centre.casebook.audit.note(WHO, "mask", act.case_id, centre.clock(), _told(number, copy))
    return copy


def keep_of(decision: CaseDecided, number: int) -> Keep:
    """Where the case's own vehicle and plate stand in a picture, as far as anybody said.

    Pictures are numbered as in the act: of an average speed those of the exit, then those of the entry.
    """
    passage = decision.checked.passage
    taken, run = len(passage.event.media), passage.section
    if run is not None and number >= taken:
        return _keep(run.entry.plate, run.entry.vehicle, run.entry.event.reading, number - taken)
    return _keep(passage.plate, passage.vehicle, passage.event.reading, number)


def _keep(plate: PlateReading | None, vehicle: VehicleSighting | None, told: DeviceReading | None, number: int) -> Keep:
    plate_box = plate.box if plate is not None and plate.picture == number else None
    if vehicle is not None and vehicle.picture == number:
        return Keep(vehicle.box, vehicle.vehicle_class, plate_box)
    by_device: Box | None = told.vehicle_box if told is not None and vehicle is None and number == 0 else None
    return Keep(by_device, None, plate_box)


def needs_of(decision: CaseDecided) -> Needs:
    """What the offence needs to be seen: of a case that rests on what the device reported, by that; else nothing."""
    reported = any(step.rule == "reported" for step in decision.trace)
    return NEEDS.get(decision.checked.passage.event.violation or "", NOTHING) if reported else NOTHING


def _told(number: int, copy: MaskedCopy) -> str:
    counted = Counter(one.kind for one in copy.masked)
    hidden = ", ".join(f"{kind} {count}" for kind, count in counted.items())
    return f"{number + 1}: {hidden}; {METHOD}; {hashlib.sha256(copy.jpeg).hexdigest()[:16]}"
