"""The demonstration's script: cameras and passages from a seed, each with what must come of it.

    script = write_script(seed, population)         devices and passages; nothing is drawn or read yet
    scene = script.scene(passage, captured_us)      what the camera sees at that instant
    reading = script.reading(passage, scene)        what the camera itself reads, if it does
    passage.expected.compare(decisions)             the verdict

Vehicles and persons are those of `population`, so that the simulated registers know them; each passes at most once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from adjudication.facts import Box, DeviceReading, Measurement, Place, Verification, ViolationCode
from adjudication.plates import classify
from adjudication.units import MICROS_PER_SECOND, Micros
from dashboards.demo.expected import Expected
from dashboards.demo.kinds import KINDS, DeviceKind, Kind
from dashboards.demo.places import PLACES
from dashboards.demo.sights import scene_of
from integrations.simulators.population import Dossier, Population
from integrations.simulators.profiles import PER_HUNDRED
from vision.scene import Daylight, Scene, VehicleTruth, truth_of

PASSAGES = 200
ERROR_KMH100 = 200
"""±2 km/h: the error of most speed meters in use at city speeds."""
LIMITS_KMH = (60, 60, 60, 80)
"""Limits signed at the measuring devices, in turn."""
SIGNALS = 6
"""Devices that watch a signal; they measure nothing."""
LAPSED = len(PLACES) - SIGNALS - 1
"""The measuring device whose verification has lapsed."""
CIVIL = timedelta(hours=5)
"""Kazakhstan's civil time, UTC+5 since 2024-03-01."""
AGE_S = (4, 90)
"""A passage lies this long back when its event is sent; the door takes nothing from before a device's enrolment."""
SHARE_WITH_READING = 0.4
"""Of the devices' events that carry a reading of their own, where the kind leaves it open."""


@dataclass(frozen=True, slots=True)
class ScriptedDevice:
    """A camera to enrol. `verifications` are oldest first, () for one that does not measure."""

    device_id: str
    serial: str
    model: str
    kind: DeviceKind
    place: Place
    limit_kmh: int
    conformity_certificate: str
    conformity_valid_to: date
    verifications: tuple[Verification, ...]

    @property
    def measures(self) -> bool:
        """Whether it is a measuring instrument."""
        return self.kind != "signal"


@dataclass(frozen=True, slots=True)
class ScriptedPassage:
    """One event to be: `plate` is the true plate ("" for none), `stage` the scene without hour and caption."""

    number: int
    kind: Kind
    device: ScriptedDevice
    plate: str
    lane: int
    age_s: int
    measurement: Measurement | None
    reads: bool
    stage: Scene
    expected: Expected

    @property
    def clock_offset_us(self) -> int:
        """What the device's clock is off by: a few milliseconds, or what the kind wants."""
        return self.kind.clock_offset_us + self.number * 997 % 40_000

    @property
    def direction(self) -> str:
        """Which way the first vehicle goes, seen from the device."""
        return "away" if self.stage.vehicles and self.stage.vehicles[0].view == "rear" else "towards"

    @property
    def violation(self) -> ViolationCode | None:
        """What the device reports without measuring."""
        return "red_light" if self.kind.facts == "red_light" else None


@dataclass(frozen=True, slots=True)
class Script:
    """All of one demonstration. `passages` are in the order they are sent, oldest first."""

    seed: int
    devices: tuple[ScriptedDevice, ...]
    passages: tuple[ScriptedPassage, ...]

    def scene(self, passage: ScriptedPassage, captured_us: Micros) -> Scene:
        """What the camera sees: by the civil hour, with its bar of place, time and speed."""
        local = datetime.fromtimestamp(captured_us / MICROS_PER_SECOND, UTC) + CIVIL
        speed = passage.measurement
        measured = (f"{speed.value_kmh100 / 100:.0f} км/сағ ({speed.limit_kmh100 // 100})",) if speed else ()
        caption = (
            passage.device.place.title_kk,
            f"{local:%Y-%m-%d %H:%M:%S} +05",
            *measured,
            f"жолақ {passage.lane}",
            passage.device.serial,
        )
        return replace(passage.stage, daylight=daylight(local), caption=caption)

    def reading(self, passage: ScriptedPassage, scene: Scene) -> DeviceReading | None:
        """The camera's own reading with its boxes, as its maker would send it; None from one that does not read."""
        if not passage.reads:
            return None
        truth = truth_of(scene).vehicles[0]
        text = _misread(passage.plate) if passage.kind.hint == "wrong" else passage.plate
        return DeviceReading(plate=text, confidence_bp=9_300, plate_box=_plate_box(truth), vehicle_box=truth.box)


def write_script(seed: int, population: Population, passages: int = PASSAGES) -> Script:
    """The script of a seed; every kind is in it from `len(KINDS)` passages on.

    Raises:
        LookupError: the population has too few vehicles of some profile; 2,000 are enough for 200 passages.
    """
    rng = Random(f"script {seed}")  # noqa: S311 - repeatable on purpose; nothing here is secret
    devices = _devices(population.today)
    pools = _Pools(rng, population)
    kinds = _kinds(rng, passages)
    drawn = [_passage(rng, number, kind, devices, pools) for number, kind in enumerate(kinds, start=1)]
    return Script(seed, devices, tuple(sorted(drawn, key=lambda passage: -passage.age_s)))


def daylight(local: datetime) -> Daylight:
    """Day, dusk or night by the civil hour; the seasons are left out."""
    if 8 <= local.hour < 18:
        return "day"
    return "dusk" if local.hour in {7, 18} else "night"


