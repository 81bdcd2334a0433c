"""Offences found by matching registers: no compulsory insurance (230(2)), no technical inspection (590(9)).

Registers know vehicles by VIN, so one without is no finding. Everything is judged as of the passage's instant. A
register must say twice, policy `requery_delay_s` apart, that there is none; its silence never counts. Source: 31(1),
brief §1.4, §5, §15.2.
"""

from datetime import date

from adjudication.answers import Answers, Inspection, Insurance, Unanswered, Vehicle
from adjudication.calendar import civil_day
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.lawbook import Detection, InspectionDuty, PartRule
from adjudication.messages import TraceStep
from adjudication.registers import Ask, established
from adjudication.units import Micros


def find_no_insurance(scene: Scene) -> Finding | None:
    """A vehicle on the road whose owner or holder has no insurance contract for it at that instant."""
    vehicle, part = scene.vehicle, _part(scene, "no_insurance")
    asks = [ask for one in scene.checked.rounds if (ask := _asked_insurance(one, scene.captured_us))]
    if part is None or not asks or not isinstance(vehicle, Vehicle) or not vehicle.vin:
        return None
    carrier: tuple[Ruling, ...] = ()
    if vehicle.passenger_carrier and part.passenger_carriers == "refer":
        carrier = (ruled("refer", "PASSENGER_CARRIER", "carrier"),)
    return _found(scene, part, "no_insurance", asks, carrier)


def find_no_inspection(scene: Scene) -> Finding | None:
    """A vehicle on the road that had to be inspected and was not."""
    vehicle, part = scene.vehicle, _part(scene, "no_inspection")
    asks = [ask for one in scene.checked.rounds if (ask := _asked_inspection(one, scene.day))]
    if part is None or part.inspection is None or not asks or not isinstance(vehicle, Vehicle) or not vehicle.vin:
        return None
    if not must_be_inspected(vehicle, part.inspection, scene.day):
        return None
    duty = in_order(
        "inspection-duty",
        "brief 1.4",
        "the vehicle had to be inspected",
        category=vehicle.category,
        manufacture_year=vehicle.manufacture_year,
        exempt_years=part.inspection.exempt_years,
    )
    return _found(scene, part, "no_inspection", asks, (duty,))


def must_be_inspected(vehicle: Vehicle, duty: InspectionDuty, day: date) -> bool:
    """Whether the vehicle needs an inspection on `day`; its age counts the year of manufacture."""
    if vehicle.category not in duty.categories:
        return False
    commercial = vehicle.commercial_use or vehicle.passenger_carrier
    age_years = day.year - vehicle.manufacture_year + 1
    return commercial or vehicle.category != duty.exempt_category or age_years > duty.exempt_years


def is_insured(insurance: Insurance, instant_us: Micros) -> bool:
    """Whether a contract covers the instant; with `whole_days`, the whole first and last day count."""
    return any(
        civil_day(policy.valid_from_us) <= civil_day(instant_us) <= civil_day(policy.valid_to_us)
        if policy.whole_days
        else policy.valid_from_us <= instant_us <= policy.valid_to_us
        for policy in insurance.policies
    )


def _part(scene: Scene, detection: Detection) -> PartRule | None:
    return next(iter(scene.law.detecting(detection, scene.day)), None)


def _asked_insurance(answers: Answers, instant_us: Micros) -> Ask | None:
    match answers.insurance:
        case None:
            return None
        case Unanswered(asked_us=asked_us):
            return Ask(asked_us, None)
        case Insurance() as known:
            return Ask(known.asked_us, is_insured(known, instant_us))
        case none:
            return Ask(none.asked_us, found=False)


def _asked_inspection(answers: Answers, day: date) -> Ask | None:
    match answers.inspection:
        case None:
            return None
        case Unanswered(asked_us=asked_us):
            return Ask(asked_us, None)
        case Inspection() as known if known.passed_on > day:
            return Ask(known.asked_us, None)  # a later card says nothing of the one before it
        case Inspection() as known:
            return Ask(known.asked_us, day <= known.valid_to)
        case none:
            return Ask(none.asked_us, found=False)


def _found(
    scene: Scene, part: PartRule, detection: Detection, asks: list[Ask], more: tuple[Ruling, ...]
) -> Finding | None:
    rulings = established(scene, asks, detection.replace("_", "-"))
    if rulings is None:
        return None
    otherwise = TraceStep(
        rule=f"otherwise-{detection.replace('_', '-')}",
        source="741(1)(1)",
        outcome="one valid at that instant would end the case",
        values=(("on", scene.day.isoformat()),),
    )
    return Finding(part, detection, "register", (*more, *rulings), otherwise)
