"""What the body itself decides on an act in the course of its case: owners' statements, payment put off, limitation.

Source: 31(3), 741, 888, 62(1); brief §3.1, §3.2, §15.3.
"""

from adjudication.happenings import BORNE_OUT, LIMITATION_STOPS, STATEMENTS, What
from dashboards.render.casefile import CaseFile, Happened, acted, last_day, on_day, unfit
from dashboards.render.document import Document, Line, blank, known, line, sentence
from dashboards.render.resolutions import (
    BY_CHAPTER,
    NAMES,
    NOTHING_TO_PAY,
    Resolution,
    filed,
    owed,
    refund,
    resolved,
    under,
)
from dashboards.render.wording import Words

_PUT_OFF: tuple[What, ...] = ("deferral", "instalments")


def statement_determination(file: CaseFile) -> Document:
    """An owner's statement is checked, or was not borne out.

    Raises:
        Invalid: `document-unfit`, there is no statement to be checked, nor one that was denied.
    """
    statement, denied = file.last(*STATEMENTS), stated_in_vain(file)
    if statement is None or (acted(file)[1].stated_us is None and denied is None):
        raise unfit("statement-determination")
    check = Words(
        "Өтініш тексеруге қабылдансын; тексеру аяқталғанға дейін нұсқама мәжбүрлеп орындатуға жіберілмейді.",
        "Заявление принять к проверке; до её окончания предписание на принудительное исполнение не направляется.",
        "The statement is accepted to be checked; until then the prescription is not handed over for enforcement.",
    )
    refusal = Words(
        "Өтініште айтылғандар расталмады: меншік иесін жауаптылықтан босатудан бас тартылсын.",
        "Изложенное в заявлении не подтвердилось: в освобождении собственника от ответственности отказать.",
        "What was stated is not borne out: the owner is not released from liability.",
    )
    about = Resolution(
        kind="statement-determination",
        title=Words(
            "Меншік иесінің (иеленушінің) өтініші бойынша ұйғарым",
            "Определение по заявлению собственника (владельца)",
            "Determination on the owner's (holder's) statement",
        ),
        superior=False,
        source="31(3)",
        grounds=(filed(statement),),
        operative=(Line(check),) if denied is None else (Line(refusal), under(denied)),
        appeal=BY_CHAPTER,
        payment=owed(file),
    )
    return resolved(file, about)


def stated_in_vain(file: CaseFile) -> Happened | None:
    """The denial of the last statement; None where it is still checked, or was borne out."""
    last = file.last(*STATEMENTS, *BORNE_OUT, "statement-false")
    return last if last is not None and last.what == "statement-false" else None


def release_decision(file: CaseFile) -> Document:
    """The owner's statement is borne out: the owner is released, and the case ends for them.

    Raises:
        Invalid: `document-unfit`, no statement was borne out.
    """
    statement, borne_out = file.last(*STATEMENTS), file.last(*BORNE_OUT)
    if statement is None or borne_out is None:
        raise unfit("release-decision")
    released = sentence(
        "Меншік иесі (иеленуші) жауаптылықтан босатылсын (31-баптың 3-бөлігі), нұсқаманың күші жойылсын, оған "
        "қатысты іс "
        "бойынша іс жүргізу тоқтатылсын.",
        "Собственника (владельца) освободить от ответственности (ч. 3 ст. 31), предписание отменить, производство по "
        "делу "
        "в отношении него прекратить.",
        "The owner (holder) is released from liability (art. 31(3)), the prescription is cancelled, and the "
        "proceedings "
        "against them are terminated.",
    )
    possessor = blank(
        Words(
            "Анықталған иеленуші (ЖСН/БСН) немесе сотқа дейінгі тергеп-тексеру тізіліміндегі нөмір",
            "Установленный владелец (ИИН/БИН) либо номер ЕРДР/КУИ",
            "The possessor found (IIN/BIN), or the number of the theft's registration",
        )
    )
    about = Resolution(
        kind="release-decision",
        title=Words(
            "Меншік иесін жауаптылықтан босату және іс жүргізуді тоқтату туралы қаулы",
            "Постановление об освобождении собственника от ответственности и прекращении производства",
            "Decision on releasing the owner from liability and terminating the proceedings",
        ),
        superior=False,
        source="31(3); 741(1)",
        grounds=(filed(statement),),
        operative=(released, under(borne_out), possessor),
        appeal=BY_CHAPTER,
        payment=(NOTHING_TO_PAY, *refund(file)),
    )
    return resolved(file, about)


