"""Decisions and determinations on an act, as drafts for the official who takes them. Source: 822(1), 822(4).

Both have the items of 822(1). What the case already knows is filled in: the act, the person, what was filed and when,
what was decided if it is, and the days and sums that follow. A choice that is not made yet is offered as boxes to tick.
What each is about stands in `contests.py` and `courses.py`.
"""

from dataclasses import dataclass

from adjudication.happenings import What
from adjudication.protocol import Act
from dashboards.render.casefile import (
    UNNUMBERED,
    CaseFile,
    Happened,
    acted,
    official_lines,
    on_day,
    signature_lines,
)
from dashboards.render.document import Document, Item, Kind, Line, blank, line, numbered, sentence
from dashboards.render.fields import addressee_lines, offence_lines
from dashboards.render.wording import Words, day, sum_of

NAMES: dict[What, Words] = {
    "complaint": Words("шағым", "жалоба", "a complaint"),
    "protest": Words("прокурордың наразылығы", "протест прокурора", "a prosecutor's protest"),
    "protest-shortened": Words(
        "қысқартылған іс жүргізуге қатысты прокурордың наразылығы",
        "протест прокурора на сокращённое производство",
        "a prosecutor's protest against the shortened procedure",
    ),
    "other-possessor": Words(
        "көлік құралы басқа адамның иелігінде болғаны туралы өтініш",
        "заявление о владении транспортным средством другим лицом",
        "a statement that somebody else possessed the vehicle",
    ),
    "theft": Words(
        "көлік құралының заңсыз иеліктен шығарылғаны туралы өтініш",
        "заявление о противоправном выбытии транспортного средства",
        "a statement that the vehicle had been taken unlawfully",
    ),
    "deferral": Words("төлеуді кейінге қалдыру", "отсрочка уплаты", "payment deferred"),
    "instalments": Words("бөліп төлеу", "рассрочка уплаты", "payment by instalments"),
}

