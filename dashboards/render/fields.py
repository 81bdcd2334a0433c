"""What several documents say alike of an act: body, addressee, vehicle, offence, device, penalty."""

from adjudication.facts import LoadMeasurement, Measurement
from adjudication.protocol import Act, ActDevice, ActSection, Addressee
from dashboards.render.document import Line, line, sentence
from dashboards.render.wording import Words, article, day, instant, metres, money, named, same, speed, sum_of

_POSSESSION = sentence(
    "Меншік иесі (иеленуші) босатылды: тексеру анықтағандай, құқық бұзушылық сәтінде көлік құралы осы тұлғаның "
    "иелігінде болған (31-баптың 3-бөлігі).",
    "Собственник (владелец) освобождён: проверкой установлено, что в момент правонарушения транспортным средством "
    "владело это лицо (ч. 3 ст. 31).",
    "The owner (holder) was released: a check established that this person possessed the vehicle when the offence was "
    "committed (art. 31(3)).",
)


def body_lines(act: Act) -> tuple[Line, ...]:
    """The issuing body."""
    body = act.body
    return (
        line(Words("Атауы", "Наименование", "Name"), named(body.name_kk, body.name_ru)),
        line(Words("Орналасқан жері", "Место нахождения", "Seat"), named(body.location_kk, body.location_ru)),
    )


def addressee_lines(act: Act) -> tuple[Line, ...]:
    """Who is held liable, as the kind of person is named; and why, where it is not the vehicle's owner."""
    return (*_person_lines(act.addressee), *((_POSSESSION,) if act.of_possessor else ()))


def _person_lines(person: Addressee) -> tuple[Line, ...]:
    name, number = named(person.name_kk, person.name_ru), same(person.number)
    if person.kind == "legal_person":
        return (
            line(
                Words("Атауы, ұйымдық нысаны", "Наименование, организационная форма", "Name and organisational form"),
                name,
            ),
            line(Words("БСН", "БИН", "BIN"), number),
            line(Words("Орналасқан жері", "Место нахождения", "Seat"), same(person.address)),
        )
    born = same(day(person.born_on) if person.born_on else "—")
    return (
        line(Words("Тегі, аты, әкесінің аты", "Фамилия, имя, отчество", "Surname, name, patronymic"), name),
        line(Words("Туған күні", "Дата рождения", "Date of birth"), born),
        line(Words("ЖСН", "ИИН", "IIN"), number),
        line(Words("Тіркелген жері", "Место регистрации", "Place of registration"), same(person.address)),
    )


def vehicle_lines(act: Act) -> tuple[Line, ...]:
    """The vehicle."""
    vehicle = act.vehicle
    return (
        line(Words("Маркасы, моделі", "Марка, модель", "Make and model"), same(f"{vehicle.make} {vehicle.model}")),
        line(
            Words("Мемлекеттік тіркеу нөмірлік белгісі", "Государственный номерной знак", "State number plate"),
            same(vehicle.plate),
        ),
    )


def offence_lines(act: Act) -> tuple[Line, ...]:
    """When, where, what, and under which article."""
    return (
        line(
            Words("Күні мен уақыты (UTC+5)", "Дата и время (UTC+5)", "Date and time (UTC+5)"),
            same(instant(act.offence_us)),
        ),
        line(Words("Орны", "Место", "Place"), named(act.place.title_kk, act.place.title_ru)),
        line(Words("Мәні", "Существо", "Substance"), Words(act.statement_kk, act.statement_ru, act.statement_en)),
        line(Words("Бабы", "Статья", "Article"), article(act.part)),
    )


def way_lines(run: ActSection) -> tuple[Line, ...]:
    """Where and when the drive began whose average speed is meant, and how far it went; the offence is its end."""
    length = f"{metres(run.length_mm)} ± {metres(run.length_error_mm)}"
    return (
        line(
            Words("Учаскенің басы", "Начало участка", "The section begins at"),
            named(run.entry.title_kk, run.entry.title_ru),
        ),
        line(
            Words("Учаскеге кірген уақыты (UTC+5)", "Въезд на участок (UTC+5)", "Entered at (UTC+5)"),
            same(instant(run.entered_us)),
        ),
        line(
            Words("Учаскенің ұзындығы", "Длина участка", "Length of the section"),
            Words(f"{length} м", f"{length} м", f"{length} m"),
        ),
    )


