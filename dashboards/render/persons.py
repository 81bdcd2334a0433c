"""Who a protocol is drawn up on, as 803(2) has them named: a person, a firm, or a driver whom nobody knows yet."""

from adjudication.answers import Person
from adjudication.forming import answer_of
from adjudication.messages import CaseDecided
from dashboards.render.casefile import CaseFile
from dashboards.render.document import Line, blank, known, line
from dashboards.render.wording import Words, day, named, same

OWNER = Words(
    "Тізілім бойынша меншік иесі (иеленушісі)", "Собственник (владелец) по реестру", "Owner (holder) by the register"
)


def person_lines(file: CaseFile, decision: CaseDecided) -> tuple[Line, ...]:
    """Who is named: whom the part makes liable as owner, or the driver, whom only a person can name."""
    person = answer_of(decision, Person)
    driver = file.rule is None or file.rule.besides is not None
    if person is not None and person.kind == "legal_person" and not driver:
        return _firm(person)
    lines = _human(None if driver else person)
    return lines if person is None or not driver else (*lines, _owner(person))


def _human(person: Person | None) -> tuple[Line, ...]:
    born = day(person.born_on) if person and person.born_on else None
    return (
        known(
            Words("Тегі, аты, әкесінің аты", "Фамилия, имя, отчество", "Surname, name, patronymic"),
            named(person.name_kk, person.name_ru) if person else None,
        ),
        known(Words("Туған күні", "Дата рождения", "Date of birth"), born),
        known(Words("Тұрғылықты жері", "Место жительства", "Residence"), person.address if person else None),
        known(Words("ЖСН", "ИИН", "IIN"), person.number if person else None),
        blank(
            Words(
                "Жеке басын куәландыратын құжат",
                "Документ, удостоверяющий личность",
                "Identity document",
            )
        ),
        blank(Words("Жұмыс орны", "Место работы", "Place of work")),
        known(
            Words("Телефоны, электрондық поштасы", "Телефон, электронная почта", "Telephone, e-mail"),
            person.egov_phone if person else None,
        ),
    )


def _firm(person: Person) -> tuple[Line, ...]:
    return (
        line(Words("Атауы", "Наименование", "Name"), named(person.name_kk, person.name_ru)),
        known(Words("Орналасқан жері", "Место нахождения", "Seat"), person.address),
        blank(
            Words(
                "Мемлекеттік тіркеу нөмірі мен күні",
                "Номер и дата государственной регистрации",
                "Number and date of state registration",
            )
        ),
        line(Words("БСН", "БИН", "BIN"), same(person.number)),
        blank(Words("Банк деректемелері", "Банковские реквизиты", "Bank details")),
        known(
            Words("Телефоны, электрондық поштасы", "Телефон, электронная почта", "Telephone, e-mail"), person.egov_phone
        ),
    )


def _owner(person: Person) -> Line:
    return line(OWNER, named(f"{person.name_kk}, {person.number}", f"{person.name_ru}, {person.number}"))