def put_off_determination(file: CaseFile) -> Document:
    """Payment is deferred, or allowed by instalments. Source: 888: a month, three months at most.

    Raises:
        Invalid: `document-unfit`, payment is not put off now.
    """
    put_off = file.last(*_PUT_OFF)
    if acted(file)[1].state != "PUT_OFF" or put_off is None:
        raise unfit("put-off-determination")
    what = NAMES[put_off.what]
    allowed = sentence(
        f"Тұлғаның өтініші бойынша рұқсат етілсін: {what.kk}.",
        f"По заявлению лица разрешить: {what.ru}.",
        f"Allowed on the person's application: {what.en}.",
    )
    instalments = blank(
        Words("Бөліктердің мөлшері мен күндері", "Размер и дни частей", "How much and when"),
        rules=3,
    )
    about = Resolution(
        kind="put-off-determination",
        title=Words(
            "Айыппұл төлеуді кейінге қалдыру (бөліп төлеу) туралы ұйғарым",
            "Определение об отсрочке (рассрочке) уплаты штрафа",
            "Determination on deferring a fine (paying it by instalments)",
        ),
        superior=False,
        source="888",
        grounds=(under(put_off), line(Words("Шешілген күні", "Решено", "Decided on"), on_day(put_off.at_us))),
        operative=(allowed, instalments) if put_off.what == "instalments" else (allowed,),
        appeal=BY_CHAPTER,
        payment=(
            *owed(file),
            known(
                Words("Толық төлеудің соңғы күні", "Последний день полной уплаты", "To be paid in full by"),
                file.until("PUT_OFF"),
            ),
        ),
    )
    return resolved(file, about)


def limitation_decision(file: CaseFile) -> Document:
    """The act was sent and could not be delivered before limitation: a person terminates the case.

    Raises:
        Invalid: `document-unfit`, limitation is not what the case stands with.
    """
    act, standing = acted(file)
    if not over_by_limitation(file):
        raise unfit("limitation-decision")
    ended = file.since("LIMITATION_REVIEW")
    grounds = (
        known(
            Words("Нұсқама жіберілген күн", "Предписание направлено", "The prescription was sent on"),
            None if standing.sent_us is None else on_day(standing.sent_us),
        ),
        known(Words("Іс адам қарауына түскен күн", "Дело передано человеку", "Before a person since"), ended),
        sentence(
            f"Құқық бұзушылық {on_day(act.offence_us).kk} жасалған; жауаптылыққа тартудың екі айлық мерзімі өтті "
            "(62-баптың 1-бөлігі).",
            f"Правонарушение совершено {on_day(act.offence_us).ru}; двухмесячный срок давности истёк (ч. 1 ст. 62).",
            f"The offence was committed on {on_day(act.offence_us).en}; the two months of limitation have passed "
            "(art. 62(1)).",
        ),
        *_stopped(file),
        known(
            Words("Ескіру мерзімінің соңғы күні", "Последний день срока давности", "The last day of limitation"),
            None if standing.limitation_until_us is None else last_day(standing.limitation_until_us),
        ),
    )
    about = Resolution(
        kind="limitation-decision",
        title=Words(
            "Ескіру мерзімінің өтуіне байланысты іс жүргізуді тоқтату туралы қаулы",
            "Постановление о прекращении производства за истечением срока давности",
            "Decision on terminating the proceedings by limitation",
        ),
        superior=False,
        source="62(1); 741(1) 5)",
        grounds=grounds,
        operative=(
            sentence(
                "Іс бойынша іс жүргізу тоқтатылсын (741-баптың 1-бөлігінің 5-тармақшасы).",
                "Производство по делу прекратить (подпункт 5 части 1 статьи 741).",
                "The proceedings are terminated (art. 741(1)(5)).",
            ),
        ),
        appeal=BY_CHAPTER,
        payment=(NOTHING_TO_PAY, *refund(file)),
    )
    return resolved(file, about)


def _stopped(file: CaseFile) -> tuple[Line, ...]:
    """When limitation did not run (62(5)): from what stopped it first until it ran again."""
    lines: list[Line] = []
    since: Happened | None = None
    for one in file.happened:
        if one.what in LIMITATION_STOPS:
            since = since or one
        elif one.what == "limitation-resumed" and since is not None:
            lines.append(_apart(on_day(since.at_us), on_day(one.at_us)))
            since = None
    return tuple(lines)


def _apart(since: Words, until: Words) -> Line:
    return sentence(
        f"{since.kk}–{until.kk} аралығында ескіру мерзімі тоқтатыла тұрды (62-баптың 5-бөлігі).",
        f"С {since.ru} по {until.ru} течение срока давности было приостановлено (ч. 5 ст. 62).",
        f"From {since.en} to {until.en} limitation did not run (art. 62(5)).",
    )


def over_by_limitation(file: CaseFile) -> bool:
    """Whether limitation is what ends, or ended, the case after its act was sent."""
    if file.standing is None or file.standing.sent_us is None:
        return False
    return file.state == "LIMITATION_REVIEW" or (file.state == "TERMINATED" and file.reason == "LIMITATION")