def reading_lines(measured: Measurement, excess_kmh: int | None) -> tuple[Line, ...]:
    """What was measured, what was subtracted, what was allowed, and the excess where it was established."""
    value = (
        Words("Учаскедегі орташа жылдамдық", "Средняя скорость на участке", "Average speed over the section")
        if measured.kind == "section_speed"
        else Words("Өлшенген жылдамдық", "Измеренная скорость", "Measured speed")
    )
    error = Words("Өлшеу қателігі (шегерілді)", "Погрешность (вычтена)", "Error of measurement (subtracted)")
    limit = Words("Рұқсат етілген жылдамдық", "Разрешённая скорость", "Speed limit")
    excess = Words("Асыру шамасы", "Величина превышения", "Excess")
    lines = (
        line(value, _kmh(speed(measured.value_kmh100))),
        line(error, _kmh(speed(measured.error_kmh100))),
        line(limit, _kmh(speed(measured.limit_kmh100))),
    )
    return lines if excess_kmh is None else (*lines, line(excess, _kmh(str(excess_kmh))))


def _kmh(value: str) -> Words:
    return Words(f"{value} км/сағ", f"{value} км/ч", f"{value} km/h")


def load_lines(measured: LoadMeasurement, excess: int | None) -> tuple[Line, ...]:
    """What a vehicle weighs or how far it reaches, what was subtracted, what is permitted, and the excess."""
    by_mass = measured.kind == "gross_mass"

    def of(value: int) -> Words:
        return (
            Words(f"{value} кг", f"{value} кг", f"{value} kg")
            if by_mass
            else Words(f"{value} мм", f"{value} мм", f"{value} mm")
        )

    error = Words("Өлшеу қателігі (шегерілді)", "Погрешность (вычтена)", "Error of measurement (subtracted)")
    lines = (
        line(_LOADS[measured.kind], of(measured.value)),
        line(error, of(measured.error)),
        line(Words("Рұқсат етілгені", "Допустимо", "Permitted"), of(measured.permitted)),
    )
    over = Words("Асыру шамасы", "Величина превышения", "Excess")
    return lines if excess is None else (*lines, line(over, of(excess)))


_LOADS = {
    "gross_mass": Words("Өлшенген жалпы салмағы", "Измеренная общая масса", "Gross mass measured"),
    "height": Words("Өлшенген биіктігі", "Измеренная высота", "Height measured"),
    "width": Words("Өлшенген ені", "Измеренная ширина", "Width measured"),
    "length": Words("Өлшенген ұзындығы", "Измеренная длина", "Length measured"),
}


def device_lines(device: ActDevice, entry: ActDevice | None = None) -> tuple[Line, ...]:
    """The technical means; of an average speed both, the one at the end first."""
    if entry is None:
        return named_device(device)
    leaving = sentence("Шыға берісте:", "На выезде:", "At the end:")
    entering = sentence("Кіре берісте:", "На въезде:", "At the beginning:")
    return (leaving, *named_device(device), entering, *named_device(entry))


def named_device(device: ActDevice) -> tuple[Line, ...]:
    """One device, and of an instrument its verification."""
    bearing = (
        line(Words("Атауы", "Наименование", "Name"), same(device.name)),
        line(Words("Сериялық нөмірі", "Серийный номер", "Serial number"), same(device.serial)),
    )
    if device.verification is None:
        return bearing
    verified = device.verification
    until = day(verified.valid_to)
    return (
        *bearing,
        line(
            Words("Салыстырып тексеру сертификаты", "Свидетельство о поверке", "Certificate of verification"),
            same(f"№ {verified.number}"),
        ),
        line(Words("Берген зертхана", "Выдано лабораторией", "Issued by the laboratory"), same(verified.laboratory)),
        line(Words("Берілген күні", "Дата поверки", "Date of verification"), same(day(verified.issued_on))),
        line(Words("Жарамды мерзімі", "Действительно до", "Valid until"), Words(f"{until} дейін", until, until)),
    )


def penalty_lines(act: Act) -> tuple[Line, ...]:
    """A warning, or the fine: in MCI, in tenge, in words."""
    if act.form == "warning":
        return (sentence("Ескерту.", "Предупреждение.", "A warning."),)
    count, product = act.mci_count, f"{act.mci_count} × {money(act.mci_tiyn)} = "
    whole = sum_of(act.sum_tiyn)
    return (
        line(Words("Айыппұл", "Штраф", "Fine"), Words(f"{count} АЕК", f"{count} МРП", f"{count} MCI")),
        line(
            Words("Сомасы", "Сумма", "Sum"),
            Words(product + whole.kk, product + whole.ru, product + whole.en),
        ),
    )
