"""The draft of a protocol on an offence that no machine may punish: what is known is filled in, the rest is ruled.

A protocol is drawn up and signed by a person; this is the centre's material for it. The items are those of 803(2), and
of 803(3)-(8) what is said beside them. Where the part punishes the driver with more than a fine, the owner that the
register names is named as the owner: who drove is for a person to establish.
"""

from collections.abc import Sequence
from datetime import date

from adjudication.answers import Device, Person, Vehicle
from adjudication.calendar import civil_day
from adjudication.facts import EvidenceRef
from adjudication.format_logic.subject import is_investor
from adjudication.forming import answer_of, device_of, section_of
from adjudication.messages import CaseDecided
from adjudication.protocol import ActSection
from adjudication.terms import last_day
from dashboards.render.casefile import UNNUMBERED, CaseFile, official_lines, signature_lines, unfit
from dashboards.render.document import Document, Figure, Line, blank, known, line, numbered, sentence
from dashboards.render.fields import device_lines, load_lines, reading_lines, way_lines
from dashboards.render.persons import person_lines
from dashboards.render.wording import Words, article, day, instant, named, same

REASONS = ("OTHER_SANCTION", "MILITARY_POLICE", "PASSENGER_CARRIER", "NOT_AUTOMATIC_THEN")
"""Why a case goes elsewhere with a protocol. Diplomats and foreign vehicles go other ways (876-879)."""


def referred(file: CaseFile) -> CaseDecided | None:
    """The decision of a case that goes elsewhere with a protocol; None for any other."""
    decision = file.decision
    if decision is None or decision.route != "refer" or decision.reason not in REASONS:
        return None
    return decision


def protocol(file: CaseFile) -> Document:
    """The draft.

    Raises:
        Invalid: `document-unfit`, the case is not referred with a protocol.
        Unavailable: the law knows no protocol on that day, or the calendar does not reach the protocol's last day.
    """
    decision = referred(file)
    if decision is None:
        raise unfit("protocol")
    title = file.law.title("protocol", civil_day(file.now_us))
    event = decision.checked.passage.event
    return Document(
        kind="protocol",
        title=Words(title.kk, title.ru, title.en),
        designation=UNNUMBERED,
        reference=file.case_id[:16],
        body=file.body,
        items=numbered(
            (
                ("803(2)", Words("Жасалған күні мен орны", "Дата и место составления", "Drawn up on and at"), _drawn()),
                ("803(2)", Words("Хаттаманы жасаған", "Кем составлен", "Drawn up by"), official_lines()),
                (
                    "803(2)",
                    Words("Іс қозғалатын тұлға", "Лицо, в отношении которого составлен", "On whom it is drawn up"),
                    person_lines(file, decision),
                ),
                ("803(2)", Words("Құқық бұзушылық", "Правонарушение", "The offence"), offence(file, decision)),
                (
                    "803(2)",
                    Words("Куәлар мен жәбірленушілер", "Свидетели и потерпевшие", "Witnesses and victims"),
                    (
                        blank(
                            Words("Тегі, аты, мекенжайы", "Фамилия, имя, адрес", "Surname, name, address"),
                            rules=2,
                        ),
                    ),
                ),
                (
                    "803(2)",
                    Words("Тұлғаның түсініктемесі", "Объяснение лица", "What the person says"),
                    (blank(Words("Түсініктеме", "Объяснение", "Explanation"), rules=3),),
                ),
                (
                    "803(2)",
                    Words("Техникалық құрал", "Техническое средство", "The technical means"),
                    means_lines(decision),
                ),
                (
                    "803(2)",
                    Words("Өзге де мәліметтер", "Иные сведения", "Other particulars"),
                    _more(file, decision),
                ),
                (
                    "803(2); 803(3)",
                    Words("Іс жүргізу тілі, құқықтар", "Язык производства, права", "Language and rights"),
                    _rights(),
                ),
                ("803(4)-(7)", Words("Қолдар", "Подписи", "Signatures"), _signatures()),
                (
                    "803(8)",
                    Words("Электрондық нысан", "Электронная форма", "Electronic form"),
                    (_electronic(),),
                ),
            )
        ),
        foot=f"law {decision.law_sha256[:16]} · policy {decision.policy_sha256[:16]}",
        figures=(
            Figure(Words("МТНБ", "ГРНЗ", "Number plate"), plate_of(decision)),
            Figure(Words("Уақыты", "Время", "Day"), instant(event.captured_us).split()[0]),
        ),
        draft=True,
        letterhead=False,
    )