class _Pools:
    """The population by profile; each vehicle is dealt once."""

    def __init__(self, rng: Random, population: Population) -> None:
        self._left: dict[str, Iterator[Dossier]] = {}
        for profile in PER_HUNDRED:
            dossiers = [dossier for dossier in population.dossiers if dossier.profile == profile]
            self._left[profile] = iter(rng.sample(dossiers, len(dossiers)))

    def deal(self, rng: Random, kind: Kind) -> Dossier:
        """The next vehicle of one of the kind's profiles."""
        profile = rng.choice(kind.profiles)
        found = next(self._left.get(profile, iter(())), None)
        if found is None:
            raise LookupError(f"the population has too few vehicles of profile {profile} for this script")
        return found


def _kinds(rng: Random, passages: int) -> list[Kind]:
    """Every kind once, then by their shares, shuffled."""
    rest = [kind for kind in KINDS for _ in range(kind.count - 1)]
    more = [rng.sample(rest, len(rest)) for _ in range(-(-passages // len(rest)))]
    return rng.sample(chosen := [*KINDS, *(kind for part in more for kind in part)][:passages], len(chosen))


def _devices(today: date) -> tuple[ScriptedDevice, ...]:
    return tuple(_device(index, place, today) for index, place in enumerate(PLACES))


def _device(index: int, place: Place, today: date) -> ScriptedDevice:
    kind: DeviceKind = "signal" if index > LAPSED else "lapsed" if index == LAPSED else "speed"
    serial = f"{'PRK' if kind == 'signal' else 'LU'}-26{index + 1:04}"
    return ScriptedDevice(
        device_id=f"demo-cam-{index + 1:02}",
        serial=serial,
        model="Demo Junction 2" if kind == "signal" else "Demo Radar 4",
        kind=kind,
        place=place,
        limit_kmh=LIMITS_KMH[index % len(LIMITS_KMH)],
        conformity_certificate=f"KZ.DEMO.{index + 1:04}",
        conformity_valid_to=today + timedelta(days=700),
        verifications=() if kind == "signal" else (_verification(index, today, lapsed=kind == "lapsed"),),
    )


def _verification(index: int, today: date, *, lapsed: bool) -> Verification:
    """Two years, as in the published example of the receiver's interface (brief §4.1)."""
    issued_on = today - timedelta(days=760 if lapsed else 90 + 7 * index)
    return Verification(
        number=f"RK-DEMO-{index + 1:06}",
        laboratory="Demo metrology laboratory",
        issued_on=issued_on,
        valid_to=issued_on + timedelta(days=730),
    )


def _passage(
    rng: Random, number: int, kind: Kind, devices: tuple[ScriptedDevice, ...], pools: _Pools
) -> ScriptedPassage:
    here = [device for device in devices if device.kind == kind.device]
    device = rng.choice(here)
    dealt = [pools.deal(rng, kind) for _ in range(_vehicles(kind))] if kind.profiles else []
    if dealt:  # script after script meets a vehicle in its own town: it must not seem to be in two
        device = Random(f"home {dealt[0].vehicle.plate}").choice(here)  # noqa: S311 - repeatable on purpose
    plate = dealt[0].vehicle.plate if dealt else _foreign(rng) if kind.sight != "empty" else ""
    return ScriptedPassage(
        number=number,
        kind=kind,
        device=device,
        plate=plate,
        lane=rng.randrange(1, 4),
        age_s=rng.randrange(*AGE_S),
        measurement=_measurement(rng, kind, device),
        reads=kind.hint == "wrong" or (kind.hint == "some" and rng.random() < SHARE_WITH_READING),
        stage=scene_of(rng, kind, plate, tuple(dossier.vehicle for dossier in dealt), place=devices.index(device)),
        expected=Expected(kind.cases),
    )


def _vehicles(kind: Kind) -> int:
    return 2 if kind.sight == "two" else 1


def _measurement(rng: Random, kind: Kind, device: ScriptedDevice) -> Measurement | None:
    """A value whose whole kilometres, less the error, are as far over the limit as the kind says."""
    if kind.facts != "speed":
        return None
    excess = rng.randint(*kind.excess)
    return Measurement(
        kind="speed",
        value_kmh100=(device.limit_kmh + excess) * 100 + ERROR_KMH100 + rng.randrange(100),
        error_kmh100=ERROR_KMH100,
        limit_kmh100=device.limit_kmh * 100,
    )


def _foreign(rng: Random) -> str:
    """A Russian or Uzbek plate that is no plate of Kazakhstan."""
    first, *last = rng.choices("ABCEHKMOPTXY", k=3)
    digits, pair = rng.randrange(100, 1000), "".join(last)
    if rng.random() < 0.5:
        return f"{first}{digits}{pair}{rng.choice(('55', '74', '77'))}"
    return f"{rng.choice(('01', '10', '30'))}{first}{digits}{pair}"


def _misread(plate: str) -> str:
    """The same plate with its first digit read as another."""
    at = next(index for index, character in enumerate(plate) if character.isdigit())
    wrong = plate[:at] + str((int(plate[at]) + 3) % 10) + plate[at + 1 :]
    assert classify(wrong)
    return wrong


def _plate_box(truth: VehicleTruth) -> Box | None:
    """The rectangle around the plate's corners."""
    if truth.plate_quad is None:
        return None
    xs, ys = [x for x, _ in truth.plate_quad], [y for _, y in truth.plate_quad]
    left, top = max(0, int(min(xs))), max(0, int(min(ys)))
    return Box(x=left, y=top, width=max(0, int(max(xs)) + 1 - left), height=max(0, int(max(ys)) + 1 - top))
