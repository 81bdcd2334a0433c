"""What several documents say alike of an act: body, addressee, vehicle, offence, device, penalty."""

from adjudication.protocol import Act, ActDevice
from dashboards.render.document import Line, line, sentence
from dashboards.render.wording import Words, article, day, instant, money, named, same, sum_of


def body_lines(act: Act) -> tuple[Line, ...]:
    """The issuing body."""
    body = act.body
    return (
        line(Words("Атауы", "Наименование", "Name"), named(body.name_kk, body.name_ru)),
        line(Words("Орналасқан жері", "Место нахождения", "Seat"), named(body.location_kk, body.location_ru)),
    )


def addressee_lines(act: Act) -> tuple[Line, ...]:
    """Who is held liable, as the kind of person is named."""
    person = act.addressee
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


def device_lines(act: Act) -> tuple[Line, ...]:
    """The technical means; of an average speed both, the one at the end first."""
    if act.section is None:
        return _named_device(act.device)
    leaving = sentence("Шыға берісте:", "На выезде:", "At the end:")
    entry = sentence("Кіре берісте:", "На въезде:", "At the beginning:")
    return (leaving, *_named_device(act.device), entry, *_named_device(act.section.device))


def _named_device(device: ActDevice) -> tuple[Line, ...]:
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