def plate_of(decision: CaseDecided) -> str:
    """The plate as registered, or as it was read; "" for none."""
    vehicle, plate = answer_of(decision, Vehicle), decision.checked.passage.plate
    return vehicle.plate if vehicle else plate.text if plate else ""


def offence(file: CaseFile, decision: CaseDecided) -> tuple[Line, ...]:
    """Where, when, what, by which vehicle, and what was measured."""
    passage, rule, vehicle = decision.checked.passage, file.rule, answer_of(decision, Vehicle)
    event, plate = passage.event, passage.plate
    bearing = f"{vehicle.make} {vehicle.model}, {vehicle.plate}" if vehicle else plate.text if plate else None
    return (
        line(
            Words("Күні мен уақыты (UTC+5)", "Дата и время (UTC+5)", "Date and time (UTC+5)"),
            same(instant(event.captured_us)),
        ),
        line(Words("Орны", "Место", "Place"), named(event.place.title_kk, event.place.title_ru)),
        known(Words("Көлік құралы", "Транспортное средство", "The vehicle"), bearing),
        known(
            Words("Мәні", "Существо", "Substance"),
            None if rule is None else Words(rule.statement.kk, rule.statement.ru, rule.statement.en),
        ),
        line(Words("Бабы", "Статья", "Article"), article(decision.part)),
        *_readings(decision),
    )


def _readings(decision: CaseDecided) -> tuple[Line, ...]:
    """What was measured, where the decision rests on it."""
    if decision.load is not None:
        return load_lines(decision.load, decision.excess_load)
    run, measured = _run(decision), decision.checked.passage.measurement
    if measured is None or not decision.is_measured:
        return ()
    return (*(way_lines(run) if run else ()), *reading_lines(measured, decision.excess_kmh))


def _drawn() -> tuple[Line, ...]:
    return (
        blank(Words("Күні, уақыты", "Дата, время", "Date and time")),
        blank(Words("Орны", "Место", "Place")),
    )


def means_lines(decision: CaseDecided) -> tuple[Line, ...]:
    """The technical means; of an average speed both."""
    device = answer_of(decision, Device)
    if device is None:
        return (
            blank(
                Words(
                    "Атауы, сериялық нөмірі, салыстырып тексеру нөмірі, күні, мерзімі",
                    "Наименование, серийный номер, номер, дата и срок поверки",
                    "Name, serial number; number, date and term of verification",
                )
            ),
        )
    run, measured = _run(decision), decision.is_measured
    lines = device_lines(device_of(device, measured=measured), None if run is None else run.device)
    if run is None and decision.checked.passage.section is not None:
        return (*lines, blank(_ENTRY_UNKNOWN))
    if not measured or device.verification is not None:
        return lines
    return (
        *lines,
        blank(
            Words(
                "Салыстырып тексеру нөмірі, күні, мерзімі",
                "Номер, дата и срок поверки",
                "Number, date and term of verification",
            )
        ),
    )


_ENTRY_UNKNOWN = Words(
    "Кіре берістегі құрылғы, оның сериялық нөмірі және салыстырып тексерілуі",
    "Устройство на въезде, его серийный номер и поверка",
    "The device at the beginning, its serial number and verification",
)


def _run(decision: CaseDecided) -> ActSection | None:
    """The section of an average speed, where the device at its beginning is known."""
    known_entry = isinstance(decision.checked.rounds[-1].entry_device, Device)
    return section_of(decision) if known_entry else None


def _more(file: CaseFile, decision: CaseDecided) -> tuple[Line, ...]:
    limit = decision.limitation_last_day_on
    return (
        blank(
            Words(
                "Істің қаралатын уақыты мен орны",
                "Время и место рассмотрения дела",
                "Time and place of the hearing",
            )
        ),
        known(
            Words(
                "Хаттама дереу, кешіктірмегенде мына күні жасалады (806-бап)",
                "Протокол составляется немедленно, не позднее (ст. 806)",
                "Drawn up at once, at the latest on (art. 806)",
            ),
            day(_to_be_made_by(file, decision)),
        ),
        known(
            Words(
                "Жауаптылыққа тарту мерзімінің соңғы күні (62-бап)",
                "Последний день срока давности (ст. 62)",
                "Last day of limitation (art. 62)",
            ),
            day(limit) if limit else None,
        ),
        line(
            Words("Материалды дайындаған", "Материал подготовил", "The material comes from"),
            named(file.body.name_kk, file.body.name_ru),
        ),
        *_consent(decision),
        *attachments(file.evidence),
    )