BY_CHAPTER = (
    blank(
        Words(
            "Шағым берілетін орган (сот) және мерзімі",
            "Орган (суд) и срок обжалования",
            "To whom, and until when",
        )
    ),
)
NOTHING_TO_PAY = sentence(
    "Айыппұл төленбейді.",
    "Штраф уплате не подлежит.",
    "No fine is to be paid.",
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a decision (постановление) or a determination (определение) is about.

    `superior`: another body than the centre's takes it. `grounds` are what was filed and the articles it rests on,
    `operative` what is decided by the article `source`, `appeal` and `payment` what follows from it.
    """

    kind: Kind
    title: Words
    superior: bool
    source: str
    grounds: tuple[Line, ...]
    operative: tuple[Line, ...]
    appeal: tuple[Line, ...]
    payment: tuple[Line, ...]


def resolved(file: CaseFile, about: Resolution) -> Document:
    """The document.

    Raises:
        Invalid: `document-unfit`, the case has no act.
    """
    act, _ = acted(file)
    return Document(
        kind=about.kind,
        title=about.title,
        designation=UNNUMBERED,
        reference=act.number,
        body=act.body,
        items=_items(act, about),
        draft=True,
        letterhead=not about.superior,
    )


def _items(act: Act, about: Resolution) -> tuple[Item, ...]:
    return numbered(
        (
            ("822(1)", Words("Шығарған лауазымды адам", "Кем вынесено", "Taken by"), official_lines()),
            ("822(1)", Words("Қаралған күні мен орны", "Дата и место рассмотрения", "Considered on and at"), _when()),
            (
                "822(1)",
                Words("Қатысты тұлға", "Лицо, в отношении которого вынесено", "The person concerned"),
                addressee_lines(act),
            ),
            (
                "822(1); 738",
                Words("Іс жүргізу тілі", "Язык производства", "Language of the proceedings"),
                _languages(act),
            ),
            (
                "822(1)",
                Words("Құқық бұзушылық және бабы", "Правонарушение и статья", "The offence and its article"),
                (issued(act), *offence_lines(act)),
            ),
            (
                "822(1)",
                Words("Анықталған мән-жайлар", "Установленные обстоятельства", "The circumstances"),
                (*about.grounds, _found()),
            ),
            (about.source, Words("Шешім", "Решение", "What is decided"), about.operative),
            ("822(1)", Words("Шағым жасау", "Обжалование", "Appeal"), about.appeal),
            ("822(1)", Words("Төлеу мерзімі мен тәртібі", "Срок и порядок уплаты", "Payment"), about.payment),
            ("822(4)", Words("Куәландыру", "Удостоверение", "Certification"), (*signature_lines(), _electronic())),
        )
    )


def _when() -> tuple[Line, ...]:
    return (
        blank(Words("Күні", "Дата", "Date")),
        blank(Words("Орны", "Место", "Place")),
    )


def _languages(act: Act) -> tuple[Line, ...]:
    kazakh, russian = Words("қазақ тілі", "казахский", "Kazakh"), Words("орыс тілі", "русский", "Russian")
    return (
        blank(Words("Іс жүргізілетін тіл", "Производство ведётся на языке", "The proceedings are in")),
        line(
            Words(
                "Тұлғаның тілі (тізілім бойынша)", "Язык лица (по реестру)", "The person's language (by the register)"
            ),
            kazakh if act.addressee.language == "kk" else russian,
        ),
    )


def issued(act: Act) -> Line:
    """The prescription that the document is about, by number and day."""
    on = day(act.initiated_on)
    return line(
        Words("Нұсқама", "Предписание", "Prescription"),
        Words(f"{on} № {act.number}", f"№ {act.number} от {on}", f"no. {act.number} of {on}"),
    )


def _found() -> Line:
    return blank(
        Words("Қарау кезінде анықталды", "При рассмотрении установлено", "Established when it was considered"), rules=3
    )


def _electronic() -> Line:
    return sentence(
        "Электрондық нысанда шығарылса, органның немесе лауазымды адамның ЭЦҚ-сымен куәландырылады (822-баптың "
        "4-бөлігі).",
        "В электронной форме удостоверяется ЭЦП органа либо должностного лица (ч. 4 ст. 822).",
        "In electronic form it is certified by the EDS of the body or the official (art. 822(4)).",
    )


_BOX = "☐\N{NO-BREAK SPACE}"


def boxes(*choices: Words) -> tuple[Line, ...]:
    """Choices that are still to be made, each with a box to tick."""
    return tuple(Line(Words(_BOX + one.kk, _BOX + one.ru, _BOX + one.en)) for one in choices)


def filed(what: Happened) -> Line:
    """What was filed, when, and under which number."""
    name, on = NAMES[what.what], on_day(what.at_us)
    return line(
        Words("Түскені", "Поступило", "Filed"),
        Words(
            f"{name.kk}, {on.kk}, № {what.reference}",
            f"{name.ru}, {on.ru}, № {what.reference}",
            f"{name.en}, {on.en}, no. {what.reference}",
        ),
    )


def under(what: Happened) -> Line:
    """The paper by which something was told, and its day."""
    on = on_day(what.at_us)
    return line(
        Words("Құжаты", "Документ", "Paper"),
        Words(f"№ {what.reference}, {on.kk}", f"№ {what.reference} от {on.ru}", f"no. {what.reference} of {on.en}"),
    )


def owed(file: CaseFile) -> tuple[Line, ...]:
    """The fine, and what of it is not paid."""
    _, standing = acted(file)
    if not standing.sum_tiyn:
        return (NOTHING_TO_PAY,)
    lines = [line(Words("Айыппұл", "Штраф", "The fine"), sum_of(standing.sum_tiyn))]
    if standing.paid_tiyn:
        lines.append(line(Words("Төленгені", "Уплачено", "Paid"), sum_of(standing.paid_tiyn)))
    return tuple(lines)


def refund(file: CaseFile) -> tuple[Line, ...]:
    """What was paid and is due back, where the case has ended so."""
    _, standing = acted(file)
    back = standing.refund_tiyn - standing.refunded_tiyn
    if back <= 0:
        return ()
    return (line(Words("Қайтарылуға тиіс", "Подлежит возврату", "Due back"), sum_of(back)),)
