"""What each step of a trace rests on: how sure or exact a fact is, as of when a register spoke, and by which digest.

Nothing is judged here. A digest names bytes that the decision carries: a picture as the device sent it, or the
canonical form of what a device signed or a register answered, so that it can be told from any other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from adjudication import codec
from adjudication.answers import Answer, Device, NoRecord, System, Unanswered
from adjudication.calendar import OFFSET_US
from adjudication.explain import explain
from adjudication.facts import LoadMeasurement
from adjudication.lawbook import Language, Texts
from adjudication.messages import CaseDecided, EventCaptured, TraceStep
from adjudication.units import MICROS_PER_SECOND, Bp, Micros, Sha256, hundredths


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that a step rests on, in words of the language asked for, and the SHA-256 of its bytes."""

    words: str
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class Explained:
    """One step of a decision as people read it: a sentence, where it comes from, and what it rests on."""

    words: str
    source: str
    grounds: tuple[Ground, ...]


_Found = tuple[Texts, dict[str, str], Sha256]
_Of = Callable[[CaseDecided, TraceStep], Iterator[_Found]]

PICTURE = Texts(kk="{n}-сурет", ru="снимок {n}", en="picture {n}")
SIGNED = Texts(
    kk="құрылғы қол қойған жазба, {at}", ru="запись, подписанная устройством, {at}", en="signed by the device, {at}"
)
EXACT_KMH = Texts(
    kk="дәлдігі ±{error} км/сағ, {at} жазбасы",
    ru="точность ±{error} км/ч, запись от {at}",
    en="exact to ±{error} km/h, recorded at {at}",
)
EXACT_KG = Texts(
    kk="дәлдігі ±{error} кг, {at} жазбасы",
    ru="точность ±{error} кг, запись от {at}",
    en="exact to ±{error} kg, at {at}",
)
EXACT_MM = Texts(
    kk="дәлдігі ±{error} мм, {at} жазбасы",
    ru="точность ±{error} мм, запись от {at}",
    en="exact to ±{error} mm, at {at}",
)
CLOCK = Texts(
    kk="сағат ауытқуы {off} с, рұқсат етілгені {bound} с",
    ru="отклонение часов {off} с, допустимо {bound} с",
    en="the clock was off by {off} s, {bound} s is allowed",
)
CLOCK_UNKNOWN = Texts(
    kk="құрылғы сағатының ауытқуын білмейді",
    ru="устройство не знает отклонения своих часов",
    en="the device does not know how far its clock is off",
)
BOTH_SURE = Texts(
    kk="екі оқудың бірлескен сенімділігі {sure} %, {n}-сурет",
    ru="уверенность двух чтений вместе {sure} %, снимок {n}",
    en="both readings together are {sure} % sure, picture {n}",
)
ONE_SURE = Texts(
    kk="бір оқудың сенімділігі {sure} %, {n}-сурет",
    ru="уверенность одного чтения {sure} %, снимок {n}",
    en="one reading alone, {sure} % sure, picture {n}",
)
BY_OFFICER = Texts(
    kk="нөмірді қызметкер оқыды, {n}-сурет",
    ru="номер прочитан сотрудником, снимок {n}",
    en="read by an officer, picture {n}",
)
SIGN_SURE = Texts(
    kk="елдің белгісі: {country}, сенімділігі {sure} %, {n}-сурет",
    ru="знак страны: {country}, уверенность {sure} %, снимок {n}",
    en="the country's sign: {country}, {sure} % sure, picture {n}",
)
KIND_SURE = Texts(
    kk="көлік түрінің сенімділігі {sure} %, {n}-сурет",
    ru="уверенность в виде транспорта {sure} %, снимок {n}",
    en="the kind of vehicle is {sure} % sure, picture {n}",
)
SECOND_SPEED = Texts(
    kk="стандартты белгісіздігі {standard} км/сағ, {n}-сурет",
    ru="стандартная неопределённость {standard} км/ч, снимок {n}",
    en="standard uncertainty {standard} km/h, picture {n}",
)
RECORD = Texts(
    kk="{register}: {as_of} жағдайы бойынша, {asked} сұралды",
    ru="{register}: по состоянию на {as_of}, запрошено {asked}",
    en="{register}: as of {as_of}, asked at {asked}",
)
NONE = Texts(
    kk="{register}: {as_of} жағдайы бойынша жазба жоқ, {asked} сұралды",
    ru="{register}: записи на {as_of} нет, запрошено {asked}",
    en="{register}: no record as of {as_of}, asked at {asked}",
)
SILENT = Texts(
    kk="{register}: жауап болмады, {asked} сұралды",
    ru="{register}: ответа нет, запрошено {asked}",
    en="{register}: no answer, asked at {asked}",
)
REGISTERS: dict[System, Texts] = {
    "vehicles": Texts(kk="көлік тізілімі", ru="реестр транспорта", en="register of vehicles"),
    "persons": Texts(kk="тұлғалар тізілімі", ru="реестр лиц", en="register of persons"),
    "insurance": Texts(kk="сақтандыру тізілімі", ru="реестр страхования", en="register of insurance"),
    "inspection": Texts(kk="техбайқау тізілімі", ru="реестр техосмотра", en="register of inspection"),
    "penalties": Texts(kk="жазалар тізілімі", ru="реестр взысканий", en="register of penalties"),
    "devices": Texts(kk="құрылғылар тізілімі", ru="реестр устройств", en="register of devices"),
}