def _consent(decision: CaseDecided) -> tuple[Line, ...]:
    """An investor's case: what the officer must have before the protocol. Source: 802(3-1), 759(4)-(5)."""
    person = answer_of(decision, Person)
    if person is None or not is_investor(person):
        return ()
    return (
        sentence(
            "Тұлға инвесторлар тізілімінде тұр. Іс 802-баптың 1-бөлігінің 1) - 3) тармақшаларындағы негіздер бойынша "
            "қозғалса, прокурордың алдын ала келісімі қажет (802-баптың 3-1-бөлігі).",
            "Лицо состоит в реестре инвесторов. Если дело возбуждается по основаниям подпунктов 1) - 3) части 1 статьи "
            "802, необходимо предварительное согласие прокурора (ч. 3-1 ст. 802).",
            "The person is in the register of investors. Where the case is initiated on grounds 1)-3) of art. 802(1), "
            "the prosecutor's prior consent is needed (art. 802(3-1)).",
        ),
        blank(
            Words(
                "Прокурор келісімінің нөмірі мен күні",
                "Номер и дата согласия прокурора",
                "Number and date of the prosecutor's consent",
            )
        ),
    )


def _to_be_made_by(file: CaseFile, decision: CaseDecided) -> date:
    """Counted from the day on which the registers named the person; an official may establish more, and later."""
    named_us = decision.checked.rounds[-1].asked_us
    return last_day(file.law, "PROTO_MAKE", civil_day(named_us), part=decision.part)


def attachments(evidence: Sequence[EvidenceRef]) -> tuple[Line, ...]:
    """What is attached: each picture and record by its SHA-256; a blank where nothing is sealed."""
    label = Words("Қоса берілген құжаттар", "Прилагаемые документы", "Attached documents")
    if not evidence:
        return (blank(label, rules=2),)
    return tuple(
        line(_piece(ref.role, number), same(f"SHA-256 {ref.sha256}")) for number, ref in enumerate(evidence, 1)
    )


def _piece(role: str, number: int) -> Words:
    if role == "record":
        return Words(
            f"{number}-қосымша: құрылғының қол қойылған жазбасы",
            f"Приложение {number}: подписанная запись устройства",
            f"Attachment {number}: the device's signed record",
        )
    return Words(f"{number}-қосымша: фотосурет", f"Приложение {number}: фотоснимок", f"Attachment {number}: photograph")


def _rights() -> tuple[Line, ...]:
    return (
        blank(Words("Іс жүргізу тілі", "Язык производства", "Language of the proceedings")),
        sentence(
            "Маған құқықтарым мен міндеттерім, оның ішінде іс материалдарымен танысу, түсініктеме беру және "
            "қорғаушының көмегін пайдалану құқығым (744-бап) түсіндірілді.",
            "Мне разъяснены права и обязанности, в том числе право знакомиться с материалами дела, давать объяснения и "
            "пользоваться помощью защитника (ст. 744).",
            "My rights and duties were explained to me, among them to see the file, to give explanations and to be "
            "defended (art. 744).",
        ),
        blank(Words("Тұлғаның қолы", "Подпись лица", "The person's signature")),
    )


def _signatures() -> tuple[Line, ...]:
    return (
        *signature_lines(),
        blank(
            Words(
                "Іс қозғалған тұлғаның (өкілінің) қолы",
                "Подпись лица (его представителя)",
                "Signature of the person (or representative)",
            )
        ),
        blank(
            Words(
                "Куәлар мен жәбірленушілердің қолдары",
                "Подписи свидетелей и потерпевших",
                "Signatures of witnesses and victims",
            )
        ),
        blank(
            Words(
                "Қол қоюдан бас тарту туралы белгі",
                "Отметка об отказе от подписи",
                "Note of a refusal to sign",
            )
        ),
    )


def _electronic() -> Line:
    return sentence(
        "Хаттама электрондық нысанда жасалса, оның орналастырылғаны туралы тұлға «электрондық үкімет» порталы немесе "
        "ҚСжАЕК ақпараттық сервисі арқылы хабардар етіледі.",
        "Если протокол составлен в электронной форме, о его размещении лицо уведомляется через портал «электронного "
        "правительства» или информационный сервис КПСиСУ.",
        "If the protocol is electronic, the person is told of its publication through eGov or the CLSSA service.",
    )
