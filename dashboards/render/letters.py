"""Cover letters: a protocol goes to who considers the case, an unpaid act to who enforces it. Drafts, for a signature.

Source: 804, 808 (within three days of drawing up); 896(1) (within ten, with the proof that nothing was paid).
"""

from adjudication.answers import Vehicle
from adjudication.forming import answer_of
from adjudication.messages import CaseDecided
from adjudication.states import State
from dashboards.render.casefile import UNNUMBERED, CaseFile, acted, last_day, on_day, signature_lines, unfit
from dashboards.render.document import Document, Figure, Line, blank, known, line, numbered, sentence
from dashboards.render.fields import addressee_lines
from dashboards.render.persons import person_lines
from dashboards.render.protocol import attachments, offence, referred
from dashboards.render.wording import Words, article, day, money, same, sum_of

WHERE: dict[str, Words] = {
    "OTHER_SANCTION": Words("Соттың атауы", "Наименование суда", "Which court"),
    "MILITARY_POLICE": Words("Әскери полиция органы", "Орган военной полиции", "Body of the military police"),
    "PASSENGER_CARRIER": Words("Көліктік бақылау органы", "Орган транспортного контроля", "Body of transport control"),
}
"""To whom a referred case goes, by why it is referred. Source: 804(1), 807(1)(2), 804(3)(1)."""

UNPAID: tuple[State, ...] = ("OVERDUE", "HANDED_BACK", "HANDED_OVER")
"""In force, its term of payment over, not paid in full: to be enforced, or being so."""


def goes_to(file: CaseFile) -> tuple[CaseDecided, Words] | None:
    """A referred decision and who considers it; None where nobody else does."""
    decision = referred(file)
    if decision is None or decision.reason not in WHERE:
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
                ("808", Words("Не жіберіледі", "Что направляется", "What is sent"), _sent(decision)),
                ("803(2)", Words("Тұлға", "Лицо", "The person"), _person(file, decision)),
                ("803(2)", Words("Құқық бұзушылық", "Правонарушение", "The offence"), offence(file, decision)),
                (
                    "804; 807(1)",
                    Words("Жіберу негізі", "Основание направления", "Why it is sent"),
                    (_why(file, decision),),
                ),
                ("62; 808", Words("Мерзімдер", "Сроки", "Terms"), _forwarding_terms(decision)),
                ("808", Words("Қосымша", "Приложение", "Attached"), (_protocol_itself(), *attachments(file.evidence))),
                ("808", Words("Қол қоюшы", "Подписал", "Signed by"), signature_lines()),
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
    return sentence(
        "Жолаушылар тасымалдаушының ісі көліктік бақылау органының құзыретіне жатады.",
        "Дело перевозчика пассажиров относится к компетенции органа транспортного контроля.",
        "The case of a passenger carrier belongs to the body of transport control.",
    )


def _forwarding_terms(decision: CaseDecided) -> tuple[Line, ...]:
    limit = decision.limitation_last_day_on
    return (
        sentence(
            "Хаттама жасалған күннен бастап 3 тәулік ішінде жіберіледі; тәулікке жұмыс күні емес күндер кірмейді "
            "(739-бап).",
            "Протокол направляется в течение 3 суток с момента составления; нерабочие дни в сутки не входят (ст. 739).",
            "A protocol is sent within 3 days of being drawn up; non-working days are not counted (art. 739).",
        ),
        blank(Words("Жіберудің соңғы күні", "Последний день направления", "Last day to send it")),
        known(
            Words(
                "Жауаптылыққа тарту мерзімінің соңғы күні (62-бап)",
                "Последний день срока давности (ст. 62)",
                "Last day of limitation (art. 62)",
            ),
            day(limit) if limit else None,
        ),
    )


def _protocol_itself() -> Line:
    return sentence("Хаттаманың түпнұсқасы.", "Подлинник протокола.", "The protocol itself.")


