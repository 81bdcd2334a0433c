"""The letter on an offence with a diplomatic vehicle: to the Prosecutor General, for the foreign ministry. A draft.

Source: 876-879, brief §3.5: against whoever enjoys immunity proceedings need a waiver, which is asked for through the
Prosecutor General and the foreign ministry. Until then nobody is asked to pay anything.
"""

from adjudication.messages import CaseDecided
from dashboards.render.casefile import UNNUMBERED, CaseFile, signature_lines, unfit
from dashboards.render.document import Document, Figure, Line, blank, known, numbered, sentence
from dashboards.render.protocol import attachments, means_lines, offence, plate_of
from dashboards.render.wording import Words, article, day


def immunity_letter(file: CaseFile) -> Document:
    """The letter.

    Raises:
        Invalid: `document-unfit`, the case is not referred for a diplomatic vehicle's sake.
    """
    decision = file.decision
    if decision is None or decision.route != "refer" or decision.reason != "DIPLOMATIC":
        raise unfit("immunity-letter")
    by = "876-879"
    return Document(
        kind="immunity-letter",
        title=Words(
            "Дипломатиялық көлік құралына қатысты материалдарды жіберу туралы хат",
            "Письмо о направлении материалов в отношении дипломатического транспортного средства",
            "Letter on the file of a diplomatic vehicle",
        ),
        designation=UNNUMBERED,
        reference=file.case_id[:16],
        body=file.body,
        items=numbered(
            (
                (by, Words("Кімге", "Кому", "To"), _addressees()),
                (by, Words("Не жіберіледі", "Что направляется", "What is sent"), (_sent(decision),)),
                (by, Words("Көлік құралының тиесілігі", "Принадлежность транспорта", "Whose vehicle"), _whose()),
                (by, Words("Құқық бұзушылық", "Правонарушение", "The offence"), offence(file, decision)),
                (by, Words("Техникалық құрал", "Техническое средство", "The technical means"), means_lines(decision)),
                (by, Words("Өтініш", "Просьба", "What is asked"), _asked()),
                ("62", Words("Мерзімдер", "Сроки", "Terms"), _terms(decision)),
                (by, Words("Қосымша", "Приложение", "Attached"), attachments(file.evidence)),
                (by, Words("Қол қоюшы", "Подписал", "Signed by"), signature_lines()),
            )
        ),
        figures=(Figure(Words("МТНБ", "ГРНЗ", "Number plate"), plate_of(decision)),),
        draft=True,
    )


def _addressees() -> tuple[Line, ...]:
    return (
        sentence(
            "Қазақстан Республикасының Бас прокуратурасына (Сыртқы істер министрлігі арқылы жіберу үшін).",
            "В Генеральную прокуратуру Республики Казахстан (для направления через Министерство иностранных дел).",
            "To the Prosecutor General's Office of the Republic of Kazakhstan (to be passed on through the Ministry of "
            "Foreign Affairs).",
        ),
        blank(Words("Бөлімше, лауазымды адам", "Подразделение, должностное лицо", "Department, official")),
    )


def _sent(decision: CaseDecided) -> Line:
    what = article(decision.part)
    return sentence(
        f"{what.kk} бойынша материалдар жіберіледі. Хаттама да, нұсқама да жасалған жоқ.",
        f"Направляются материалы о правонарушении ({what.ru}). Ни протокол, ни предписание не составлялись.",
        f"The file of an offence under {what.en} is sent. Neither protocol nor prescription was drawn up.",
    )


def _whose() -> tuple[Line, ...]:
    return (
        blank(Words("Өкілдік (ұйым), мемлекет", "Представительство (организация), государство", "Mission, state")),
        blank(Words("Жүргізушінің мәртебесі", "Статус водителя", "The driver's status")),
    )


def _asked() -> tuple[Line, ...]:
    return (
        sentence(
            "Иммунитеттен бас тарту туралы мәселені шешуді және нәтижесін хабарлауды сұраймыз. Оған дейін іс "
            "қозғалмайды және айыппұл төлеу талап етілмейді.",
            "Просим решить вопрос об отказе от иммунитета и сообщить о результате. До этого дело не возбуждается и "
            "уплата штрафа не требуется.",
            "Please settle whether immunity is waived, and tell what came of it. Until then no case is initiated and "
            "nobody is asked to pay.",
        ),
        blank(Words("Нәтижесін мына мекенжайға", "О результате сообщить по адресу", "To be told to"), rules=2),
    )


def _terms(decision: CaseDecided) -> tuple[Line, ...]:
    limit = decision.limitation_last_day_on
    label = Words(
        "Жауаптылыққа тарту мерзімінің соңғы күні (62-бап)",
        "Последний день срока давности (ст. 62)",
        "Last day of limitation (art. 62)",
    )
    return (known(label, day(limit) if limit else None),)
