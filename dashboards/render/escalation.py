"""The letter with which a complaint or a protest goes to the superior body: a draft, for a signature.

Source: 826-2: through the body that issued the act, which sends it on with the file within three days; 826-2(4).
"""

from adjudication.calendar import civil_day
from adjudication.happenings import What
from adjudication.protocol import Act
from dashboards.render.casefile import UNNUMBERED, CaseFile, Happened, acted, on_day, signature_lines, unfit
from dashboards.render.contests import contested
from dashboards.render.document import Document, Line, blank, known, line, numbered, sentence
from dashboards.render.fields import addressee_lines, offence_lines
from dashboards.render.protocol import attachments
from dashboards.render.resolutions import filed, issued
from dashboards.render.wording import Words, day

FORWARDED: tuple[What, ...] = ("complaint", "protest")
"""What comes to the issuing body and goes on; a protest on half the sum (811(4)) and a court's papers go other ways."""


def contest_letter(file: CaseFile) -> Document:
    """The letter.

    Raises:
        Invalid: `document-unfit`, no complaint or protest is considered; one that came early is held until its time.
        Unavailable: the calendar does not reach the last day.
    """
    act, _ = acted(file)
    contest, decided = contested(file)
    if contest is None or decided is not None or contest.what not in FORWARDED:
        raise unfit("contest-letter")
    by = "826-2"
    return Document(
        kind="contest-letter",
        title=Words(
            "Шағымды (наразылықты) жоғары тұрған органға жіберу туралы хат",
            "Письмо о направлении жалобы (протеста) в вышестоящий орган",
            "Letter on sending a complaint (protest) to the superior body",
        ),
        designation=UNNUMBERED,
        reference=act.number,
        body=act.body,
        items=numbered(
            (
                (by, Words("Кімге", "Кому", "To"), (_superior(),)),
                (by, Words("Не жіберіледі", "Что направляется", "What is sent"), (filed(contest), issued(act))),
                (by, Words("Қатысты тұлға", "Лицо", "The person"), addressee_lines(act)),
                (by, Words("Құқық бұзушылық", "Правонарушение", "The offence"), offence_lines(act)),
                ("826-2; 826-3", Words("Мерзімдер", "Сроки", "Terms"), _terms(file, contest)),
                (
                    "826-2(4)",
                    Words("Орындау", "Исполнение", "Execution"),
                    (_suspended(),),
                ),
                (by, Words("Қосымша", "Приложение", "Attached"), _attached(file, act)),
                (by, Words("Қол қоюшы", "Подписал", "Signed by"), signature_lines()),
            )
        ),
        draft=True,
    )


def _superior() -> Line:
    return blank(Words("Жоғары тұрған органның атауы", "Наименование вышестоящего органа", "Which superior body"))


def _terms(file: CaseFile, contest: Happened) -> tuple[Line, ...]:
    """Three days from receipt, or from the beginning of its time where it came before that and was held."""
    on = civil_day((file.reached or {}).get("APPEALED", contest.at_us))
    days = file.law.term("FORWARD", on).days
    last = day(file.law.calendar.add_days(on, days))
    return (
        line(Words("Алынған күні", "Получено", "Received on"), on_day(contest.at_us)),
        sentence(
            f"{days} тәулік ішінде жіберіледі; тәулікке жұмыс күні емес күндер кірмейді (739-бап).",
            f"Направляется в течение {days} суток; нерабочие дни в сутки не входят (ст. 739).",
            f"It is sent on within {days} days; non-working days are not counted (art. 739).",
        ),
        line(
            Words("Жіберудің соңғы күні", "Последний день направления", "Last day to send it"), Words(last, last, last)
        ),
        known(Words("Қараудың соңғы күні", "Последний день рассмотрения", "To be decided by"), file.until("DECISION")),
    )


def _suspended() -> Line:
    return sentence(
        "Шешім шығарылғанға дейін нұсқаманың орындалуы тоқтатыла тұрады.",
        "До вынесения решения исполнение предписания приостановлено.",
        "Until it is decided, execution of the prescription is suspended.",
    )


def _attached(file: CaseFile, act: Act) -> tuple[Line, ...]:
    return (
        sentence(
            f"Шағымның (наразылықтың) түпнұсқасы; № {act.number} нұсқама, оның электрондық түпнұсқасы және "
            "жеткізілгенін растайтын құжат.",
            f"Подлинник жалобы (протеста); предписание № {act.number}, его электронный подлинник и документ о "
            "доставке.",
            f"The complaint (protest) itself; prescription no. {act.number}, its electronic original and the proof of "
            "delivery.",
        ),
        *attachments(file.evidence or act.evidence),
    )