def explained(decision: CaseDecided, language: Language) -> tuple[Explained, ...]:
    """The whole trace of a decision, in the language asked for."""
    said = zip(explain(decision.trace, language), decision.trace, strict=True)
    return tuple(Explained(words, step.source, grounds(decision, step, language)) for words, step in said)


def grounds(decision: CaseDecided, step: TraceStep, language: Language) -> tuple[Ground, ...]:
    """What a step rests on; nothing for a step of law alone."""
    found = GROUNDS.get(step.rule)
    if found is None:
        return ()
    return tuple(
        Ground(str(getattr(words, language)).format_map(_said(values, language)), sha256)
        for words, values, sha256 in found(decision, step)
    )


def _said(values: dict[str, str], language: Language) -> dict[str, str]:
    """The values, a register's name in the language's words."""
    system = next((one for one in REGISTERS if one == values.get("register")), None)
    return values if system is None else {**values, "register": getattr(REGISTERS[system], language)}


def _events(decision: CaseDecided) -> tuple[EventCaptured, ...]:
    return tuple(event for _, event in decision.checked.passage.shown_by)


def _signed(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
    for event in _events(decision):
        yield SIGNED, {"at": _at(event.captured_us)}, codec.digest(event)


def _speed(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
    measured = decision.checked.passage.measurement
    if measured is not None:
        for event in _events(decision):
            values = {"error": hundredths(measured.error_kmh100), "at": _at(event.captured_us)}
            yield EXACT_KMH, values, codec.digest(event)


def _load(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
    load, event = decision.load, decision.checked.passage.event
    if isinstance(load, LoadMeasurement):
        words = EXACT_KG if load.kind == "gross_mass" else EXACT_MM
        yield words, {"error": str(load.error), "at": _at(event.captured_us)}, codec.digest(event)


def _pictures(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
    shown = [media for event in _events(decision) for media in event.media]
    for number, media in enumerate(shown, 1):
        yield PICTURE, {"n": str(number)}, media.sha256


def _second_speed(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
    seen = decision.checked.passage.second_speed
    for number, media in enumerate(decision.checked.passage.event.media, 1):
        if seen is not None:
            yield SECOND_SPEED, {"standard": hundredths(seen.standard_kmh100), "n": str(number)}, media.sha256


def _clock(decision: CaseDecided, step: TraceStep) -> Iterator[_Found]:
    """The event whose clock the step is about: of a section's two by what its device said."""
    said = dict(step.values)
    for event in _events(decision):
        if str(event.clock_offset_us) != said.get("offset_us"):
            continue
        if event.clock_offset_us is None:
            yield CLOCK_UNKNOWN, {}, codec.digest(event)
        else:
            values = {"off": _seconds(event.clock_offset_us), "bound": _seconds(int(said["bound_us"]))}
            yield CLOCK, values, codec.digest(event)


def _plate(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
    plate = decision.checked.passage.plate
    if plate is None:
        yield from _pictures(decision, _step)
    elif plate.source == "officer":
        yield from _of_picture(decision, BY_OFFICER, plate.picture, plate.confidence_bp)
    else:
        together = plate.second and plate.first_confidence_bp is not None
        yield from _of_picture(decision, BOTH_SURE if together else ONE_SURE, plate.picture, plate.confidence_bp)


def _country(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
    plate = decision.checked.passage.plate
    if plate is not None and plate.country_seen:
        for words, values, sha256 in _of_picture(decision, SIGN_SURE, plate.picture, plate.country_confidence_bp):
            yield words, {**values, "country": plate.country_seen}, sha256


def _kind(decision: CaseDecided, step: TraceStep) -> Iterator[_Found]:
    seen = decision.checked.passage.vehicle
    if seen is not None:
        yield from _of_picture(decision, KIND_SURE, seen.picture, seen.confidence_bp)
    yield from _answered("vehicles")(decision, step)


def _whose(decision: CaseDecided, step: TraceStep) -> Iterator[_Found]:
    """What the register of vehicles said; where it was not asked, the plate alone tells whose vehicle it is."""
    yield from tuple(_answered("vehicles")(decision, step)) or _plate(decision, step)


def _of_picture(decision: CaseDecided, words: Texts, picture: int, confidence_bp: Bp) -> Iterator[_Found]:
    media = decision.checked.passage.event.media
    if picture < len(media):
        yield words, {"sure": hundredths(confidence_bp), "n": str(picture + 1)}, media[picture].sha256


def _device(decision: CaseDecided, step: TraceStep) -> Iterator[_Found]:
    """The device the step names; both of a section's where it names none."""
    named = set(dict(step.values).values())
    last = decision.checked.rounds[-1]
    known = [answer for answer in (last.device, last.entry_device) if answer is not None]
    meant = [one for one in known if isinstance(one, Device) and named & _names(one)]
    for answer in meant or known:
        yield _answer(answer)


def _names(device: Device) -> set[str]:
    return {device.serial, device.verification.number} if device.verification else {device.serial}


def _answered(system: System) -> _Of:
    """What a register said when it was asked last; of insurance and inspection each time, since twice is the law's."""

    def found(decision: CaseDecided, _step: TraceStep) -> Iterator[_Found]:
        given = [answer for one in decision.checked.rounds if (answer := getattr(one, _FIELDS[system])) is not None]
        spoken = [answer for answer in given if not isinstance(answer, Unanswered)] or given
        for answer in spoken if system in ("insurance", "inspection") else spoken[-1:]:
            yield _answer(answer)

    return found


def _answer(answer: Answer) -> _Found:
    words = SILENT if isinstance(answer, Unanswered) else NONE if isinstance(answer, NoRecord) else RECORD
    values = {"register": answer.system, "as_of": _at(answer.as_of_us), "asked": _at(answer.asked_us)}
    return words, values, codec.digest(answer)


def _at(instant_us: Micros) -> str:
    """Civil time to the second."""
    return f"{datetime(1970, 1, 1) + timedelta(microseconds=instant_us + OFFSET_US):%d.%m.%Y %H:%M:%S}"  # noqa: DTZ001


def _seconds(micros: Micros) -> str:
    """Thousandths of a second, rounded up: no clock is called better than it is."""
    whole, rest = divmod(-(-abs(micros) // 1_000), MICROS_PER_SECOND // 1_000)
    return f"{whole}.{rest:03}"


_FIELDS: dict[System, str] = {
    "vehicles": "vehicle",
    "persons": "liable",
    "insurance": "insurance",
    "inspection": "inspection",
    "penalties": "penalties",
}
GROUNDS: dict[str, _Of] = {
    "speed-excess": _speed,
    "gross-mass": _load,
    "height": _load,
    "width": _load,
    "length": _load,
    "reported": _pictures,
    "standing-traffic": _signed,
    "forced-stop": _signed,
    "device": _device,
    "verification": _device,
    "signed-limit": _device,
    "clock": _clock,
    "own-pictures": _pictures,
    "pictures": _pictures,
    "section": _signed,
    "target": _pictures,
    "moving-target": _pictures,
    "second-speed": _second_speed,
    "reading": _plate,
    "origin": _country,
    "vehicle": _whose,
    "same-vehicle": _kind,
    "vehicle-compared": _kind,
    "person": _answered("persons"),
    "possession": _answered("persons"),
    "same-person": _answered("persons"),
    "inspection-duty": _answered("vehicles"),
    "no-insurance": _answered("insurance"),
    "no-inspection": _answered("inspection"),
    "repeat": _answered("penalties"),
    "warning": _answered("penalties"),
}
"""By the step's rule; a rule of law alone (limitation, amount …) rests on no fact of its own."""
