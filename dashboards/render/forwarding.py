"""The cover letter with which a case goes to who considers it: a court, the military police, transport control.

A draft, for a signature. Source: 804, 808 (a protocol within three days of being drawn up), 807(1)(2), 571.
"""

from adjudication.answers import Vehicle
from adjudication.calendar import civil_day
from adjudication.forming import answer_of
from adjudication.messages import CaseDecided
from dashboards.render.casefile import UNNUMBERED, CaseFile, signature_lines, unfit
from dashboards.render.document import Document, Figure, Line, blank, known, numbered, sentence
from dashboards.render.persons import person_lines
from dashboards.render.protocol import attachments, means_lines, offence
from dashboards.render.wording import Words, article, day

MATERIAL_ONLY = "TRANSPORT_CONTROL"
"""Weight and size: another body issues the prescription, and no protocol goes with the material."""
_TRANSPORT_CONTROL = Words("Көлік бақылауы органы", "Орган транспортного контроля", "Body of transport control")
WHERE: dict[str, Words] = {
    "OTHER_SANCTION": Words("Соттың атауы", "Наименование суда", "Which court"),
    "MILITARY_POLICE": Words("Әскери полиция органы", "Орган военной полиции", "Body of the military police"),
    "PASSENGER_CARRIER": _TRANSPORT_CONTROL,
    MATERIAL_ONLY: _TRANSPORT_CONTROL,
}
"""To whom a referred case goes, by why it is referred. Source: 804(1), 807(1)(2), 804(3)(1), 571."""


def goes_to(file: CaseFile) -> tuple[CaseDecided, Words] | None:
    """A referred decision and who considers it; None where nobody else does."""
    decision = file.decision
    if decision is None or decision.route != "refer" or decision.reason not in WHERE:
        return None
    return decision, WHERE[decision.reason]


def forwarding_letter(file: CaseFile) -> Document:
    """The letter that goes with a protocol.

    Raises:
        Invalid: `document-unfit`, the case is not referred to somebody who considers it.
    """
    found = goes_to(file)
    if found is None:
        raise unfit("forwarding-letter")
    decision, where = found
    material = decision.reason == MATERIAL_ONLY
    by, of = ("822-1(3)", "822-1(1)") if material else ("808", "803(2)")
    means = (of, Words("Техникалық құрал", "Техническое средство", "The technical means"), means_lines(decision))
    vehicle = answer_of(decision, Vehicle)
    figures = (Figure(Words("МТНБ", "ГРНЗ", "Number plate"), vehicle.plate),) if vehicle else ()
    return Document(
        kind="forwarding-letter",
        title=Words("Ілеспе хат", "Сопроводительное письмо", "Cover letter"),
        designation=UNNUMBERED,
        reference=file.case_id[:16],
        body=file.body,
        items=numbered(
            (
                ("804", Words("Кімге", "Кому", "To"), (blank(where),)),
                (by, Words("Не жіберіледі", "Что направляется", "What is sent"), _sent(decision)),
                (of, Words("Тұлға", "Лицо", "The person"), _person(file, decision)),
                (of, Words("Құқық бұзушылық", "Правонарушение", "The offence"), offence(file, decision)),
                *((means,) if material else ()),
                (
                    "804; 807(1)",
                    Words("Жіберу негізі", "Основание направления", "Why it is sent"),
                    (_why(file, decision),),
                ),
                (f"62; {by}", Words("Мерзімдер", "Сроки", "Terms"), _forwarding_terms(file, decision)),
                (by, Words("Қосымша", "Приложение", "Attached"), _attached(file, decision)),
                (by, Words("Қол қоюшы", "Подписал", "Signed by"), signature_lines()),
            )
        ),
        figures=figures,
        draft=True,
    )


def _person(file: CaseFile, decision: CaseDecided) -> tuple[Line, ...]:
    """The name, and what else is known: all else stands in the protocol."""
    name, *more = person_lines(file, decision)
    return (name, *(one for one in more if one.value is not None))