def enforcement_letter(file: CaseFile) -> Document:
    """The letter with which an unpaid act goes to the bailiffs.

    Raises:
        Invalid: `document-unfit`, the act is not overdue, or an owner's statement is not checked yet (31(3)).
    """
    act, standing = acted(file)
    if standing.state not in UNPAID or standing.stated_us is not None:
        raise unfit("enforcement-letter")
    on = day(act.initiated_on)
    return Document(
        kind="enforcement-letter",
        title=Words(
            "Мәжбүрлеп орындатуға жіберу туралы хат",
            "Письмо о направлении на принудительное исполнение",
            "Letter on handing over for enforcement",
        ),
        designation=UNNUMBERED,
        reference=act.number,
        body=act.body,
        items=numbered(
            (
                (
                    "896(1)",
                    Words("Кімге", "Кому", "To"),
                    (
                        blank(
                            Words(
                                "Әділет органы немесе жеке сот орындаушыларының өңірлік палатасы",
                                "Орган юстиции или региональная палата частных судебных исполнителей",
                                "Body of justice, or regional chamber of private bailiffs",
                            )
                        ),
                    ),
                ),
                (
                    "896(1)",
                    Words("Орындалатын акт", "Исполняемый акт", "The act to be enforced"),
                    (
                        sentence(
                            f"{on} № {act.number} нұсқама, {article(act.part).kk}.",
                            f"Предписание № {act.number} от {on}, {article(act.part).ru}.",
                            f"Prescription no. {act.number} of {on}, {article(act.part).en}.",
                        ),
                    ),
                ),
                ("896(1)", Words("Борышкер", "Должник", "The debtor"), addressee_lines(act)),
                ("893(1); 890", Words("Мерзімдер", "Сроки", "Terms"), _enforcement_terms(file)),
                ("896(1)", Words("Өндірілетін сома", "Взыскиваемая сумма", "The sum to be collected"), _unpaid(file)),
                (
                    "896(1)",
                    Words("Төленбегенінің дәлелі", "Подтверждение неуплаты", "Proof that it was not paid"),
                    _proof(file),
                ),
                (
                    "896(1)",
                    Words("Қосымша", "Приложение", "Attached"),
                    (
                        sentence(
                            "Нұсқама мен оның электрондық түпнұсқасы; жеткізілгенін растайтын құжат.",
                            "Предписание и его электронный подлинник; документ о доставке.",
                            "The prescription and its electronic original; the proof of delivery.",
                        ),
                    ),
                ),
                ("896(1)", Words("Қол қоюшы", "Подписал", "Signed by"), signature_lines()),
            )
        ),
        figures=(
            Figure(
                Words("Өндірілетін сома", "Взыскиваемая сумма", "To be collected"),
                money(standing.sum_tiyn - standing.paid_tiyn),
            ),
            Figure(Words("МТНБ", "ГРНЗ", "Number plate"), act.vehicle.plate),
        ),
        draft=True,
    )


def _enforcement_terms(file: CaseFile) -> tuple[Line, ...]:
    act, standing = acted(file)
    year = standing.year_until_us
    return (
        known(
            Words("Тиісінше жеткізілген күні", "День надлежащей доставки", "Properly delivered on"),
            None if standing.delivered_us is None else on_day(standing.delivered_us),
        ),
        known(
            Words("Заңды күшіне енген күні", "День вступления в законную силу", "In force since"),
            file.since("IN_FORCE"),
        ),
        known(
            Words(
                f"Ерікті төлеудің ({act.terms.payment_days} тәулік) соңғы күні",
                f"Последний день добровольной уплаты ({act.terms.payment_days} суток)",
                f"Last day of voluntary payment ({act.terms.payment_days} days)",
            ),
            None if standing.pay_until_us is None else last_day(standing.pay_until_us),
        ),
        known(
            Words("Осы хатты жіберудің соңғы күні", "Последний день направления", "Last day to hand over"),
            file.until("HAND_OVER"),
        ),
        known(
            Words(
                "Орындаудың соңғы күні (890-бап)",
                "Последний день исполнения (ст. 890)",
                "Last day of execution (art. 890)",
            ),
            None if year is None else last_day(year),
        ),
    )


def _unpaid(file: CaseFile) -> tuple[Line, ...]:
    _, standing = acted(file)
    return (
        line(Words("Салынған айыппұл", "Наложенный штраф", "The fine imposed"), sum_of(standing.sum_tiyn)),
        line(Words("Төленгені", "Уплачено", "Paid"), sum_of(standing.paid_tiyn)),
        line(Words("Төленбегені", "Не уплачено", "Not paid"), sum_of(standing.sum_tiyn - standing.paid_tiyn)),
    )


def _proof(file: CaseFile) -> tuple[Line, ...]:
    on = on_day(file.now_us)
    if not file.payments:
        return (
            sentence(
                f"{on.kk} ж. жағдай бойынша осы нұсқамаға қатысты бірде-бір төлем түскен жоқ.",
                f"По состоянию на {on.ru} по этому предписанию не поступило ни одного платежа.",
                f"As of {on.en} no payment has come in for this prescription.",
            ),
        )
    lines = tuple(
        line(
            Words(f"{one.receipt} төлемі", f"Платёж {one.receipt}", f"Payment {one.receipt}"),
            same(f"{on_day(one.paid_us).kk}, {money(one.tiyn)}"),
        )
        for one in file.payments
    )
    return (
        sentence(
            f"{on.kk} ж. жағдай бойынша тек мына төлемдер түсті:",
            f"По состоянию на {on.ru} поступили только эти платежи:",
            f"As of {on.en} only these payments have come in:",
        ),
        *lines,
    )