def _sent(decision: CaseDecided) -> tuple[Line, ...]:
    what = article(decision.part)
    if decision.reason == MATERIAL_ONLY:
        return (
            sentence(
                f"Құзыреті бойынша {what.kk} бойынша іс материалдары жіберіледі.",
                f"По компетенции направляются материалы дела ({what.ru}).",
                f"The file of a case under {what.en} is sent to whose it is.",
            ),
        )
    return (
        sentence(
            f"Қарау үшін {what.kk} бойынша әкімшілік құқық бұзушылық туралы хаттама мен іс материалдары жіберіледі.",
            f"На рассмотрение направляются протокол об административном правонарушении ({what.ru}) и материалы дела.",
            f"A protocol on an administrative offence under {what.en} and the file are sent to be considered.",
        ),
        blank(Words("Хаттаманың нөмірі, жасалған күні", "Номер и дата протокола", "Number and date of the protocol")),
    )


def _why(file: CaseFile, decision: CaseDecided) -> Line:
    besides = file.rule.besides if file.rule else None
    if decision.reason == "OTHER_SANCTION" and besides is not None:
        return sentence(
            f"Бөлік айыппұлдан өзге жазаны да көздейді: {besides.kk}. Сондықтан нұсқама шығарылмайды.",
            f"Часть предусматривает и иное взыскание: {besides.ru}. Поэтому предписание не выносится.",
            f"The part provides more than a fine: {besides.en}. So no prescription is issued.",
        )
    if decision.reason == "MILITARY_POLICE":
        return sentence(
            "Көлік құралы әскери полиция органдарында тіркелген: мұндайда хаттама жасалады.",
            "Транспортное средство зарегистрировано в органах военной полиции: в этом случае составляется протокол.",
            "The vehicle is registered with the military police: then a protocol is drawn up.",
        )
    if decision.reason == MATERIAL_ONLY:
        return sentence(
            "Салмақ пен габарит бойынша істер көлік бақылауы органының құзыретіне жатады.",
            "Дела о весе и габаритах относятся к компетенции органа транспортного контроля.",
            "Cases about weight and size belong to the body of transport control.",
        )
    return sentence(
        "Жолаушылар тасымалдаушының ісі көлік бақылауы органының құзыретіне жатады.",
        "Дело перевозчика пассажиров относится к компетенции органа транспортного контроля.",
        "The case of a passenger carrier belongs to the body of transport control.",
    )


def _forwarding_terms(file: CaseFile, decision: CaseDecided) -> tuple[Line, ...]:
    limit, send = decision.limitation_last_day_on, decision.send_last_day_on
    limitation = known(
        Words(
            "Жауаптылыққа тарту мерзімінің соңғы күні (62-бап)",
            "Последний день срока давности (ст. 62)",
            "Last day of limitation (art. 62)",
        ),
        day(limit) if limit else None,
    )
    if decision.reason == MATERIAL_ONLY:
        sending = Words(
            "Нұсқаманы жіберудің соңғы күні (822-1-бап)",
            "Последний день отправки предписания (ст. 822-1)",
            "Last day to send a prescription (art. 822-1)",
        )
        return (known(sending, day(send) if send else None), limitation)
    days = file.law.term("PROTO_FWD", civil_day(file.now_us)).days
    return (
        sentence(
            f"Хаттама жасалған күннен бастап {days} тәулік ішінде жіберіледі; тәулікке жұмыс күні емес күндер кірмейді "
            "(739-бап).",
            f"Протокол направляется в течение {days} суток с момента составления; нерабочие дни в сутки не входят "
            "(ст. 739).",
            f"A protocol is sent within {days} days of being drawn up; non-working days are not counted (art. 739).",
        ),
        blank(Words("Жіберудің соңғы күні", "Последний день направления", "Last day to send it")),
        limitation,
    )


def _attached(file: CaseFile, decision: CaseDecided) -> tuple[Line, ...]:
    pieces = attachments(file.evidence)
    if decision.reason == MATERIAL_ONLY:
        return pieces
    return (sentence("Хаттаманың түпнұсқасы.", "Подлинник протокола.", "The protocol itself."), *pieces)
